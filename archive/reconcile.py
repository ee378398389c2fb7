"""Books against the bank (余额调节表): what one side has at the end of a month and the other only later, or never."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from archive.bank_ledger import BookLine
from archive.bank_line import BankLine
from archive.pairing import Pair, match
from archive.voucher import ZERO
from archive.words import Text

Day: TypeAlias = date


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A line that the other side has not by the month's end; `later`: the day it has it, None for not at all."""

    ref: str
    date: date
    amount: Decimal  # unsigned
    words: str
    later: Day | None = None
    later_ref: str = ""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """余额调节表 of one account at a month's end."""

    account: str  # of the books
    bank_account: str
    period: str
    currency: str
    books: Decimal | None  # balance per books; None where nothing tells it
    bank: Decimal | None
    books_derived: bool  # no trial balance told it: it follows from the bank's first balance and the lines
    received_not_by_bank: tuple[Outstanding, ...] = ()  # 企业已收银行未收
    paid_not_by_bank: tuple[Outstanding, ...] = ()  # 企业已付银行未付
    received_not_by_books: tuple[Outstanding, ...] = ()  # 银行已收企业未收
    paid_not_by_books: tuple[Outstanding, ...] = ()  # 银行已付企业未付
    pairs: tuple[Pair, ...] = field(default=())  # with a line in this month

    @property
    def adjusted_books(self) -> Decimal | None:
        """What the books would say with everything the bank has."""
        return None if self.books is None else self.books + _net(self.received_not_by_books, self.paid_not_by_books)

    @property
    def adjusted_bank(self) -> Decimal | None:
        """What the bank would say with everything the books have."""
        return None if self.bank is None else self.bank + _net(self.received_not_by_bank, self.paid_not_by_bank)

    @property
    def difference(self) -> Decimal | None:
        """Zero when all is explained."""
        if self.adjusted_books is None or self.adjusted_bank is None:
            return None
        return self.adjusted_books - self.adjusted_bank


def _net(received: Iterable[Outstanding], paid: Iterable[Outstanding]) -> Decimal:
    return sum((x.amount for x in received), ZERO) - sum((x.amount for x in paid), ZERO)


def reconcile(
    account: str,
    period: str,
    books: Sequence[BookLine],
    bank: Sequence[BankLine],
    *,
    balance: Decimal | None,
    pairs: Sequence[Pair] | None = None,
) -> Reconciliation:
    """The reconciliation at the end of a month. `balance`: per books, where a trial balance tells it."""
    pairs = match(books, bank) if pairs is None else pairs
    ours, theirs = tuple(_not_by_bank(books, pairs, period)), tuple(_not_by_books(bank, pairs, period))
    per_bank = _bank_balance(bank, period)
    derived = balance is None
    if balance is None:
        balance = _derived(books, bank, period)
    return Reconciliation(
        account=account,
        bank_account=bank[0].account if bank else "",
        period=period,
        currency=next((x.currency for x in bank if x.currency), ""),
        books=balance,
        bank=per_bank,
        books_derived=derived,
        received_not_by_bank=tuple(entry for amount, entry in ours if amount > 0),
        paid_not_by_bank=tuple(entry for amount, entry in ours if amount <= 0),
        received_not_by_books=tuple(entry for amount, entry in theirs if amount > 0),
        paid_not_by_books=tuple(entry for amount, entry in theirs if amount <= 0),
        pairs=tuple(p for p in pairs if _in(p.book, period) or _in(p.bank, period)),
    )


def _not_by_bank(
    books: Sequence[BookLine], pairs: Sequence[Pair], period: str
) -> Iterator[tuple[Decimal, Outstanding]]:
    """Lines of the books up to the month that the bank hasn't by its end, each with its signed amount."""
    paired = {id(line): pair for pair in pairs for line in pair.book}
    for line in books:
        pair = paired.get(id(line))
        if _after(line.date, period) or (pair and pair.bank and _by(pair.bank, period)):
            continue
        if pair and not pair.bank and not any(_after(x.date, period) for x in pair.book):
            continue
        there = sum((x.amount for x in pair.bank if not _after(x.date, period)), ZERO) if pair else ZERO
        last = max(pair.bank, key=lambda x: x.date) if pair and pair.bank else None
        later = (last.date, last.ref) if last else (None, "")
        yield line.amount, Outstanding(line.ref, line.date, abs(line.amount - there), line.words, *later)


def _not_by_books(
    bank: Sequence[BankLine], pairs: Sequence[Pair], period: str
) -> Iterator[tuple[Decimal, Outstanding]]:
    """Movements of the bank up to the month that the books haven't by its end, each with its signed amount."""
    paired = {id(line): pair for pair in pairs for line in pair.bank}
    for line in bank:
        pair = paired.get(id(line))
        if _after(line.date, period) or (pair and any(not _after(x.date, period) for x in pair.book)):
            continue
        last = max(pair.book, key=lambda x: x.date) if pair else None
        later = (last.date, last.ref) if last else (None, "")
        words = " ".join(filter(None, (line.party, line.summary)))
        yield line.amount, Outstanding(line.ref, line.date, abs(line.amount), words, *later)


def _in(lines: Sequence[BookLine] | Sequence[BankLine], period: str) -> bool:
    return any(f"{line.date:%Y-%m}" == period for line in lines)


def _after(on: date, period: str) -> bool:
    return f"{on:%Y-%m}" > period


def _by(lines: Sequence[BankLine], period: str) -> bool:
    return all(not _after(line.date, period) for line in lines)


def _bank_balance(bank: Sequence[BankLine], period: str) -> Decimal | None:
    """After the last line by the month's end; before the first line ever it is what that line began with."""
    told = [line for line in bank if line.balance is not None]
    before = [line for line in told if not _after(line.date, period)]
    if before:
        return before[-1].balance
    return told[0].balance - told[0].amount if told and told[0].balance is not None else None


def _derived(books: Sequence[BookLine], bank: Sequence[BankLine], period: str) -> Decimal | None:
    """As if both had begun with the same balance."""
    first = next((line for line in bank if line.balance is not None), None)
    if first is None or first.balance is None:
        return None
    opening = first.balance - first.amount
    return opening + sum((line.amount for line in books if not _after(line.date, period)), ZERO)


def listed(r: Reconciliation) -> Iterator[tuple[Text, tuple[Outstanding, ...]]]:
    """The four lists with their names, in the order of the form."""
    yield Text("企业已收、银行未收", "received by us, not by the bank"), r.received_not_by_bank
    yield Text("企业已付、银行未付", "paid by us, not by the bank"), r.paid_not_by_bank
    yield Text("银行已收、企业未收", "received by the bank, not by us"), r.received_not_by_books
    yield Text("银行已付、企业未付", "paid by the bank, not by us"), r.paid_not_by_books
