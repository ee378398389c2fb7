"""档号 and accounting period, after DA/T 94-2022 8.3, 8.7."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.numbering import VOUCHERS, archive_no, class_no, counter, nth, parts, period, place

approved = date(2026, 11, 3)


@pytest.mark.parametrize(
    ("dated", "expected"),
    [
        (date(2026, 10, 31), (2026, 10)),
        (date(2026, 11, 3), (2026, 11)),
        (date(2025, 12, 31), (2026, 11)),  # last year is closed
        (date(2026, 12, 1), (2026, 11)),  # dated ahead
        (None, (2026, 11)),
    ],
)
def test_the_period_is_the_documents_month_while_its_year_is_open(
    dated: date | None, expected: tuple[int, int]
) -> None:
    assert period(dated, approved) == expected


def test_the_number_as_the_standard_writes_it() -> None:
    number = archive_no(class_no("GD01", VOUCHERS, 2026, "D30"), *place(10, 42))
    assert number == "GD01-KJ·PZ·2026·D30-0010-0042"
    assert parts(number) == ("GD01-KJ·PZ·2026·D30", 10, 42)
    assert parts("GD01-KJ·PZ·2026·D30-10-42") is None
    assert class_no("", VOUCHERS, 2026, "D30") == "KJ·PZ·2026·D30"  # 全宗号 may be left out (8.7)


def test_months_are_counted_apart() -> None:
    assert counter("GD01-KJ·PZ·2026·D30", 1) == "GD01-KJ·PZ·2026·D30-01"


def test_a_full_volume_is_followed_by_the_months_next() -> None:
    assert place(10, 9_999) == (10, 9_999)
    assert place(10, 10_000) == (110, 1)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 900_000), st.integers(1, 900_000))
def test_no_two_items_of_a_year_share_a_place(month: int, other_month: int, n: int, m: int) -> None:
    here, there = place(month, n), place(other_month, m)
    assert (here == there) == ((month, n) == (other_month, m))
    assert nth(*here) == (month, n)
    assert 0 < here[0] < 10_000
    assert 0 < here[1] < 10_000
