"""Schedules on working days, to groups and colleagues, from the settings file; paused, resumed, run once by two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest

from bot.schedule import Clock
from config.schedules import Planned
from config.settings import Settings
from config.workdays import published
from tests.house import Recorder, Scene, Shift, drop, einvoice, settings_for, standing, words


@pytest.fixture
async def settings(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Settings]:
    made = replace(
        settings_for(mongo_uri, tmp_path, f"h_{uuid4().hex[:12]}"),
        workdays=published(),
        groups={"finance": ("desk", "room:finance")},
        schedules=(Planned("chen", "每月首个工作日 9:00 月结包", "finance"), Planned("zhao", "工作日 8:30 谁还没批")),
    )
    yield made
    await drop(made)


class Rooms(Recorder):
    """A channel that has a group."""

    def shared(self, conversation: str) -> bool:
        return conversation.startswith("room:")


def set_to(clock: Shift, scene: Scene, local: datetime) -> None:
    scene.house.schedules._now = clock
    clock.move(seconds=(local.replace(tzinfo=scene.house.ctx.zone) - clock()).total_seconds())


async def test_those_of_the_settings_file_run_once_though_two_keep_the_time(settings: Settings) -> None:
    channel, clock = Rooms(), Shift()
    async with standing(settings, channel, clock) as first, standing(settings, channel, clock) as second:
        set_to(clock, first, datetime(2026, 9, 29, 12, 0))
        await first.forward("li", einvoice("100.00"))
        clocks = [Clock(s.house, s.reception) for s in (first, second)]
        for each in clocks:
            await each.settle()
        made = {s.words: s for s in await first.house.schedules.all()}
        assert set(made) == {"月结包", "谁还没批"}
        assert all(s.id.startswith("s-") for s in made.values())
        set_to(clock, first, datetime(2026, 10, 8, 9, 1))  # 1 to 7 October are off
        await asyncio.gather(*(c.due() for c in clocks))
        for each in clocks:
            await each.stop()
        await clocks[1].due()
        await first.worked_off()
        pack = [s for s in channel.said if s.conversation == "room:finance"]
        assert len(pack) == 1
        assert "2026年9月" in words(pack[0].reply)
        waiting = [words(r) for r in channel.told("zhao", ":reports")]
        assert len(waiting) == 1, "missed runs are made up for by one"
        assert "1 件等待审批" in waiting[0]
        await clocks[0].settle()
        assert len(await first.house.schedules.all()) == 2, "the same file again changes nothing"
        bare = replace(first.house, settings=replace(settings, schedules=()))
        await Clock(bare, first.reception).settle()
        assert await first.house.schedules.all() == [], "what is no longer in the file is gone"


async def test_words_groups_and_colleagues(settings: Settings) -> None:
    channel, clock = Rooms(), Shift()
    async with standing(settings, channel, clock) as scene:
        set_to(clock, scene, datetime(2026, 11, 24, 12, 0))
        said = await scene.send("zhao", "每季度首个工作日 9:00 月结包")
        assert "下次 2027-01-01 09:00" in words(said)
        assert "2027 年放假安排还没有" in words(said)
        assert "发到 #finance" in words(await scene.send("zhao", "每周一 9:00 报表 上周报销 发到 #finance"))
        assert "发到 周岩" in words(await scene.send("zhao", "每周一 9:00 上月 报销金额 按部门 发给 周岩"))
        assert "发到" not in words(await scene.send("zhao", "cron 0 9 * * 1 报表 上周报销"))
        for wrong, code in (
            ("每周一 9:00 报表 上周报销 发到 #nowhere", "S03"),
            ("每周一 9:00 报表 上周报销 发给 李明", "A01"),  # who may not have reports
            ("每周一 9:00 管理费用 按部门", "Q73"),
            ("每周一 9:00 你好", "Q05"),
        ):
            assert f"[{code}]" in words(await scene.send("zhao", wrong)), wrong
        listed = await scene.send("zhao", "定时")
        assert "4 个定时" in words(listed)
        set_to(clock, scene, datetime(2026, 11, 30, 9, 1))
        await scene.forward("li", einvoice("100.00"))
        await Clock(scene.house, scene.reception).due()
        await scene.worked_off()
        theirs = [words(r) for r in channel.told("zhou", ":reports")]
        assert len(theirs) == 1
        assert "报销金额" in theirs[0], "said with the colleague's own rights"
        assert [s.person for s in channel.said if s.conversation == "room:finance"] == ["zhao"]
        mine = next(s for s in await scene.house.schedules.all() if s.person == "zhou")
        assert mine.owner == "zhao"
        await scene.house.people.disable("zhou")
        await scene.house.db.schedules.update_one({"_id": mine.id}, {"$set": {"person": "nobody"}})
        set_to(clock, scene, datetime(2026, 12, 7, 9, 1))
        await Clock(scene.house, scene.reception).due()
        failed = [words(r) for r in channel.told("zhao", ":reports") if "没有执行" in words(r)]
        assert len(failed) == 1, "its owner hears of a failure, with the reason"
        assert "[S03]" in failed[0]


async def test_a_paused_one_is_silent_and_makes_up_for_nothing(settings: Settings) -> None:
    channel, clock = Rooms(), Shift()
    async with standing(settings, channel, clock) as scene:
        set_to(clock, scene, datetime(2026, 11, 24, 12, 0))
        await scene.send("zhao", "工作日 9:00 谁还没批")
        (schedule,) = await scene.house.schedules.all()
        assert "已暂停" in words(await scene.send("zhao", f"暂停定时 {schedule.id}"))
        assert "已暂停" in words(await scene.send("zhao", "定时"))
        assert "[S03]" in words(await scene.send("chen", f"恢复定时 {schedule.id}"))
        set_to(clock, scene, datetime(2026, 11, 26, 9, 1))
        keeper = Clock(scene.house, scene.reception)
        await keeper.due()
        assert "下次 2026-11-27 09:00" in words(await scene.send("zhao", f"resume schedule {schedule.id}"))
        await keeper.due()
        await scene.worked_off()
        assert not channel.told("zhao", ":reports")
        set_to(clock, scene, datetime(2026, 11, 27, 9, 1))
        await keeper.due()
        await scene.worked_off()
        assert len(channel.told("zhao", ":reports")) == 1
