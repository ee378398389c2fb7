"""What a file says twice: a month pasted below itself, an account with two balances, an account of two currencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archive.balance import Balance
from archive.bank_line import BankLine
from archive.finding import Level
from archive.voucher import Voucher
from archive.words import Text
from intake.sheet.rows import Notes


def vouchers(found: Sequence[Voucher], notes: Notes) -> tuple[Voucher, ...]:
    """Each once: one that says the same to the last word under the same number is the same voucher."""
    kept: dict[Voucher, Voucher] = {}
    for v in found:
        first = kept.setdefault(replace(v, row=0, lines=tuple(replace(x, row=0) for x in v.lines)), v)
        if first is not v:
            why = Text(
                f"第 {v.row} 行的 {v.ref} 与第 {first.row} 行完全相同，只计一次",
                f"{v.ref} in row {v.row} is the one in row {first.row}; counted once",
            )
            notes.add("voucher_twice", v.row, why)
    return tuple(kept.values())


def balances(found: Sequence[Balance], notes: Notes) -> tuple[Balance, ...]:
    """Each once where both say the same; where they differ nobody can tell which holds."""
    kept: dict[tuple[str, str, str], Balance] = {}
    for b in found:
        first = kept.setdefault(b.key, b)
        if first is b:
            continue
        named = f"{b.period} {b.account} {b.name}"
        if replace(b, row=0) == replace(first, row=0):
            why = Text(
                f"第 {b.row} 行与第 {first.row} 行完全相同（{named}），只计一次",
                f"Row {b.row} is row {first.row} again ({named}); counted once",
            )
            notes.add("row_twice", b.row, why)
        else:
            why = Text(
                f"第 {b.row} 行与第 {first.row} 行是同一科目同一月份（{named}），数字不同",
                f"Rows {first.row} and {b.row} are one account and month ({named}) with different figures",
            )
            notes.add("balance_twice", b.row, why, Level.STOP)
    return tuple(kept.values())


def currencies(lines: Sequence[BankLine], notes: Notes) -> None:
    """One account whose lines are in two currencies: its balances can't follow from them."""
    known: dict[str, BankLine] = {}
    for line in lines:
        first = known.setdefault(line.account, line) if line.currency else line
        if first.currency != line.currency:
            why = Text(
                f"第 {line.row} 行是 {line.currency}，第 {first.row} 行是 {first.currency}：同一账号一列里有两种币种",
                f"Row {line.row} is in {line.currency}, row {first.row} in {first.currency}: "
                "two currencies in one column of one account",
            )
            notes.add("two_currencies", line.row, why, Level.STOP)
