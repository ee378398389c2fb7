from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from archive.errors import BadSchedule, TooManySchedules
from storage import mongo, schedules
from storage.schedules import MOST, Schedules
from tests.storage.clock import Clock

MONDAY_NINE = {"day_of_week": "mon", "hour": "9", "minute": "0"}


@pytest.fixture
async def book(db: mongo.Database) -> Schedules:
    await mongo.ensure_indexes(db, schedules.INDEXES)
    return Schedules(db, ZoneInfo("Asia/Shanghai"), Clock())  # Tuesday 2026-11-24, 16:00 in Shanghai


async def test_the_next_time_is_told_in_utc(book: Schedules) -> None:
    name = await book.add("zs", "desk", "talk", "报表 上周报销", MONDAY_NINE)
    daily = await book.add("zs", "desk", "talk", "待办", {"hour": "18", "minute": "30"})
    assert await book.of("zs") == [
        (name, "报表 上周报销", datetime(2026, 11, 30, 1, 0, tzinfo=UTC)),
        (daily, "待办", datetime(2026, 11, 24, 10, 30, tzinfo=UTC)),
    ] or await book.of("zs") == [
        (daily, "待办", datetime(2026, 11, 24, 10, 30, tzinfo=UTC)),
        (name, "报表 上周报销", datetime(2026, 11, 30, 1, 0, tzinfo=UTC)),
    ]
    assert await book.of("ls") == []
    assert {s.words for s in await book.all()} == {"报表 上周报销", "待办"}


async def test_a_clock_put_forward_does_not_lose_a_time(book: Schedules) -> None:
    await book.add("zs", "desk", "talk", "x", MONDAY_NINE)
    (schedule,) = await book.all()
    first = schedule.next(datetime(2026, 11, 29, 12, tzinfo=UTC))
    assert first == datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
    assert schedule.next(first) == first + timedelta(days=7)


@pytest.mark.parametrize(
    "cron",
    [{"hour": "25"}, {"weekday": "mon"}, {"day_of_week": "someday"}, {"month": "2", "day": "30"}, {"year": "2020"}],
)
async def test_times_that_cannot_be(book: Schedules, cron: dict[str, str]) -> None:
    with pytest.raises(BadSchedule):
        await book.add("zs", "desk", "talk", "x", cron)
    assert await book.all() == []


async def test_only_the_owner_cancels(book: Schedules) -> None:
    name = await book.add("zs", "desk", "talk", "x", MONDAY_NINE)
    assert not await book.cancel("ls", name)
    assert await book.cancel("zs", f" {name.upper()} ")
    assert not await book.cancel("zs", name)
    assert await book.of("zs") == []


async def test_a_planned_time_is_run_once(book: Schedules) -> None:
    name, planned = await book.add("zs", "desk", "talk", "x", MONDAY_NINE), datetime(2026, 11, 30, 1, tzinfo=UTC)
    assert sorted(await asyncio.gather(*(book.ran(name, planned) for _ in range(4)))) == [False] * 3 + [True]
    assert not await book.ran(name, planned - timedelta(days=7))
    assert await book.ran(name, planned + timedelta(days=7))
    (schedule,) = await book.all()
    assert schedule.last_run == planned + timedelta(days=7)
    await book.cancel("zs", name)
    assert not await book.ran(name, planned + timedelta(days=14))


async def test_one_person_has_fifty_at_most(book: Schedules) -> None:
    names = [await book.add("zs", "desk", "talk", "x", MONDAY_NINE) for _ in range(MOST)]
    with pytest.raises(TooManySchedules) as refused:
        await book.add("zs", "desk", "talk", "x", MONDAY_NINE)
    assert "每人最多 50 个定时" in refused.value.say("zh")
    assert "one person may have 50 schedules at most" in refused.value.say("en")
    assert await book.add("ls", "desk", "talk", "x", MONDAY_NINE)
    assert await book.cancel("zs", names[0])
    assert await book.add("zs", "desk", "talk", "x", MONDAY_NINE)
