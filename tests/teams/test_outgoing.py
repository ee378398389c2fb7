"""What is sent fits Teams: every card is a valid Adaptive Card 1.5, of a size and with buttons Teams shows."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.words import Text, same
from bot.teams.cards import card_of, form_card, shown, unfolds, words_card
from bot.teams.outgoing import LONGEST, answer_words, consent_part, parts_of, picture_part, pieces, words_of
from handlers.message import Card, Choice, Fact, Form, FormField, Input, OutFile, Reply
from tests.fakes.teams import Doc, faults

REASON = Form(
    Text("驳回 EXP-1", "Reject EXP-1"),
    (FormField("reason", Text("驳回原因", "Reason"), Input.LINES, required=True, hint=Text("会看到", "is read")),),
    Text("驳回", "Reject"),
)
CORRECTION = Form(
    Text("更正 EXP-1", "Correct EXP-1"),
    (
        FormField("kind", Text("种类", "Kind"), Input.CHOICE, "a", options=(("a", same("A")), ("b", same("B")))),
        FormField("date", Text("日期", "Date"), Input.DATE, "2026-10-31"),
        FormField("total", Text("金额", "Total"), Input.MONEY, "742.00", required=True, doubtful=True),
        FormField("seller_name", Text("销售方", "Seller"), Input.TEXT, "杭州云岫样例软件有限公司"),
    ),
    Text("提交", "Submit"),
)
CHOICES = (
    Choice(Text("通过", "Approve"), "approve", "EXP-1", 3, "primary"),
    Choice(Text("驳回", "Reject"), "reject", "EXP-1", 3, "danger", REASON),
    Choice(Text("更正", "Correct"), "correct", "EXP-1", 3, "plain", CORRECTION),
)
CARD = Card(
    title=Text("电子发票 · ¥742.00", "E-invoice · ¥742.00"),
    facts=(Fact(Text("销售方", "Seller"), "杭州云岫"), Fact(Text("金额", "Total"), "742.00", flagged=True)),
    flags=(Text("抬头不一致", "the buyer differs"),),
    choices=CHOICES,
    status=Text("待 李四 审批", "awaiting Li Si"),
    tone="wait",
    about="EXP-1",
)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_card_is_valid_and_its_buttons_carry_no_more_than_the_click(lang: str) -> None:
    card = card_of(CARD, "zh" if lang == "zh" else "en")
    assert faults(card) == []
    approve, reject, correct = card["actions"]
    assert (approve["type"], approve["verb"], approve["style"]) == ("Action.Execute", "approve", "positive")
    assert approve["data"] == {"subject": "EXP-1", "version": 3}
    (reason,) = reject["card"]["body"]
    assert (reject["type"], reason["isRequired"], reason["id"]) == ("Action.ShowCard", True, "v_reason")
    assert reason["errorMessage"]
    (send,) = reject["card"]["actions"]
    assert (send["type"], send["verb"], send["data"]) == (
        "Action.Execute",
        "reject",
        {"subject": "EXP-1", "version": 3},
    )
    carried = {"action": "correct", "subject": "EXP-1", "version": 3, "msteams": {"type": "task/fetch"}}
    assert (correct["type"], correct["data"]) == ("Action.Submit", carried)


def test_a_form_that_holds_something_never_stands_in_the_card() -> None:
    assert unfolds(REASON)
    assert not unfolds(CORRECTION)
    assert "杭州云岫样例软件有限公司" not in str(card_of(CARD, "zh"))


def test_every_card_says_itself_in_plain_words_as_well() -> None:
    assert "待 李四 审批" in card_of(CARD, "zh")["fallbackText"]
    (part,) = parts_of(Reply(cards=(CARD,)), "zh")
    assert part.card
    assert "¥742.00" in part.body["summary"]
    assert "[通过]" in part.plain


def test_a_form_shows_what_is_wrong_beside_its_field() -> None:
    card = form_card(
        CORRECTION, {"action": "correct"}, "zh", {"total": Text("读不懂", "?"), "other": Text("别的", "?")}
    )
    assert faults(card) == []
    kinds = [part["type"] for part in card["body"]]
    assert kinds == ["TextBlock", "Input.ChoiceSet", "Input.Date", "Input.Text", "TextBlock", "Input.Text"]
    assert "读不懂" in card["body"][4]["text"]


def test_a_date_that_is_none_is_left_empty() -> None:
    form = Form(same("x"), (FormField("date", same("d"), Input.DATE, "去年"),), same("ok"))
    (field,) = form_card(form, {}, "zh")["body"]
    assert "value" not in field


def test_more_than_six_buttons_go_into_the_menu() -> None:
    many = tuple(Choice(same(f"b{n}" * 40), "open", f"EXP-{n}") for n in range(20))
    card = card_of(Card(same("t"), choices=many), "zh")
    assert faults(card) == []
    assert [a.get("mode") for a in card["actions"]] == [None] * 6 + ["secondary"] * 14
    assert all(len(a["title"]) <= 60 for a in card["actions"])


def test_words_of_a_choice_come_back_as_typed() -> None:
    say = Choice(Text("看待办", "My to-dos"), say=Text("待办", "todo"))
    (part,) = parts_of(Reply(Text("你好", "hello"), choices=(say,)), "en")
    card: Doc = part.body["attachments"][0]["content"]
    assert faults(card) == []
    assert card["actions"][0]["data"]["msteams"]["text"] == "todo"
    assert not part.card  # not one of the reply's cards: it has no address to be kept


@pytest.mark.parametrize(
    "text", ["[点这里](https://evil.example.com)", "**大**", "# 标题", "- 一", "1. 一", "a_b_c", "`x`"]
)
def test_words_that_are_not_ours_are_no_markdown(text: str) -> None:
    said = shown(text)
    assert "](" not in said.replace("\\]", "")
    assert said != text


def test_too_many_facts_are_left_out_before_warnings_and_buttons() -> None:
    facts = tuple(Fact(same(f"事项{n}"), "值" * 500) for n in range(200))
    card = card_of(Card(same("标题" * 300), facts, (same("注意" * 300),), CHOICES), "zh")
    assert faults(card) == []
    assert "注意" in str(card["body"])
    assert len(card["actions"]) == 3
    assert "更多内容" in str(card["body"][-1])


texts = st.text(max_size=300)


@settings(max_examples=60, deadline=None)
@given(texts, st.lists(st.tuples(texts, texts, st.booleans()), max_size=30), st.lists(texts, max_size=10), texts)
def test_any_card_is_valid(title: str, facts: list[tuple[str, str, bool]], flags: list[str], words: str) -> None:
    made = tuple(Fact(same(label), value, flagged) for label, value, flagged in facts)
    card = Card(same(title), made, tuple(map(same, flags)), CHOICES, same(title))
    assert faults(card_of(card, "zh", words)) == []
    assert faults(words_card(words * 30, CHOICES, "en")) == []


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("甲<&>\n\r \"'a"), max_size=3 * LONGEST))
def test_words_are_split_and_lose_nothing(words: str) -> None:
    found = pieces(words)
    assert all(len(piece) <= LONGEST and piece.strip() for piece in found)
    assert "".join("".join(found).split()) == "".join(words.split())
    for body in words_of(words):
        ET.fromstring(f"<r>{body['text']}</r>")


def test_control_characters_do_not_break_the_markup() -> None:
    (body,) = words_of("a\x00\x08b\ud800c")
    ET.fromstring(f"<r>{body['text']}</r>")


def test_a_picture_is_shown_when_teams_would_show_it() -> None:
    chart = OutFile("图.png", "image/png", preview=True)
    part = picture_part(chart, b"\x89PNG")
    assert part is not None
    assert part.body["attachments"][0]["contentUrl"].startswith("data:image/png;base64,")
    assert picture_part(chart, b"x" * 600_000) is None
    assert picture_part(OutFile("图.svg", "image/svg+xml", preview=True), b"<svg/>") is None
    assert picture_part(OutFile("图.png", "image/png"), b"\x89PNG") is None


def test_a_consent_card_carries_the_offer_and_no_more() -> None:
    content = consent_part(OutFile("报表.pdf", "application/pdf", file="held:1"), 7, "o1", "zh").body["attachments"][0]
    assert content["content"]["acceptContext"] == content["content"]["declineContext"] == {"offer": "o1"}
    assert "held:1" not in str(content)


def test_a_note_is_cut() -> None:
    assert len(answer_words("x" * 5000)["value"]) == 1000
