"""Books against the bank: every line is in one pair or outstanding, and the two sides always come out even."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from archive.bank_ledger import BookLine
from archive.bank_line import BankLine
from archive.pairing import match
from archive.reconcile import reconcile

DAY = date(2026, 1, 1)
_lines = st.lists(st.tuples(st.integers(0, 80), st.sampled_from([-300, -200, -100, 100, 200, 300, 500])), max_size=14)


def _books(lines: list[tuple[int, int]]) -> list[BookLine]:
    return [
        BookLine(f"{DAY + timedelta(days=d):%Y-%m} 记-{n}", 0, DAY + timedelta(days=d), Decimal(a), "")
        for n, (d, a) in enumerate(sorted(lines))
    ]


def _bank(lines: list[tuple[int, int]], opening: int = 1000) -> list[BankLine]:
    found, balance = [], Decimal(opening)
    for n, (d, a) in enumerate(sorted(lines)):
        balance += a
        found.append(BankLine("6222", DAY + timedelta(days=d), Decimal(a), balance, serial=f"2026000000{n:02}"))
    return found


@given(_lines, _lines, st.sampled_from(["2026-01", "2026-02", "2026-03"]))
def test_it_always_comes_out_even(ours: list[tuple[int, int]], theirs: list[tuple[int, int]], period: str) -> None:
    books, bank = _books(ours), _bank(theirs)
    pairs = match(books, bank)
    used = [id(x) for p in pairs for x in (*p.book, *p.bank)]
    assert len(used) == len(set(used)), "a line in two pairs"
    for pair in pairs:
        assert sum(x.amount for x in pair.book) == sum(x.amount for x in pair.bank)
    done = reconcile("1002", period, books, bank, balance=None, pairs=pairs)
    if bank:
        assert done.difference == 0


def test_a_movement_paid_in_parts_and_one_nobody_booked() -> None:
    books = [BookLine("2026-01 记-1", 0, DAY, Decimal(500), "收到顺丰速运货款")]
    bank = [
        BankLine("6222", DAY, Decimal(200), Decimal(1200), serial="20260001", party="顺丰速运"),
        BankLine("6222", DAY + timedelta(days=2), Decimal(300), Decimal(1500), serial="20260002", party="顺丰速运"),
        BankLine("6222", DAY + timedelta(days=3), Decimal(-35), Decimal(1465), serial="20260003", summary="管理费"),
    ]
    done = reconcile("1002", "2026-01", books, bank, balance=Decimal(1500))
    (pair,) = done.pairs
    assert len(pair.bank) == 2
    assert [x.ref for x in done.paid_not_by_books] == ["20260003"]
    assert done.adjusted_books == done.adjusted_bank == Decimal(1465)
