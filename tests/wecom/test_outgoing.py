"""Replies and cards within WeCom's limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.words import Lang, Text, same
from bot.wecom.keys import Pressed, pressed
from bot.wecom.outgoing import TEXT, Sheet, app_hand, bot_hand, card_block, card_sheets, links_words, sheets
from bot.wecom.words import cut, harmless, harmless_markdown, pieces, width
from handlers.message import Card, Choice, Click, Fact, OutFile, Reply
from tests.cards import card, hit
from tests.fakes.wecom_cards import fault
from tests.wecom.conftest import ADDRESS

APP, BOT = app_hand(ADDRESS), bot_hand(ADDRESS)
LANGS: tuple[Lang, ...] = ("zh", "en")


def well(sheet: Sheet) -> dict[str, Any]:
    """Its card, which WeCom would take."""
    assert sheet.card is not None
    assert fault({**sheet.card, "task_id": "x@1"}) == ""
    return sheet.card


@pytest.mark.parametrize("lang", LANGS)
def test_a_card_that_waits_for_a_decision(lang: Lang) -> None:
    (sheet,) = card_sheets(card(), lang, APP)
    made = well(sheet)
    assert made["card_type"] == "button_interaction"
    assert sheet.about == "G2611-0042"
    assert pressed(made["button_list"][0]["key"]) == Pressed(Click("approve", "G2611-0042", 3))
    assert [button["style"] for button in made["button_list"]] == [1, 2, 3]
    assert made["main_title"]["desc"].startswith("🟡")
    assert "⚠️" in made["sub_title_text"]


def test_a_button_with_a_form_is_simply_a_button() -> None:
    made = well(card_sheets(card(), "zh", APP)[0])
    reject = pressed(made["button_list"][1]["key"])
    assert reject
    assert reject.click == Click("reject", "G2611-0042", 3)


def test_a_card_without_buttons_is_a_notice_that_leads_to_the_desk() -> None:
    (sheet,) = card_sheets(replace(card(), choices=()), "zh", APP)
    made = well(sheet)
    assert made["card_type"] == "text_notice"
    assert made["card_action"] == {"type": 1, "url": ADDRESS}


def test_without_an_address_it_is_words() -> None:
    (sheet,) = card_sheets(replace(card(), choices=()), "zh", app_hand(""))
    assert sheet.card is None
    assert sheet.cards == 1
    assert "编号：G2611-0042" in sheet.words
    assert well(card_sheets(card(), "zh", app_hand(""))[0])


def test_the_seventh_fact_goes_below_and_what_finds_no_room_there_into_words() -> None:
    facts = tuple(Fact(same(f"项{n}"), f"值{n}") for n in range(12))
    (sheet,) = card_sheets(replace(card(), facts=facts, flags=()), "zh", APP)
    made = well(sheet)
    assert len(made["horizontal_content_list"]) == 6
    assert "项6：值6" in made["sub_title_text"]
    many = tuple(Fact(same(f"项{n}"), "值" * 20) for n in range(30))
    before, last = card_sheets(replace(card(), facts=many), "zh", APP)
    assert well(last)
    assert before.cards == 0
    for n in range(6, 30):
        assert f"项{n}：" in before.words + last.card["sub_title_text"]  # type: ignore[index]


def test_long_facts_are_not_cut() -> None:
    long = Fact(same("销售方"), "杭州" + "云岫" * 20 + "有限公司")
    named = Fact(Text("不含税 + 税额", "Net + tax"), "1,168.45 + 66.11")
    (sheet,) = card_sheets(replace(card(), facts=(long, named), flags=()), "zh", APP)
    assert "云岫有限公司" in well(sheet)["sub_title_text"]
    assert "不含税 + 税额：1,168.45" in well(sheet)["sub_title_text"]


def test_more_than_six_buttons() -> None:
    choices = tuple(Choice(same(f"b{n}"), "open", f"G{n}") for n in range(8))
    (sheet,) = card_sheets(replace(card(), choices=choices, flags=()), "zh", APP)
    made = well(sheet)
    assert len(made["button_list"]) == 6
    assert "网页工作台" in made["sub_title_text"]


def test_next_steps_are_buttons_that_say_something() -> None:
    choices = tuple(Choice(same(w), say=same(w)) for w in ("待办", "帮助", "报表", "查", "反馈", "绑定码", "申请绑定"))
    words, below = sheets(Reply(text=same("你好"), choices=choices), "zh", APP)
    assert words.card is None
    made = well(below)
    assert [pressed(b["key"]).words for b in made["button_list"]] == [c.say.zh for c in choices[:6] if c.say]  # type: ignore[union-attr]
    assert "申请绑定" in made["sub_title_text"]
    assert below.about == ""


def test_the_same_button_twice_stands_once() -> None:
    twice = Choice(same("打开"), "open", "G1")
    made = well(card_sheets(replace(card(), choices=(twice, twice)), "zh", APP)[0])
    assert len(made["button_list"]) == 1


def test_a_key_that_would_be_too_long_is_told_in_words() -> None:
    long = Choice(same("查"), say=same("查 " + "字" * 400))
    made = sheets(Reply(choices=(long, Choice(same("待办"), say=same("待办")))), "zh", APP)
    assert "字" * 400 in made[0].words
    assert well(made[-1])


@pytest.mark.parametrize("words", ["字" * 5000, "x" * 100_000, "a\n" * 4000, "😀" * 2000, "字" * 683])
def test_long_words_are_split_and_nothing_is_lost(words: str) -> None:
    made = sheets(Reply(text=same(words)), "zh", APP)
    assert all(0 < len(sheet.words.encode()) <= TEXT for sheet in made)
    assert "".join(sheet.words for sheet in made).replace("\n", "") == words.replace("\n", "")


@given(st.text(min_size=1, max_size=300), st.integers(4, 60))
def test_any_words_in_pieces(words: str, most: int) -> None:
    found = list(pieces(words, most))
    assert all(len(piece.encode("utf-8", "replace")) <= most for piece in found)
    assert "".join("".join(found).split()) == "".join(words.split())


@given(st.text(max_size=80), st.integers(1, 30))
def test_any_line_is_cut(words: str, most: int) -> None:
    assert width(cut(words, most)) <= most


words = st.text(max_size=60)
texts = st.builds(Text, words, words)
facts = st.builds(Fact, texts, texts | words, st.booleans())
choices = st.builds(
    Choice, texts, st.sampled_from(["approve", "open"]), st.text("G0123-", max_size=12), st.integers(0, 9),
    st.sampled_from(["primary", "danger", "plain"]), say=st.none() | texts,
)  # fmt: skip
cards = st.builds(
    Card, texts, st.lists(facts, max_size=12).map(tuple), st.lists(texts, max_size=4).map(tuple),
    st.lists(choices, max_size=9).map(tuple), st.none() | texts,
    st.sampled_from(["plain", "good", "wait", "bad"]), st.text(max_size=20),
)  # fmt: skip


@given(cards, st.sampled_from(LANGS), st.sampled_from([APP, BOT, app_hand("")]))
def test_any_card_is_taken(made: Card, lang: Lang, hand: Any) -> None:
    found = card_sheets(made, lang, hand)
    assert sum(sheet.cards for sheet in found) == 1
    assert found[-1].cards == 1
    for sheet in found:
        if sheet.card is not None:
            well(sheet)
        else:
            assert len(sheet.words.encode("utf-8", "replace")) <= hand.most


def test_several_cards_are_several_messages() -> None:
    made = sheets(Reply(text=same("两条"), cards=(hit(1), hit(2))), "zh", APP)
    assert [sheet.cards for sheet in made] == [0, 1, 1]
    assert all(sheet.about == "" for sheet in made)


def test_nothing_a_document_says_becomes_a_link() -> None:
    evil = '<a href="https://evil.example">点击</a> < A href=x>'
    assert "<a" not in harmless(evil).lower().replace(" ", "")
    assert harmless("a < b > c") == "a < b > c"
    (sheet,) = sheets(Reply(text=same(evil)), "zh", APP)
    assert "<a" not in sheet.words
    marked = harmless_markdown("[点击](https://evil.example) ![x](y) <@all> <font color=red> `x` **b**\n# 题\n> 引")
    for mark in ("](", "<@", "<f", "`", "**", "\n#", "\n>"):
        assert mark not in marked


def test_links() -> None:
    out = OutFile('报表 "10月"</a>.pdf', "application/pdf", file="x")
    (sheet,) = links_words([(out, f"{ADDRESS}/f/token")], "zh", APP)
    assert sheet.words.count("</a>") == 1
    assert f'<a href="{ADDRESS}/f/token">' in sheet.words
    (sheet,) = links_words([(replace(out, name="a](b).pdf"), f"{ADDRESS}/f/token")], "en", BOT)
    assert f"[a  b .pdf]({ADDRESS}/f/token)" in sheet.words


def test_a_card_for_a_renewal_holds_nothing_that_must_differ() -> None:
    block, rest = card_block(card(), "zh", ADDRESS)
    assert block is not None
    assert "task_id" not in block
    assert rest == ""
