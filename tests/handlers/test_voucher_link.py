"""关联, 取消关联, 撤销 in chat; what approvals say of booked documents; and a tampered link shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from archive.hand_link import Said
from handlers import compared as match
from storage.verify import Verification
from tests.house import Scene, button, einvoice, fresh, words
from tests.intake.books import journal, workbook

EXTRA = [
    [4, "2026-04-09", "记", "0003", 1, "660201", "办公费", "文具", "", "55.00", ""],
    [4, "2026-04-09", "记", "0003", 1, "100201", "工商银行7701", "文具", "", "", "55.00"],
]


@pytest.fixture
async def scene(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path) as made:
        shown = await made.send("zhao", files=[("凭证.xlsx", workbook(journal(EXTRA)))])
        await made.press("zhao", button(shown.cards[0], "book_import"))
        yield made


async def test_a_person_links_parts_and_takes_back(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("55.00", number="26339990000088000009", on=date(2026, 4, 8)))
    await _approved(scene, item.id)
    assert "没有找到入账凭证" in words(await scene.send("zhao", "核对 2026-04"))
    offered = await scene.send("zhao", "核对 2026-04")
    assert any(choice.say and f"关联 记-3 2026-04 {item.id}" == choice.say.zh for choice in offered.choices)
    done = await scene.send("zhao", f"关联 记-3 2026-04 {item.id} 票面没有写单位")
    assert done.cards[0].status
    assert done.cards[0].status.zh == "已关联"
    said = words(await scene.send("zhao", "核对 2026-04"))
    assert "没有找到入账凭证" not in said
    (link,) = (await match.matched(scene.house.ctx, "GD01", "2026-04")).links
    assert (link.voucher, link.item, link.by_hand) == ("2026-04 记-3", item.id, True)
    assert "zhao voucher_link" in await scene.history(item.id)
    assert (await scene.history("books:GD01"))[-1] == "zhao voucher_link"
    # the same again is no second word
    await scene.send("zhao", f"关联 2026-04 记-3 {item.id}")
    assert (await scene.history(item.id)).count("zhao voucher_link") == 1
    undone = await scene.press("zhao", button(done.cards[0], "voucher_link_undo"))
    assert undone.cards[0].status
    assert undone.cards[0].status.zh == "已恢复自动核对"
    stale = await scene.press("zhao", button(done.cards[0], "voucher_link_undo"))
    assert "S02" in words(stale)
    assert "没有找到入账凭证" in words(await scene.send("zhao", "核对 2026-04"))
    assert await _faults(scene) == set()


async def test_what_was_found_can_be_parted(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("1000.00", number="26339990000088000001", on=date(2026, 4, 2)))
    assert [x.item for x in (await match.matched(scene.house.ctx, "GD01", "2026-04")).links] == [item.id]
    await scene.send("chen", f"取消关联 记-1 2026-04 {item.id} 不是这一张")
    assert not (await match.matched(scene.house.ctx, "GD01", "2026-04")).links
    word = await scene.house.ctx.hand_links.of("GD01", "2026-04 记-1", item.id)
    assert word
    assert (word.said, word.before, word.reason) == (Said.PARTED, Said.NOTHING, "不是这一张")


async def test_who_may_not_and_what_is_not_there(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("55.00", number="26339990000088000009", on=date(2026, 4, 8)))
    assert "A01" in words(await scene.send("li", f"关联 记-3 2026-04 {item.id}"))
    assert "S03" in words(await scene.send("zhao", f"关联 记-99 2026-04 {item.id}"))
    assert "S03" in words(await scene.send("zhao", "关联 记-3 2026-04 G2604-9999"))
    assert "S03" in words(await scene.send("lu", f"关联 记-3 2026-04 {item.id}"))  # of another company
    assert "Q41" in words(await scene.send("zhao", "关联 随便"))
    assert not await scene.house.ctx.hand_links.all("GD01")


async def test_a_booked_document_that_nobody_approved_or_somebody_refused(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("1000.00", number="26339990000088000001", on=date(2026, 4, 2)))
    assert await _kinds(scene) == {"approval_open": "warn"}
    await scene.click("wang", "reject", item.id, {"reason": "不是公司业务"})
    assert await _kinds(scene) == {"approval_rejected": "stop"}
    assert "不是公司业务" in words(await scene.send("zhao", "核对 2026-04"))


async def test_the_amount_booked_is_the_amount_approved(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("1200.00", number="26339990000088000001", on=date(2026, 4, 2)))
    await _approved(scene, item.id)
    result = await match.matched(scene.house.ctx, "GD01", "2026-04")
    (remark,) = [r for r in result.remarks if r.kind == "approved_amount_differs"]
    assert remark.refs == ("2026-04 记-1", item.id)
    assert "1,000.00" in remark.why.zh
    assert "1,200.00" in remark.why.zh


async def test_a_link_changed_behind_the_trail_shows(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("55.00", number="26339990000088000009", on=date(2026, 4, 8)))
    await scene.send("zhao", f"关联 记-3 2026-04 {item.id}")
    key = f"GD01|2026-04 记-3|{item.id}"
    await scene.house.db.book_links.update_one({"_id": key}, {"$set": {"said": "parted"}})
    assert await _faults(scene) == {("V33", key)}
    await scene.house.db.book_links.delete_one({"_id": key})
    assert await _faults(scene) == {("V33", key)}


async def _approved(scene: Scene, item: str) -> None:
    for person in ("wang", "zhao"):
        case = await scene.house.vault.case(item)
        if not case.closed:
            await scene.click(person, "approve", item)


async def _kinds(scene: Scene) -> dict[str, str]:
    found = (await match.matched(scene.house.ctx, "GD01", "2026-04")).remarks
    return {r.kind: r.level.value for r in found if r.kind.startswith("approv")}


async def _faults(scene: Scene) -> set[tuple[str, str]]:
    checked = Verification(scene.house.db, scene.house.trail, scene.house.vault.original)
    return {(fault.code, fault.where) async for fault in checked.faults()}
