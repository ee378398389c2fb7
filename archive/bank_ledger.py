"""A bank account in the books: its lines, its balance, and which statement is its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from archive.account import root_name
from archive.balance import Balance
from archive.bank_line import BankLine
from archive.voucher import ZERO, Voucher, VoucherKind


@dataclass(frozen=True, slots=True)
class BookLine:
    """One line of a bank account in the books: received positive, paid negative, in the account's currency."""

    ref: str  # 2025-01 记-35
    number: int  # of the line in its voucher, from 0
    date: date
    amount: Decimal
    words: str  # summaries and parties, for names
    corrects: bool = False  # its voucher corrects another


def bank_accounts(vouchers: Iterable[Voucher], names: Mapping[str, str]) -> dict[str, str]:
    """The lowest 银行存款 accounts the books use: code → name."""
    found: dict[str, str] = {}
    for v in vouchers:
        for line in v.lines:
            if line.account.startswith("1002") or (line.account_name and root_name(line.account_name) == "银行存款"):
                found.setdefault(line.account, names.get(line.account) or line.account_name)
    return dict(sorted(found.items()))


def pair_accounts(accounts: Mapping[str, str], statements: Mapping[str, Sequence[BankLine]],
                  lines: Mapping[str, Sequence[BookLine]]) -> dict[str, str]:  # fmt: skip
    """Account of the books → number at the bank: by the digits in its name, else by the amounts they share.

    `accounts`: code → name. Those of which nothing tells it are left out.
    """
    found: dict[str, str] = {}
    for code, name in accounts.items():
        tails = re.findall(r"\d{4,}", name)
        fits = [number for number in statements if any(number.endswith(tail) for tail in tails)]
        if len(fits) == 1:
            found[code] = fits[0]
    taken = set(found.values())
    for code in accounts:
        if code in found:
            continue
        mine = {line.amount for line in lines.get(code, ())}
        shared = sorted(
            (
                (len(mine & {s.amount for s in each}), number)
                for number, each in statements.items()
                if number not in taken
            ),
            reverse=True,
        )
        if shared and shared[0][0] >= 2 and (len(shared) == 1 or shared[0][0] > 2 * shared[1][0]):
            found[code] = shared[0][1]
            taken.add(shared[0][1])
    return found


def book_lines(vouchers: Iterable[Voucher], account: str, *, foreign: bool = False) -> list[BookLine]:
    """The account's lines in the books; in its foreign currency where `foreign`, without mere revaluations."""
    found: list[BookLine] = []
    for v in vouchers:
        for number, line in enumerate(v.lines):
            if not line.account.startswith(account):
                continue
            amount = line.foreign if foreign else line.amount
            if not amount:
                continue
            words = " ".join(dict.fromkeys(w for x in v.lines for w in (x.summary, x.party) if w))
            on = v.date or date(v.year, v.month, 1)
            found.append(BookLine(v.ref, number, on, amount, words, v.kind is VoucherKind.CORRECTION))
    return found


def is_foreign(currency: str) -> bool:
    """Whether it is another than 人民币."""
    return bool(currency) and not re.match(r"(人民币|CNY|RMB|¥|￥|01)", currency.upper())


def book_balance(balances: Iterable[Balance], vouchers: Sequence[Voucher], account: str, period: str) -> Decimal | None:
    """Per books at a month's end, in their currency: told by that month's trial balance, or moved on from another's."""
    told = sorted((b for b in balances if b.account == account and not b.party), key=lambda b: b.period)
    if not told:
        return None
    before = [b for b in told if b.period <= period]
    if before:
        base, since = before[-1].closing, before[-1].period
        return base + _moved(vouchers, account, since, period)
    first = told[0]
    return first.opening - _moved(vouchers, account, period, f"{_before(first.period)}")


def _moved(vouchers: Sequence[Voucher], account: str, after: str, upto: str) -> Decimal:
    return sum(
        (x.amount for v in vouchers if after < v.period <= upto for x in v.lines if x.account.startswith(account)), ZERO
    )


def _before(period: str) -> str:
    year, month = int(period[:4]), int(period[5:])
    return f"{year - 1:04}-12" if month == 1 else f"{year:04}-{month - 1:02}"
