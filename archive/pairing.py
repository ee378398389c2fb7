"""Which lines of the books and of the bank are one movement, and why.

They are when their amounts agree and little speaks against it: days between them, another name. One line of the books
may be several of the bank (a customer pays in parts), and the other way round.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.bank_ledger import BookLine
from archive.bank_line import BankLine
from archive.money import thousands
from archive.voucher import ZERO
from archive.words import Text

APART = 45  # days between the two sides of one movement at most
PARTS = 4  # lines that may make one together
PARTS_APART = 12  # days within which they lie
CLOSE = 3  # the same, where the books name no party
CROWD = 24  # candidates for parts that are tried together


@dataclass(frozen=True, slots=True)
class Pair:
    """Lines that are one movement, with the reason. Either side may have several; the amounts are equal.

    Without a line of the bank: a red entry and what it takes back.
    """

    book: tuple[BookLine, ...]
    bank: tuple[BankLine, ...]
    why: Text


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
