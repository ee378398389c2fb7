"""鉴定销毁 through the chat: votes, signatures, supervisors, two people; what is destroyed can't be got back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
import pytest_asyncio

from archive.access import Role
from archive.destruction import KEEP, SIGNERS, VOTERS, WATCHERS, Case, Seat, State
from archive.errors import IndexBroken, KeyMissing, NotFound
from archive.item import Item
from archive.query import Query, Scope
from bot.keeping import Keeper
from handlers.custodian import custody_of
from handlers.message import Choice
from storage.destructions import Destructions
from storage.verify import Verification
from tests.custody.filing import filed
from tests.house import Scene, facts, words

pytestmark = pytest.mark.asyncio(loop_scope="module")
MORE = (
    ("ji", "纪委", Role.DISCIPLINE, "纪检室"), ("xin", "辛科", Role.IT, "信息部"),
    ("zong", "总经理", Role.HEAD, "总部"),
    ("dangtou", "党主任", Role.ARCHIVE_HEAD, "档案室"), ("caitou", "财总监", Role.ACCOUNTING_HEAD, "财务部"),
    ("dang", "党宁", Role.ARCHIVIST, "档案室"), ("cai", "蔡青", Role.FINANCE, "财务部"),
)  # fmt: skip
WHO = {
    Seat.V_ARCHIVE: "chen", Seat.V_ACCOUNTING: "zhao", Seat.V_AUDIT: "zhou", Seat.V_DISCIPLINE: "ji",
    Seat.V_IT: "xin", Seat.S_HEAD: "zong", Seat.S_ARCHIVE_HEAD: "dangtou", Seat.S_ACCOUNTING_HEAD: "caitou",
    Seat.S_ARCHIVE: "chen", Seat.S_ACCOUNTING: "zhao", Seat.W_ARCHIVE: "dang", Seat.W_ACCOUNTING: "cai",
    Seat.W_IT: "xin", Seat.X_ORDER: "chen", Seat.X_CONFIRM: "dangtou",
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def items(scene: Scene) -> AsyncIterator[list[Item]]:
    found = await filed(scene, 5)
    for id_, name, role, department in MORE:
        await scene.house.people.add(name, {role}, company="GD01", department=department, id=id_)
        await scene.house.ctx.notes.first_time(id_)
    yield found


async def now(scene: Scene) -> Case:
    return (await custody_of(scene.house.ctx).destructions.cases("GD01"))[0]


async def vote(scene: Scene, seat: Seat, value: str = "destroy", person: str = "") -> str:
    case = await now(scene)
    button = Choice(_name(seat), "destroy_vote", f"{case.id}/{seat.value}", len(case.events))
    return words(await scene.press(person or WHO[seat], button, {"verdict": value, "reason": "无保存价值"}))


async def take(scene: Scene, seat: Seat, person: str = "", code: str = "") -> str:
    case, who = await now(scene), person or WHO[seat]
    if not code:
        found = re.search(r"签字码 (\d{6})", words(await scene.send(who, f"签字码 {case.id}")))
        assert found
        code = found[1]
    button = Choice(_name(seat), "destroy_take", f"{case.id}/{seat.value}", len(case.events))
    return words(await scene.press(who, button, {"code": code}))


def _name(seat: Seat):  # type: ignore[no-untyped-def]
    from archive.destruction import SEAT_NAMES

    return SEAT_NAMES[seat]


async def faults(scene: Scene) -> list[tuple[str, str]]:
    checking = Verification(scene.house.db, scene.house.trail, scene.house.vault.original)
    return [(fault.code, fault.where) async for fault in checking.faults()]


async def test_nothing_within_its_term_can_even_be_appraised(scene: Scene, items: list[Item]) -> None:
    assert "[S83]" in words(await scene.send("chen", "鉴定 2056"))
    scene.clock.move(days=365 * 31)
    assert "[A01]" in words(await scene.send("zhao", "鉴定 2056")), "the archive body begins it"


async def test_one_body_that_wants_it_kept_ends_it(scene: Scene, items: list[Item]) -> None:
    assert "已开始" in words(await scene.send("chen", "鉴定 2056"))
    assert "[S64]" in await vote(scene, Seat.V_AUDIT, person="chen"), "not their body"
    assert "不予销毁" in await vote(scene, Seat.V_AUDIT, KEEP)
    assert (await now(scene)).state is State.REFUSED


async def test_the_whole_way(scene: Scene, items: list[Item]) -> None:
    numbers = [item.filed.archive_no for item in items if item.filed]
    said = words(await scene.send("zhao", f"冻结 {numbers[0]} 诉讼 原因：合同纠纷"))
    assert "H1" in said, said
    assert "4 件" in words(await scene.send("chen", "鉴定 2056"))
    case = await now(scene)
    assert [number for number, _ in case.held] == numbers[:1]
    for seat in VOTERS:
        await vote(scene, seat)
    assert (await now(scene)).state is State.SIGNING
    assert "[S65]" in await take(scene, Seat.S_HEAD, code="000000")
    for seat in (*SIGNERS, *WATCHERS):
        said = await take(scene, seat)
        assert "[" not in said, said
    assert (await now(scene)).state is State.READY
    await Keeper(scene.house).destroy()
    assert await scene.house.vault.original(items[1].file), "nothing goes before two people have ordered it"
    assert "H2" in words(await scene.send("zhao", f"冻结 {numbers[1]} 诉讼 原因：后来的纠纷"))
    await take(scene, Seat.X_ORDER)
    assert "[S64]" in await take(scene, Seat.X_CONFIRM, "chen"), "the second person is another, with that role"
    await take(scene, Seat.X_CONFIRM)
    assert (await now(scene)).state is State.EXECUTING


class Broken:
    """An index that has gone bad."""

    async def remove(self, ids: Sequence[str]) -> None:
        raise IndexBroken(detail="broken")


async def test_broken_off_it_is_seen_and_goes_on_after_two_people_order_it_again(
    scene: Scene, items: list[Item]
) -> None:
    ports = custody_of(scene.house.ctx).destructions
    assert isinstance(ports, Destructions)
    index, ports._index = ports._index, Broken()  # type: ignore[assignment]
    await Keeper(scene.house).destroy()
    ports._index = index
    case = await now(scene)
    assert case.state is State.HALTED
    assert ("V70", items[2].id) in await faults(scene)
    assert "[S82]" in await take(scene, Seat.X_CONFIRM)
    await take(scene, Seat.X_ORDER)
    await take(scene, Seat.X_CONFIRM)
    await Keeper(scene.house).destroy()
    assert (await now(scene)).state is State.SIGNING_AFTER


async def test_what_was_destroyed_is_gone_and_nothing_else(scene: Scene, items: list[Item]) -> None:
    house = scene.house
    for item in items[:2]:
        assert await house.vault.original(item.file), "held: before the case, and after it was signed"
    for item in items[2:]:
        with pytest.raises(KeyMissing):
            await house.vault.original(item.file)
        with pytest.raises(NotFound):
            await house.vault.item(item.id)
        assert not await house.db["files.chunks"].find_one({"files_id": item.file.id})
        hits = await house.index.find(Query(words=(item.id,)), Scope("GD01", None))
        assert item.id not in hits.ids
    case = await now(scene)
    stones = await custody_of(house.ctx).destructions.stones(case.id)
    assert [stone.unit for stone in stones] == [item.id for item in items[2:]]
    assert stones[0].metadata, "its metadata are kept"
    assert await faults(scene) == []


async def test_supervisors_sign_and_the_papers_are_there(scene: Scene, items: list[Item]) -> None:
    assert "[S64]" in await take(scene, Seat.W_IT, "dang"), "only the supervisor of before"
    for seat in WATCHERS:
        await take(scene, seat)
    await Keeper(scene.house).destroy()
    case = await now(scene)
    assert case.state is State.DONE
    filed_as = case.events[-1].value.split()
    assert [number.split("·")[1] for number in filed_as] == ["JD", "XH", "XH"], "permanent, of their own kinds"
    kept = await scene.house.ctx.units.find("GD01", filed_as[1])
    assert kept.retention == "永久"
    assert (await scene.house.vault.original(kept.papers[0].file)).startswith(b"%PDF")
    reply = await scene.send("zong", f"鉴定 {case.id}")
    assert [file.name.partition("_")[0] for file in reply.files] == ["鉴定意见书", "销毁清册", "销毁证明"]
    assert case.digest[:16] in facts(reply)
    assert "[S03]" in words(await scene.send("lu", f"鉴定 {case.id}")), "another company's"


async def test_verify_finds_what_was_tampered_with(scene: Scene, items: list[Item]) -> None:
    db, gone = scene.house.db, items[2]
    await db.keys.insert_one({"_id": gone.file.id, "wrapped": b"", "key": ""})
    assert ("V71", gone.id) in await faults(scene)
    await db.keys.delete_one({"_id": gone.file.id})
    doc = await db.destroyed.find_one({"_id": gone.id})
    assert doc
    await db.destroyed.replace_one({"_id": gone.id}, {**doc, "stone": {**doc["stone"], "title": "别的"}})
    assert ("V73", gone.id) in await faults(scene)
    await db.destroyed.replace_one({"_id": gone.id}, doc)
    case = await now(scene)
    forged = replace(case, events=case.events[:-1])
    from storage.destructions import _doc

    await db.destructions.replace_one({"_id": case.id}, _doc(forged))
    assert ("V72", case.id) in await faults(scene)
    await db.destructions.replace_one({"_id": case.id}, _doc(case))
    row = await db.shelf.find_one({"no": items[0].filed.archive_no if items[0].filed else ""})
    assert row
    await db.shelf.update_one({"_id": row["_id"]}, {"$set": {"gone": case.id}})
    assert ("V74", row["no"]) in await faults(scene)
    await db.shelf.update_one({"_id": row["_id"]}, {"$unset": {"gone": ""}})
    assert await faults(scene) == []
