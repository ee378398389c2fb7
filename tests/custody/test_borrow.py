"""Borrowing through the chat: asked, granted by another, opened with its watermark, counted, ended by the clock."""

from __future__ import annotations

import io
from datetime import date

import pypdfium2
import pytest
from PIL import Image

from archive.access import Role
from archive.borrowing import LoanState
from archive.errors import LoanOver, NotFound
from archive.words import same
from bot.keeping import Keeper
from handlers.lending import GRANT, REFUSE, REVOKE, lending_of
from handlers.message import Choice, Reply
from storage.verify import Verification
from tests.custody.filing import filed
from tests.house import Scene, facts, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def asked(scene: Scene, person: str, item: str, more: str = "3天") -> str:
    reply = await scene.send(person, f"借阅 {item} {more} 理由：核对付款")
    assert reply.cards, words(reply)
    return next(str(f.value) for f in reply.cards[0].facts if f.label.zh == "编号")


async def pressed(scene: Scene, person: str, action: str, loan: str, reason: str = "") -> Reply:
    return await scene.press(person, Choice(same(action), action, loan), {"reason": reason})


async def faults(scene: Scene) -> list[str]:
    house = scene.house
    return [f.code async for f in Verification(house.db, house.trail, house.vault.original).faults()]


async def test_a_life(scene: Scene) -> None:
    (item,) = await filed(scene, 1)
    house = scene.house
    loan = await asked(scene, "sun", item.id)
    told = next(reply for reply in scene.channel.told("chen") if loan in facts(reply))
    assert "名称" in facts(told)
    assert "名称" not in facts(await scene.send("sun", f"借阅 {loan}"))  # its title is known once it is granted
    for stranger in ("he", "lu", "qian"):  # another company, another department: it isn't there
        assert "没有" in words(await scene.send(stranger, f"借阅 {loan}"))
    sun, li = await house.people.get("sun"), await house.people.get("li")
    with pytest.raises(LoanOver):
        await scene.reception.original(sun, f"{loan}/1", "desk")  # not granted yet
    with pytest.raises(NotFound):
        await scene.reception.original(sun, item.id, "desk")  # what isn't theirs is opened by a loan only
    assert scene.channel.told("zhao")
    assert "A01" in words(await pressed(scene, "sun", GRANT, loan))
    assert "批准了" in words(await pressed(scene, "chen", GRANT, loan))
    assert "S91" in words(await pressed(scene, "zhao", GRANT, loan))  # the second press hears what stands

    reply = await scene.send("sun", f"借阅 {loan}")
    assert "第 1 页，共 1 页" in words(reply)
    name, kind, data = await scene.reception.original(sun, reply.files[0].file.removeprefix("original:"), "desk")
    assert (kind, name.endswith("_1.png")) == ("image/png", True)
    with Image.open(io.BytesIO(data)) as shown:
        assert shown.width > 400
    with pytest.raises(LoanOver):
        await scene.reception.original(sun, f"{loan}/0", "desk")  # only viewing was granted
    with pytest.raises(NotFound):
        await scene.reception.original(li, f"{loan}/1", "desk")  # somebody else's
    assert "S92" in words(await scene.send("sun", f"借阅 {loan} 下载"))

    case = await lending_of(house.ctx).loans.loan("GD01", loan)
    assert (case.views, case.copies) == (1, 0)
    scene.clock.move(days=4)
    with pytest.raises(LoanOver):  # whether or not the clock has been round
        await scene.reception.original(sun, f"{loan}/1", "desk")
    await Keeper(house).lend()
    await Keeper(house).lend()
    case = await lending_of(house.ctx).loans.loan("GD01", loan)
    assert case.state is LoanState.EXPIRED
    assert [c.id for c in await lending_of(house.ctx).loans.open("GD01")] == []
    actions = [link.entry.action for link in await house.ctx.trail.about(f"loan:GD01|{loan}")]
    assert actions == ["loan_asked", "loan_granted", "loan_used", "loan_expired"]
    told = [words(reply) for reply in scene.channel.told("sun") if "自动收回" in words(reply)]
    assert len(told) == 1


async def test_a_copy_is_for_the_head_of_accounting_and_is_asked_back(scene: Scene) -> None:
    house = scene.house
    (item,) = await filed(scene, 1, date(2026, 5, 12))
    await house.people.add("第二会计", {Role.FINANCE}, company="GD01", department="财务部", id="kuai")
    loan = await asked(scene, "zhou", item.id, "2天 下载")
    assert "A20" in words(await pressed(scene, "chen", GRANT, loan))  # the archivist may not
    assert "批准了" in words(await pressed(scene, "zhao", GRANT, loan))
    zhou = await house.people.get("zhou")
    reply = await scene.send("zhou", f"借阅 {loan} 下载")
    _, kind, data = await scene.reception.original(zhou, reply.files[0].file.removeprefix("original:"), "desk")
    assert (kind, data[:5]) == ("application/pdf", b"%PDF-")
    pdf = pypdfium2.PdfDocument(data)
    assert len(pdf) == 1
    assert pdf[0].get_textpage().get_text_range() == ""  # a picture: nothing of the original can be taken out
    pdf.close()
    scene.clock.move(days=3)
    await Keeper(house).lend()
    case = await lending_of(house.ctx).loans.loan("GD01", loan)
    assert case.state is LoanState.OVERDUE
    assert any("销毁" in words(reply) for reply in scene.channel.told("zhou"))
    for day in range(2):  # asked back once each day, however often the clock goes round
        await Keeper(house).lend()
        await Keeper(house).lend()
        reminded = [r for r in scene.channel.told("zhou") if "请归还" in words(r)]
        assert len(reminded) == day + 1
        scene.clock.move(days=1)
    with pytest.raises(LoanOver):
        await scene.reception.original(zhou, f"{loan}/0", "desk")
    assert "已归还" in words(await scene.send("zhou", "归还"))


async def test_refused_and_revoked_with_a_reason(scene: Scene) -> None:
    (item,) = await filed(scene, 1, date(2026, 6, 12))
    loan = await asked(scene, "sun", item.id)
    assert "S52" in words(await pressed(scene, "chen", REFUSE, loan, " "))
    assert "理由不足" in words(await pressed(scene, "chen", REFUSE, loan, "理由不足"))
    assert any("理由不足" in words(reply) for reply in scene.channel.told("sun"))
    other = await asked(scene, "sun", item.id)
    await pressed(scene, "chen", GRANT, other)
    assert "收回了" in words(await pressed(scene, "zhao", REVOKE, other, "期间结束"))
    sun = await scene.house.people.get("sun")
    with pytest.raises(LoanOver):
        await scene.reception.original(sun, f"{other}/1", "desk")
    own = await asked(scene, "chen", item.id)
    assert "A20" in words(await pressed(scene, "chen", GRANT, own))  # nobody grants their own
    assert "S90" in words(await scene.send("sun", f"借阅 {item.id} 400天 理由：久"))
    assert "S52" in words(await scene.send("sun", f"借阅 {item.id}"))


async def test_the_register_and_what_verify_finds(scene: Scene) -> None:
    year = scene.house.ctx.now().year
    reply = await scene.send("chen", f"借阅登记 {year}")
    assert "利用 2 次" in words(reply), words(reply)
    assert reply.files
    assert "A01" in words(await scene.send("li", f"借阅登记 {year}"))
    assert await faults(scene) == []
    db = scene.house.db
    use = await db.loan_uses.find_one({})
    assert use is not None
    await db.loan_uses.delete_one({"_id": use["_id"]})
    assert await faults(scene) == ["V76"]
    await db.loan_uses.insert_one(use)
    case = await db.loans.find_one({})
    assert case is not None
    await db.loans.update_one({"_id": case["_id"]}, {"$set": {"loan.by": "li"}})
    assert await faults(scene) == ["V75"]
    await db.loans.delete_one({"_id": case["_id"]})
    assert "V75" in await faults(scene)
    await db.loans.insert_one(case)
    assert await faults(scene) == []
    assert "JY" in facts(await scene.send("zhao", "借阅"))
