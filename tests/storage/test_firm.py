"""A write outside a transaction outlives a restart of the database; one inside begins again with its transaction."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from pymongo.errors import AutoReconnect

from storage import firm, mongo
from storage.embedded import Embedded
from storage.firm import FirmCollection, FirmDatabase


async def test_writes_go_on_while_the_database_is_killed(tmp_path: Path) -> None:
    back = asyncio.Event()
    async with Embedded(tmp_path, back.set) as database:
        db = mongo.connect(database.uri, "firm")
        assert isinstance(db, FirmDatabase)
        await db.a.insert_one({"_id": "sum", "n": 0})
        stop = asyncio.Event()
        writers = [asyncio.create_task(write(db, name, stop)) for name in "abc"]
        for _ in range(2):
            await asyncio.sleep(0.5)
            back.clear()
            os.kill(database.pid, signal.SIGKILL)
            await asyncio.wait_for(back.wait(), 60)
        await asyncio.sleep(0.5)
        stop.set()
        done = await asyncio.gather(*writers)
        for name, count in zip("abc", done, strict=True):
            assert count > 1
            assert await db.a.find_one({"_id": name}) == {"_id": name, "n": count}
        await db.client.close()


async def write(db: mongo.Database, name: str, stop: asyncio.Event) -> int:
    """How often it wrote; every error is one."""
    count = 0
    while not stop.is_set():
        count += 1
        await db.a.update_one({"_id": name}, {"$set": {"n": count}}, upsert=True)
    return count


async def test_it_ends_some_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firm, "PATIENCE", 0.3)
    monkeypatch.setattr(mongo, "SELECT", 100)
    db = mongo.connect("mongodb://127.0.0.1:9/?retryWrites=false", "x")
    assert isinstance(db.a, FirmCollection)
    with pytest.raises(AutoReconnect):
        await db.a.insert_one({})
    await db.client.close()


async def test_a_server_that_remembers_is_left_to_the_driver() -> None:
    db = mongo.connect("mongodb://127.0.0.1:9/", "x")
    assert not isinstance(db, FirmDatabase)
    await db.client.close()
