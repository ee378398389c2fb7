"""Forwarding: what is taken, what is refused and why, and that nothing is lost or doubled on the way."""

from __future__ import annotations

import io
import zipfile

import pytest

from archive.document import Kind
from archive.item import ItemState
from tests.house import Scene, drawn, einvoice, facts, fresh, has, words, zipped

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_one_file_is_read_kept_and_laid_before_the_departments_approver(scene: Scene) -> None:
    name, data = drawn("xml_01")
    reply = await scene.send("li", files=[(name, data)])
    (item,) = await scene.items(reply)
    assert item.state is ItemState.PENDING
    assert item.document.number == "26339990000088000001"
    assert item.id in words(reply)
    assert "742.00" in words(reply)
    assert await scene.house.vault.original(item.file) == data
    (asked,) = [r for r in scene.channel.told("wang", "approvals") if r.cards[0].about == item.id]
    assert has(asked.cards[0], "approve", "reject")
    assert has(reply.cards[0], "correct", "withdraw")
    assert not scene.channel.told("qian", "approvals"), "another department's approver"
    assert not scene.channel.told("lu"), "another company"
    assert await scene.history(item.id) == ["li received", "system read", "li submitted"]


async def test_several_files_come_back_as_one_answer_with_a_card_each(scene: Scene) -> None:
    files = [(f"{n}.xml", einvoice(f"{100 + n}.00")) for n in range(3)]
    reply = await scene.send("li", files=files)
    assert [c.about for c in reply.cards] == [i.id for i in await scene.items(reply)]
    assert len(reply.cards) == 3
    assert "3 个文件，读到 3 张单据；3 张已提交审批" in words(reply)
    assert "3 files, 3 documents; 3 sent for approval" in words(reply, "en")


async def test_a_zip_with_folders_and_names_of_a_chinese_windows(scene: Scene) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("发票/十月/a.xml", einvoice("201.00"))
        gbk = "报销/出租车.xml".encode("gb18030")
        archive.writestr("N" * len(gbk), einvoice("202.00"))
        archive.writestr("__MACOSX/._a.xml", b"junk")
        archive.writestr("inner.zip", zipped({"b.xml": einvoice("203.00")}))
    data = out.getvalue().replace(b"N" * len(gbk), gbk)  # as Windows writes it: no word of the encoding
    reply = await scene.send("li", files=[("all.zip", data)])
    items = await scene.items(reply)
    assert [str(i.document.total) for i in items] == ["201.00", "202.00", "203.00"]
    assert [i.file.name for i in items] == ["a.xml", "出租车.xml", "b.xml"]
    assert all(i.state is ItemState.PENDING for i in items)


async def test_the_same_file_twice_in_one_message_is_taken_once(scene: Scene) -> None:
    data = einvoice("210.00")
    reply = await scene.send("li", files=[("a.xml", data), ("b.xml", data)])
    assert len(reply.cards) == 1
    assert "D01" in words(reply)
    assert "b.xml" in words(reply)
    assert "1 个没有收下" in words(reply)


async def test_the_same_bytes_of_another_are_refused_and_name_the_first(scene: Scene) -> None:
    data = einvoice("220.00")
    first = await scene.forward("li", data)
    reply = await scene.send("sun", files=[("copy.xml", data)])
    assert not reply.cards
    when = first.received_at.astimezone(scene.house.ctx.zone).strftime("%Y-%m-%d %H:%M")
    for lang in ("zh", "en"):
        said = words(reply, lang)
        assert "[D01]" in said
        assert "李明" in said
        assert when in said
        assert first.id in said
    assert "请直接向 李明 询问" in words(reply), "it was never laid before Sun"
    assert "Please ask 李明 how it stands. [D01]" in words(reply, "en")
    assert "「查" not in words(reply)
    assert "search" not in words(reply, "en")


@pytest.mark.parametrize("person", ["li", "wang", "chen"])
async def test_who_may_see_the_first_copy_is_told_how_to_find_it(scene: Scene, person: str) -> None:
    """Its sender, who decides on it, and who sees everything."""
    number = f"26339990000090225{ord(person[0]):03d}"
    data = einvoice("225.00", number=number)
    first = await scene.forward("li", data)
    for copy, code in ((data, "D01"), (data + b"\n", "D02")):
        reply = await scene.send(person, files=[("copy.xml", copy)])
        assert f"输入「查 {first.id}」看它的进度。[{code}]" in words(reply)
        assert f"Type “search {first.id}” to see how it stands. [{code}]" in words(reply, "en")
    assert number in words(reply)


async def test_the_same_invoice_in_other_bytes_is_refused_by_its_identity(scene: Scene) -> None:
    data = einvoice("230.00", number="26339990000090230001")
    first = await scene.forward("li", data)
    reply = await scene.send("sun", files=[("again.xml", data + b"\n")])
    assert not reply.cards
    assert "[D02]" in words(reply)
    assert "李明" in words(reply)
    assert "26339990000090230001" in words(reply)
    assert "请直接向 李明 询问它的进度。[D02]" in words(reply)
    assert first.id in words(reply, "en")


async def test_another_company_may_hold_the_same_file(scene: Scene) -> None:
    data = einvoice("240.00")
    await scene.forward("li", data)
    other = await scene.forward("he", data)
    assert other.company == "GD02"


async def test_after_a_rejection_it_may_be_sent_again(scene: Scene) -> None:
    data = einvoice("250.00")
    first = await scene.forward("li", data)
    await scene.click("wang", "reject", first.id, {"reason": "抬头不对"})
    second = await scene.forward("li", data)
    assert second.id != first.id
    assert second.state is ItemState.PENDING


async def test_after_a_withdrawal_it_may_be_sent_again_by_anybody(scene: Scene) -> None:
    data = einvoice("260.00")
    first = await scene.forward("li", data)
    await scene.click("li", "withdraw", first.id)
    second = await scene.forward("sun", data + b"\n")
    assert second.owner == "sun"
    refused = await scene.click("li", "restore", first.id)
    assert "D02" in words(refused)
    assert "孙悦" in words(refused), "who has it is named, not their account"
    assert (await scene.house.vault.item(first.id)).state is ItemState.WITHDRAWN


async def test_what_has_no_number_is_not_restored_beside_a_newer_copy(scene: Scene) -> None:
    name, data = drawn("dev_38")
    first = await scene.forward("li", data, name)
    await scene.click("li", "withdraw", first.id)
    second = await scene.forward("sun", data, name)
    refused = await scene.click("li", "restore", first.id)
    assert "D01" in words(refused)
    assert second.id in words(refused)
    assert (await scene.house.vault.item(first.id)).state is ItemState.WITHDRAWN


async def test_a_repeated_message_does_nothing_twice(scene: Scene) -> None:
    files = [("a.xml", einvoice("270.00"))]
    first = await scene.send("li", files=files, key="the-same-key-270")
    before = len(scene.channel.said)
    again = await scene.send("li", files=files, key="the-same-key-270")
    assert again == first
    await scene.send("li", "帮助")  # what comes later is worked off; nothing was left behind
    assert len(scene.channel.said) == before + 1


async def test_unreadable_files_are_kept_with_a_form_to_fill_in(scene: Scene) -> None:
    name, data = drawn("dev_37")
    reply = await scene.send("li", files=[(name, data)])
    (item,) = await scene.items(reply)
    assert item.state is ItemState.DOUBTFUL
    assert "[R03]" in words(reply)
    assert "[R03]" in words(reply, "en")
    form = next(c.form for c in reply.cards[0].choices if c.action == "correct")
    assert form is not None
    assert {f.name for f in form.fields if f.required} == {"date", "total"}
    assert await scene.house.vault.original(item.file) == data
    assert not [r for r in scene.channel.told("wang", "approvals") if r.cards[0].about == item.id]


async def test_a_merged_file_gives_an_item_for_each_invoice(scene: Scene) -> None:
    name, data = drawn("dev_39")
    reply = await scene.send("li", files=[(name, data)])
    items = await scene.items(reply)
    assert [i.part for i in items] == [0, 1, 2]
    assert len({i.document.number for i in items}) == 3
    assert len({i.id for i in items}) == 3
    assert [i.id for i in items] == sorted(i.id for i in items), "numbered as they stand in the file"
    assert "1 个文件，读到 3 张单据" in words(reply)


async def test_a_red_invoice_without_its_blue_is_flagged_and_with_it_is_not(scene: Scene) -> None:
    _, red = drawn("xml_03")
    alone = await scene.send("li", files=[("red.xml", red)])
    assert "26319990000017000001 不在档案中" in words(alone)
    assert "is not in the archive" in words(alone, "en")
    blue_name, blue = drawn("dev_33")
    await scene.forward("sun", blue, blue_name)
    red_name, printed = drawn("dev_18")  # the same red invoice printed, with another total: another document
    both = await scene.send("li", files=[(red_name, printed)])
    assert both.cards
    assert "不在档案中" not in words(both)


async def test_a_page_without_an_invoice_is_taken_for_what_it_is(scene: Scene) -> None:
    name, data = drawn("dev_30")
    item = await scene.forward("li", data, name)
    assert item.document.kind is Kind.CONTRACT
    assert item.state is ItemState.PENDING


async def test_a_reading_says_how_far_it_is(scene: Scene) -> None:
    await scene.send("li", files=[(f"{n}.xml", einvoice(f"{300 + n}.00")) for n in range(2)], key="progress-of-this")
    shown = scene.channel.progress_of["desk:progress-of-this"]
    assert [share for share, _ in shown] == [0.0, 0.5]
    assert shown[1][1] == "正在读取 2/2：1.xml"


async def test_of_very_many_only_the_first_cards_are_shown(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.upload.SHOWN", 2)
    name, unread = drawn("dev_37")
    many = {f"{n}.xml": einvoice() for n in range(3)} | {name: unread + b" "}
    reply = await scene.send("li", files=[("many.zip", zipped(many))])
    assert "以下是 2 张" in words(reply)
    assert "2 of them follow" in words(reply, "en")
    shown = await scene.items(reply)
    assert [item.state for item in shown] == [ItemState.DOUBTFUL, ItemState.PENDING], "what needs help comes first"
    assert len([r for r in scene.channel.told("wang", "approvals") if r.cards]) >= 3, (
        "all were laid before the approver"
    )


async def test_two_receipts_in_one_photo_are_two_items(scene: Scene) -> None:
    name, data = drawn("img_03")
    reply = await scene.send("li", files=[(name, data)])
    items = await scene.items(reply)
    assert len(items) == 2
    assert {str(i.document.total) for i in items} == {"23.45", "33.70"}


async def test_facts_on_the_card_are_those_of_the_document(scene: Scene) -> None:
    name, data = drawn("dev_16")
    reply = await scene.send("li", files=[(name, data)])
    shown = facts(reply)
    for value in ("26349990000016351430", "376.00", "2026-06-12", "广德样例满庭酒店（个体工商户）", "李明 · 销售部"):
        assert value in shown


async def test_nobody_to_decide_is_told_to_the_administrators(mongo_uri: str, tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    async with fresh(mongo_uri, tmp_path) as scene:
        for approver in ("wang", "qian"):
            await scene.house.people.disable(approver)
        item = await scene.forward("li", einvoice("310.00"))
        (told,) = scene.channel.told("gu")
        assert item.id in words(told)
