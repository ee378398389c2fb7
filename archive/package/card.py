"""One unit as its metadata file tells it: what it is, its files, the documents in them, what the checks said."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from archive.document import Document, Kind, Line
from archive.item import Item
from archive.unit import Unit

#: Rows of a goods table that a card tells.
LINES = 2_000


@dataclass(frozen=True, slots=True)
class Told:
    """A document as it stood in the archive it comes from. `fields`: see `fields_of`."""

    item: str  # its id there
    archive_no: str
    owner: str  # name
    department: str
    category: str  # expense category
    received_at: datetime
    archived_at: datetime
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitCard:
    """The content of 元数据.xml. `paths` are those of the papers, in their order; file ids are empty."""

    nth: int  # 序号 in the register
    unit: Unit
    paths: tuple[str, ...]
    documents: tuple[Told, ...] = ()
    checks: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # item → outcome, why
    run: str = ""
    rules: str = ""


_PLAIN = tuple(
    f.name for f in dataclasses.fields(Document)
    if f.name not in ("kind", "date", "amount_excl_tax", "tax", "total", "lines", "extra")
)  # fmt: skip
_MONEY = ("amount_excl_tax", "tax", "total")
_LINE = tuple(f.name for f in dataclasses.fields(Line))


def told(item: Item, owner: str) -> Told:
    """What goes along of an item. Raises ValueError for one that isn't filed."""
    if item.filed is None:
        raise ValueError(item.id)
    return Told(
        item.id, item.filed.archive_no, owner, item.department, item.category, item.received_at,
        item.filed.archived_at, fields_of(item.document),
    )  # fmt: skip


def fields_of(d: Document) -> dict[str, str]:
    """The document as names and words: `line.1.name`, `extra.train`; what isn't known is left out."""
    words = {"kind": d.kind.value}
    words |= {name: str(value) for name in _PLAIN if (value := getattr(d, name)) is not None}
    words |= {name: str(value) for name in _MONEY if (value := getattr(d, name)) is not None}
    if d.date:
        words["date"] = d.date.isoformat()
    for n, line in enumerate(d.lines[:LINES], 1):
        words |= {f"line.{n}.{name}": value for name in _LINE if (value := getattr(line, name))}
    return words | {f"extra.{name}": value for name, value in d.extra.items()}


def document_of(words: Mapping[str, str]) -> Document:
    """The other way round. Raises ValueError for what is no document of ours."""
    known: dict[str, object] = {"kind": Kind(words.get("kind", "other"))}
    known |= {name: words[name] for name in _PLAIN if name in words}
    if "date" in words:
        known["date"] = date.fromisoformat(words["date"])
    for name in _MONEY:
        if name in words:
            known[name] = _money(words[name])
    rows: dict[int, dict[str, str]] = {}
    for key, value in words.items():
        parts = key.split(".")
        if len(parts) == 3 and parts[0] == "line" and parts[1].isdecimal() and parts[2] in _LINE:
            rows.setdefault(int(parts[1]), {})[parts[2]] = value
    known["lines"] = tuple(Line(**{"name": "", **rows[n]}) for n in sorted(rows)[:LINES])
    known["extra"] = {key[6:]: value for key, value in words.items() if key.startswith("extra.")}
    return Document(**known)  # type: ignore[arg-type]


def _money(words: str) -> Decimal:
    try:
        value = Decimal(words)
    except InvalidOperation as error:
        raise ValueError(words) from error
    if not value.is_finite() or abs(value) >= Decimal(10) ** 15 or value != round(value, 6):
        raise ValueError(words)
    return value
