"""Lines of a bank statement (银行对账单): signed from the company's view, and what holds from line to line."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from archive.finding import Level
from archive.money import thousands
from archive.remark import Remark
from archive.words import Text


@dataclass(frozen=True, slots=True)
class BankLine:
    """One movement: received positive, paid negative. The bank's 借 is the company's payment."""

    account: str  # our account number at the bank, "" where the file names none
    date: date
    amount: Decimal
    balance: Decimal | None = None  # after it
    time: str = ""
    serial: str = ""  # 流水号
    party: str = ""  # the other side's name
    party_account: str = ""
    summary: str = ""
    currency: str = ""
    repeats: int = 0  # how often the file had it once more
    row: int = 0

    @property
    def period(self) -> str:
        """2026-04."""
        return f"{self.date:%Y-%m}"

    @property
    def core(self) -> tuple[object, ...]:
        """The same movement in another download."""
        if self.serial:
            return (self.account, self.date, self.serial, self.amount.normalize())
        return (self.account, self.date, self.time, self.amount.normalize(), self.balance, self.party, self.summary)

    @property
    def ref(self) -> str:
        """How it is named to people."""
        return self.serial or f"{self.date} {thousands(self.amount)}"


def once(lines: Iterable[BankLine]) -> tuple[tuple[BankLine, ...], tuple[Remark, ...]]:
    """The lines without those exported twice (same serial number, day and amount), and a remark for each."""
    kept: dict[tuple[object, ...], BankLine] = {}
    found: list[Remark] = []
    for line in lines:
        first = kept.get(line.core)
        if first is None:
            kept[line.core] = line
            continue
        kept[line.core] = replace(first, repeats=first.repeats + 1)
        found.append(repeated(first, line.row))
    return tuple(kept.values()), tuple(found)


def repeated(line: BankLine, again: int = 0) -> Remark:
    """A line the bank's file has twice. `again`: the row of the second."""
    amount = thousands(line.amount)
    where = Text(f"第 {again} 行", f"row {again}") if again else Text("对账单", "the statement")
    why = Text(
        f"{where.zh}重复了第 {line.row} 行的同一笔（{line.date} {line.ref} {amount}），只计一次",
        f"{where.en} repeats row {line.row}, the same movement ({line.date} {line.ref} {amount}); counted once",
    )
    return Remark("bank_line_twice", Level.WARN, (line.ref,), why, again or line.row)


def check(lines: Sequence[BankLine]) -> tuple[Remark, ...]:
    """Each balance follows from the one before, in the order of the file or from its end."""
    found: list[Remark] = []
    for account in dict.fromkeys(line.account for line in lines):
        mine = ordered([line for line in lines if line.account == account])
        found += _breaks(mine)
    return tuple(found)


def ordered(lines: Sequence[BankLine]) -> list[BankLine]:
    """Oldest first: files that begin with the newest are turned round."""
    rows = list(lines)
    if len(rows) < 2:
        return rows
    if rows[0].date > rows[-1].date:
        return rows[::-1]
    if rows[0].date == rows[-1].date and len(list(_breaks(rows))) > len(list(_breaks(rows[::-1]))):
        return rows[::-1]
    return rows


def _breaks(rows: Sequence[BankLine]) -> Iterator[Remark]:
    for before, line in itertools.pairwise(rows):
        if before.balance is None or line.balance is None or before.balance + line.amount == line.balance:
            continue
        a, b = thousands(before.balance + line.amount), thousands(line.balance)
        why = Text(
            f"第 {line.row} 行余额 {b}，按上一行应为 {a}：可能缺行",
            f"Row {line.row} has the balance {b}; by the row before it should be {a}: lines may be missing",
        )
        yield Remark("bank_balance", Level.WARN, (line.ref,), why, line.row)
