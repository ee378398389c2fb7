"""Finding and opening: who sees what, what leaves a trail, and what is answered to words that can't be followed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import pytest
import pytest_asyncio

from archive.access import Role
from archive.errors import NotFound
from archive.item import Item
from archive.trail import Entry
from intake.preview import draw
from tests.house import Scene, button, drawn, einvoice, facts, words, zipped

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME, DATA = "顺丰.xml", einvoice("612.00", seller="顺丰样例速运有限公司", on=date(2026, 10, 5))
#: Who sees Li's item: its sender, the approver it was laid before, and those who see the whole archive by right.
SEES = {"li": True, "sun": False, "wang": True, "qian": False, "zhao": True, "chen": True, "zhou": True}
SEES |= {"gu": False, "he": False, "lu": False}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def item(scene: Scene) -> AsyncIterator[Item]:
    yield await scene.forward("li", DATA, NAME)


async def last(scene: Scene, item: Item) -> Entry:
    return (await scene.house.trail.about(item.id, 500))[-1].entry


@pytest.mark.parametrize("person", SEES)
async def test_who_opens_it(scene: Scene, item: Item, person: str) -> None:
    before = len(await scene.history(item.id))
    for reply in (await scene.send(person, f"打开 {item.id}"), await scene.send(person, item.id.lower())):
        if SEES[person]:
            assert str(item.document.number) in facts(reply)
            assert reply.files[0].file == f"original:{item.id}"
            assert "李明 收到" in words(reply)
            assert "李明 received" in words(reply, "en")
        else:
            assert "[S03]" in words(reply) or (person == "gu" and "[A01]" in words(reply))
            assert not reply.cards
            assert not reply.files
    seen = (await scene.history(item.id))[before:]
    assert seen == ([f"{person} viewed"] * 2 if SEES[person] else []), "a view that left no trail"


@pytest.mark.parametrize("person", SEES)
async def test_who_gets_the_original_and_the_picture(scene: Scene, item: Item, person: str) -> None:
    who = scene.people[person]
    before = len(await scene.history(item.id))
    if not SEES[person]:
        with pytest.raises(NotFound):
            await scene.reception.original(who, item.id, "desk")
        with pytest.raises(NotFound):
            await scene.reception.picture(who, item.id, 0)
        assert len(await scene.history(item.id)) == before
        return
    assert await scene.reception.original(who, item.id, "desk") == (NAME, item.file.media_type, DATA)
    handed = await last(scene, item)
    assert (handed.who, handed.action, handed.facts["sha256"]) == (person, "downloaded", item.file.sha256)
    assert (await scene.reception.picture(who, item.id, 0)).startswith(b"\x89PNG")
    assert f"{person} viewed" in (await scene.history(item.id))[before:]


async def test_the_picture_marks_what_was_read_until_it_is_filed(scene: Scene) -> None:
    pdf = await scene.forward("li", drawn("dev_21")[1], "加油.pdf")
    assert pdf.places["number"].page == 0
    shown = await scene.reception.picture(scene.people["li"], pdf.id, 0)
    assert shown != draw(drawn("dev_21")[1]), "places are marked"
    await scene.click("wang", "approve", pdf.id)
    filed = await scene.house.vault.item(pdf.id)
    assert filed.places == pdf.places
    assert await scene.reception.picture(scene.people["li"], pdf.id, 0) == draw(drawn("dev_21")[1])


@pytest.mark.parametrize("person", SEES)
async def test_who_finds_it(scene: Scene, item: Item, person: str) -> None:
    reply = await scene.send(person, f"查 {item.document.number}")
    assert bool(reply.cards) is SEES[person]
    if not SEES[person]:
        assert "[A01]" in words(reply) if person == "gu" else "没有找到" in words(reply)


@pytest.mark.parametrize(
    "said",
    [
        *("查 顺丰", "查顺丰", "查 顺丰 2026-10 >500", "查 612 李明", "查 销售部 顺丰 数电票 待审批", "查 10月 顺丰"),
        *(
            "search 顺丰 october 2026 over 600",
            "find 顺丰 600-620",
            "search 顺丰 pending",
            "查 {id}",
            "搜索:顺丰样例速运",
        ),
    ],
)
async def test_words_that_find_it(scene: Scene, item: Item, said: str) -> None:
    reply = await scene.send("zhao", said.format(id=item.id))
    assert str(item.document.number) in facts(reply), words(reply)
    assert "找到 1 张，第 1–1 张" in words(reply)
    opened = await scene.press("zhao", button(reply.cards[0], "open"))
    assert opened.cards[0].about == item.id


@pytest.mark.parametrize(
    "said", ["查 顺丰 >700", "查 顺丰 2026-09", "search 顺丰 archived", "查 顺丰 孙悦", "查 没有这个词"]
)
async def test_words_that_find_nothing(scene: Scene, item: Item, said: str) -> None:
    reply = await scene.send("zhao", said)
    assert not reply.cards
    assert "没有找到" in words(reply)
    assert "Nothing found" in words(reply, "en")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("查 2026-13", "Q02"),
        ("search 2026-13", "Q02"),
        ("查 >很多", "Q03"),
        ("search >lots", "Q03"),
        ("查 13月", "Q02"),
    ],
)
async def test_words_that_can_not_be_followed(scene: Scene, said: str, code: str) -> None:
    reply = await scene.send("zhao", said)
    for lang in ("zh", "en"):
        assert f"[{code}]" in words(reply, lang)


async def test_pages(scene: Scene) -> None:
    for n in range(10):
        await scene.forward("sun", einvoice(f"{700 + n}.00", seller="翻页样例有限公司"))
    first = await scene.send("sun", "查 翻页样例")
    assert "找到 10 张，第 1–8 张" in words(first)
    assert [c.label.zh for c in first.choices] == ["下一页"]
    second = await scene.press("sun", first.choices[0])
    assert "第 9–10 张" in words(second)
    assert [c.label.zh for c in second.choices] == ["上一页"]
    ids = {button(card, "open").subject for card in (*first.cards, *second.cards)}
    assert len(ids) == 10
    assert await scene.press("sun", second.choices[0]) == first


async def test_who_got_the_role_later_may_open_what_waits_for_them(scene: Scene) -> None:
    item = await scene.forward("sun", einvoice("620.00"))
    await scene.house.people.change("wang", department="研发部")
    try:
        assert str(item.document.number) in facts(await scene.send("wang", f"打开 {item.id}"))
    finally:
        await scene.house.people.change("wang", department="销售部")
    assert "[S03]" in words(await scene.send("wang", f"打开 {item.id}"))


async def test_todo_is_what_waits_for_oneself(scene: Scene) -> None:
    await scene.house.people.add("新来", {Role.EMPLOYEE}, company="GD01", department="法务部", id="xin")
    await scene.house.people.add("法审", {Role.APPROVER}, company="GD01", department="法务部", id="fa")
    assert "没有待办" in words(await scene.send("xin", "待办"))
    open_ = await scene.forward("xin", einvoice("630.00"))
    refused = await scene.forward("xin", einvoice("631.00"))
    name, data = drawn("dev_38")
    doubtful = await scene.forward("xin", data + b"<!-- -->", name)
    await scene.click("fa", "reject", refused.id, {"reason": "重开"})
    mine = await scene.send("xin", "todo")
    assert [card.about for card in mine.cards] == [refused.id, doubtful.id]
    assert "待办 2 件" in words(mine)
    assert [card.about for card in (await scene.send("fa", "待审批")).cards] == [open_.id]


async def test_todo_goes_on_page_by_page_and_skips_nothing_when_some_are_decided_meanwhile(scene: Scene) -> None:
    await scene.house.people.add("新来二", {Role.EMPLOYEE}, company="GD01", department="内审部", id="xin2")
    await scene.house.people.add("内审", {Role.APPROVER}, company="GD01", department="内审部", id="nei")
    bundle = zipped({f"{n:02d}.xml": einvoice(f"{640 + n}.00") for n in range(23)})
    await scene.send("xin2", files=[("一包.zip", bundle)])
    everything = [item.id for item, _ in await scene.house.vault.open_cases("GD01") if item.owner == "xin2"]
    first = await scene.send("nei", "待办")
    assert "待办 23 件" in words(first)
    assert "第 1–10 件" in words(first)
    assert "showing 1–10" in words(first, "en")
    assert [choice.label.zh for choice in first.choices] == ["下一页"]
    for card in first.cards[:3]:
        await scene.press("nei", button(card, "approve"))
    second = await scene.press("nei", first.choices[0])
    assert "待办 20 件" in words(second)
    assert "第 8–17 件" in words(second)
    third = await scene.press("nei", second.choices[1])
    shown = [card.about for reply in (first, second, third) for card in reply.cards]
    assert shown == everything
    assert [choice.label.zh for choice in third.choices] == ["上一页"]
    assert (await scene.press("nei", third.choices[0])).cards == second.cards
    for card in third.cards:
        await scene.press("nei", button(card, "approve"))
    rest = await scene.press("nei", second.choices[1])
    assert [card.about for card in rest.cards] == everything[10:20], "nothing comes after it any more: the last page"


async def test_a_file_that_is_no_picture_says_so(scene: Scene) -> None:
    name, data = drawn("dev_38")
    item = await scene.forward("li", data, name)
    from archive.errors import ReadProblem

    with pytest.raises(ReadProblem):
        await scene.reception.picture(scene.people["li"], item.id, 0)
    assert (await scene.reception.original(scene.people["li"], item.id, "desk"))[2] == data
