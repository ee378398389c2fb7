"""Replies as the browser gets them: both languages kept, one sent, nothing of the store's inside shown."""

from __future__ import annotations

from datetime import UTC, datetime

import bson
import pytest

from archive.words import Text, same
from bot.desk.render import card_doc, in_lang, last_line, own_doc, reply_doc, said_json
from handlers.message import Card, Choice, Fact, Form, FormField, Input, OutFile, Reply
from storage.talk import Said

REASON = FormField("reason", Text("原因", "Reason"), Input.LINES, required=True, hint=Text("会看到", "will be read"))
CATEGORY = FormField(
    "category", Text("类别", "Category"), Input.CHOICE, "差旅", options=(("差旅", Text("差旅", "Travel")),)
)
CARD = Card(
    title=Text("数电票", "Digital invoice") + same(" · ¥1,060.00"),
    facts=(Fact(Text("价税合计", "Total"), "¥1,060.00"), Fact(Text("类别", "Category"), Text("差旅", "Travel"), True)),
    flags=(Text("抬头不对", "Wrong buyer"),),
    choices=(
        Choice(Text("通过", "Approve"), "approve", "G2611-0001", 3, "primary"),
        Choice(
            Text("驳回", "Reject"),
            "reject",
            "G2611-0001",
            3,
            "danger",
            Form(Text("驳回", "Reject"), (REASON, CATEGORY), Text("驳回", "Reject")),
        ),
    ),
    status=Text("待审批", "awaiting"),
    tone="wait",
    about="G2611-0001",
    picture=True,
)
XLSX = OutFile("十月.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"12345")
SVG = OutFile("chart.svg", "image/svg+xml", b"<svg/>", preview=True)
PNG = OutFile("chart.png", "image/png", b"png", preview=True)
REPLY = Reply(
    Text("收到", "Received"),
    (CARD,),
    (XLSX, SVG, PNG),
    (Choice(Text("更多", "More"), say=Text("查 更多", "search more")),),
)
DOC = reply_doc(REPLY, [(out, f"held-{out.name}", len(out.data)) for out in REPLY.files])
SAID = Said("abc", "li", "li:approvals", 7, datetime(2026, 11, 24, 2, 30, tzinfo=UTC), False, DOC)


def test_a_reply_in_each_language() -> None:
    zh, en = said_json(SAID, "zh"), said_json(SAID, "en")
    assert (zh["text"], en["text"]) == ("收到", "Received")
    assert zh["cards"][0]["title"] == "数电票 · ¥1,060.00"
    assert en["cards"][0]["title"] == "Digital invoice · ¥1,060.00"
    assert (zh["cards"][0]["flags"], en["cards"][0]["flags"]) == (["抬头不对"], ["Wrong buyer"])
    assert (zh["cards"][0]["status"], en["cards"][0]["status"]) == ("待审批", "awaiting")
    assert (zh["choices"][0]["say"], en["choices"][0]["say"]) == ("查 更多", "search more")
    assert (zh["conversation"], zh["seq"], zh["at"]) == ("approvals", 7, "2026-11-24T02:30:00.000Z")


def test_a_form_keeps_names_and_values_in_both_languages() -> None:
    form = said_json(SAID, "en")["cards"][0]["choices"][1]["form"]
    assert form["fields"][0] == {
        "name": "reason",
        "label": "Reason",
        "input": "lines",
        "value": "",
        "required": True,
        "doubtful": False,
        "hint": "will be read",
        "options": [],
    }
    assert form["fields"][1]["options"] == [["差旅", "Travel"]]


def test_the_browser_gets_addresses_and_never_the_ids_of_held_files() -> None:
    files = said_json(SAID, "zh")["files"]
    assert [f["href"] for f in files] == ["/api/files/abc/0", "/api/files/abc/1", "/api/files/abc/2"]
    assert all("held" not in str(f) for f in files)
    assert [f["preview"] for f in files] == [False, False, True], "an SVG is never shown in place"


def test_a_document_survives_the_store() -> None:
    assert in_lang(bson.decode(bson.encode(DOC)), "en") == in_lang(DOC, "en")


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("¥1,060.00", True),
        ("-¥1,060.00", True),
        ("¥-12.50", True),
        ("USD 99.00", True),
        ("1000.00 + 60.00", True),
        ("2026-10-31", False),
        ("24312000000012345678", False),
        ("上海某某有限公司", False),
        ("—", False),
    ],
)
def test_amounts_are_known_for_what_they_are(words: str, amount: bool) -> None:
    assert card_doc(Card(same("t"), (Fact(same("l"), words),)))["facts"][0]["amount"] is amount


def test_no_picture_without_an_item() -> None:
    assert card_doc(Card(same("t"), picture=True))["picture"] is False


def test_words_that_look_like_both_languages_stay_words() -> None:
    said = Said("x", "li", "li:chat", 1, SAID.at, True, own_doc("key", '{"zh": "a", "en": "b"}', [("a.pdf", 3)]))
    shown = said_json(said, "en")
    assert shown["text"] == '{"zh": "a", "en": "b"}'
    assert shown["files"] == [{"name": "a.pdf", "size": 3, "preview": False, "href": ""}]


def test_the_last_line_is_words_else_a_card_else_a_file() -> None:
    assert last_line(DOC, "en") == "Received"
    assert last_line(reply_doc(Reply(cards=(CARD,))), "zh") == "数电票 · ¥1,060.00"
    assert last_line(own_doc("k", "", [("a.pdf", 3)]), "zh") == "a.pdf"
    assert last_line(reply_doc(Reply()), "zh") == ""
