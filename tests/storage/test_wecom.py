from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from storage import mongo, wecom
from storage.wecom import CODE_LASTS, WecomNotes

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
LIMITS = ((60.0, 3), (3600.0, 5))


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at

    def go(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


async def test_a_token_is_shared_until_it_ends(db: mongo.Database) -> None:
    await mongo.ensure_indexes(db, wecom.INDEXES)
    clock = Clock()
    here, there = WecomNotes(db, clock), WecomNotes(db, clock)
    assert await here.token("corp:1") is None
    await here.keep_token("corp:1", b"first", AT + timedelta(hours=1))
    await there.keep_token("corp:1", b"second", AT + timedelta(hours=2))
    assert await here.token("corp:1") == (b"second", AT + timedelta(hours=2))
    assert await here.token("corp:2") is None
    clock.go(7200)
    assert await here.token("corp:1") is None


async def test_a_code_is_used_once_the_newest_first(db: mongo.Database) -> None:
    await mongo.ensure_indexes(db, wecom.INDEXES)
    clock = Clock()
    here, there = WecomNotes(db, clock), WecomNotes(db, clock)
    await here.keep_code("card", "sent")
    clock.go(1)
    await here.keep_code("card", "clicked")
    await here.keep_code("another", "x")
    assert await there.take_code("card") == "clicked"
    await here.keep_code("card", "clicked")  # the repeat of a click
    assert await here.take_code("card") == "sent"
    assert await here.take_code("card") is None
    await here.put_back("sent")
    assert await there.take_code("card") == "sent"


async def test_of_many_one_gets_a_code(db: mongo.Database) -> None:
    await WecomNotes(db).keep_code("card", "code")
    got = await asyncio.gather(*(WecomNotes(db).take_code("card") for _ in range(8)))
    assert sorted(filter(None, got)) == ["code"]


async def test_a_code_ends_before_72_hours_are_over(db: mongo.Database) -> None:
    clock = Clock()
    notes = WecomNotes(db, clock)
    await notes.keep_code("card", "code")
    clock.go(CODE_LASTS.total_seconds())
    assert await notes.take_code("card") is None
    assert timedelta(hours=72) > CODE_LASTS


async def test_no_more_than_so_many_to_one_member(db: mongo.Database) -> None:
    await mongo.ensure_indexes(db, wecom.INDEXES)
    clock = Clock()
    here, there = WecomNotes(db, clock), WecomNotes(db, clock)
    assert [await here.turn("li", LIMITS), await there.turn("li", LIMITS), await here.turn("li", LIMITS)] == [0, 0, 0]
    assert await there.turn("li", LIMITS) == 60
    assert await there.turn("wang", LIMITS) == 0
    clock.go(20)
    assert await there.turn("li", LIMITS) == 40
    clock.go(40)
    assert await there.turn("li", LIMITS) == 0
    assert await here.turn("li", LIMITS) == 0
    clock.go(60)
    assert await here.turn("li", LIMITS) == 3600 - 120  # the hour has five
    clock.go(3480)
    assert await here.turn("li", LIMITS) == 0


async def test_many_at_once_are_never_too_many(db: mongo.Database) -> None:
    waits = await asyncio.gather(*(WecomNotes(db, lambda: AT).turn("li", LIMITS) for _ in range(12)))
    assert sum(wait == 0 for wait in waits) <= 3


async def test_everything_is_forgotten_in_time(db: mongo.Database) -> None:
    await mongo.ensure_indexes(db, wecom.INDEXES)
    for name in wecom.INDEXES:
        assert "until_1" in await db[name].index_information()
