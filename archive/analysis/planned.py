"""预算: what was planned against what the books have, item by item."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.analysis.figures import Figures
from archive.budget import BudgetLine
from archive.ledger import Ledger
from archive.money import CENT
from archive.sums import is_transfer, key_of
from archive.voucher import ZERO, Voucher

_ORDINAL = re.compile(r"^(?:[一二三四五六七八九十]+、|其中[:：]|[减加][:：])|\s+")


@dataclass(frozen=True, slots=True)
class Compared:
    """One item. `actual` None: nothing in the books goes by this name."""

    account: str
    name: str
    department: str
    budget: Decimal
    actual: Decimal | None
    year: Decimal  # the whole year's budget
    source: str  # account, income, cash, name, ""
    income: bool  # more is better
    spread: bool  # part of a longer budget, spread evenly

    @property
    def difference(self) -> Decimal | None:
        """Actual less budget."""
        return None if self.actual is None else self.actual - self.budget

    @property
    def share(self) -> Decimal | None:
        """The difference as a share of the budget."""
        return None if self.difference is None or self.budget <= 0 else self.difference / self.budget

    @property
    def good(self) -> bool | None:
        """Whether the difference is in the company's favour; None where there is none."""
        return None if not self.difference else (self.difference > 0) == self.income


def compare(
    figures: Figures, lines: Iterable[BudgetLine], vouchers: Sequence[Voucher], months: Sequence[str]
) -> list[Compared]:
    """Every item with a budget in these months, in the order of the file."""
    items: dict[tuple[str, str, str], list[BudgetLine]] = {}
    for line in sorted(lines, key=lambda b: (b.row, b.months)):
        items.setdefault((line.account, line.name, line.department), []).append(line)
    years = {int(m[:4]) for m in months}
    found = []
    for (account, name, department), mine in items.items():
        told = [_of_month(mine, m) for m in months]
        if all(t is None for t in told):
            continue
        budget = sum((t[0] for t in told if t), ZERO).quantize(CENT)
        whole = [_of_month(mine, f"{y}-{n:02}") for y in years for n in range(1, 13)]
        actual, source, income = _actual(figures, account, name, department, vouchers, months)
        found.append(
            Compared(
                account, name, department, budget, actual, sum((t[0] for t in whole if t), ZERO).quantize(CENT), source,
                income, any(t[1] and len(set(t[1]) - _numbers(months)) > 0 for t in told if t),
            )
        )  # fmt: skip
    return found


def _numbers(months: Sequence[str]) -> set[int]:
    return {int(m[5:]) for m in months}


def _of_month(lines: Sequence[BudgetLine], month: str) -> tuple[Decimal, tuple[int, ...]] | None:
    """The month's share of the narrowest budget that covers it, and the months of that budget."""
    year, number = int(month[:4]), int(month[5:])
    fits = [b for b in lines if b.year == year and number in b.months]
    if not fits:
        return None
    best = min(fits, key=lambda b: len(b.months))
    return best.amount / len(best.months), best.months


def _actual(
    figures: Figures, account: str, name: str, department: str, vouchers: Sequence[Voucher], months: Sequence[str]
) -> tuple[Decimal | None, str, bool]:
    """By account; by the line of a statement; by the name of an account."""
    known = [m for m in months if m in figures.ledger.months]
    nodes = figures.ledger.chart.nodes
    said = _ORDINAL.sub("", name)
    accounts = {a for a in nodes if account and (a == account or (a.isdigit() and a.startswith(account)))}
    source = "account"
    if not accounts and not department and known:
        for kind in ("income", "cash"):
            for line, amount in figures.lines(kind, known).items():
                if line == said and amount is not None:
                    return amount, kind, _is_income_line(figures, kind, known, line)
    if not accounts and said:
        accounts, source = _named(figures.ledger, said), "name"
    if not accounts:
        return None, "", False
    income = all(nodes[a].group == "income" for a in accounts)
    if department:
        return _of_department(figures.ledger, accounts, department, vouchers, known, income), source, income
    return sum((_moved(figures.ledger, a, known) for a in accounts), ZERO), source, income


def _is_income_line(figures: Figures, kind: str, months: Sequence[str], line: str) -> bool:
    found = figures.statement(kind, months).form.line(line)
    if found is None:
        return False
    return not found.out if kind == "cash" else found.credit or bool(found.plus)


def _named(ledger: Ledger, name: str) -> set[str]:
    """Accounts of this name, and those below them."""
    nodes: Mapping[str, object] = ledger.chart.nodes
    own = {a for a, n in ledger.chart.nodes.items() if name in (n.path[-1], n.name, n.role)}
    return own | {a for a in nodes for o in own if a.isdigit() and o.isdigit() and a.startswith(o)}


def _moved(ledger: Ledger, account: str, months: Sequence[str]) -> Decimal:
    """What moved on its natural side: of results the net of both, of assets what came in."""
    group = ledger.chart.nodes[account].group
    found = ZERO
    for month in months:
        debit, credit = ledger.months[month].turnover.get(account, (ZERO, ZERO))
        if group in ("income", "expense"):
            found += credit - debit if group == "income" else debit - credit
        else:
            found += credit if group in ("liability", "equity") else debit
    return found


def _of_department(
    ledger: Ledger,
    accounts: set[str],
    department: str,
    vouchers: Sequence[Voucher],
    months: Sequence[str],
    income: bool,
) -> Decimal:
    inside = set(months)
    found = sum(
        (
            line.amount
            for v in vouchers if v.period in inside and not is_transfer(v.lines)
            for line in v.lines if line.department == department and key_of(line) in accounts
        ),
        ZERO,
    )  # fmt: skip
    return -found if income else found
