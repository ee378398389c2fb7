"""趋势: the main figures month by month, and of a period against the one before and the same of last year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.analysis import figures as f
from archive.analysis.figures import Figures, of, previous, year_earlier
from archive.ledger import before, months_between

#: Months shown, where the books reach so far.
MONTHS = 24


@dataclass(frozen=True, slots=True)
class Point:
    """One month. None where the books don't tell."""

    month: str
    revenue: Decimal | None
    cost: Decimal | None
    operating: Decimal | None
    net: Decimal | None
    cash: Decimal | None  # net, from operations
    money: Decimal | None  # at the end

    @property
    def margin(self) -> Decimal | None:
        """Gross profit as a share of revenue."""
        if self.revenue is None or self.cost is None or self.revenue <= 0:
            return None
        return (self.revenue - self.cost) / self.revenue


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of a statement over three spans."""

    line: str
    kind: str  # of the statement
    now: Decimal | None
    before: Decimal | None
    year_earlier: Decimal | None


def points(figures: Figures, last: str, count: int = MONTHS) -> list[Point]:
    """Month after month up to `last`, at most `count`, as far back as the books reach."""
    first = max(before(last, count - 1), figures.ledger.first)
    return [_point(figures, month) for month in months_between(first, last)]


def _point(figures: Figures, month: str) -> Point:
    income, cash = figures.lines("income", [month]), figures.lines("cash", [month])
    balance = figures.lines("balance", [month])
    return Point(
        month, of(income, f.REVENUE), of(income, f.COST), of(income, f.OPERATING), of(income, f.NET),
        of(cash, f.CASH_FROM_OPERATIONS), of(balance, f.MONEY),
    )  # fmt: skip


#: What is set against the earlier spans.
_COMPARED = (
    ("income", f.REVENUE), ("income", f.COST), ("income", ("税金及附加", "营业税金及附加")), ("income", ("销售费用",)),
    ("income", ("管理费用",)), ("income", ("研发费用",)), ("income", ("财务费用",)), ("income", f.OPERATING),
    ("income", f.BEFORE_TAX), ("income", f.NET), ("cash", f.CASH_FROM_OPERATIONS),
    ("cash", ("投资活动产生的现金流量净额",)), ("cash", ("筹资活动产生的现金流量净额",)),
    ("balance", f.MONEY), ("balance", ("应收账款",)), ("balance", ("存货",)), ("balance", ("应付账款",)),
    ("balance", f.ASSETS), ("balance", ("负债合计",)),
)  # fmt: skip


def compared(figures: Figures, months: Sequence[str]) -> list[Compared]:
    """The main lines of these months, of as many before, and of the same a year earlier."""
    spans = (months, previous(months), year_earlier(months))
    found = []
    for kind, names in _COMPARED:
        lines = [figures.lines(kind, each) for each in spans]
        name = next((n for n in names if n in lines[0]), None)
        if name is not None and any(each.get(name) for each in lines):
            found.append(Compared(name, kind, *(each.get(name) for each in lines)))
    return found
