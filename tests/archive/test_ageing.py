"""Ageing: the oldest is settled first, nothing is lost, ages are counted to the day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from archive.ageing import CLASSES, Move, ageing

AT = date(2026, 9, 30)


def ago(days: int, amount: str, party: str = "甲") -> Move:
    return Move(party, AT - timedelta(days=days), Decimal(amount), f"r{days}")


def test_payments_settle_the_oldest_first() -> None:
    (aged,) = ageing([ago(200, "100"), ago(40, "50"), ago(10, "-120")], AT)
    assert aged.classes == (0, 30, 0, 0, 0, 0, 0)
    assert (aged.total, aged.oldest, aged.open[0].ref) == (30, AT - timedelta(days=40), "r40")


def test_what_is_paid_ahead_waits_for_what_comes() -> None:
    (aged,) = ageing([ago(50, "-80"), ago(20, "30")], AT)
    assert (aged.total, aged.advance, aged.open, aged.oldest) == (-50, -50, (), None)
    assert ageing([ago(50, "-80"), ago(20, "80")], AT) == ()


def test_the_ends_of_the_classes() -> None:
    moves = [ago(days, "1", f"p{days}") for days in (0, 30, 31, 90, 91, 365, 366, 1095, 1096)]
    at = {a.party: a.classes.index(Decimal(1)) for a in ageing(moves, AT)}
    assert at == {"p0": 0, "p30": 0, "p31": 1, "p90": 1, "p91": 2, "p365": 3, "p366": 4, "p1095": 5, "p1096": 6}


def test_later_moves_are_left_out_and_the_largest_stands_first() -> None:
    aged = ageing([ago(5, "10", "小"), ago(5, "90", "大"), ago(-1, "-90", "大")], AT)
    assert [(a.party, a.total) for a in aged] == [("大", 90), ("小", 10)]


MOVES = st.lists(
    st.builds(
        Move,
        st.sampled_from("甲乙"),
        st.dates(date(2022, 1, 1), AT),
        st.decimals("-10000", "10000", places=2),
    ),
    max_size=20,
)


@given(MOVES)
def test_nothing_is_lost(moves: list[Move]) -> None:
    aged = {a.party: a for a in ageing(moves, AT)}
    for party in "甲乙":
        balance = sum((m.amount for m in moves if m.party == party), Decimal(0))
        mine = aged.get(party)
        assert (mine.total if mine else 0) == balance
        if mine:
            assert len(mine.classes) == len(CLASSES) + 1
            assert all(c >= 0 for c in mine.classes)
            assert mine.advance <= 0
            assert not (mine.advance and mine.open)  # nobody owes and has paid ahead at once
