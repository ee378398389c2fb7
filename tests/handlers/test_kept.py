"""What happens to filed records in chat: metadata, terms, holds, what falls due, volumes, other records, the review."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import date

import pypdfium2
import pytest
import pytest_asyncio

from archive.asset import AssetCard
from archive.words import same
from bot.forms import form_of
from bot.schedule import Clock
from handlers import filing, record
from handlers.message import Card, Click
from handlers.review import points
from storage.verify import Verification
from tests.house import Scene, button, einvoice, facts, fresh, words
from tests.intake.books import journal, text

NUMBER = "26339990000088000001"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """One house with a month that is filed, for all of these."""
    async with fresh(mongo_uri, tmp_path_factory.mktemp("kept")) as made:
        item = await made.forward("li", einvoice("1000.00", number=NUMBER, on=date(2026, 4, 2)))
        await made.click("wang", "approve", item.id)
        shown = await made.send("zhao", files=[("凭证.csv", text(journal(), "gb18030"))])
        await made.press("zhao", button(shown.cards[0], "book_import"))
        plan = await made.send("zhao", "整理 2026-04")
        await made.press("zhao", button(plan.cards[0], "arrange_file"))
        yield made


pytestmark = pytest.mark.asyncio(loop_scope="module")
NO = "GD01-KJ·JZ·2026·D30-0001-0001"


async def _faults(scene: Scene) -> list[tuple[str, str]]:
    check = Verification(scene.house.db, scene.house.trail, scene.house.vault.original)
    return [(fault.code, fault.where) async for fault in check.faults()]


async def test_metadata_are_shown_and_edited_with_a_reason(scene: Scene) -> None:
    shown = await scene.send("zhou", "著录 记-1 2026-04")
    assert "M22 题名=支付办公费 顺丰速运（K）" in facts(shown)
    assert "文件 3=原始凭证 " in facts(shown)
    assert (await scene.send("zhou", f"著录 {NO} M27 快递 原因：补")).codes == ("A01",)
    assert (await scene.send("chen", f"著录 {NO} M27 快递")).codes == ("S52",)
    assert (await scene.send("chen", f"著录 {NO} M22 快递 原因：补")).codes == ("S50",)
    assert (await scene.send("chen", "著录 什么 原因：补")).codes == ("Q83",)
    assert "→ 快递" in words(await scene.send("chen", f"著录 {NO} M27 快递 原因：补关键词"))
    await scene.send("chen", f"著录 {NO} M27 快递费 原因：更准确")
    again = await scene.send("chen", f"著录 {NO}")
    assert "M27 关键词=快递费（K/A）" in facts(again)
    assert "快递 → 快递费 · 更准确" in words(again)
    item = (await scene.house.ctx.units.find("GD01", NO)).papers[2].item
    mine = await scene.send("chen", f"著录 {item}")
    first = (await scene.house.vault.item(item)).filed
    assert first is not None
    assert f"{item} M7={first.archive_no}" in facts(mine)
    # whose document it is sees the document, not the voucher it was booked by
    assert (await scene.send("li", f"著录 {item}")).codes == ("S03",)
    assert await _faults(scene) == []


async def test_a_document_is_put_into_a_voucher_by_hand(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("66.00", on=date(2026, 4, 9)))
    assert (await scene.send("chen", f"并入 {item.id} 记-2 2026-04 原因：核对过")).codes == ("S03",)  # not archived
    await scene.click("wang", "approve", item.id)
    assert (await scene.send("chen", f"并入 {item.id} 记-2 2026-04")).codes == ("S52",)
    assert (await scene.send("zhou", f"并入 {item.id} 记-2 2026-04 原因：x")).codes == ("A01",)
    assert (await scene.send("lu", f"并入 {item.id} 记-2 2026-04 原因：x")).codes == ("S03",)
    assert "已并入 GD01-KJ·JZ·2026·D30-0001-0002" in words(
        await scene.send("chen", f"并入 {item.id} 记-2 2026-04 原因：核对{{}}过")
    )
    assert (await scene.send("chen", f"并入 {item.id} 记-1 2026-04 原因：x")).codes == ("S55",)
    unit = await scene.house.ctx.units.unit(item.id)
    assert (unit.file_no, [p.item for p in unit.papers]) == ("记-2", ["", "", item.id])
    (volume,) = [v for v in await scene.house.ctx.units.volumes("GD01") if v.kind == "记账凭证"]
    assert volume.notes[-1].endswith(f"记-2 补入单据 {item.id}（核对{{}}过）")
    assert await _faults(scene) == []


async def test_terms_are_lengthened_with_a_reason(scene: Scene) -> None:
    unit = "记-2 2026-04"
    assert (await scene.send("chen", f"延长 {unit} 20年 原因：x")).codes == ("S53",)
    assert (await scene.send("chen", f"延长 {unit} 40年")).codes == ("S52",)
    assert (await scene.send("li", f"延长 {unit} 40年 原因：x")).codes == ("A01",)
    assert "由 30年 改为 40年" in words(await scene.send("chen", f"延长 {unit} 40年 原因：仍有价值"))
    assert "由 40年 改为 永久" in words(await scene.send("chen", f"extend {unit} 永久 because: history"))
    found = await scene.house.ctx.units.find("GD01", unit)
    assert (found.retention, found.expires, found.metadata["M12"]) == ("永久", None, "永久")
    assert (await scene.house.ctx.standings.of(found.id)).resets[0].was == "30年"  # type: ignore[union-attr]
    assert await _faults(scene) == []


async def test_what_falls_due_names_its_blocks(scene: Scene) -> None:
    assert "没有到期" in words(await scene.send("chen", "到期 2026"))
    assert NO in words(await scene.send("chen", "到期 2056"))
    added = await scene.send("chen", "冻结 顺丰速运 2026 诉讼 原因：合同纠纷")
    assert "诉讼）：顺丰速运 2026-01–2026-12。合同纠纷" in words(added)
    due = words(await scene.send("zhou", "到期 2056"))
    assert f"{NO} 支付办公费 顺丰速运 30年 2056-12-31；冻结 H1：诉讼，合同纠纷" in due
    assert (await scene.send("chen", "冻结 原因：x")).codes == ("Q82",)
    assert (await scene.send("chen", "冻结 顺丰速运")).codes == ("S52",)
    assert (await scene.send("chen", "冻结 GD01-KJ·JZ·2026·D30-0099 原因：x")).codes == ("S03",)
    assert (await scene.send("zhou", "冻结 顺丰 原因：x")).codes == ("A01",)
    assert (await scene.send("lu", "解除冻结 H1 原因：x")).codes == ("S03",)  # another company's
    assert (await scene.send("chen", "解除冻结 H1")).codes == ("S52",)
    ask = button(Card(same(""), choices=added.choices), "hold_release")
    click = Click(ask.action, ask.subject)
    for who, has in (("chen", True), ("zhou", False), ("lu", False)):  # an auditor; another company's archivist
        assert (await form_of(scene.house.ctx, scene.people[who], click) is not None) is has
    assert (await scene.press("zhou", ask, {"reason": "已结案"})).codes == ("A01",)
    assert "H1 已解除：已结案" in words(await scene.press("chen", ask, {"reason": "已结案"}))
    assert (await scene.send("chen", "解除冻结 H1 原因：再")).codes == ("S54",)
    assert "冻结 H1" not in words(await scene.send("zhou", "到期 2056"))
    await scene.send("chen", f"冻结 {NO} 未结清 原因：货款未付")
    await scene.send("chen", "冻结 GD01-KJ·JZ·2026·D30-0001 原因：审计未完")
    due = words(await scene.send("zhou", "到期 2056"))
    assert "冻结 H2：未结清债权债务，货款未付；冻结 H3：其他未了事项，审计未完" in due
    assert await _faults(scene) == []


async def test_volumes_with_cover_and_list(scene: Scene) -> None:
    assert "GD01-KJ·JZ·2026·D30-0001 2026年4月记账凭证（记），2 件，30年" in words(
        await scene.send("zhou", "案卷 2026")
    )
    reply = await scene.send("zhou", "案卷 GD01-KJ·JZ·2026·D30-0001")
    data = reply.files[0].data or await scene.house.vault.original(_held(reply.files[0].file))
    pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(io.BytesIO(data))]
    assert "会 计 凭 证 封 面" in pages[0]
    assert "记字第 0001 号 至 第 0002 号" in pages[0]
    assert "期间损益结转" in pages[1]
    assert "卷 内 备 考 表" in pages[2]
    assert "保管期限" in pages[3]
    assert (await scene.send("lu", "案卷 GD01-KJ·JZ·2026·D30-0001")).codes == ("S03",)


def _held(address: str):  # type: ignore[no-untyped-def]
    from storage.files import held_file

    return held_file(address)


async def test_other_records_and_what_is_printed(scene: Scene) -> None:
    house, chen = scene.house, scene.people["chen"]
    file = await house.vault.hold(b"%PDF-1.4 report", "年报.pdf", "application/pdf")
    kind = record.kind_of("年度财务会计报告")
    for _ in (1, 2):
        await filing.file_record(house.ctx, chen, "GD01", kind, "2025年度报告", 2025, 0, file, date(2026, 3, 31))
    (unit,) = [u async for u in house.ctx.units.select("GD01", kind=kind)]
    assert (unit.archive_no, unit.retention, unit.expires) == ("GD01-KJ·NB·2025·Y-0001-0001", "永久", None)
    assert "GD01-KJ·NB·2025·Y-0001-0001 2025年度报告" in words(await scene.send("chen", "打印清单 2025"))
    assert "没有需要打印" in words(await scene.send("chen", "打印清单 2024"))


async def test_an_asset_card_is_filed_when_it_is_scrapped(scene: Scene) -> None:
    rows = [["固定资产卡片"], ["卡片编号", "固定资产名称", "类别名称", "开始使用日期", "原值", "累计折旧", "净值"],
            ["A001", "服务器", "电子设备", "2020-01-05", "10000.00", "9500.00", "500.00"]]  # fmt: skip
    shown = await scene.send("zhao", files=[("卡片.csv", text(rows))])
    await scene.press("zhao", button(shown.cards[0], "book_import"))
    assert len(await scene.house.ctx.books.records("GD01", "assets", AssetCard)) == 1
    assert (await scene.send("zhao", "报废 A001 2026-05-31")).codes == ("S52",)
    assert (await scene.send("zhao", "报废 A009 2026-05-31 原因：坏")).codes == ("S03",)
    assert (await scene.send("zhao", "报废 A001 2099-05-31 原因：坏")).codes == ("S55",)
    assert "保管到 2031-05-31" in words(await scene.send("zhao", "报废 A001 2026-05-31 原因：到期更新"))
    assert "A001" in words(await scene.send("chen", "到期 2031"))
    assert await _faults(scene) == []


async def test_the_review_tells_what_is_not_in_order(scene: Scene) -> None:
    today = date(2028, 2, 1)
    found = {point.code: point for point in await points(scene.house.ctx, "GD01", today)}
    assert found["handover"].mark.value == "bad"
    assert found["metadata"].mark.value == "look"  # the journal names no maker
    assert found["backup"].mark.value == "unknown"
    assert found["rights"].mark.value == "good"
    assert {p.code: p for p in await points(scene.house.ctx, "GD02", today)}["rights"].mark.value == "bad"
    assert "已记录：2026-11-01 应急演练" in words(await scene.send("chen", "审查记录 应急演练 2026-11-01"))
    assert (await scene.send("chen", "审查记录 郊游 2026-11-01")).codes == ("Q83",)
    assert (await scene.send("chen", "审查记录 drill 2099-11-01")).codes == ("Q83",)
    reply = await scene.send("zhou", "定期审查")
    assert reply.cards[0].title.zh.startswith("定期审查")
    assert "应急演练=符合" in facts(reply)
    assert reply.files[0].name.endswith(".pdf")


async def test_a_review_can_be_scheduled(scene: Scene) -> None:
    assert "已设定时「定期审查」" in words(await scene.send("chen", "每月1日 9:00 定期审查"))
    assert (await scene.send("chen", "每月1日 9:00 整理")).codes == ("Q05",)


async def test_the_archivists_hear_each_month_once(scene: Scene) -> None:
    clock = Clock(scene.house, scene.reception)
    for _ in (1, 2):
        await clock.notify()
        clock._noticed = ""  # as another replica, or after a restart
    said = await scene.channel.heard(lambda s: s.person == "chen" and "retention:GD01:" in s.key)
    assert "档案保管提醒" in words(said.reply)
    await scene.house.post.deliver_rest()
    told = [s for s in scene.channel.said if "retention:GD01:" in s.key]
    assert sorted(s.person for s in told) == ["chen", "zhao"]


async def test_changes_behind_the_trail_are_found(scene: Scene) -> None:
    db = scene.house.db
    await db.holds.update_one({"_id": "GD01|H2"}, {"$set": {"hold.reason": "别的"}})
    await db.holds.delete_one({"_id": "GD01|H3"})
    await db.standings.update_one({"_id": "GD01|2026-04|记-2"}, {"$set": {"state.version": 9}})
    found = set(await _faults(scene))
    assert {("V54", "GD01|H2"), ("V54", "GD01|H3"), ("V53", "GD01|2026-04|记-2")} <= found
