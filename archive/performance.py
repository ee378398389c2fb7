"""How the archive does its work (绩效): what became of each document of a period, and how long every step took.

Pure: from items, their cases and the trail of the period. DA/T 94-2022 12.3 has use logged; the rest is what a manager
asks for: how fast, how sure, how much by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from archive import made
from archive.approval import Case, Verdict
from archive.document import Kind
from archive.finding import Level
from archive.item import Item, ItemState
from archive.trail import Entry

#: What of the trail is somebody's use of the archive.
USES = ("viewed", "downloaded", "exported", "borrowed", "returned")
NOT_READ = "—"


@dataclass(frozen=True, slots=True)
class Taken:
    """One document of the period. Fields `read` were read right or wrong; `missing` ones were filled in by a person."""

    kind: Kind
    carrier: str
    received_at: datetime
    size: int  # bytes of all its files
    archived: bool
    doubtful: bool  # a person had to help before it could be decided on
    clean: bool  # the checks found nothing to warn of
    seconds: Decimal | None  # from its arrival to its record; None where that wasn't noted
    read: int = 0
    wrong: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision: which step (from 1), by whom, after how many hours, and whether that was too long."""

    step: int
    person: str
    hours: Decimal
    overdue: bool


@dataclass(frozen=True, slots=True)
class Performance:
    """All of a period. `waiting`: hours that the open steps have waited so far."""

    taken: tuple[Taken, ...]
    decided: tuple[Decided, ...]
    waiting: tuple[Decimal, ...]
    overdue: int  # of those waiting
    refused: int  # second copies
    uses: Mapping[str, int] = field(default_factory=dict)


def measure(
    pairs: Sequence[tuple[Item, Case]],
    trail: Iterable[Entry],
    people: frozenset[str],
    patience: timedelta,
    now: datetime,
) -> Performance:
    """`pairs` were handed in within the period and `trail` is what was done in it; `people` are the company's."""
    documents = [(item, case) for item, case in pairs if not made.is_made(item)]
    mine = {item.id for item, _ in documents}
    came: dict[str, datetime] = {}
    at_once, fixed = set[str](), dict[str, list[Entry]]()
    refused, uses = 0, Counter[str]()
    for entry in trail:
        if entry.who in people:
            refused += entry.action == "refused"
            if entry.action in USES:
                uses[entry.action] += 1
        if entry.about not in mine:
            continue
        if entry.action == "received" and "came" in entry.facts:
            came[entry.about] = datetime.fromisoformat(entry.facts["came"])
        elif entry.action == "submitted" and entry.about not in fixed:
            at_once.add(entry.about)
        elif entry.action == "corrected":
            fixed.setdefault(entry.about, []).append(entry)
    return Performance(
        tuple(_taken(item, came.get(item.id), item.id in at_once, fixed.get(item.id, ())) for item, _ in documents),
        tuple(decision for _, case in documents for decision in decisions(case, patience)),
        *_waiting(documents, patience, now),
        refused,
        dict(uses),
    )


def decisions(case: Case, patience: timedelta) -> list[Decided]:
    """How long each decision of a case took: from the one before it, or from when it was laid before somebody."""
    found, before = list[Decided](), None
    for decision in case.decisions:
        if decision.verdict is not Verdict.WITHDRAW:
            opened = (
                case.opened_at if case.opened_at <= decision.at else None
            )  # laid anew since: the first time is lost
            start = max((at for at in (before, opened) if at is not None), default=None)
            if start is not None:
                took = decision.at - start
                found.append(Decided(decision.step + 1, decision.name, hours(took), took > patience))
        before = decision.at
    return found


def hours(took: timedelta) -> Decimal:
    """With two places, half up."""
    return (Decimal(took.total_seconds()) / 3600).quantize(Decimal("0.01"), ROUND_HALF_UP)


def quantile(values: Sequence[Decimal], share: Decimal) -> Decimal:
    """The value below which that share of them lies (nearest rank); 0 for none."""
    ordered = sorted(values)
    rank = int((len(ordered) * share).to_integral_value(ROUND_CEILING))
    return ordered[max(rank, 1) - 1] if ordered else Decimal(0)


def _waiting(
    documents: Sequence[tuple[Item, Case]], patience: timedelta, now: datetime
) -> tuple[tuple[Decimal, ...], int]:
    waits = []
    for item, case in documents:
        if item.state is ItemState.PENDING:
            since = max([case.opened_at, *(decision.at for decision in case.decisions)])
            waits.append(now - since)
    return tuple(hours(wait) for wait in waits), sum(wait > patience for wait in waits)


def _taken(item: Item, came: datetime | None, at_once: bool, fixes: Sequence[Entry]) -> Taken:
    wrong, missing = set[str](), set[str]()
    for entry in fixes:
        for name, change in entry.facts.items():
            if name in item.confidence and " → " in change:
                (missing if change.startswith(f"{NOT_READ} → ") else wrong).add(name)
    wrong -= missing  # filled in first, then changed again: that was no reading
    by_reader = sum(1 for name, how in item.source.items() if how != "person" and name not in wrong)
    seconds = Decimal((item.received_at - came).total_seconds()).quantize(Decimal("0.01")) if came else None
    return Taken(
        item.document.kind,
        item.carrier,
        item.received_at,
        sum(file.size for file in item.files),
        item.state is ItemState.ARCHIVED,
        not at_once,
        all(finding.level is Level.NOTE for finding in item.findings),
        seconds,
        by_reader + len(wrong),
        len(wrong),
        len(missing),
    )
