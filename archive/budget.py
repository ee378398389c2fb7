"""What was planned (预算): an amount for an account or an item, of a month, a quarter or a year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from archive.finding import Level
from archive.remark import Remark
from archive.words import Text

MONTHS_OF_QUARTER = 3


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One planned amount, income and expenses both positive, in yuan."""

    year: int
    months: tuple[int, ...]  # one, the three of a quarter, or all twelve
    account: str  # digits only; "" where the file names an item
    name: str  # of the account, or the item: 管理费用, 营业收入, 差旅费
    amount: Decimal
    department: str = ""
    row: int = 0

    @property
    def period(self) -> str:
        """The year: budgets are kept year by year."""
        return str(self.year)

    @property
    def key(self) -> tuple[object, ...]:
        """What it is the budget of."""
        return (self.year, self.months, self.account, self.name, self.department)

    @property
    def label(self) -> str:
        """How it is named to people."""
        return " ".join(filter(None, (self.account, self.name, self.department)))


def check(lines: Iterable[BudgetLine]) -> Iterator[Remark]:
    """One item planned twice for the same months: the amounts differ, and nothing tells which counts."""
    seen: dict[tuple[object, ...], BudgetLine] = {}
    for line in lines:
        first = seen.setdefault(line.key, line)
        if first is not line and first.amount != line.amount:
            why = Text(
                f"第 {line.row} 行「{line.label}」与第 {first.row} 行是同一项目同一期间，金额不同",
                f"Row {line.row}, “{line.label}”: row {first.row} has another amount for the same item and months",
            )
            yield Remark("budget_twice", Level.STOP, (line.label,), why, line.row)
