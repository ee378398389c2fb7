"""结构: what revenue, cost, assets and debts are made of, as shares of the whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.analysis.figures import ASSETS, REVENUE, Figures, of, year_earlier
from archive.ledger import Ledger
from archive.sums import is_transfer, key_of
from archive.voucher import ZERO, Voucher

EXPENSES = ("销售费用", "管理费用", "研发费用", "财务费用")


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a whole, now and a year earlier."""

    name: str
    amount: Decimal
    of_whole: Decimal | None
    earlier: Decimal | None = None
    earlier_of_whole: Decimal | None = None


def common_size(figures: Figures, kind: str, months: Sequence[str]) -> list[Share]:
    """Every line of the statement as a share of revenue (利润表) or of all assets (资产负债表)."""
    names = REVENUE if kind == "income" else ASSETS
    now, then = figures.lines(kind, months), figures.lines(kind, year_earlier(months))
    whole, whole_then = of(now, names), of(then, names)
    found = []
    for name, amount in now.items():
        earlier = then.get(name)
        if amount or earlier:
            found.append(Share(name, amount or ZERO, _over(amount, whole), earlier, _over(earlier, whole_then)))
    return found


def parts(figures: Figures, line: str, months: Sequence[str]) -> list[Share]:
    """The accounts an income statement's line is made of, the largest first."""
    made = figures.statement("income", months)
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    nodes = figures.ledger.chart.nodes
    for part in made.parts.get(line, ()):
        node = nodes.get(part.account)
        sums[f"{part.account} {node.name}" if node else part.account] += part.amount
    whole = sum(sums.values(), ZERO)
    return [Share(n, a, _over(a, whole)) for n, a in sorted(sums.items(), key=lambda pair: -pair[1]) if a]


def by_department(ledger: Ledger, vouchers: Iterable[Voucher], months: Sequence[str]) -> list[Share]:
    """Expenses of the period by the department their entries name; "" what names none."""
    inside = set(months)
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for v in vouchers:
        if v.period not in inside or is_transfer(v.lines):
            continue
        for line in v.lines:
            node = ledger.chart.nodes.get(key_of(line))
            if node and node.role in EXPENSES:
                sums[line.department] += line.amount
    if not any(sums):
        return []
    whole = sum(sums.values(), ZERO)
    return [Share(n, a, _over(a, whole)) for n, a in sorted(sums.items(), key=lambda pair: -pair[1]) if a]


def _over(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return None if part is None or whole is None or whole <= 0 else part / whole
