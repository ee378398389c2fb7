"""Whether one 件 may be destroyed at this moment, and what comes next for one whose destruction was begun. Pure.

79号令 Art 14, 18, 19; DA/T 94-2022 13.3–13.4. Asked anew in the transaction that destroys a unit's keys: a hold put
a second before spares it. Once the keys are gone there is nothing left to spare, and what was begun is finished.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from archive.holds import Block, Hold, blocks
from archive.unit import Unit
from archive.words import Text


class Fate(StrEnum):
    """How far one unit of a case is."""

    KEYED = "keyed"  # its keys are destroyed; ciphertext, index entry and records are still there
    GONE = "gone"  # nothing is left but its tombstone
    SPARED = "spared"  # it was no longer to be destroyed when its turn came


class Next(StrEnum):
    """What is to be done with one unit."""

    KEYS = "keys"  # destroy its keys, which can't be undone
    SWEEP = "sweep"  # remove all that remains
    SPARE = "spare"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What stays of a destroyed 件: its metadata and what was destroyed, in a store of their own (DA/T 94 13.3)."""

    unit: str
    company: str
    case: str
    archive_no: str
    title: str
    kind: str
    year: int
    retention: str
    expires: date | None
    papers: tuple[str, ...]  # file ids whose keys were destroyed
    items: tuple[str, ...]  # documents whose records went
    digests: tuple[str, ...]  # SHA-256 of the plain originals, in the order of `papers`
    metadata: Mapping[str, str] = field(default_factory=dict)
    fate: Fate = Fate.KEYED
    why: str = ""  # of a spared one
    keyed_at: datetime | None = None
    gone_at: datetime | None = None


def obstacles(
    unit: Unit, today: date, holds: Iterable[Hold], open_: Mapping[str, Text], shared: Iterable[str] = ()
) -> tuple[Block, ...]:
    """All that forbids destroying it; nobody may pass over any of them. `today`: in the company's zone.

    `open_` as archive.holds.unsettled gives it; `shared`: other records that live in the same stored files.
    """
    found: list[Block] = []
    if unit.expires is None:
        found.append(Block("term", "", Text("永久保管", "kept permanently")))
    elif today <= unit.expires:
        until = unit.expires.isoformat()
        found.append(Block("term", until, Text(f"保管期限至 {until}", f"its term runs to {until}")))
    if not unit.archive_no:
        found.append(Block("number", "", Text("没有档号", "it has no 档号")))
    found += blocks(unit, holds, open_)
    found += [Block("shared", each, Text(f"与 {each} 同一文件", f"in one file with {each}")) for each in shared]
    return tuple(found)


def next_of(fate: Fate | None, found: tuple[Block, ...]) -> Next:
    """What comes next for a unit on the list of a case that is being carried out.

    Begun is finished whatever stands now: its keys are gone. A spared one stays spared in this case.
    """
    if fate in (Fate.GONE, Fate.SPARED):
        return Next.NOTHING
    if fate is Fate.KEYED:
        return Next.SWEEP
    return Next.SPARE if found else Next.KEYS
