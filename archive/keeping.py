"""How long a 件 is kept as it stands: the table, longer terms by policy, the clocks, and what appraisal set anew.

79号令 Art 14 (the clock), Art 15 (minimums), Art 16 (re-set after appraisal); DA/T 94-2022 7.6 (longer by policy).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from archive.errors import ReasonNeeded, TermTooShort
from archive.metadata import Edit
from archive.retention import Term
from archive.unit import Unit

PERMANENT = "永久"


class Paperless(StrEnum):
    """What is kept on paper as well. 79号令 Art 8⑥ excludes permanent records from electronic-only keeping, Art 32 of
    财会〔2024〕11号 doesn't: two readings, so a switch.
    """

    PRINT_PERMANENT = "print_permanent"  # the default, by the higher rule
    ELECTRONIC_ONLY = "electronic_only"


@dataclass(frozen=True, slots=True)
class Reset:
    """A term set anew after appraisal, or the clock of an asset's card started."""

    retention: str
    expires: date | None
    was: str
    who: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What people have changed about a 件 since it was filed: its own record, beside the 件, never in its place."""

    unit: str
    company: str
    edits: tuple[Edit, ...] = ()
    resets: tuple[Reset, ...] = ()
    version: int = 0


def years(label: str) -> int | None:
    """40年 → 40; 永久 → None. Raises ValueError."""
    if label.strip() in (PERMANENT, "permanent"):
        return None
    found = re.fullmatch(r"\s*(\d{1,3})\s*(?:年|years?)?\s*", label)
    if not found or not int(found[1]):
        raise ValueError(label)
    return int(found[1])


def longer(table: Mapping[str, Term], policy: Mapping[str, str]) -> dict[str, Term]:
    """The table with the company's own longer terms by 档案名称. Raises ValueError for a shorter one."""
    made = dict(table)
    for name, label in policy.items():
        if name not in table:
            raise ValueError(f"{name}: no such kind of record")
        wanted, least = years(label), table[name].years
        if (least is None and wanted is not None) or (wanted is not None and least is not None and wanted < least):
            raise ValueError(f"{name}: {label} is shorter than {table[name].label} of 79号令")
        made[name] = replace(table[name], years=wanted)
    return made


def scrapped(term: Term, on: date) -> date | None:
    """The last day of an asset card's term, whose clock the clearing starts (附表1): 2026-05-31 → 2031-05-31."""
    if term.years is None:
        return None
    year = on.year + term.years
    try:
        return on.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 2, 28)


def reset(unit: Unit, label: str, *, who: str, at: datetime, why: str) -> Reset:
    """A longer term after appraisal (Art 16), counted from the same year's end. Raises TermTooShort, ReasonNeeded."""
    if not why.strip():
        raise ReasonNeeded(item=unit.archive_no or unit.id)
    try:
        wanted = years(label)
    except ValueError as error:
        raise TermTooShort(item=unit.archive_no, now=unit.retention, wanted=label) from error
    until = None if wanted is None else date(unit.year + wanted, 12, 31)
    shorter = until is not None and (unit.expires is None or until <= unit.expires)
    if shorter or (until is None and unit.retention == PERMANENT):
        raise TermTooShort(item=unit.archive_no, now=unit.retention, wanted=label)
    name = PERMANENT if wanted is None else f"{wanted}年"
    return Reset(name, until, unit.retention, who, at, why.strip())


def standing(unit: Unit, state: Standing | None) -> Unit:
    """The 件 as it stands after what people changed: its 档号 and papers stay."""
    if state is None:
        return unit
    metadata = dict(unit.metadata)
    for each in state.edits:
        metadata[each.element] = each.value
    if state.resets:
        last = state.resets[-1]
        unit = replace(unit, retention=last.retention, expires=last.expires)
        metadata["M12"] = last.retention
    return replace(unit, metadata={number: value for number, value in metadata.items() if value})


def to_print(units: Iterable[Unit], policy: Paperless) -> tuple[Unit, ...]:
    """What has to lie on paper as well under the policy."""
    if policy is Paperless.ELECTRONIC_ONLY:
        return ()
    return tuple(unit for unit in units if unit.retention == PERMANENT)


def short(units: Sequence[Unit], table: Mapping[str, Term]) -> tuple[Unit, ...]:
    """Units whose term is shorter than the table's, or of no kind in it: gaps in retention."""
    return tuple(unit for unit in units if _short(unit, table.get(unit.kind)))


def _short(unit: Unit, term: Term | None) -> bool:
    if term is None and unit.category != "其他会计资料":  # Art 6: other material worth keeping, named by no row
        return True
    try:
        has = years(unit.retention)
    except ValueError:
        return True
    if term is None:
        return False
    return has is not None and (term.years is None or has < term.years)
