from __future__ import annotations

import asyncio
from datetime import timedelta

from storage import mongo
from storage.leases import Leases

LONG, SHORT = timedelta(minutes=5), timedelta(milliseconds=200)


async def test_one_of_many_holds_it(db: mongo.Database) -> None:
    tokens = await asyncio.gather(*(Leases(db, f"p{n}").take("clock", LONG) for n in range(8)))
    assert sorted(token for token in tokens if token is not None) == [1]


async def test_holding_on_keeps_the_token_and_each_take_over_raises_it(db: mongo.Database) -> None:
    a, b = Leases(db, "a"), Leases(db, "b")
    assert await a.take("clock", LONG) == 1
    assert await a.take("clock", LONG) == 1
    assert await b.take("clock", LONG) is None
    assert await b.take("other", LONG) == 1
    await b.give_back("clock")  # not b's to give
    assert await b.take("clock", LONG) is None
    await a.give_back("clock")
    assert await b.take("clock", SHORT) == 2
    await asyncio.sleep(0.25)
    assert await a.take("clock", LONG) == 3
    assert await b.take("clock", LONG) is None


async def test_one_that_comes_back_late_gets_a_new_token(db: mongo.Database) -> None:
    a = Leases(db, "a")
    assert await a.take("clock", SHORT) == 1
    await asyncio.sleep(0.25)
    assert await a.take("clock", LONG) == 2
