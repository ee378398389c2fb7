"""The clock: schedules fire once whoever keeps the time, reminders go once a period, nobody is left unasked."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from archive.access import Role
from bot.schedule import Clock
from config.settings import Settings
from handlers.message import Reply
from tests.house import Recorder, Scene, Shift, button, drop, einvoice, settings_for, standing, words


@pytest.fixture
async def settings(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Settings]:
    made = settings_for(mongo_uri, tmp_path, f"h_{uuid4().hex[:12]}")
    yield made
    await drop(made)


def fired(channel: Recorder) -> list[Reply]:
    """What came by itself to Zhao's reports."""
    return channel.told("zhao", ":reports")


async def all_said(scene: Scene) -> None:
    await scene.worked_off()


async def test_a_schedule_fires_once_though_two_keep_the_time_and_survives_a_restart(settings: Settings) -> None:
    channel, clock = Recorder(), Shift()
    async with standing(settings, channel, clock) as scene:
        await scene.forward("li", einvoice("100.00"))
        said = await scene.send("zhao", "每天 9:00 报表 本月报销")
        assert "已设定时" in words(said)
        early = Clock(scene.house, scene.reception)
        await early.due()
        assert not fired(channel), "not yet"
        await early.stop()

    clock.move(days=1)
    async with standing(settings, channel, clock) as first, standing(settings, channel, clock) as second:
        clocks = [Clock(s.house, s.reception) for s in (first, second)]
        await asyncio.gather(*(c.due() for c in clocks))
        await all_said(first)
        assert len(fired(channel)) == 1
        assert "1 张" in words(fired(channel)[0])

        for each in clocks:  # whoever led goes; the other one looks
            await each.stop()
        await clocks[1].due()
        await first.house.db.schedules.update_many({}, {"$set": {"last_run": None}})  # as if it died before noting it
        await clocks[1].due()
        await all_said(first)
        assert len(fired(channel)) == 1

        clock.move(days=3)
        await clocks[1].due()
        await all_said(first)
        assert len(fired(channel)) == 2, "three missed runs are made up for by one"

        (schedule,) = await first.house.schedules.all()
        assert "已取消" in words(await first.send("zhao", f"取消定时 {schedule.id}"))
        clock.move(days=1)
        for each in clocks:
            await each.due()
        await all_said(first)
        assert len(fired(channel)) == 2


async def test_after_a_crash_the_next_takes_over_when_the_lease_ends(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.schedule.LEASE", timedelta(minutes=10))  # however slow the machine is
    monkeypatch.setattr("bot.schedule.LOOK", 1)
    channel, clock = Recorder(), Shift()
    async with standing(settings, channel, clock) as scene:
        await scene.forward("li", einvoice("100.75"))
        await scene.send("zhao", "每天 9:00 报表 本月报销")
        clock.move(days=1)
        await Clock(scene.house, scene.reception).due()  # and dies before it noted the run: the lease is not given back
        await all_said(scene)
        await scene.house.db.schedules.update_many({}, {"$set": {"last_run": None}})
        await scene.house.vault.index_rest()
        assert not await scene.house.vault.unindexed()
    shutil.rmtree(settings.data / "index")
    assert len(fired(channel)) == 1

    async with standing(settings, channel, clock) as scene:
        following = Clock(scene.house, scene.reception)
        following.start()
        await asyncio.sleep(1.5)
        assert await scene.house.db.leases.find_one({"_id": "clock", "token": 1}), "the dead one's still runs"
        await scene.house.db.leases.update_one(
            {"_id": "clock"}, {"$set": {"until": datetime.now(UTC)}}
        )  # ten minutes on
        async with asyncio.timeout(30):
            while not await scene.house.db.schedules.find_one({"last_run": {"$ne": None}}):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
            while not await scene.house.index.count():  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        await following.stop()
        await all_said(scene)
        assert len(fired(channel)) == 1, "the run that was not noted is not said a second time"
        warned = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
        assert warned == ["the index holds 0 of 1 items and is built anew"]


async def test_one_that_fails_stops_no_other_and_its_owner_hears_of_it(settings: Settings) -> None:
    channel, clock = Recorder(), Shift()
    async with standing(settings, channel, clock) as scene:
        await scene.forward("li", einvoice("100.50"))
        house = scene.house
        for person in ("chen", "lu", "zhou"):
            await house.schedules.add(person, "desk", f"{person}:chat", "报表 本月报销", {"hour": "9"})
        ghost = await house.schedules.add("ghost", "desk", "ghost:chat", "帮助", {"hour": "9"})
        broken = await house.schedules.add("zhao", "desk", "zhao:chat", "报表 上月报销", {"hour": "9"})
        await house.db.schedules.update_one({"person": "chen"}, {"$set": {"words": None}})
        await house.db.schedules.update_one({"person": "lu"}, {"$unset": {"words": ""}})
        await house.db.schedules.update_one({"_id": broken}, {"$set": {"cron": [["hour", "25"]]}})
        await house.people.disable("zhou")
        await scene.send("zhao", "每天 9:00 报表 本月报销")
        listed = await scene.send("zhao", "定时")
        assert broken in words(listed), "one without times can still be seen and cancelled"
        keeper = Clock(house, scene.reception)

        def reports(person: str) -> list[str]:
            return [words(reply) for reply in channel.told(person, ":reports")]

        for day in (1, 2):
            clock.move(days=1)
            await keeper.due()
            await keeper.due()
            await all_said(scene)
            assert sum("1 张" in said for said in reports("zhao")) == day, "the last one runs"
            assert sum("没有执行" in said for said in reports("chen")) == day, "told each time, and tried the next time"
        for person, number in (("zhao", broken), ("lu", "")):
            (told,) = [said for said in reports(person) if "没有执行" in said]
            assert "[Q05]" in told
            assert f"取消定时 {number}" in told
        assert await house.schedules.cancel("ghost", ghost)
        assert "已取消" in words(await scene.send("zhao", f"取消定时 {broken}"))


async def test_schedules_are_listed_and_cancelled_by_their_owner_only(settings: Settings) -> None:
    async with standing(settings) as scene:
        said = await scene.send("zhao", "every monday 9:00 report expenses last week")
        assert "is set, next on" in words(said, "en")
        listed = await scene.send("zhao", "定时")
        assert "report expenses last week" in words(listed)
        (schedule,) = await scene.house.schedules.all()
        assert "[S03]" in words(await scene.send("chen", f"取消定时 {schedule.id}"))
        assert "没有定时" in words(await scene.send("chen", "定时"))
        assert "[A01]" in words(await scene.send("li", "每周一 9:00 报表 上周报销"))
        for wrong in (
            "每周一 报表 上周报销",
            "每周一 25:00 报表 上周报销",
            "每周一 9:00 查 顺丰",
            "every monday report",
        ):
            assert "[Q05]" in words(await scene.send("zhao", wrong)), wrong
        assert "[Q04]" in words(await scene.send("zhao", "每周一 9:00 报表 天气预报"))
        assert len(await scene.house.schedules.all()) == 1
        pressed = await scene.send("zhao", listed.choices[0].say.zh)  # type: ignore[union-attr]
        assert "已取消" in words(pressed)


async def test_who_waits_is_reminded_once_a_period(settings: Settings) -> None:
    channel, clock = Recorder(), Shift()
    async with standing(settings, channel, clock) as scene:
        keeper = Clock(scene.house, scene.reception)
        item = await scene.forward("li", einvoice("101.00"))

        def reminders() -> list[Reply]:
            return [r for r in channel.told("wang", ":approvals") if "已等了" in words(r)]

        await keeper.remind()
        assert not reminders()
        clock.move(hours=25)
        await asyncio.gather(keeper.remind(), keeper.remind())
        await keeper.remind()
        assert len(reminders()) == 1
        assert f"{item.id} 已等了 25 小时" in words(reminders()[0])
        assert f"{item.id} has waited 25 hours" in words(reminders()[0], "en")
        assert (await scene.history(item.id)).count("system reminded") == 1
        clock.move(hours=12)
        await keeper.remind()
        assert len(reminders()) == 1
        clock.move(hours=13)
        await keeper.remind()
        assert len(reminders()) == 2
        await scene.press("wang", button(reminders()[-1].cards[0], "approve"))
        clock.move(hours=48)
        await keeper.remind()
        assert len(reminders()) == 2
        assert all(not [c for c in card.choices if c.action == "approve"] for card in channel.copies(item.id, "wang"))


async def test_a_wait_begins_when_it_was_laid_before_somebody(settings: Settings) -> None:
    channel, clock = Recorder(), Shift()
    async with standing(settings, channel, clock) as scene:
        keeper = Clock(scene.house, scene.reception)
        item = await scene.forward("li", b"%PDF-1.4 not much", "坏.pdf")
        clock.move(hours=72)
        await scene.click("li", "correct", item.id, {"date": "2026-11-01", "total": "7.00"})
        await keeper.remind()
        assert not [r for r in channel.told("wang") if "已等了" in words(r)], "it was the sender who took his time"


async def test_who_was_not_asked_is_asked(settings: Settings) -> None:
    """After a crash between record and message, and when a command took something in beside the service."""
    channel = Recorder()
    async with standing(settings, channel) as scene:
        item = await scene.forward("li", einvoice("102.00"))
        await scene.house.db.outbox.delete_many({"_id": {"$regex": "ask:"}})
        channel.said = [s for s in channel.said if ":ask:" not in s.key]
        keeper = Clock(scene.house, scene.reception)
        await keeper.remind()
        await keeper.remind()
        asked = [r for r in channel.told("wang", ":approvals") if r.cards[0].about == item.id]
        assert len(asked) == 1
        await scene.house.people.add("新批", {Role.APPROVER}, company="GD01", department="销售部", id="pi")
        await keeper.remind()
        (late,) = channel.told("pi", ":approvals")
        await scene.press("pi", button(late.cards[0], "approve"))
        assert (await scene.house.vault.item(item.id)).filed is not None
