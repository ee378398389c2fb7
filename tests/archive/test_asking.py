from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.asking import ask
from archive.document import KIND_NAMES, Kind
from archive.errors import AskProblem, BadAmount, BadPeriod
from archive.item import STATE_NAMES, ItemState
from archive.query import Query

TODAY = date(2026, 11, 24)
NAMES = {"张三": "zs", "李四": "ls", "Zhang San": "z2"}
DEPARTMENTS = ("销售部", "R&D")
OCTOBER: dict[str, Any] = {"first": date(2026, 10, 1), "last": date(2026, 10, 31)}


def asked(words: str) -> Query:
    return ask(words, TODAY, NAMES, DEPARTMENTS, me="me")


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("查 顺丰 2026-10 >500", Query(("顺丰",), above=Decimal(500), **OCTOBER)),
        ("查顺丰", Query(("顺丰",))),
        ("顺丰", Query(("顺丰",))),
        ("search sf express 2026-10", Query(("sf", "express"), **OCTOBER)),
        ('search "sf express" Oct 2026', Query(("sf express",), **OCTOBER)),
        ("查 “火车票 报销”", Query(("火车票 报销",))),
        ("查 火车票 上月", Query(kinds=frozenset({Kind.RAIL}), **OCTOBER)),
        ("查 铁路", Query(kinds=frozenset({Kind.RAIL}))),
        ("find taxi receipt last month", Query(kinds=frozenset({Kind.TAXI}), **OCTOBER)),
        ("数电票 出租车", Query(kinds=frozenset({Kind.EINVOICE, Kind.TAXI}))),
        ("查 专票", Query(("专用发票",))),
        ("查 待审批", Query(states=frozenset({ItemState.PENDING}))),
        ("查 未归档", Query(states=frozenset({ItemState.PENDING, ItemState.DOUBTFUL}))),
        ("search awaiting approval", Query(states=frozenset({ItemState.PENDING}))),
        ("我的火车票", Query(kinds=frozenset({Kind.RAIL}), owner="me")),
        ("search mine rejected", Query(states=frozenset({ItemState.REJECTED}), owner="me")),
        ("张三的顺丰", Query(("顺丰",), owner="zs")),
        ("李四的已归档火车票", Query(kinds=frozenset({Kind.RAIL}), states=frozenset({ItemState.ARCHIVED}), owner="ls")),
        ("zhang san 合同", Query(kinds=frozenset({Kind.CONTRACT}), owner="z2")),
        ("张三 李四", Query(("李四",), owner="zs")),
        ("查 销售部 所有发票", Query(department="销售部")),
        ("r&d", Query(department="R&D")),
        ("查 26339990000021205985", Query(("26339990000021205985",))),
        ("查 2633", Query(("2633",))),
        ("查 G2610-0042", Query(("G2610-0042",))),
        ("查 010-8888", Query(("010-8888",))),
        ("查 今年 10月", Query(**OCTOBER)),
        ("查", Query()),
        ("查一下 顺丰的发票", Query(("顺丰",))),
        ("顺丰发票 上个月", Query(("顺丰",), **OCTOBER)),
        ("美的空调的发票", Query(("美的空调",))),
        ("美的", Query(("美的",))),
        ("张三上个月的出租车票", Query(kinds=frozenset({Kind.TAXI}), owner="zs", **OCTOBER)),
        ("我交的火车票", Query(kinds=frozenset({Kind.RAIL}), owner="me")),
        ("上个月顺丰超过100的", Query(("顺丰",), above=Decimal(100), **OCTOBER)),
        ("发票号 26339990000021205985", Query(("26339990000021205985",))),
        ("查 电子发票", Query(("电子",))),
        ("的" * 50_000, Query(("的的",))),
    ],
)
def test_what_people_ask(words: str, query: Query) -> None:
    assert asked(words) == query


@pytest.mark.parametrize(
    ("words", "bounds"),
    [
        (">500", {"above": 500}),
        (">=500", {"at_least": 500}),
        ("≥500", {"at_least": 500}),
        ("＞５００", {"above": 500}),
        ("<1,000", {"below": 1000}),
        ("<= ¥1,000.50元", {"at_most": "1000.50"}),
        ("500-800", {"at_least": 500, "at_most": 800}),
        ("500元到800元", {"at_least": 500, "at_most": 800}),
        ("500元以上", {"at_least": 500}),
        ("800以下", {"at_most": 800}),
        ("1万以上", {"at_least": 10000}),
        ("1.5万元以内", {"at_most": 15000}),
        ("1-2万", {"at_least": 10000, "at_most": 20000}),
        ("500-1万", {"at_least": 500, "at_most": 10000}),
        ("over 500", {"above": 500}),
        ("at least 2k", {"at_least": 2000}),
        ("不超过500", {"at_most": 500}),
        ("超过500元", {"above": 500}),
        (">500 <1000", {"above": 500, "below": 1000}),
        (">500 >600", {"above": 600}),
        ("金额88.80", {"at_least": "88.80", "at_most": "88.80"}),
        ("￥88.80", {"at_least": "88.80", "at_most": "88.80"}),
        ("<-100", {"below": -100}),
        ("2026元", {"at_least": 2026, "at_most": 2026}),
        (">2026", {"above": 2026}),
    ],
)
def test_amounts(words: str, bounds: dict[str, Any]) -> None:
    assert asked(f"餐饮 {words}") == Query(("餐饮",), **{name: Decimal(value) for name, value in bounds.items()})


@pytest.mark.parametrize("words", [">abc", ">", "顺丰 >=", ">1,00", ">500x", "800至500", "800元-500元", ">" + "9" * 30])
def test_amounts_that_are_none(words: str) -> None:
    with pytest.raises(BadAmount):
        asked(words)


@pytest.mark.parametrize("words", ["2026-13", "2026Q7", "2026-09 2026-11"])
def test_periods_that_are_none(words: str) -> None:
    with pytest.raises(BadPeriod):
        asked(words)


def test_every_kind_and_state_is_known_by_the_name_it_is_shown_under() -> None:
    for kind, label in KIND_NAMES.items():
        assert asked(label.zh) == asked(label.en) == Query(kinds=frozenset({kind}))
    for state, name in STATE_NAMES.items():
        assert asked(name.zh) == asked(name.en) == Query(states=frozenset({state}))


def test_without_an_asker_mine_is_a_word() -> None:
    assert ask("mine", TODAY, {}, ()) == Query(("mine",))


@given(
    st.decimals(0, 10**9, places=2),
    st.sampled_from([(">", "above"), (">=", "at_least"), ("<", "below"), ("<=", "at_most")]),
)
def test_any_amount_with_or_without_separators(amount: Decimal, sign: tuple[str, str]) -> None:
    for written in (f"{amount}", f"{amount:,}", f" ¥{amount:,}"):
        assert asked(f"查 顺丰 {sign[0]}{written}") == Query(("顺丰",), **{sign[1]: amount})


@given(st.text(alphabet="0123456789", min_size=9, max_size=25))
def test_a_long_number_stays_a_word(number: str) -> None:
    assert asked(number) == Query((number,))


@given(st.text(max_size=60))
def test_any_words_give_a_query_or_a_problem(words: str) -> None:
    with suppress(AskProblem):
        assert all(word.strip() for word in asked(words).words)


@given(st.lists(st.sampled_from(["顺丰", "上月", ">500", "火车票", "张三", "销售部", "待审批"]), unique=True))
def test_the_order_of_conditions_does_not_matter(parts: list[str]) -> None:
    assert asked(" ".join(parts)) == asked(" ".join(reversed(parts)))
