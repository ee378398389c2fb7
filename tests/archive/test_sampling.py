"""Sampling: the same method on the same books gives the same vouchers, and its digests tell when the books changed."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import BadSample
from archive.sampling import Method, debit, draw, from_plain, method_in, to_plain
from archive.voucher import Line, Voucher
from archive.workdays import Calendar


def voucher(
    number: int, amount: str = "500", day: date = date(2025, 9, 3), account: str = "6602", **more: str
) -> Voucher:
    yuan = Decimal(amount)
    lines = (Line(account, "管理费用", more.get("summary", "付款"), debit=yuan), Line("1002", "银行存款", credit=yuan))
    return Voucher(day.year, day.month, "记", number, lines, day, maker=more.get("maker", ""), row=number)


BOOKS = (
    voucher(1, "120000", account="640101"),
    voucher(2, "99999.99", summary="付咨询费"),
    voucher(3, "100000", date(2025, 9, 6)),  # a Saturday
    voucher(4, "88.10", date(2025, 9, 30), maker="李雷"),
    voucher(5, "3000", date(2025, 10, 8)),
)


def picked(method: Method, books: Sequence[Voucher] = BOOKS, calendar: Calendar | None = None) -> list[int]:
    return [v.number for v in (draw(books, method, calendar) if calendar else draw(books, method)).vouchers]


def test_methods() -> None:
    assert picked(Method("2025")) == [1, 2, 3, 4, 5]
    assert picked(Method("2025-09", least=Decimal(100000))) == [1, 3]
    assert picked(Method("2025", account="6401")) == [1]
    assert picked(Method("2025", word="咨询")) == [2]
    assert picked(Method("2025", maker="李雷")) == [4]
    assert picked(Method("2025", weekend=True)) == [3]
    assert picked(Method("2025", weekend=True), calendar=Calendar(on=frozenset({date(2025, 9, 6)}))) == []
    assert picked(Method("2025", late=True)) == [4]
    assert picked(Method("2025", round=True)) == [1, 3, 5]
    assert picked(Method("2025", least=Decimal(1000), round=True, late=True)) == []


def test_the_draw_can_be_done_with_other_tools() -> None:
    by_hand = sorted(
        range(1, 6), key=lambda n: hashlib.sha256(f"7|2025-{'10' if n == 5 else '09'} 记-{n}".encode()).digest()
    )
    assert picked(Method("2025", number=2, seed="7")) == sorted(by_hand[:2])


def test_words() -> None:
    said = method_in("2025 金额≥10万 随机 25 种子 7 科目 6602 周末", "x")
    assert said == Method("2025", Decimal(100000), "6602", weekend=True, number=25, seed="7")
    assert method_in("sample 2025-09 amount ≥ 100,000 random 25".removeprefix("sample "), "x") == Method(
        "2025-09", Decimal(100000), number=25, seed="x"
    )
    assert method_in("2025 整数 含 咨询", "x") == Method("2025", word="咨询", round=True)
    for words in ("", "随机 5", "2025 随便看看", "2025-13"):
        with pytest.raises(BadSample):
            method_in(words, "x")


METHODS = st.builds(
    Method, st.sampled_from(("2025", "2025-09")), st.none() | st.decimals(0, 200_000, places=2),
    st.sampled_from(("", "6602", "1002")), st.sampled_from(("", "咨询")), st.sampled_from(("", "李雷")),
    st.booleans(), st.booleans(), st.booleans(), st.integers(0, 30), st.just("7"),
)  # fmt: skip
VOUCHERS = st.lists(
    st.builds(voucher, st.integers(1, 40), st.sampled_from(("500", "1000", "120000", "88.10")),
              st.dates(date(2025, 8, 28), date(2025, 10, 2))),
    max_size=40, unique_by=lambda v: v.key,
)  # fmt: skip


@given(VOUCHERS, METHODS, st.randoms(use_true_random=False))
def test_again_is_the_same(books: list[Voucher], method: Method, chance: random.Random) -> None:
    """In whatever order the books come; and kept and read again, the method is the same."""
    first = draw(books, method)
    chance.shuffle(books)
    again = draw(books, from_plain(to_plain(method)))
    assert (again, again.digest) == (first, first.digest)
    assert len(first.vouchers) == (min(method.number, first.fitting) if method.number else first.fitting)
    assert first.fitting <= first.population == sum(v.period.startswith(method.period) for v in books)
    assert all(method.least is None or debit(v) >= method.least for v in first.vouchers)


@given(VOUCHERS.filter(bool), st.data())
def test_a_changed_book_shows(books: list[Voucher], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(books) - 1))
    changed = list(books)
    changed[place] = replace(books[place], maker="别人")
    period = Method(books[place].period)
    assert draw(books, period).population_digest != draw(changed, period).population_digest


def test_more_at_random_holds_the_fewer() -> None:
    books = [voucher(n) for n in range(1, 101)]
    drawn = [set(picked(Method("2025", number=n, seed="7"), books)) for n in (5, 25, 100)]
    assert [len(d) for d in drawn] == [5, 25, 100]
    assert drawn[0] < drawn[1] < drawn[2]
    assert picked(Method("2025", number=25, seed="8"), books) != sorted(drawn[1])
