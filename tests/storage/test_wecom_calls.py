from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from storage import mongo, wecom_calls
from storage.wecom_calls import WecomCalls

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
LASTS = timedelta(seconds=25)


async def test_asked_here_and_answered_there(db: mongo.Database) -> None:
    await mongo.ensure_indexes(db, wecom_calls.INDEXES)
    here, there = WecomCalls(db), WecomCalls(db)
    call = await here.put("bot", b"asked", LASTS)
    assert await here.answer(call) is None
    assert await there.waiting("bot") == [(call, b"asked")]
    assert await there.waiting("another") == []
    assert await there.take(call)
    assert not await here.take(call)
    assert await there.waiting("bot") == []
    await there.done(call, b"answer")
    assert await here.answer(call) == b"answer"
    await here.forget(call)
    await there.done(call, b"late")
    assert await here.answer(call) is None


async def test_the_oldest_first_and_none_that_nobody_waits_for(db: mongo.Database) -> None:
    at = AT
    calls = WecomCalls(db, lambda: at)
    await calls.put("bot", b"1", LASTS)
    at += timedelta(seconds=1)
    await calls.put("bot", b"2", timedelta(minutes=1))
    assert [asked for _, asked in await calls.waiting("bot")] == [b"1", b"2"]
    at += timedelta(seconds=25)
    assert [asked for _, asked in await calls.waiting("bot")] == [b"2"]


async def test_one_of_many_takes_it(db: mongo.Database) -> None:
    call = await WecomCalls(db).put("bot", b"x", LASTS)
    assert sum(await asyncio.gather(*(WecomCalls(db).take(call) for _ in range(8)))) == 1
