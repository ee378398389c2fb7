"""A write outside a transaction outlives a restart of the database; what comes together is sent together."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, DuplicateKeyError
from pymongo.results import InsertOneResult

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


async def test_what_is_inserted_together_goes_together_and_each_hears_of_its_own(db: mongo.Database) -> None:
    if not isinstance(db, FirmDatabase):
        pytest.skip("another database than the embedded one is left to the driver")
    lots: list[int] = []
    insert = FirmCollection._insert

    async def counted(self: FirmCollection, documents: Sequence[Any]) -> Sequence[Any]:
        lots.append(len(documents))
        return await insert(self, documents)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FirmCollection, "_insert", counted)
        writes = [asyncio.create_task(db.a.insert_one({"_id": n % 15})) for n in range(20)]
        await asyncio.sleep(0)
        writes[1].cancel()  # whoever gives up leaves the others alone
        done = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(each) for each in done] == [
        InsertOneResult, asyncio.CancelledError, *[InsertOneResult] * 13, *[DuplicateKeyError] * 5,
    ]  # fmt: skip
    assert sum(lots) == 20
    assert len(lots) <= 3
    assert sorted(doc["_id"] for doc in await db.a.find().to_list()) == list(range(15))
    nameless: dict[str, Any] = {"n": 1}
    assert (await db.a.insert_one(nameless)).inserted_id == nameless["_id"]
