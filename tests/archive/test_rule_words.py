"""Words about rules as values, and what is refused of them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.classify import Basis
from archive.errors import AskProblem, BadRule, UnknownCategory
from archive.rule_words import condition, wanted
from archive.rulebook import Move, Wanted
from config.settings import categories

NAMES = [c.name for c in categories()[0]]


@pytest.mark.parametrize(
    ("said", "category", "basis", "matches"),
    [
        ("餐饮费 含 咖啡", "餐饮招待", Basis.WORD, ("咖啡",)),
        ("餐饮招待含咖啡、拿铁，咖啡", "餐饮招待", Basis.WORD, ("咖啡", "拿铁")),
        ("meals word coffee; latte", "餐饮招待", Basis.WORD, ("coffee", "latte")),
        ("Meals SELLER Some Coffee Co", "餐饮招待", Basis.SELLER, ("Some Coffee Co",)),
        ("meetings and training seller 某某讲堂", "会议培训", Basis.SELLER, ("某某讲堂",)),
        ("交通费 简称 *运输服务*", "交通费", Basis.SHORT, ("运输服务",)),
        ("差旅-铁路 种类 铁路客票", "差旅-铁路", Basis.KIND, ("rail",)),
        ("local transport kind taxi receipt", "交通费", Basis.KIND, ("taxi",)),
    ],
)
def test_understood(said: str, category: str, basis: Basis, matches: tuple[str, ...]) -> None:
    assert wanted(Move.ADD, said, NAMES) == Wanted(Move.ADD, "", category, basis, matches)
    assert wanted(Move.CHANGE, f"r3 {said}", NAMES) == Wanted(Move.CHANGE, "R3", category, basis, matches)


@pytest.mark.parametrize(
    "said", ["", "餐饮招待", "餐饮招待 含", "餐饮招待 含 啡", "差旅-铁路 种类 飞船", "meals word a,b"]
)
def test_not_understood(said: str) -> None:
    with pytest.raises(BadRule):
        wanted(Move.ADD, said, NAMES)


@pytest.mark.parametrize("said", ["差旅 含 接送机", "团建 含 轰趴", "广播 含 电台"])
def test_a_category_that_is_none_or_could_be_several(said: str) -> None:
    with pytest.raises(UnknownCategory) as refused:
        wanted(Move.ADD, said, NAMES)
    assert "差旅-铁路" in refused.value.say("zh")
    assert "travel: rail" in refused.value.say("en")


def test_retiring_needs_a_number_and_nothing_else() -> None:
    assert wanted(Move.RETIRE, " r12 ", NAMES) == Wanted(Move.RETIRE, "R12")
    with pytest.raises(BadRule):
        wanted(Move.RETIRE, "咖啡", NAMES)


@given(st.text(max_size=80), st.sampled_from(Move))
def test_anything_said_is_understood_or_refused_in_words(said: str, move: Move) -> None:
    with suppress(AskProblem):  # anything else would fail
        made = wanted(move, said, NAMES)
        assert made.move is move
        assert move is Move.RETIRE or condition(made.basis, made.matches).zh
