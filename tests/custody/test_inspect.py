"""检测 through the door: what is found, what is said, and that a run broken off anywhere does each unit once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from archive.errors import TrailBroken
from archive.four_properties.verdict import Outcome, Stage
from archive.inspection import Run, RunState
from archive.item import Item
from archive.selection import Selection
from bot import custody as wiring
from bot.keeping import Keeper
from bot.workers import Workers
from config.custody import Custody as Settings
from handlers import inspecting
from handlers.custodian import custody_of
from handlers.inspect import watch
from storage import shelf
from storage.evidence import Gathering
from storage.trail import Head
from tests.custody.filing import filed, mend, spoil
from tests.fakes.clamd import VERSION, Clamd
from tests.house import Scene, button, facts, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def items(scene: Scene) -> AsyncIterator[list[Item]]:
    yield await filed(scene, 9)


async def run_of(scene: Scene, said: str, person: str = "chen") -> Run:
    """Said, and worked off as the clock does."""
    reply = await scene.send(person, said)
    assert "已开始" in words(reply), words(reply)
    run_id = reply.cards[0].facts[0].value
    assert isinstance(run_id, str)
    await Keeper(scene.house).inspect()
    return await custody_of(scene.house.ctx).inspections.run(run_id)


async def test_a_sound_archive_passes_and_what_was_not_run_says_so(scene: Scene, items: list[Item]) -> None:
    run = await run_of(scene, "检测 2026 凭证")
    assert (run.state, run.total, run.checked, run.failed, run.not_run) == (RunState.DONE, 9, 9, 0, 9)
    (result,) = await custody_of(scene.house.ctx).inspections.results(items[0].id)
    said = {code: verdict.outcome for code, verdict in result.verdicts.items()}
    assert said.pop("4-1") is Outcome.NOT_RUN, "no scanner is set"
    for code in ("1-5", "2-4", "3-4", "4-2"):
        assert said.pop(code) is Outcome.NOT_APPLICABLE
    assert set(said.values()) == {Outcome.PASS}
    assert result.verdicts["1-1"].evidence["sha256.1"] == items[0].file.sha256
    assert result.verdicts["1-1"].evidence["sm3.1"] == items[0].file.sm3
    opened = await scene.send("chen", f"打开 {items[0].id}")
    assert f"四性检测：通过，未检 4-1（{run.begun:%Y-%m-%d}，长期保存，{run.id}）" in words(opened)
    told = [words(r) for r in scene.channel.told("chen", "reports")]
    assert any("检测 9 件，不通过 0 件，有未检项 9 件" in t for t in told)
    assert not [f async for f in _faults(scene)]


async def test_a_turned_bit_is_told_to_the_archivist_with_its_unit(scene: Scene, items: list[Item]) -> None:
    await spoil(scene, items[3])
    try:
        run = await run_of(scene, "检测 归档 2026-04")
    finally:
        await mend(scene, items[3])
    assert (run.stage, run.checked, run.failed) == (Stage.FILING, 9, 1)
    shown = await scene.send("chen", f"检测 {run.id}")
    assert f"{items[3].id} {items[3].filed.archive_no}" in words(shown)  # type: ignore[union-attr]
    assert "原件的密封不对，可能被改动" in words(shown)
    assert shown.files[0].name.endswith(".pdf")
    assert any(run.id in words(r) and items[3].id in words(r) for r in scene.channel.told("chen", "reports"))
    assert "chen inspection_failed" in await scene.history(items[3].id)
    for format in ("excel", "json"):
        assert (await scene.send("zhou", f"检测 {run.id} {format}")).files[0].size
    opened = await scene.send("chen", f"打开 {items[3].id}")
    assert "四性检测：不通过（1-1, 1-3, 2-1, 2-3, 3-2" in words(opened) or "不通过（1-1" in words(opened)


async def test_a_changed_record_and_a_changed_entry_break_the_process(scene: Scene, items: list[Item]) -> None:
    await scene.house.db.items.update_one({"_id": items[4].id}, {"$set": {"item.department": "别处"}})
    link = await scene.house.db.links.find_one({"about": items[5].id})
    assert link is not None
    await scene.house.db.links.update_one({"_id": link["_id"]}, {"$set": {"who": "nobody"}})
    try:
        run = await run_of(scene, "检测 2026")
    finally:
        await scene.house.db.items.update_one({"_id": items[4].id}, {"$set": {"item.department": "销售部"}})
        await scene.house.db.links.update_one({"_id": link["_id"]}, {"$set": {"who": link["who"]}})
    failures = {r.unit: r for r in await custody_of(scene.house.ctx).inspections.failures(run.id, 10)}
    assert set(failures) == {items[4].id, items[5].id}
    assert failures[items[4].id].failed == ("4-3",)
    assert "登记与操作记录不符" in failures[items[4].id].verdicts["4-3"].why.zh
    assert f"#{link['_id']}" in failures[items[5].id].verdicts["4-3"].why.zh


async def test_the_scanner_is_asked_and_its_version_kept(scene: Scene, items: list[Item]) -> None:
    house = scene.house
    with Clamd() as scanner:
        settings = replace(house.settings, custody=Settings(clamd=scanner.address))
        workers = Workers(1)
        try:
            made = wiring.furnished(
                settings, house.db, house.key, house.trail, Workers(1), workers, house.index, house.vault
            )
            run = await inspecting.begin(
                house.ctx, made, "chen", Stage.KEEPING, Decimal(1), Selection("GD01", unit=items[0].id)
            )
            run = await inspecting.work_off(house.ctx, made, run)
        finally:
            workers.close()
        assert scanner.asked == 1
    assert (run.failed, run.not_run, run.engine) == (0, 0, VERSION)
    assert run.counts["4-1:pass"] == 1


async def test_broken_off_at_every_step_each_unit_is_done_once(
    scene: Scene, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspecting, "BATCH", 2)
    house, custody = scene.house, custody_of(scene.house.ctx)
    run = await inspecting.begin(house.ctx, custody, "chen", Stage.KEEPING, Decimal(1), Selection("GD01", 2026))
    steps = 0
    while run.state is RunState.RUNNING:

        class Crash(Exception):
            pass

        async def die(_: Run) -> bool:
            raise Crash

        try:
            run = await inspecting.work_off(house.ctx, custody, run, die)
        except Crash:
            steps += 1
        run = await custody.inspections.run(run.id)
    assert steps >= 4
    assert (run.checked, run.place) == (9, 9)
    found = [r.unit async for r in custody.inspections.all_results(run.id)]
    assert found == sorted(found)
    assert len(set(found)) == 9


async def test_a_sample_is_seeded_and_a_run_can_be_cancelled(scene: Scene, items: list[Item]) -> None:
    run = await run_of(scene, "检测 抽样 30% 2026 凭证")
    assert (run.total, run.place, run.checked) == (9, 9, 3)
    assert run.seed == run.id
    reply = await scene.send("chen", "检测 2026")
    stopped = await scene.press("chen", button(reply.cards[0], "inspection_cancel"))
    assert "已取消" in words(stopped)
    assert "[S62]" in words(await scene.press("chen", button(reply.cards[0], "inspection_cancel")))
    await Keeper(scene.house).inspect()
    assert "已检=0" in facts(await scene.send("chen", f"检测 {reply.cards[0].facts[0].value}"))


async def test_who_may_and_what_is_not_understood(scene: Scene, items: list[Item]) -> None:
    assert "[A01]" in words(await scene.send("li", "检测 2026"))
    assert "[S61]" in words(await scene.send("chen", "检测 明天的"))
    assert "[S60]" in words(await scene.send("chen", "检测 2019"))
    theirs = await scene.send("lu", f"检测 {(await custody_of(scene.house.ctx).inspections.runs('GD01', 1))[0].id}")
    assert "[S03]" in words(theirs), "another company's run is not there"
    assert "[S60]" in words(await scene.send("lu", "检测 2026"))


async def test_the_yearly_check_is_told_to_be_overdue_and_begins_on_its_day(scene: Scene, items: list[Item]) -> None:
    custody = custody_of(scene.house.ctx)
    assert await watch(scene.house.ctx, custody, "GD01") is None
    before = len(scene.channel.told("chen"))
    scene.clock.move(days=400)
    try:
        assert await watch(scene.house.ctx, custody, "GD01") is None
        assert await watch(scene.house.ctx, custody, "GD01") is None
        assert ["逾期" in words(r) for r in scene.channel.told("chen")[before:]] == [True], "told once a month"
        run = await watch(scene.house.ctx, replace(custody, yearly="01-01"), "GD01")
        assert run is not None
        assert await watch(scene.house.ctx, replace(custody, yearly="01-01"), "GD01") is None
        await Keeper(scene.house).inspect()
        assert (await custody.inspections.run(run.id)).checked == 9
    finally:
        scene.clock.move(days=-400)


async def test_the_seal_is_looked_at_again_before_it_is_called_broken(
    scene: Scene, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry that is added while the head is read makes it look put back, once."""
    house, real, wrong = scene.house, scene.house.trail.head, 0

    async def head() -> Head:
        nonlocal wrong
        if wrong:
            wrong -= 1
            raise TrailBroken(seq=1)
        return await real()

    monkeypatch.setattr(house.trail, "head", head)
    gathering = Gathering(house.db, house.key, house.trail)
    unit = await custody_of(house.ctx).units.unit("GD01", items[0].id)
    for times, sealed in ((1, True), (99, False)):
        wrong = times
        (found,) = await gathering.gather([unit])
        assert found.process is not None
        assert found.process.sealed is sealed


async def test_a_check_is_said_by_a_schedule(scene: Scene, items: list[Item]) -> None:
    assert "已设定时" in words(await scene.send("chen", "每月1日 8:30 检测 抽样 10%"))
    assert "[S61]" in words(await scene.send("chen", "每月1日 8:30 检测 随便"))
    assert "[Q70]" in words(await scene.send("chen", "每月1日 8:30 移交 2025"))


async def test_results_that_were_changed_are_found_by_verify(scene: Scene, items: list[Item]) -> None:
    await run_of(scene, "检测 2026")
    found = scene.house.db.inspected
    doc = await found.find_one({"_id": {"$gt": f"{items[0].id}|", "$lt": f"{items[0].id}}}"}})
    assert doc is not None
    await found.update_one({"_id": doc["_id"]}, {"$set": {"failed": ["1-1"]}})
    assert [(f.code, f.where) async for f in _faults(scene)] == [("V60", doc["run"])]
    await found.update_one({"_id": doc["_id"]}, {"$set": {"failed": doc["failed"]}})
    assert not [f async for f in _faults(scene)]


async def _faults(scene: Scene):  # type: ignore[no-untyped-def]
    from storage.verify import Verification

    async for fault in Verification(scene.house.db, scene.house.trail, scene.house.vault.original).faults():
        yield fault


async def test_pages_go_on_where_the_last_one_stopped_and_find_the_place_once(
    scene: Scene, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    walked = shelf.walked

    def counted(*asked: Any) -> AsyncIterator[list[dict[str, Any]]]:
        begun.append(asked[-1])
        return walked(*asked)

    monkeypatch.setattr(shelf, "walked", counted)
    units, what = custody_of(scene.house.ctx).units, Selection("GD01")
    whole, end = await units.page(what, "", 1_000)
    assert end == ""
    assert len(whole) == await units.count(what) >= len(items)
    begun.clear()
    read, after = await units.page(what, "", 2)
    while after:
        page, after = await units.page(what, after, 2)
        read += page
    assert [u.id for u in read] == [u.id for u in whole]
    assert begun == [""], "one walk"
    first, place = await units.page(what, "", 2)
    assert (await units.page(what, place, 1_000))[0] == whole[2:]
    assert (await units.page(what, place, 1_000))[0] == whole[2:], "and again from the same place"
    assert [u.id for u in first] == [u.id for u in whole[:2]]
