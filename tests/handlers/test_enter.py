"""录入: a document without a file goes the way of all others, and what was entered is its original."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal

import pikepdf
import pytest
from slack_sdk.models.views import View

from archive.document import Kind
from archive.item import Item, ItemState
from archive.words import Lang
from bot.answers import question
from bot.dispatch import answer
from bot.slack import modal
from bot.teams.cards import card_of, form_card
from handlers import enter
from handlers.message import Click, Message, Reply
from storage.records import unpack
from tests.fakes import teams
from tests.house import Scene, button, words

pytestmark = pytest.mark.asyncio(loop_scope="module")
ENTERED = {
    "kind": "taxi", "date": "2026-10-05", "seller_name": "杭州样例出租汽车有限公司", "total": "36.50", "tax": "1.06",
    "number": "", "buyer_name": "", "category": "", "remark": "去客户处，司机没有发票机",
}  # fmt: skip


async def entered(scene: Scene, person: str, key: str = "", **changed: str) -> Reply:
    card = (await scene.send(person, "录入")).cards[0]
    return await scene.press(person, button(card, "enter"), {**ENTERED, **changed}, key)


async def the_item(scene: Scene, reply: Reply) -> Item:
    (item,) = await scene.items(reply)
    return item


async def test_it_is_kept_with_a_note_approved_and_archived(scene: Scene) -> None:
    item = await the_item(scene, await entered(scene, "li"))
    d = item.document
    assert (d.kind, d.date, d.total, d.tax, d.amount_excl_tax) == (
        Kind.TAXI, date(2026, 10, 5), Decimal("36.50"), Decimal("1.06"), Decimal("35.44"),
    )  # fmt: skip
    assert set(item.source.values()) == {"person"}
    note = await scene.house.vault.original(item.file)
    with pikepdf.open(io.BytesIO(note)) as pdf:
        figures = json.loads(pdf.attachments["report.json"].get_file().read_bytes())
    assert "司机没有发票机" in json.dumps(figures, ensure_ascii=False)
    assert item.state is ItemState.PENDING or item.state is ItemState.DOUBTFUL
    if item.state is ItemState.DOUBTFUL:  # a taxi receipt needs its number, where the checks say so
        await scene.click("li", "correct", item.id, {"number": "00012345", "code": "133012345678"})
    await scene.click("wang", "approve", item.id)
    archived = await scene.house.vault.item(item.id)
    assert archived.state is ItemState.ARCHIVED
    assert archived.filed
    assert (await scene.history(item.id))[:1] == ["li entered"]
    assert await scene.reception.picture(await scene.house.people.get("wang"), item.id, 0)


async def test_of_a_kind_without_a_number_it_goes_straight_to_the_approver(scene: Scene) -> None:
    reply = await entered(scene, "li", kind="other", total="12")
    item = await the_item(scene, reply)
    assert item.state is ItemState.PENDING, words(reply)
    assert scene.channel.copies(item.id, "wang")


async def test_the_same_message_worked_on_again_makes_no_second_item(scene: Scene) -> None:
    item = await the_item(scene, await entered(scene, "li", "enter-once", kind="other", total="77.00"))
    inbox = scene.house.db.inbox
    doc = await inbox.find_one({"_id": "desk:enter-once"})
    assert doc
    again = await answer(scene.house.ctx, unpack(Message, doc["message"]))
    assert [i.id for i in await scene.items(again)] == [item.id]


async def test_a_number_that_is_there_already_is_refused(scene: Scene) -> None:
    first = await the_item(scene, await entered(scene, "li", kind="other", number="A-1", total="5.00"))
    reply = await entered(scene, "sun", kind="other", number="A-1", total="5.00")
    assert "[D02]" in words(reply)
    assert "李明" in words(reply)
    assert first.document.number == "A-1"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("date", "昨天", "2026-10-05"), ("total", "很多", "1234.56"), ("remark", " ", "事由"), ("kind", "x", "列表"),
     ("category", "没有的", "列表"), ("remark", "长" * 501, "500")],
)  # fmt: skip
async def test_what_cannot_be_taken_is_told_and_nothing_is_kept(
    scene: Scene, field: str, value: str, said: str
) -> None:
    before = await scene.house.vault.how_many()
    reply = await entered(scene, "li", **{field: value})
    assert "[S05]" in words(reply)
    assert said in words(reply)
    assert await scene.house.vault.how_many() == before


async def test_who_may_not_forward_may_not_enter(scene: Scene) -> None:
    assert "[A01]" in words(await scene.send("zhou", "录入"))


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_every_platform_can_show_the_form(scene: Scene, lang: Lang) -> None:
    card = (await scene.send("li", "录入")).cards[0]
    asked = enter.form(scene.house.ctx)
    assert await scene.reception.form(scene.people["li"], Click("enter", "new")) == asked
    assert await scene.reception.form(scene.people["zhou"], Click("enter", "new")) is None
    View(**modal.window(asked, '["D0LI","enter","new",0]', lang)).validate_json()
    assert teams.faults(form_card(asked, {}, lang)) == []
    assert teams.faults(card_of(card, lang)) == []
    assert asked.title.to(lang) in question(asked).to(lang)
