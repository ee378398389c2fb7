"""每日摘要: what concerns one person since the last one, from their documents and what is laid before them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.access import Person
from archive.approval import Case, Verdict, deciders
from archive.item import Item, ItemState


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person said of their digest. `hour` and `minute` by the company's clocks; `last`: day of the last."""

    person: str
    on: bool | None  # None: nothing was said, so it is on for approvers with something to decide
    hour: int = 9
    minute: int = 0
    last: str = ""  # 2026-11-24


@dataclass(frozen=True, slots=True)
class Digest:
    """Item ids. Of one's own documents: passed, moved on a step, rejected, to be completed; to decide, and overdue."""

    passed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    under_way: tuple[str, ...] = ()
    to_decide: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()  # of those to decide
    oldest: datetime | None = None  # since when the first of them waits, UTC

    def __bool__(self) -> bool:
        """Whether there is anything to say; that one's documents are under way alone is not worth a message."""
        return bool(self.passed or self.moved or self.rejected or self.incomplete or self.to_decide)


def waits_since(case: Case) -> datetime:
    """From when the open step waits: its opening, or the decision before."""
    return max(case.opened_at, case.decisions[-1].at) if case.decisions else case.opened_at


def digest(
    person: Person, pairs: Sequence[tuple[Item, Case]], people: Sequence[Person], since: datetime, now: datetime,
    patience: timedelta,
) -> Digest:  # fmt: skip
    """Of the company's documents (`pairs`) what concerns the person and happened since, or is still open."""
    mine = [(item, case) for item, case in pairs if item.owner == person.id and item.company == person.company]
    fresh = [(i, c) for i, c in mine if c.decisions and c.decisions[-1].at >= since]
    waiting = sorted(
        ((i, c) for i, c in pairs if i.state is ItemState.PENDING and person in deciders(c, i, people)),
        key=lambda pair: waits_since(pair[1]),
    )
    return Digest(
        passed=_ids((i, c) for i, c in fresh if c.closed is Verdict.APPROVE),
        moved=_ids((i, c) for i, c in fresh if not c.closed and c.decisions[-1].verdict is Verdict.APPROVE),
        rejected=_ids((i, c) for i, c in fresh if i.state is ItemState.REJECTED),
        incomplete=_ids((i, c) for i, c in mine if i.state is ItemState.DOUBTFUL),
        under_way=_ids((i, c) for i, c in mine if i.state is ItemState.PENDING),
        to_decide=_ids(waiting),
        overdue=_ids((i, c) for i, c in waiting if now - waits_since(c) >= patience),
        oldest=waits_since(waiting[0][1]) if waiting else None,
    )


def _ids(pairs: Iterable[tuple[Item, Case]]) -> tuple[str, ...]:
    return tuple(item.id for item, _ in pairs)
