"""现金预测: the next three months from what is due by its age and from what recurs, as ranges, never to the cent.

Receipts from customers and payments to suppliers: what is open falls due after the company's own average term; for the
part of a month beyond that term the business is not done yet, and the usual month stands in. Every other cash flow line
that recurs: its usual month. 常见月 is the median of the last twelve months, the range its quartiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median, quantiles

from archive.ageing import Aged
from archive.analysis.figures import Figures
from archive.ledger import before, months_between
from archive.ratios import ratios
from archive.statements.cash_flow import cash_at
from archive.voucher import ZERO

AHEAD, KNOWN, ENOUGH = 3, 12, 3  # months: told, looked back at, needed
OFTEN, SOMETIMES = Decimal("0.5"), Decimal("0.25")  # of the months a line must have moved in
OLD = 365  # days: what is owed longer isn't counted upon
MONTH = 30


@dataclass(frozen=True, slots=True)
class Range:
    """From unfavourable to favourable; positive received or paid."""

    low: Decimal
    middle: Decimal
    high: Decimal

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.middle + other.middle, self.high + other.high)


NOTHING = Range(ZERO, ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class Flow:
    """One line of the cash flow statement over the months ahead; `out`: paid."""

    line: str
    out: bool
    how: str  # due, usual, mean
    months: tuple[Range, ...]
    seen: int  # months of those looked back at in which it moved


@dataclass(frozen=True, slots=True)
class Forecast:
    """What may come. `left`: lines that move too seldom to be foretold, with their last twelve months."""

    months: tuple[str, ...]
    known: tuple[str, ...]
    opening: Decimal
    flows: tuple[Flow, ...]
    left: tuple[tuple[str, Decimal], ...]
    terms: tuple[int | None, int | None]  # days customers take, and we
    overdue: tuple[Decimal, Decimal]  # receivables, payables past these terms, not older than a year

    def net(self, at: int) -> Range:
        """Received less paid in a month: unfavourable is little in and much out."""
        ins = sum((f.months[at] for f in self.flows if not f.out), NOTHING)
        outs = sum((f.months[at] for f in self.flows if f.out), NOTHING)
        return Range(ins.low - outs.high, ins.middle - outs.middle, ins.high - outs.low)

    def closing(self, at: int) -> Range:
        """Cash at the end of a month."""
        start = Range(self.opening, self.opening, self.opening)
        return sum((self.net(n) for n in range(at + 1)), start)


def forecast(figures: Figures, receivables: Sequence[Aged], payables: Sequence[Aged], month: str) -> Forecast | None:
    """From the end of this month. None where fewer than three months are known."""
    ledger = figures.ledger
    known = months_between(max(before(month, KNOWN - 1), ledger.first), month)
    if len(known) < ENOUGH:
        return None
    ahead = months_between(before(month, -1), before(month, -AHEAD))
    form = figures.statement("cash", [month]).form
    lines = [x for x in form.lines if x.key and not x.plus and x.key not in ("opening", "fx")]
    history = {x.name: [figures.lines("cash", [m]).get(x.name) or ZERO for m in known] for x in lines}
    at = date(int(ahead[0][:4]), int(ahead[0][5:]), 1) - timedelta(days=1)
    terms = _terms(figures, known)
    dues = {"sales": _due(receivables, at, terms[0]), "purchases": _due(payables, at, terms[1])}
    flows: list[Flow] = []
    left: list[tuple[str, Decimal]] = []
    for x in lines:
        past = history[x.name]
        moved = sum(bool(a) for a in past)
        if not moved:
            continue
        how, usual = _usual(past, moved)
        if x.key in dues and dues[x.key] is not None and how == "usual":
            due = dues[x.key]
            assert due is not None
            flows.append(Flow(x.name, x.out, "due", _rough(_blended(due, usual)), moved))
        elif how:
            flows.append(Flow(x.name, x.out, how, _rough((usual,) * AHEAD), moved))
        else:
            left.append((x.name, sum(past, ZERO) * (-1 if x.out else 1)))
    overdue = tuple(d.overdue if (d := dues[key]) else ZERO for key in ("sales", "purchases"))
    opening = cash_at(ledger, ledger.closing(month))
    return Forecast(tuple(ahead), tuple(known), opening, tuple(flows), tuple(left), terms, (overdue[0], overdue[1]))


def _terms(figures: Figures, known: Sequence[str]) -> tuple[int | None, int | None]:
    """Days of receivables and payables of the months looked back at."""
    made = ratios(
        figures.lines("balance", [known[-1]]), figures.opening(known[0]), figures.lines("income", known), {}, len(known)
    )
    days = {r.key: None if r.value is None else min(int(r.value), OLD) for r in made}
    return days["debtor_days"], days["creditor_days"]


@dataclass(frozen=True, slots=True)
class _Due:
    """What falls due in each month ahead, what is past its term, and each month's share within the term."""

    months: tuple[Decimal, ...]
    overdue: Decimal
    within: tuple[Decimal, ...]


def _due(aged: Sequence[Aged], at: date, term: int | None) -> _Due | None:
    if term is None:
        return None
    months, overdue = [ZERO] * AHEAD, ZERO
    for party in aged:
        for move in party.open:
            ahead = (move.on + timedelta(days=term) - at).days
            if (at - move.on).days > OLD:
                continue
            if ahead <= 0:
                overdue += move.amount
            elif (n := (ahead - 1) // MONTH) < AHEAD:
                months[n] += move.amount
    within = tuple(min(Decimal(1), max(ZERO, Decimal(term - MONTH * n) / MONTH)) for n in range(AHEAD))
    return _Due(tuple(months), overdue, within)


def _usual(past: Sequence[Decimal], moved: int) -> tuple[str, Range]:
    """The usual month with its quartiles; of what moves now and then the mean, from nothing to its largest month."""
    share = Decimal(moved) / len(past)
    if share >= OFTEN:
        low, _, high = quantiles(past, n=4, method="inclusive")
        return "usual", Range(low, median(past), high)
    if share >= SOMETIMES:
        return "mean", Range(ZERO, sum(past, ZERO) / len(past), max(past))
    return "", NOTHING


def _blended(due: _Due, usual: Range) -> tuple[Range, ...]:
    """Overdue: spread over the months in the middle, none of it at the low end, all in the first month at the high."""
    found = []
    for n, (amount, within) in enumerate(zip(due.months, due.within, strict=True)):
        rest = 1 - within
        late = due.overdue / AHEAD
        top = due.overdue if n == 0 else ZERO
        found.append(
            Range(amount + rest * usual.low, amount + late + rest * usual.middle, amount + top + rest * usual.high)
        )
    return tuple(_ordered(r) for r in found)


def _ordered(r: Range) -> Range:
    return Range(min(r.low, r.middle), r.middle, max(r.high, r.middle))


def _rough(months: Sequence[Range]) -> tuple[Range, ...]:
    return tuple(Range(rough(r.low), rough(r.middle), rough(r.high)) for r in months)


def rough(amount: Decimal) -> Decimal:
    """To three figures, thousands at the least: 1,234,567.89 is 1,230,000."""
    places = max(len(str(int(abs(amount)))) - 3, 3)
    return amount.quantize(Decimal(1)).scaleb(-places).quantize(Decimal(1)).scaleb(places) + ZERO
