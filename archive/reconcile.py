"""Books against the bank (银行存款余额调节表): which line is which, why, and what stands on one side only.

A line of the books and one of the statement are the same movement when their amounts agree and little speaks against
it: days between them, another name. One line of the books may be several of the bank (a customer pays in parts), and
the other way round. What one side has by the month's end and the other only later, or never, is outstanding.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from archive.account import root_name
from archive.balance import Balance
from archive.bank_line import BankLine
from archive.money import thousands
from archive.voucher import Voucher, VoucherKind
from archive.words import Text

Day: TypeAlias = date
ZERO = Decimal(0)
APART = 45  # days between the two sides of one movement at most
PARTS = 4  # lines that may make one together
PARTS_APART = 12  # days within which they lie
CLOSE = 3  # the same, where the books name no party
CROWD = 24  # candidates for parts that are tried together


@dataclass(frozen=True, slots=True)
class BookLine:
    """One line of a bank account in the books: received positive, paid negative, in the account's currency."""

    ref: str  # 2025-01 记-35
    number: int  # of the line in its voucher, from 0
    date: date
    amount: Decimal
    words: str  # summaries and parties, for names
    corrects: bool = False  # its voucher corrects another


@dataclass(frozen=True, slots=True)
class Pair:
    """Lines that are one movement, with the reason. Either side may have several; the amounts are equal.

    Without a line of the bank: a red entry and what it takes back.
    """

    book: tuple[BookLine, ...]
    bank: tuple[BankLine, ...]
    why: Text


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


# whose statement it is


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


# which line is which


def match(books: Sequence[BookLine], bank: Sequence[BankLine]) -> list[Pair]:
    """Pairs over all time: single lines first, the likeliest first; then corrections, vouchers as a whole, parts."""
    pairs, books_left, bank_left = _singles(books, bank)
    pairs += _taken_back(books_left)
    pairs += _whole_vouchers(books_left, bank_left)
    for one, several in ((books_left, bank_left), (bank_left, books_left)):
        for whole in sorted(one, key=lambda x: x.date):
            if parts := _parts(whole, several):
                several[:] = [x for x in several if not any(x is p for p in parts)]
                one[:] = [x for x in one if x is not whole]
                pairs.append(_pair_of(whole, parts))
    return pairs


def _singles(
    books: Sequence[BookLine], bank: Sequence[BankLine]
) -> tuple[list[Pair], list[BookLine | BankLine], list[BookLine | BankLine]]:
    by_amount: dict[Decimal, list[int]] = {}
    for n, line in enumerate(bank):
        by_amount.setdefault(line.amount, []).append(n)
    choices = sorted(
        (_cost(b, bank[n]), m, n)
        for m, b in enumerate(books)
        for n in by_amount.get(b.amount, ())
        if abs((b.date - bank[n].date).days) <= APART
    )
    books_done: set[int] = set()
    bank_done: set[int] = set()
    pairs: list[Pair] = []
    for _, m, n in choices:
        if m in books_done or n in bank_done:
            continue
        books_done.add(m)
        bank_done.add(n)
        pairs.append(Pair((books[m],), (bank[n],), _why(books[m], bank[n])))
    left_books: list[BookLine | BankLine] = [b for m, b in enumerate(books) if m not in books_done]
    left_bank: list[BookLine | BankLine] = [b for n, b in enumerate(bank) if n not in bank_done]
    return pairs, left_books, left_bank


def _taken_back(left: list[BookLine | BankLine]) -> Iterator[Pair]:
    """A red entry and the line it takes back, or the right one that follows it: nothing of them reaches the bank."""
    lines = [x for x in left if isinstance(x, BookLine)]
    for red in [x for x in lines if x.corrects]:
        if not any(red is x for x in left):
            continue
        fits = [x for x in left if isinstance(x, BookLine) and x is not red and x.amount == -red.amount]
        if not fits:
            continue
        other = min(fits, key=lambda x: (not x.corrects, abs((x.date - red.date).days)))
        left[:] = [x for x in left if x is not red and x is not other]
        why = Text(f"{red.ref} 与 {other.ref} 相互冲销", f"{red.ref} and {other.ref} cancel each other")
        yield Pair((red, other), (), why)


def _whole_vouchers(books: list[BookLine | BankLine], bank: list[BookLine | BankLine]) -> Iterator[Pair]:
    """The lines of one voucher on the account, which the bank shows as one movement."""
    by_ref: dict[str, list[BookLine]] = {}
    for x in books:
        if isinstance(x, BookLine):
            by_ref.setdefault(x.ref, []).append(x)
    for ref, lines in by_ref.items():
        total = sum((x.amount for x in lines), ZERO)
        fits = [
            x
            for x in bank
            if isinstance(x, BankLine) and x.amount == total and abs((x.date - lines[0].date).days) <= APART
        ]
        if len(lines) < 2 or not fits:
            continue
        one = min(fits, key=lambda x: abs((x.date - lines[0].date).days))
        books[:] = [x for x in books if not any(x is line for line in lines)]
        bank[:] = [x for x in bank if x is not one]
        why = Text(
            f"{ref} 的 {len(lines)} 行合计 {thousands(total)}，与银行一笔相同",
            f"{len(lines)} lines of {ref} make {thousands(total)}, one movement of the bank",
        )
        yield Pair(tuple(lines), (one,), why)


def _cost(book: BookLine, bank: BankLine) -> float:
    """Days apart; a name both tell weighs two weeks, a name the books contradict as much the other way."""
    days = abs((book.date - bank.date).days)
    return days + (0 if _names(book, bank) else 14)


def _names(book: BookLine, bank: BankLine) -> bool:
    party = _plain(bank.party)
    return bool(party) and party in _plain(book.words)


def _plain(name: str) -> str:
    return re.sub(r"[\s()（）.,，·]", "", name).lower()


def _why(book: BookLine, bank: BankLine) -> Text:
    days = (bank.date - book.date).days
    zh, en = [f"金额 {thousands(book.amount)} 相同"], [f"the amount {thousands(book.amount)} agrees"]
    if _names(book, bank):
        zh.append(f"对方「{bank.party}」相同")
        en.append(f"so does the party “{bank.party}”")
    zh.append("同一天" if not days else f"银行{'晚' if days > 0 else '早'} {abs(days)} 天")
    en.append("same day" if not days else f"the bank is {abs(days)} days {'later' if days > 0 else 'earlier'}")
    return Text("，".join(zh), ", ".join(en))


def _parts(whole: BookLine | BankLine, others: Sequence[BookLine | BankLine]) -> tuple[BookLine | BankLine, ...]:
    """Two to four lines of the other side that make the whole: of the party it names within twelve days, or else of
    one party within three. Nothing unless there is exactly one way.
    """
    fitting = [x for x in others if (x.amount > 0) == (whole.amount > 0) and abs(x.amount) < abs(whole.amount)]
    named = [x for x in fitting if abs((x.date - whole.date).days) <= PARTS_APART and _together(whole, x)]
    close = [x for x in fitting if abs((x.date - whole.date).days) <= CLOSE]
    return _sum_of(whole.amount, named[:CROWD]) or _sum_of(whole.amount, close[:CROWD])


def _sum_of(amount: Decimal, near: Sequence[BookLine | BankLine]) -> tuple[BookLine | BankLine, ...]:
    for size in range(2, PARTS + 1):
        ways = [
            way
            for way in itertools.combinations(near, size)
            if sum((x.amount for x in way), ZERO) == amount and _one_party(way)
        ]
        if len(ways) == 1:
            return ways[0]
        if ways:
            return ()
    return ()


def _together(a: BookLine | BankLine, b: BookLine | BankLine) -> bool:
    """The names agree, or the bank names nobody."""
    book, bank = (a, b) if isinstance(a, BookLine) else (b, a)
    assert isinstance(book, BookLine)
    assert isinstance(bank, BankLine)
    return not bank.party or _names(book, bank)


def _one_party(way: Sequence[BookLine | BankLine]) -> bool:
    return len({_plain(x.party) for x in way if isinstance(x, BankLine)}) <= 1


def _pair_of(whole: BookLine | BankLine, parts: Sequence[BookLine | BankLine]) -> Pair:
    book = tuple(x for x in (whole, *parts) if isinstance(x, BookLine))
    bank = tuple(x for x in (whole, *parts) if isinstance(x, BankLine))
    count = len(parts)
    return Pair(
        book,
        bank,
        Text(
            f"{count} 笔合计 {thousands(whole.amount)}，对方相同",
            f"{count} lines make {thousands(whole.amount)} together, of one party",
        ),
    )


# what is outstanding


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
    lists: dict[str, list[Outstanding]] = {"a": [], "b": [], "c": [], "d": []}
    paired_book: dict[int, Pair] = {id(line): pair for pair in pairs for line in pair.book}
    paired_bank: dict[int, Pair] = {id(line): pair for pair in pairs for line in pair.bank}
    for line in books:
        pair = paired_book.get(id(line))
        if _after(line.date, period) or (pair and pair.bank and _by(pair.bank, period)):
            continue
        if pair and not pair.bank and not any(_after(x.date, period) for x in pair.book):
            continue
        open_ = (
            line.amount - sum((x.amount for x in pair.bank if not _after(x.date, period)), ZERO)
            if pair
            else line.amount
        )
        last = max(pair.bank, key=lambda x: x.date) if pair and pair.bank else None
        entry = Outstanding(
            line.ref, line.date, abs(open_), line.words, last.date if last else None, last.ref if last else ""
        )
        lists["a" if line.amount > 0 else "b"].append(entry)
    for movement in bank:
        pair = paired_bank.get(id(movement))
        if _after(movement.date, period) or (pair and any(not _after(x.date, period) for x in pair.book)):
            continue
        later = max(pair.book, key=lambda x: x.date) if pair else None
        words = " ".join(filter(None, (movement.party, movement.summary)))
        entry = Outstanding(
            movement.ref,
            movement.date,
            abs(movement.amount),
            words,
            later.date if later else None,
            later.ref if later else "",
        )
        lists["c" if movement.amount > 0 else "d"].append(entry)
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
        received_not_by_bank=tuple(lists["a"]),
        paid_not_by_bank=tuple(lists["b"]),
        received_not_by_books=tuple(lists["c"]),
        paid_not_by_books=tuple(lists["d"]),
        pairs=tuple(p for p in pairs if _in(p.book, period) or _in(p.bank, period)),
    )


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


def bank_accounts(vouchers: Iterable[Voucher], names: Mapping[str, str]) -> dict[str, str]:
    """The lowest 银行存款 accounts the books use: code → name."""
    found: dict[str, str] = {}
    for v in vouchers:
        for line in v.lines:
            if line.account.startswith("1002") or (line.account_name and root_name(line.account_name) == "银行存款"):
                found.setdefault(line.account, names.get(line.account) or line.account_name)
    return dict(sorted(found.items()))


def listed(r: Reconciliation) -> Iterator[tuple[Text, tuple[Outstanding, ...]]]:
    """The four lists with their names, in the order of the form."""
    yield Text("企业已收、银行未收", "received by us, not by the bank"), r.received_not_by_bank
    yield Text("企业已付、银行未付", "paid by us, not by the bank"), r.paid_not_by_bank
    yield Text("银行已收、企业未收", "received by the bank, not by us"), r.received_not_by_books
    yield Text("银行已付、企业未付", "paid by the bank, not by us"), r.paid_not_by_books
