"""The daily digest: one message of what concerns a person, once a workday; what can't wait still comes at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from bot.schedule import Clock
from config.settings import Settings
from config.workdays import published
from handlers.digest import send_due
from tests.house import Recorder, Scene, Shift, drop, einvoice, settings_for, standing, words

WEDNESDAY = datetime(2026, 11, 25, 8, 59)


@pytest.fixture
async def settings(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Settings]:
    made = settings_for(mongo_uri, tmp_path, f"h_{uuid4().hex[:12]}")
    yield made
    await drop(made)


def set_to(clock: Shift, scene: Scene, local: datetime) -> None:
    clock.move(seconds=(local.replace(tzinfo=scene.house.ctx.zone) - clock()).total_seconds())


def digests(channel: Recorder, person: str) -> list[str]:
    return [words(r) for r in channel.told(person) if words(r).startswith("每日摘要：")]


async def test_once_a_workday_and_in_place_of_single_notices(settings: Settings) -> None:
    channel, clock = Recorder(), Shift()
    async with standing(settings, channel, clock) as scene:
        set_to(clock, scene, datetime(2026, 11, 24, 10, 0))
        assert "每个工作日 9:00" in words(await scene.send("li", "每日摘要 开"))
        first = await scene.forward("li", einvoice("100.00"))
        second = await scene.forward("li", einvoice("200.00"))
        third = await scene.forward("sun", einvoice("300.00"))
        await scene.click("wang", "approve", first.id)
        await scene.click("wang", "reject", second.id, {"reason": "抬头不对"})
        told = [words(r) for r in channel.told("li")]
        assert not any("通过了你的" in said for said in told), "that goes into the digest"
        assert any("驳回了你的" in said and "抬头不对" in said for said in told), "that can't wait"
        await scene.click("qian", "approve", third.id)
        assert any("通过了你的" in words(r) for r in channel.told("sun")), "who asked for no digest is told as before"
        waiting = await scene.forward("li", einvoice("400.00"))

        set_to(clock, scene, WEDNESDAY)
        assert await send_due(scene.house.ctx) == 0, "it isn't time"
        clock.move(minutes=2)
        first_clock, second_clock = (Clock(scene.house, scene.reception) for _ in range(2))
        await asyncio.gather(first_clock.digests(), second_clock.digests())
        await first_clock.digests()
        (mine,) = digests(channel, "li")
        for part in (f"被驳回 1 件：{second.id}", f"已通过 1 件：{first.id}", f"还在审批 1 件：{waiting.id}"):
            assert part in mine, part
        (approver,) = digests(channel, "wang")
        assert "等你审批 1 件" in approver
        assert digests(channel, "qian") == [], "nothing waits for them"
        assert digests(channel, "sun") == [], "not an approver, and asked for none"

        await scene.send("wang", "每日摘要 关")
        set_to(clock, scene, datetime(2026, 11, 26, 9, 1))
        await first_clock.digests()
        assert len(digests(channel, "wang")) == 1
        assert len(digests(channel, "li")) == 1, "nothing new happened since"


async def test_not_on_days_off_nor_long_after_its_time(settings: Settings) -> None:
    channel, clock = Recorder(), Shift()
    async with standing(settings, channel, clock) as scene:
        assert published().works(date(2026, 11, 25))
        await scene.send("wang", "digest on 18:30")
        await scene.forward("li", einvoice("100.00"))
        for moment in (datetime(2026, 11, 28, 18, 31), datetime(2026, 11, 30, 18, 29), datetime(2026, 11, 30, 23, 0)):
            set_to(clock, scene, moment)
            assert await send_due(scene.house.ctx) == 0, moment
        set_to(clock, scene, datetime(2026, 12, 1, 18, 30))
        assert await send_due(scene.house.ctx) == 1
        (said,) = digests(channel, "wang")
        assert "超时" in said


async def test_reminders_go_into_the_digest_of_who_asked_for_one(settings: Settings) -> None:
    channel, clock = Recorder(), Shift()
    async with standing(settings, channel, clock) as scene:
        await scene.send("wang", "每日摘要 开 9:00")
        item = await scene.forward("li", einvoice("100.00"))
        clock.move(hours=25)
        await Clock(scene.house, scene.reception).remind()
        assert "system reminded" in await scene.history(item.id)
        assert not any("请审批" in words(r) and "已等了" in words(r) for r in channel.told("wang"))


async def test_who_approved_before_hears_of_a_later_rejection(settings: Settings) -> None:
    channel = Recorder()
    async with standing(settings, channel) as scene:
        large = await scene.forward("li", einvoice("6000.00"))
        await scene.click("wang", "approve", large.id)
        await scene.click("zhao", "reject", large.id, {"reason": "超预算"})
        said = [words(r) for r in channel.told("wang") if "被 赵磊 驳回：超预算" in words(r)]
        assert len(said) == 1
        assert not any("被 赵磊 驳回：超预算" in words(r) for r in channel.told("qian"))


async def test_words(settings: Settings) -> None:
    async with standing(settings) as scene:
        assert "没有要你处理" in words(await scene.send("li", "每日摘要"))
        assert "is on: every workday at 8:05" in words(await scene.send("li", "digest on 8:05"), "en")
        assert "每个工作日 8:05 发" in words(await scene.send("li", "摘要"))
        for wrong in ("每日摘要 25:00", "digest maybe", "每日摘要 开 9:75"):
            assert "[Q75]" in words(await scene.send("li", wrong)), wrong
