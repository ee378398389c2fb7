"""Where a table's headings are and what they mean: by their words, never by position; two rows of them are joined."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from intake.sheet.cells import Cell, Table
from intake.sheet.columns import FORMS, LEDGER_ONLY, NEEDED, BookKind, field_of, heading, missing
from intake.sheet.values import words

#: Rows of banners that may stand above the headings.
LOOKED_AT = 40
#: Of two amounts on a statement the one in the account's own currency counts.
_BOOKED = ("记账金额", "入账金额")


@dataclass(frozen=True, slots=True)
class Header:
    """The headings of one table: kind of book, the rows they take (from 0, the last excluded), and column → field."""

    kind: BookKind
    first: int
    after: int
    labels: Mapping[int, str]  # every heading as printed
    fields: Mapping[int, str]

    @property
    def source(self) -> str:
        """What tells exports of this form from others: a person confirms its mapping once."""
        said = [self.kind.value, *(f"{heading(self.labels[c])}={self.fields.get(c, '')}" for c in sorted(self.labels))]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]

    @property
    def form(self) -> str:
        """What tells exports with these headings from others, whatever they are taken for."""
        return form_of(self.labels)

    def column(self, field: str) -> int | None:
        """The first column of a field."""
        return next((c for c in sorted(self.fields) if self.fields[c] == field), None)


def form_of(labels: Mapping[int, str]) -> str:
    """A digest of the headings alone."""
    said = "\n".join(heading(labels[c]) for c in sorted(labels))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


#: Digest of headings → the kind of book and, heading by heading, what a person said they are.
Remembered: TypeAlias = Mapping[str, tuple[str, Mapping[str, str]]]


def find(
    table: Table,
    kind: BookKind | None = None,
    given: Mapping[str, str] | None = None,
    remembered: Remembered | None = None,
) -> Header | None:
    """The headings that explain most columns; None where none suffice for any kind.

    `given` (heading as printed → field) overrules what the words say, for forms nobody has seen before; `remembered`
    is what was given for others before.
    """
    best: tuple[int, Header] | None = None
    for first in range(min(LOOKED_AT, len(table.rows))):
        for after, labels in _readings(table.rows, first):
            if len(labels) < 3 and not given:
                continue
            known = remembered.get(form_of(labels)) if remembered and not given else None
            if known and (header := _mapped(BookKind(known[0]), first, after, labels, known[1])):
                return header
            for each in (kind,) if kind else FORMS:
                header = _mapped(each, first, after, labels, given or {})
                if header is None:
                    continue
                score = (
                    len(header.fields) * 1000 - (after - first) * 100 - first
                )  # a banner above is no half of a heading
                if best is None or score > best[0]:
                    best = (score, header)
    return best[1] if best else None


def _readings(rows: Sequence[Sequence[Cell]], first: int) -> list[tuple[int, dict[int, str]]]:
    """One row as it stands, and two joined where the second fills what the first leaves open under a wide heading."""
    top = _labels(rows[first])
    found = [(first + 1, top)]
    if top and first + 1 < len(rows):
        below = _labels(rows[first + 1])
        if below and not any(c.isdigit() for label in below.values() for c in label):
            found.append((first + 2, _joined(top, below)))
    return found


def _labels(row: Sequence[Cell]) -> dict[int, str]:
    """The words of a row; a row with figures or days in it has no headings."""
    if any(not isinstance(cell, str) for cell in row):
        return {}
    return {c: text for c, cell in enumerate(row) if (text := words(cell).lstrip("#").strip())}


def _joined(top: Mapping[int, str], below: Mapping[int, str]) -> dict[int, str]:
    joined: dict[int, str] = {}
    over = ""
    for c in range(max((*top, *below)) + 1):
        over = top.get(c) or (over if c in below else "")
        if c in below:
            joined[c] = f"{over}/{below[c]}" if over else below[c]
        elif c in top:
            joined[c] = top[c]
    return joined


def _mapped(
    kind: BookKind, first: int, after: int, labels: Mapping[int, str], given: Mapping[str, str]
) -> Header | None:
    if kind is BookKind.BANK and not given and any(LEDGER_ONLY.fullmatch(heading(label)) for label in labels.values()):
        return None
    said = {heading(label): field for label, field in given.items()}
    if said and not set(said) <= {heading(label) for label in labels.values()}:
        return None
    fields: dict[int, str] = {}
    for c, label in sorted(labels.items(), key=lambda each: (not each[1].startswith(_BOOKED), each[0])):
        field = said.get(heading(label.replace("/", "")), said.get(heading(label))) or _field(kind, label)
        if field and field != "-" and (field not in fields.values() or _repeats(kind, field)):
            fields[c] = field
    if kind is BookKind.BALANCES:
        _directions(fields)
    found = set(fields.values())
    enough = not missing(kind, found) if said and kind in NEEDED else FORMS[kind].enough(found)
    return Header(kind, first, after, labels, fields) if enough else None


def _repeats(kind: BookKind, field: str) -> bool:
    return kind is BookKind.BALANCES and field == "direction"


def _field(kind: BookKind, label: str) -> str | None:
    """What a heading means; of a joined one the whole, then its lower part, then its upper."""
    parts = label.split("/", 1)
    if len(parts) == 2 and (whole := field_of(kind, heading("".join(parts)))):
        return whole
    if found := field_of(kind, heading(label)):
        return found
    if len(parts) == 2:
        return field_of(kind, heading(parts[1]))
    return None


def _directions(fields: dict[int, str]) -> None:
    """方向 twice: the first belongs to the opening balance, the second to the closing one."""
    columns = sorted(c for c, field in fields.items() if field == "direction")
    if len(columns) < 2:
        return
    fields[columns[0]], fields[columns[1]] = "opening_direction", "closing_direction"
    for c in columns[2:]:
        del fields[c]
