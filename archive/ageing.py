"""How old what is owed is (账龄): payments settle the oldest first, what is left is sorted by its age."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)
#: Upper ends of the classes in days, the last class open above.
CLASSES = (30, 90, 180, 365, 730, 1095)


@dataclass(frozen=True, slots=True)
class Move:
    """Something that changed what one party owes: positive what came to be owed, negative what was settled."""

    party: str
    on: date
    amount: Decimal
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Aged:
    """What one party owes by class, youngest first; `advance` is what it has paid beyond (negative)."""

    party: str
    classes: tuple[Decimal, ...]
    advance: Decimal
    oldest: date | None
    open: tuple[Move, ...]  # what is unsettled, with the part that is

    @property
    def total(self) -> Decimal:
        """The balance."""
        return sum(self.classes, ZERO) + self.advance


def ageing(moves: Iterable[Move], at: date, classes: Sequence[int] = CLASSES) -> tuple[Aged, ...]:
    """By party, the largest balance first. Moves after `at` are left out; a party that owes nothing isn't listed.

    A negative move settles the oldest open one first; the same when a red entry takes something back. What is settled
    in advance waits for what comes to be owed later.
    """
    by_party: dict[str, list[Move]] = {}
    for move in moves:
        if move.on <= at and move.amount:
            by_party.setdefault(move.party, []).append(move)
    found = [_aged(party, sorted(mine, key=lambda m: m.on), at, classes) for party, mine in by_party.items()]
    listed = [a for a in found if a.open or a.advance]
    return tuple(sorted(listed, key=lambda a: (-a.total, a.party)))


def _aged(party: str, moves: Sequence[Move], at: date, classes: Sequence[int]) -> Aged:
    open_: deque[Move] = deque()
    advance = ZERO
    for move in moves:
        left = move.amount
        if left > 0:
            taken = min(left, -advance)
            advance += taken
            if left > taken:
                open_.append(Move(party, move.on, left - taken, move.ref))
            continue
        while left < 0 and open_:
            first = open_.popleft()
            rest = first.amount + left
            if rest > 0:
                open_.appendleft(Move(party, first.on, rest, first.ref))
            left = min(rest, ZERO)
        advance += left
    sums = [ZERO] * (len(classes) + 1)
    for move in open_:
        days = (at - move.on).days
        sums[next((n for n, end in enumerate(classes) if days <= end), len(classes))] += move.amount
    return Aged(party, tuple(sums), advance, open_[0].on if open_ else None, tuple(open_))
