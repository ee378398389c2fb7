"""移交 through the chat: checked, listed, signed by four people with codes, kept by the archive; crashes too."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import pytest_asyncio

from archive.access import Person, Role
from archive.handover import Handover, HandoverState, Seat, kept_for, latest
from archive.item import Item
from bot.keeping import Keeper
from bot.wecom.keys import key_of, pressed
from handlers.custodian import custody_of
from handlers.hand_over import deadlines
from handlers.handing import advance
from handlers.message import Choice, Reply
from storage.verify import Verification
from tests.custody.filing import filed, mend, spoil
from tests.house import Scene, facts, words

pytestmark = pytest.mark.asyncio(loop_scope="module")
SIGNERS = {Seat.GIVER: "zhao", Seat.GIVER_WATCH: "wang", Seat.TAKER: "chen", Seat.TAKER_WATCH: "zhou"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def items(scene: Scene) -> AsyncIterator[list[Item]]:
    found = await filed(scene, 5)
    for id_, name, roles in (("na", "出纳甲", {Role.ARCHIVIST, Role.CASHIER}), ("shi", "石磊", {Role.EMPLOYEE}),
                             ("dang", "党宁", {Role.ARCHIVIST})):  # fmt: skip
        await scene.house.people.add(name, roles, company="GD01", department="财务部", id=id_)
        await scene.house.ctx.notes.first_time(id_)
    scene.clock.move(days=365)  # the year 2026 has ended
    yield found


async def begun(scene: Scene) -> Handover:
    reply = await scene.send("zhao", "移交 2026")
    assert "已开始" in words(reply), words(reply)
    await Keeper(scene.house).inspect()
    await Keeper(scene.house).hand_over()
    return await latest_case(scene)


async def latest_case(scene: Scene) -> Handover:
    return (await custody_of(scene.house.ctx).handovers.cases("GD01"))[0]


async def code_of(scene: Scene, person: str, case: str) -> str:
    said = words(await scene.send(person, f"签字码 {case}"))
    found = re.search(r"签字码 (\d{6})", said)
    assert found, said
    return found[1]


def seat_button(case: Handover, seat: Seat) -> Choice:
    return Choice(Reply().text or words_of(seat), "handover_sign", f"{case.id}/{seat.value}", case.version)


def words_of(seat: Seat):  # type: ignore[no-untyped-def]
    from archive.handover import SEAT_NAMES

    return SEAT_NAMES[seat]


async def sign(scene: Scene, case: Handover, seat: Seat, person: str, key: str = "") -> str:
    code = await code_of(scene, person, case.id)
    return words(await scene.press(person, seat_button(case, seat), {"code": code}, key))


async def refuse(scene: Scene, case: Handover, person: str, reason: str) -> str:
    button = Choice(words_of(Seat.GIVER), "handover_refuse", case.id, case.version)
    return words(await scene.press(person, button, {"reason": reason}))


async def test_a_failing_unit_stays_behind_and_a_refusal_ends_it(scene: Scene, items: list[Item]) -> None:
    await spoil(scene, items[2])
    case = await begun(scene)
    await mend(scene, items[2])
    assert (case.state, case.units, case.failed, case.told) == (HandoverState.SIGNING, 4, 1, True)
    (row,) = case.rows
    assert (row.count, row.years, row.term, row.units) == (1, "2026", "30年", 4)
    assert row.number == items[0].filed.archive_no.rpartition("-")[0]  # type: ignore[union-attr]
    assert "[S67]" in words(await scene.send("zhao", "移交 2026"))
    assert "[S04]" in await refuse(scene, case, "chen", " ")
    assert "[S64]" in await refuse(scene, case, "shi", "不该我")
    assert "拒绝了" in await refuse(scene, case, "chen", "有一件不通过，请先处理")
    assert "[S66]" in await sign(scene, case, Seat.GIVER, "zhao")
    told = [words(r) for r in scene.channel.told("zhao", "approvals")]
    assert any("请先处理" in t for t in told)
    assert await custody_of(scene.house.ctx).handovers.keeper(items[0].id) == ""


async def test_the_whole_way_with_every_signer(scene: Scene, items: list[Item]) -> None:
    assert "[A01]" in words(await scene.send("chen", "移交 2026")), "accounting hands over"
    assert "[S63]" in words(await scene.send("zhao", f"移交 {date.today().year + 2}"))
    case = await begun(scene)
    assert (case.id, case.units, case.failed) == ("YJ2026-GD01-02", 5, 0)
    asked = [r for r in scene.channel.told("zhou", "approvals") if case.id in words(r)]
    assert [c.subject for c in asked[-1].cards[0].choices] == [f"{case.id}/taker_watch", case.id]
    assert asked[-1].files[0].name == f"移交清册_{case.id}.pdf"
    for choice in asked[-1].cards[0].choices:  # the strictest platform takes the buttons back as they were made
        carried = pressed(key_of(choice, "zh") or "")
        assert carried is not None
        assert carried.click is not None
        assert carried.click.subject == choice.subject
    form = await scene.reception.form(scene.people["zhou"], _click(case, Seat.TAKER_WATCH))
    assert form is not None
    assert [f.name for f in form.fields] == ["code"]
    # wrong people
    assert "出纳不得兼管" in await sign(scene, case, Seat.TAKER, "na")
    assert "[A01]" in words(await scene.send("na", f"移交 {case.id}"))
    assert "[S64]" in await sign(scene, case, Seat.TAKER, "zhao")
    assert "[S64]" in await sign(scene, case, Seat.GIVER, "chen")
    assert "[S03]" in words(await scene.send("lu", f"签字码 {case.id}")), "another company's"
    # wrong codes
    assert "[S65]" in words(await scene.press("zhao", seat_button(case, Seat.GIVER), {"code": "000000"}))
    other = await code_of(scene, "chen", case.id)
    assert "[S65]" in words(await scene.press("zhao", seat_button(case, Seat.GIVER), {"code": other}))
    late = await code_of(scene, "zhao", case.id)
    for _ in range(5):
        await scene.press("zhao", seat_button(case, Seat.GIVER), {"code": "999999" if late != "999999" else "111111"})
    assert "[S65]" in words(await scene.press("zhao", seat_button(case, Seat.GIVER), {"code": late})), "five tries"
    # signing, twice
    code = await code_of(scene, "zhao", case.id)
    for _ in range(2):
        said = words(await scene.press("zhao", seat_button(case, Seat.GIVER), {"code": code}))
        assert "已签「移交方经办人」" in said, said
    assert "[S64]" in await sign(scene, case, Seat.GIVER_WATCH, "zhao"), "different persons"
    # a deputy named by the absent one
    assert "[S64]" in await sign(scene, case, Seat.TAKER, "shi")
    assert "可代 党宁" in words(await scene.send("dang", f"委托签字 石磊 {case.id}"))
    assert "[S64]" in words(await scene.send("dang", f"委托签字 na {case.id}")), "no cashier"
    assert "已签" in await sign(scene, case, Seat.TAKER, "shi")
    assert "[S64]" in await sign(scene, case, Seat.TAKER_WATCH, "dang"), "the absent one has signed by deputy"
    assert "已签" in await sign(scene, case, Seat.GIVER_WATCH, "wang")
    await Keeper(scene.house).hand_over()
    assert (await latest_case(scene)).state is HandoverState.SIGNING
    assert "已签" in await sign(scene, case, Seat.TAKER_WATCH, "zhou")
    done = await latest_case(scene)
    assert (done.state, len(done.signatures)) == (HandoverState.MOVING, 4)
    await Keeper(scene.house).hand_over()
    done = await latest_case(scene)
    assert done.state is HandoverState.DONE
    custody = custody_of(scene.house.ctx)
    assert {await custody.handovers.keeper(i.id) for i in items} == {"archive"}
    assert "保管：档案机构" in words(await scene.send("chen", f"打开 {items[0].id}"))
    shown = await scene.send("chen", f"移交 {done.id}")
    assert "石磊（代 党宁）" in facts(shown)
    assert shown.files[0].size > 10_000
    assert done.file is not None
    assert (await scene.house.vault.original(done.file)).startswith(b"%PDF")
    history = [f"{link.entry.who} {link.entry.action}" for link in await scene.house.trail.about(done.id)]
    assert [h for h in history if "signed" in h] == [f"{p} handover_signed" for p in ("zhao", "shi", "wang", "zhou")]
    faults = Verification(scene.house.db, scene.house.trail, scene.house.vault.original)
    assert [f async for f in faults.faults()] == []
    await scene.house.db.handovers.update_one({"_id": done.id}, {"$set": {"units": 9}})
    assert [(f.code, f.where) async for f in faults.faults()] == [("V61", done.id)]
    await scene.house.db.handovers.update_one({"_id": done.id}, {"$set": {"units": 5}})


async def test_a_crash_at_each_step_goes_on(scene: Scene, items: list[Item], monkeypatch: pytest.MonkeyPatch) -> None:
    """After every single write of the way the process dies; begun again it comes to the same end."""
    house, custody = scene.house, custody_of(scene.house.ctx)
    await house.db.handover_years.update_many({}, {"$set": {"case": ""}})
    await house.db.keepers.delete_many({})
    monkeypatch.setattr("handlers.handing.AT_ONCE", 2)

    class Crash(Exception):
        pass

    real = custody.handovers.change
    crashes = 0
    before = len(scene.channel.told("chen", "approvals"))

    async def dies(*args: object, **named: object) -> Handover:
        nonlocal crashes
        await real(*args, **named)  # type: ignore[arg-type]
        crashes += 1
        raise Crash

    async def stumbling() -> Handover:
        """`advance` again and again, each time killed after its first write."""
        monkeypatch.setattr(custody.handovers, "change", dies)
        for _ in range(20):
            case = await latest_case(scene)
            try:
                await advance(house.ctx, custody, case)
            except Crash:
                continue
            break
        monkeypatch.setattr(custody.handovers, "change", real)
        return await latest_case(scene)

    case = await begun_without_clock(scene)
    case = await stumbling()
    assert (case.state, case.told) == (HandoverState.SIGNING, True)
    for seat, person in SIGNERS.items():
        # the code is used up, then it dies: nothing is signed, and a new code signs
        monkeypatch.setattr(custody.handovers, "change", _raises)
        assert "已签" not in await sign(scene, case, seat, person)
        monkeypatch.setattr(custody.handovers, "change", real)
        assert "已签" in await sign(scene, case, seat, person)
    case = await stumbling()
    assert case.state is HandoverState.DONE
    assert crashes >= 2 + 3 + 1
    assert {await custody.handovers.keeper(i.id) for i in items} == {"archive"}
    heard = [words(r) for r in scene.channel.told("chen", "approvals")[before:]]
    assert sum("请核对移交清册" in h for h in heard) == 1
    assert sum("由档案机构保管" in h for h in heard) <= 1


async def _raises(*args: object, **named: object) -> Handover:
    raise RuntimeError("killed")


async def begun_without_clock(scene: Scene) -> Handover:
    await scene.send("zhao", "移交 2026")
    await Keeper(scene.house).inspect()
    return await latest_case(scene)


async def test_deadlines_and_a_delay_with_consent(scene: Scene, items: list[Item]) -> None:
    house, custody = scene.house, custody_of(scene.house.ctx)
    await house.db.handover_years.update_many({}, {"$set": {"case": ""}})

    async def heard(at: datetime) -> list[str]:
        ctx = replace(house.ctx, now=lambda: at)
        before = len(scene.channel.told("chen"))
        await deadlines(ctx, custody, "GD01")
        return [words(r) for r in scene.channel.told("chen")[before:]]

    assert await heard(datetime(2027, 12, 30, tzinfo=UTC)) == [], "accounting keeps it for a year"
    (said,) = await heard(datetime(2028, 1, 2, tzinfo=UTC))
    assert "已满一年" in said
    assert "最迟 2029-12-31" in said
    assert await heard(datetime(2028, 1, 20, tzinfo=UTC)) == [], "once a month"
    assert "[A01]" in words(await scene.send("zhao", "移交 缓交 2026 盘点未完"))
    assert "[S69]" in words(await scene.send("chen", "移交 缓交 2026"))
    assert "[S69]" in words(await scene.send("chen", "移交 缓交 2019 太忙")), "more than three years"
    assert "已同意 2026 年度缓交" in words(await scene.send("chen", "移交 缓交 2026 盘点未完"))
    assert await heard(datetime(2028, 6, 2, tzinfo=UTC)) == []
    (late,) = await heard(datetime(2030, 1, 2, tzinfo=UTC))
    assert "逾期未移交" in late
    assert latest(2026) == date(2029, 12, 31)


def _click(case: Handover, seat: Seat):  # type: ignore[no-untyped-def]
    from handlers.message import Click

    return Click("handover_sign", f"{case.id}/{seat.value}", case.version)


async def test_how_long_it_was_kept() -> None:
    assert kept_for(2024, date(2025, 1, 1)) == "0个月"
    assert kept_for(2024, date(2026, 3, 5)) == "1年2个月"
    assert kept_for(2024, date(2027, 1, 1)) == "2年"
    assert Person
