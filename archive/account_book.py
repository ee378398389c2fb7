"""会计账簿 of a year, made of its vouchers and balances: 总账 by month, 明细账 by entry with the balance after each.

79号令 Art 6, 附表1: 总账, 明细账, 日记账 are kept for 30 years; DA/T 94-2022 8.5: books by kind within a fiscal year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from archive.balance import Balance
from archive.voucher import ZERO, Voucher

#: 库存现金 and 银行存款: their books are 日记账.
CASH = ("1001", "1002")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a 明细账; `balance` after it, debit positive."""

    date: date | None
    ref: str
    summary: str
    party: str
    debit: Decimal
    credit: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a 明细账. `opened`: whether the books tell what it began the year with."""

    code: str
    name: str
    opening: Decimal
    opened: bool
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """One account and month of the 总账."""

    code: str
    name: str
    period: str
    opening: Decimal
    debit: Decimal
    credit: Decimal
    closing: Decimal


@dataclass(frozen=True, slots=True)
class Book:
    """One book, a 件 of its own: the 总账 of a year, or a first-level account's 明细账 or 日记账."""

    kind: str  # of the retention table
    code: str  # of the first-level account; "" for the 总账
    name: str
    year: int
    months: tuple[Month, ...] = ()
    accounts: tuple[Account, ...] = ()

    @property
    def title(self) -> str:
        """题名: 会计期间 + 账簿类别 (DA/T 94 F.1)."""
        return " ".join(filter(None, (f"{self.year}年{self.kind}", self.code, self.name)))


def books(year: int, vouchers: Sequence[Voucher], balances: Iterable[Balance]) -> list[Book]:
    """The year's books, in the order of DA/T 94 8.5.3. Without balances there is no 总账."""
    rows = sorted((b for b in balances if b.period.startswith(f"{year}-") and not b.party), key=lambda b: b.key)
    made: list[Book] = []
    if months := _months(rows):
        made.append(Book("总账", "", "", year, months=months))
    accounts = list(_accounts([v for v in vouchers if v.year == year], rows))
    names = {b.account: b.name for b in rows}
    for cash in (False, True):
        for code in sorted({a.code[:4] for a in accounts if a.code.startswith(CASH) is cash}):
            mine = tuple(a for a in accounts if a.code[:4] == code)
            name = names.get(code) or mine[0].name.split("/")[0]
            made.append(Book("日记账" if cash else "明细账", code, name, year, accounts=mine))
    return made


def _months(rows: Iterable[Balance]) -> tuple[Month, ...]:
    found = [Month(b.account, b.name, b.period, b.opening, b.debit, b.credit, b.closing) for b in rows
             if len(b.account) == 4]  # fmt: skip
    return tuple(sorted(found, key=lambda m: (m.code, m.period)))


def _accounts(vouchers: Sequence[Voucher], rows: Sequence[Balance]) -> Iterator[Account]:
    first: dict[str, Balance] = {}
    for b in rows:
        first.setdefault(b.account, b)  # by account and then by month: the earliest
        if b.period < first[b.account].period:
            first[b.account] = b
    lines: dict[str, list[tuple[Voucher, int]]] = {}
    for v in sorted(vouchers, key=lambda v: (v.month, v.word, v.number)):
        for n, line in enumerate(v.lines):
            lines.setdefault(line.account or line.account_name, []).append((v, n))
    begun = min((v.period for v in vouchers), default="")
    told = any(b.period <= begun for b in rows)  # what the first month's table doesn't list stood at zero
    for code in sorted(lines):
        known = first.get(code)
        opening = balance = known.opening if known is not None and known.period <= begun else ZERO
        entries: list[Entry] = []
        name = known.name if known else ""
        for v, n in lines[code]:
            line = v.lines[n]
            balance += line.amount
            name = name or line.account_name
            entries.append(Entry(v.date, v.ref, line.summary, line.party, line.debit, line.credit, balance))
        yield Account(code, name, opening, told, tuple(entries))
