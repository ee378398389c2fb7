"""What stands in the archive now (概览), as one person may see it: intake, what waits, sums, growth, failures. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from archive.item import ItemState

#: Days that are looked back on.
DAYS = 30
#: An open approval is as old as the first of these it is younger than; what is older stands last.
AGES = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
SHOWN = 6  # items named
_COUNTED = frozenset({ItemState.ARCHIVED, ItemState.PENDING})


@dataclass(frozen=True, slots=True)
class Line:
    """So much of an item as an overview needs. `since`: when its open step was opened; None where none is."""

    id: str
    state: ItemState
    seen_by: frozenset[str]
    received_at: datetime
    archived_at: datetime | None
    since: datetime | None
    title: str
    seller: str
    total: Decimal | None
    currency: str
    category: str
    size: int  # bytes
    unread: str = ""  # code of the reader's error
    made: bool = False  # a report made here


@dataclass(frozen=True, slots=True)
class Overview:
    """`ages`: open approvals up to one, three, seven days and beyond; `days`: (day, received, filed), oldest first."""

    whole: bool  # of the company, or only what the person may see
    received: int  # today
    filed: int  # today
    doubtful: int
    waiting: int
    overdue: int
    ages: tuple[int, ...]
    oldest: tuple[Line, ...]
    sums: tuple[tuple[str, Decimal], ...]  # CNY of the month by category, largest first
    days: tuple[tuple[date, int, int], ...]
    size: int  # bytes that came within those days
    unread: tuple[Line, ...]  # documents no reader could read, that still wait for somebody


def survey(lines: Sequence[Line], whole: bool, now: datetime, zone: tzinfo, patience: timedelta) -> Overview:
    """The overview of these lines: everything received within DAYS, and whatever is open."""
    today = now.astimezone(zone).date()
    waiting = sorted((line for line in lines if line.since), key=lambda line: (line.since or now, line.id))
    waits = [now - line.since for line in waiting if line.since]
    ages = Counter(next((n for n, limit in enumerate(AGES) if wait <= limit), len(AGES)) for wait in waits)
    came = Counter(line.received_at.astimezone(zone).date() for line in lines if not line.made)
    filed = Counter(line.archived_at.astimezone(zone).date() for line in lines if line.archived_at)
    first = today - timedelta(days=DAYS - 1)
    days = tuple(first + timedelta(days=n) for n in range(DAYS))
    recent = [line for line in lines if line.received_at.astimezone(zone).date() >= first]
    return Overview(
        whole,
        came[today],
        filed[today],
        sum(line.state is ItemState.DOUBTFUL for line in lines),
        len(waiting),
        sum(wait > patience for wait in waits),
        tuple(ages[n] for n in range(len(AGES) + 1)),
        tuple(waiting[:SHOWN]),
        _sums(lines, today, zone),
        tuple((day, came[day], filed[day]) for day in days),
        sum(line.size for line in recent),
        tuple(line for line in lines if line.unread and line.state is ItemState.DOUBTFUL)[:SHOWN],
    )


def _sums(lines: Sequence[Line], today: date, zone: tzinfo) -> tuple[tuple[str, Decimal], ...]:
    """Of what was handed in this month and is filed or awaits approval."""
    found: dict[str, Decimal] = {}
    for line in lines:
        day = line.received_at.astimezone(zone).date()
        if line.state in _COUNTED and line.currency == "CNY" and line.total and (day.year, day.month) == (
            today.year, today.month,
        ):  # fmt: skip
            found[line.category] = found.get(line.category, Decimal(0)) + line.total
    return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
