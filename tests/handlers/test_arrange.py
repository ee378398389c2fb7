"""整理 in chat: a plan first, then numbers; twice changes nothing; late papers go behind, late vouchers apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from archive.errors import NotFound
from archive.unit import Part, Unit
from archive.words import Text
from handlers import month
from handlers.message import Reply
from handlers.month import carried_out, planned
from storage.verify import Verification
from tests.house import Scene, button, einvoice, facts, fresh, standing, words
from tests.intake.books import journal, text


@pytest.fixture
async def scene(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path) as made:
        yield made


NUMBER = "26339990000088000001"
CLASS = "GD01-KJ·JZ·2026·D30"


async def _books(scene: Scene, rows: list[list[object]], who: str = "zhao", name: str = "凭证.csv") -> None:
    shown = await scene.send(who, files=[(name, text(rows, "gb18030"))])
    for card in shown.cards:
        if any(c.action == "book_import" for c in card.choices):
            await scene.press(who, button(card, "book_import"))


async def _invoice(scene: Scene, number: str = NUMBER, on: date = date(2026, 4, 2)) -> str:
    item = await scene.forward("li", einvoice("1000.00", number=number, on=on))
    await scene.click("wang", "approve", item.id)
    return item.id


async def _file(scene: Scene, who: str = "zhao", period: str = "2026-04") -> str:
    reply = await scene.send(who, f"整理 {period}")
    return words(await scene.press(who, button(reply.cards[0], "arrange_file")))


async def _units(scene: Scene, company: str = "GD01", kind: str = "记账凭证") -> list[Unit]:
    return [unit async for unit in scene.house.ctx.units.select(company, kind=kind)]


async def _faults(scene: Scene) -> list[tuple[str, str]]:
    check = Verification(scene.house.db, scene.house.trail, scene.house.vault.original)
    return [(fault.code, fault.where) async for fault in check.faults()]


def _entry(number: int, amount: str = "30.00", day: str = "2026-04-09") -> list[list[object]]:
    return [
        [4, day, "记", f"{number:04d}", 1, "660201", "办公费", f"支付快递费{number}", "", amount, ""],
        [4, day, "记", f"{number:04d}", 1, "100201", "工商银行7701", f"支付快递费{number}", "", "", amount],
    ]


async def test_a_month_is_planned_filed_and_added_to_and_never_renumbered(scene: Scene) -> None:
    first = await _invoice(scene)
    await _books(scene, journal([*_entry(5), *_entry(7, "31.00")]))
    plan = await scene.send("zhao", "整理 2026-04")
    assert "新归档=4 件" in facts(plan)
    assert "归入的单据=1" in facts(plan)
    assert "缺号：记-3~4、记-6" in words(plan)
    assert "没有单据的凭证 2：记-5、记-7" in words(plan)  # the closing entry needs none
    assert await _units(scene) == []  # a trial
    said = await scene.press("zhao", button(plan.cards[0], "arrange_file"))
    assert f"{CLASS}-0001 2026年4月记账凭证（记），4 件，记-1~7" in words(said)
    units = await _units(scene)
    assert [u.archive_no[-9:] for u in units] == ["0001-0001", "0001-0002", "0001-0003", "0001-0004"]
    assert [p.part for p in units[0].papers] == [Part.VOUCHER, Part.VOUCHER, Part.SOURCE]
    pdf = await scene.house.vault.original(units[0].papers[0].file)
    assert "壹仟元整" in pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()
    assert b"<NumberOfAccountingDocuments>\xe8\xae\xb0-1<" in await scene.house.vault.original(units[0].papers[1].file)
    (volume,) = [v for v in await scene.house.ctx.units.volumes("GD01") if v.kind == "记账凭证"]
    assert volume.notes == ("缺号 记-3~4", "缺号 记-6")
    # the document is found under its first number, its id, the voucher and the voucher's number
    item = await scene.house.vault.item(first)
    assert item.filed is not None
    for asked in (item.filed.archive_no, first, "记-0001 2026-04", "2026年4月 记-1", units[0].archive_no):
        assert (await scene.house.ctx.units.find("GD01", asked)).id == units[0].id
    assert units[0].metadata["M92"] == f"{first}={item.filed.archive_no}"
    assert "zhao arranged" in await scene.history(first)
    # again: nothing
    assert "没有变化" in words(await scene.press("zhao", button(plan.cards[0], "arrange_file")))
    # late: a document goes behind its voucher, a lower number into a supplement, a higher one to the end
    second = await _invoice(scene, "26339990000088000077", date(2026, 4, 8))
    late = [[*row[:8], "26339990000088000077" if row[5] == "660201" else "", *row[9:]] for row in _entry(6, "1,000.00")]
    await _books(scene, journal([*_entry(5), *_entry(7, "31.00"), *late, *_entry(8, "32.00")]), name="后补.csv")
    await _file(scene)
    after = await _units(scene)
    assert [(u.file_no, u.archive_no[-9:]) for u in after] == [
        ("记-1", "0001-0001"), ("记-2", "0001-0002"), ("记-5", "0001-0003"), ("记-7", "0001-0004"),
        ("记-6", "0002-0001"), ("记-8", "0002-0002"),
    ]  # fmt: skip
    assert after[:4] == units
    assert [p.item for p in after[4].papers] == ["", "", second]
    assert await _faults(scene) == []


async def test_a_document_archived_later_is_added_with_a_note(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("1000.00", number=NUMBER, on=date(2026, 4, 2)))
    await _books(scene, journal())
    assert f"还没审批归档的单据 1：{item.id}" in words(await scene.send("zhao", "整理 2026-04"))
    await _file(scene)
    before = (await _units(scene))[0]
    await scene.click("wang", "approve", item.id)
    assert "补入单据 1 份" in await _file(scene)
    unit = (await _units(scene))[0]
    assert (unit.archive_no, unit.papers[:2]) == (before.archive_no, before.papers)
    assert (unit.papers[2].item, unit.papers[2].nth, unit.metadata["M49"]) == (item.id, 3, "3")
    (volume,) = [v for v in await scene.house.ctx.units.volumes("GD01") if v.kind == "记账凭证"]
    assert volume.notes[-1].endswith(f"记-1 补入单据 {item.id}")
    # as a lone document it is walked no more, but its first volume still lists it
    assert await _units(scene, kind="原始凭证") == []
    filed = (await scene.house.vault.item(item.id)).filed
    assert filed is not None
    assert [u.id for u in await scene.house.ctx.units.contents(filed.archive_no[:-5])] == [item.id]
    assert await _faults(scene) == []


async def test_what_people_linked_by_hand_is_followed(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("66.00", on=date(2025, 9, 9)))  # far away, and of no such amount
    await scene.click("wang", "approve", item.id)
    await _books(scene, journal())
    await scene.send("zhao", f"关联 记-1 2026-04 {item.id} 合同预付")
    plan = await scene.send("zhao", "整理 2026-04")
    assert "归入的单据=1" in facts(plan)
    await scene.press("zhao", button(plan.cards[0], "arrange_file"))
    assert [p.item for p in (await _units(scene))[0].papers] == ["", "", item.id]


async def test_fonds_are_apart(scene: Scene) -> None:
    await _books(scene, journal())
    await _books(scene, journal(), "lu")
    await _file(scene)
    await _file(scene, "lu")
    assert {u.archive_no[:4] for u in await _units(scene, "GD02")} == {"GD02"}
    assert [u.archive_no[-9:] for u in await _units(scene, "GD02")] == ["0001-0001", "0001-0002"]
    with pytest.raises(NotFound):
        await scene.house.ctx.units.find("GD02", f"{CLASS}-0001-0001")
    with pytest.raises(NotFound):
        await scene.house.ctx.units.find("GD02", "GD01|2026-04|记-1")
    assert {v.company for v in await scene.house.ctx.units.volumes("GD02")} == {"GD02"}


async def test_two_replicas_give_each_number_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(month, "BATCH", 3)  # they take turns
    await _books(scene, journal([row for n in range(3, 13) for row in _entry(n)]))
    async with standing(scene.house.settings, working=False) as other:
        plans = [await planned(s.house.ctx, "GD01", "2026-04") for s in (scene, other)]
        done = await asyncio.gather(
            *(carried_out(s.house.ctx, "GD01", who, plan) for s, who, plan in zip(
                (scene, other), ("zhao", "chen"), plans, strict=True))
        )  # fmt: skip
    assert sum(each.units for each in done) == 13  # twelve vouchers and the journal itself
    assert [u.archive_no[-9:] for u in await _units(scene)] == [f"0001-{n:04d}" for n in range(1, 13)]
    assert await _faults(scene) == []


async def test_who_may_not_arrange_is_told(scene: Scene) -> None:
    assert (await scene.send("li", "整理 2026-04")).codes == ("A01",)
    assert (await scene.send("zhou", "整理 2026-04")).codes == ("A01",)
    assert (await scene.send("zhao", "整理 2026-05")).codes == ("Q80",)
    assert (await scene.send("zhao", "整理 2026Q2")).codes == ("Q84",)


async def test_the_books_of_a_year_when_it_is_over(scene: Scene) -> None:
    await _books(scene, journal())
    early = (await scene.send("zhao", "整理 2026")).cards[0]
    assert "还没有归档：2026-04" in words(Reply(cards=(early,)))
    assert not early.choices
    await _file(scene)
    assert (await scene.send("zhao", "整理 2026")).cards[0].status == Text(
        "年度还没有结束", "the year has not ended yet"
    )
    scene.clock.move(days=400)
    card = (await scene.send("zhao", "整理 2026")).cards[0]
    assert "没有导入科目余额表" in words(Reply(cards=(card,)))
    assert "2026 年账簿归档完成：3 件" in words(await scene.press("zhao", button(card, "arrange_file")))
    assert [u.title for u in await _units(scene, kind="日记账")] == ["2026年日记账 1002 工商银行7701"]
    assert not (await scene.press("zhao", button(card, "arrange_file"))).cards[0].choices
    assert await _faults(scene) == []


async def test_what_is_tampered_with_is_found(scene: Scene) -> None:
    await _books(scene, journal())
    await _file(scene)
    db, name = scene.house.db, "GD01|2026-04|记-1"
    assert await _faults(scene) == []
    await db.units.update_one({"_id": name}, {"$set": {"unit.title": "别的"}})
    assert ("V50", name) in await _faults(scene)
    await db.units.update_one({"_id": name}, {"$set": {"unit.title": "支付办公费 顺丰速运"}})
    unit = await scene.house.ctx.units.unit(name)
    await db["files.chunks"].update_one({"files_id": unit.papers[0].file.id}, {"$set": {"data": b"x" * 90}})
    await db.volumes.update_one({"_id": f"{CLASS}-0001"}, {"$set": {"volume.notes": ["改过"]}})
    await db.units.delete_one({"_id": "GD01|2026-04|记-2"})
    await db.shelf.delete_one({"unit": "GD01|2026-04|记-2"})
    async with standing(scene.house.settings, working=False) as other:  # this one remembers what it has just drawn
        found = await _faults(other)
    assert {("V51", name), ("V50", f"{CLASS}-0001"), ("V52", f"{CLASS}-0001")} <= set(found)
