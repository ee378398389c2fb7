"""A document's seal from the door on: stored, shown, stopping; judged anew when somebody becomes trusted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.authentic import CHANGED, Standing, Trust
from archive.finding import Level
from archive.item import Item, ItemState
from handlers import show
from storage.records import pack, unpack
from tests.house import Scene, einvoice, facts, words
from tests.intake.pki import bureau, entries, packed, sealed
from tests.intake.test_ofd import PAGE, ofd

pytestmark = pytest.mark.asyncio(loop_scope="module")


def invoice(number: str) -> bytes:
    return sealed(ofd(PAGE.replace("24119990000015696478", number)), bureau())


async def test_a_changed_file_is_taken_flagged_and_can_not_be_approved(scene: Scene) -> None:
    files = entries(invoice("24119990000015690001"))
    page = "DOC_0/P/content.XML"
    files[page] = files[page].replace("北京样例天下".encode(), "北京样例天上".encode())
    item = await scene.forward("li", packed(files), "改.ofd")
    assert item.authentic is not None
    assert item.authentic.standing is Standing.BROKEN
    assert [f.level for f in item.findings if f.code == CHANGED] == [Level.STOP]
    (card, *_) = scene.channel.copies(item.id, "li")
    assert "验签=不一致" in facts(card)
    assert any("content.XML" in flag.zh for flag in card.flags)
    said = await scene.click("wang", "approve", item.id)
    assert "S08" in words(said)
    assert (await scene.house.vault.item(item.id)).state is ItemState.PENDING
    plain = show.plain(item)["authenticity"]
    assert isinstance(plain, dict)
    assert (plain["standing"], plain["zh"], plain["checked"]) == ("broken", "不一致", [])
    assert "驳回" in words(await scene.click("wang", "reject", item.id, {"reason": "签章不一致"}))


async def test_digests_only_until_somebody_is_trusted_then_judged_anew(scene: Scene) -> None:
    item = await scene.forward("li", invoice("24119990000015690002"), "真.ofd")
    assert item.authentic is not None
    assert item.authentic.standing is Standing.DIGESTS
    assert "验签=摘要一致，签章未验" in facts(scene.channel.copies(item.id, "li")[0])
    assert "A01" in words(await scene.send("li", f"验签 {item.id}"))
    reception, before = scene.reception, scene.house.ctx
    try:
        reception._ctx = replace(before, trust=Trust((bureau().root.certificate,)))
        assert "验签：通过" in words(await scene.send("chen", f"验签 {item.id}"))
    finally:
        reception._ctx = before
    after = await scene.house.vault.item(item.id)
    assert after.authentic is not None
    assert after.authentic.standing is Standing.PASSED
    assert "chen signature_checked" in await scene.history(item.id)
    assert not [f for f in after.findings if f.code.startswith("I2")]


async def test_an_unsigned_file_says_nothing_on_the_card(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("411.00"))
    assert item.authentic is not None
    assert item.authentic.standing is Standing.UNCHECKED
    assert "验签" not in facts(scene.channel.copies(item.id, "li")[0])


async def test_items_of_before_still_load(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("412.00"))
    doc = pack(item)
    del doc["authentic"], doc["tax_check"]
    old = unpack(Item, doc)
    assert (old.authentic, old.tax_check) == (None, None)
    plain = show.plain(old)
    assert isinstance(plain["authenticity"], dict)
    assert (plain["authenticity"]["zh"], plain["tax_check"]) == ("未验签", None)
