"""Replies → Slack's payloads, checked by Slack's own library and by the stand-in's limits."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from archive.words import Text, same
from bot.slack import modal
from bot.slack.markup import lettered, pieces
from bot.slack.outgoing import Sheet, card_sheet, home_view, links_sheet, sheets
from bot.slack.samples import samples
from handlers.message import Card, Choice, Fact, Form, FormField, Input, OutFile, Reply
from tests.cards import CORRECTION, REASON, card, hit
from tests.fakes.slack import check_blocks


def checked(blocks: Any, most: int = 50) -> None:
    """By the official models, then by the limits they leave out."""
    for block in blocks:
        parsed = Block.parse(block)
        assert parsed is not None, block
        parsed.validate_json()
    check_blocks(list(blocks), most)


def texts(sheet: Sheet) -> str:
    return json.dumps(sheet.blocks, ensure_ascii=False)


def test_a_card() -> None:
    sheet = card_sheet(card(), "zh")
    checked(sheet.blocks)
    kinds = [block["type"] for block in sheet.blocks]
    assert kinds == ["header", "context", "section", "section", "actions"]
    assert [e.get("value") for e in sheet.blocks[-1]["elements"]] == [
        '["approve","G2611-0042",3]', '["reject","G2611-0042",3]', '["open","G2611-0042",3]',
    ]  # fmt: skip
    assert [e["action_id"] for e in sheet.blocks[-1]["elements"]] == ["do.0", "form.1", "do.2"]
    assert [e.get("style") for e in sheet.blocks[-1]["elements"]] == ["primary", "danger", None]
    assert "🟡 待 王芳 审批" in texts(sheet)
    assert "⚠️ 日期" in texts(sheet)


def test_every_card_has_a_plain_form() -> None:
    words = card_sheet(card(), "zh").text
    for part in (
        "数电票",
        "编号：G2611-0042",
        "! 日期：未读到",
        "! 发票抬头与公司不符",
        "[通过] [驳回]",
        "&lt;公司&gt;",
    ):
        assert part in words


def test_what_users_wrote_is_never_markup() -> None:
    fields = card_sheet(card(), "zh").blocks[2]["fields"]
    assert fields[0] == {"type": "mrkdwn", "text": "*编号*\nG2611-0042", "verbatim": True}
    assert fields[2] == {"type": "plain_text", "text": "销售方\n上海*样例*云算 & <公司>", "emoji": False}
    assert lettered("<!channel> & <@U1>", 100) == {
        "type": "mrkdwn", "text": "&lt;!channel&gt; &amp; &lt;@U1&gt;", "verbatim": True,
    }  # fmt: skip
    assert lettered("> quoted", 100)["type"] == lettered("a :tada: b", 100)["type"] == "plain_text"
    assert sheets(Reply(text=same("<!here> & *x*")), "zh")[0].text == "&lt;!here&gt; &amp; *x*"


def test_both_languages() -> None:
    assert "Approve" in texts(card_sheet(card(), "en"))
    assert "通过" not in texts(card_sheet(card(), "en"))


def test_limits_hold_for_the_worst_card() -> None:
    long = "很长" * 3000
    worst = Card(
        title=same(long),
        facts=tuple(Fact(same(f"{n} {long}"), long) for n in range(180)),
        flags=tuple(same(long) for _ in range(30)),
        choices=tuple(Choice(same(long), "open", f"G{n}", n) for n in range(400)),
        status=same(long),
        about="G1",
    )
    checked(card_sheet(worst, "zh").blocks)
    assert len(card_sheet(worst, "zh").text) <= 3500


def test_a_button_that_would_carry_too_much_is_not_made() -> None:
    wide = Card(
        title=same("x"), choices=(Choice(same("x"), "open", "s" * 2500), Choice(same("y"), say=same("z" * 2001)))
    )
    assert [b["type"] for b in card_sheet(wide, "zh").blocks] == ["header"]


def test_twenty_six_buttons_stand_in_two_rows() -> None:
    wide = Card(title=same("x"), choices=tuple(Choice(same("x"), "open", "G1", n) for n in range(26)))
    assert [len(b["elements"]) for b in card_sheet(wide, "zh").blocks if b["type"] == "actions"] == [25, 1]


def test_words_alone_need_no_blocks_and_long_ones_are_parted() -> None:
    lines = "\n".join(f"第 {n} 行 " + "字" * 60 for n in range(1500))  # about 100 kB
    made = sheets(Reply(text=same(lines)), "zh")
    assert all(not sheet.blocks and len(sheet.text) <= 3500 for sheet in made)
    assert "\n".join(sheet.text for sheet in made) == lines


def test_next_steps_stand_below_the_words() -> None:
    reply = Reply(
        text=same("有 3 张待办"), choices=(Choice(Text("报表", "Report"), say=Text("报表 本月报销", "report")),)
    )
    (sheet,) = sheets(reply, "zh")
    checked(sheet.blocks)
    assert sheet.blocks[-1]["elements"][0]["action_id"] == "say.0"
    assert sheet.blocks[-1]["elements"][0]["value"] == "报表 本月报销"
    with_card = sheets(replace(reply, cards=(card(),)), "zh")
    assert [s.cards for s in with_card] == [0, 1, 0]
    assert with_card[-1].blocks[-1]["type"] == "actions"


def test_cards_of_items_stand_alone_and_hits_together() -> None:
    made = sheets(Reply(cards=(hit(1), hit(2), card(), *(hit(n) for n in range(3, 24)))), "zh")
    assert [s.cards for s in made] == [2, 1, 10, 10, 1]
    for sheet in made:
        checked(sheet.blocks)


def test_links() -> None:
    files = [(OutFile(f"报表{n}.pdf", "application/pdf", file="held:1"), f"https://g.example/f/{n}") for n in range(30)]
    sheet = links_sheet(files, "zh")
    checked(sheet.blocks)
    buttons = [e for b in sheet.blocks if b["type"] == "actions" for e in b["elements"]]
    assert [b["url"] for b in buttons] == [url for _, url in files]
    assert all("value" not in b for b in buttons)


def test_a_card_with_a_lot_in_it_keeps_its_buttons() -> None:
    """Slack takes some 13,000 characters a message; refused blocks are said in words, and words have no buttons."""
    facts = tuple(Fact(same(f"备注{n}"), "长" * 1500) for n in range(40))
    sheet = card_sheet(replace(card(), facts=(*facts, Fact(same("合计"), "¥1.00", flagged=True))), "zh")
    checked(sheet.blocks)
    assert len(json.dumps(sheet.blocks, ensure_ascii=False)) < 13_000
    assert [b["type"] for b in sheet.blocks].count("actions") == 1
    shown = json.dumps(sheet.blocks, ensure_ascii=False)
    assert "没有列出" in shown
    assert "¥1.00" in shown  # what draws the eye is never left out


def test_an_empty_reply_is_nothing() -> None:
    assert sheets(Reply(), "zh") == []
    assert sheets(Reply(text=same(" \n ")), "zh") == []


@pytest.mark.parametrize("form", [REASON, CORRECTION])
def test_windows(form: Form) -> None:
    view = modal.window(form, '["D0LI","correct","G2611-0043",1]', "zh")
    View(**view).validate_json()
    checked(view["blocks"], 100)
    assert [b["block_id"] for b in view["blocks"]] == [f.name for f in form.fields]
    assert [b["optional"] for b in view["blocks"]] == [not f.required for f in form.fields]


def test_a_window_shows_what_stands_there_and_what_is_doubtful() -> None:
    blocks = {b["block_id"]: b for b in modal.window(CORRECTION, "[]", "zh")["blocks"]}
    assert blocks["kind"]["element"]["initial_option"]["value"] == "einvoice"
    assert blocks["date"]["element"]["initial_date"] == "2026-10-12"
    assert blocks["date"]["label"]["text"] == "⚠️ 开票日期"
    assert blocks["total"]["element"]["initial_value"] == "1234.56"
    assert "initial_value" not in blocks["note"]["element"]


def test_odd_values_of_a_form() -> None:
    options = tuple((f"种类{n}", same(f"种类{n}" * 30)) for n in range(150))
    odd = Form(
        same("很长的标题" * 10),
        (
            FormField("kind", same("k" * 3000), Input.CHOICE, "种类149", options=(*options, ("x" * 200, same("x")))),
            FormField("none", same("没有选项"), Input.CHOICE, "x"),
            FormField("date", same("日期"), Input.DATE, "去年"),
            FormField("long", same("长"), Input.LINES, "字" * 5000),
        ),
        same("提交" * 30),
    )
    view = modal.window(odd, "[]", "zh")
    checked(view["blocks"], 100)
    assert len(view["title"]["text"]) <= 24
    assert view["blocks"][0]["element"]["initial_option"]["value"] == "种类149"
    assert "initial_date" not in view["blocks"][2]["element"]


def test_metadata_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        modal.window(REASON, "x" * 3001, "zh")


def test_the_home_tab() -> None:
    reply = Reply(
        text=same("2 张待办"),
        cards=tuple(card(f"G{n}") for n in range(40)),
        choices=(Choice(same("帮助"), say=same("帮助")),),
    )
    view = home_view(reply, "zh")
    checked(view["blocks"], 100)
    assert "还有" in json.dumps(view, ensure_ascii=False)
    checked(home_view(Reply(), "zh")["blocks"], 100)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=9000), st.text(max_size=300))
def test_any_words_make_valid_blocks(words: str, label: str) -> None:
    made = Card(title=same(words), facts=(Fact(same(label), words),), flags=(same(words),), status=same(label))
    checked(card_sheet(made, "zh").blocks)
    assert all(0 < len(piece) <= 100 for piece in pieces(words, 100))


@pytest.mark.parametrize("name", sorted(samples()))
def test_samples_are_valid(name: str) -> None:
    payload = samples()[name]
    view = payload.get("view", {})
    checked(payload.get("blocks") or view.get("blocks") or [], 100 if view else 50)
    if view.get("type") == "modal":
        View(**view).validate_json()
    assert json.loads(json.dumps(payload)) == payload
