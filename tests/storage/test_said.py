from __future__ import annotations

from datetime import UTC, datetime

from storage import mongo, said
from storage.said import LASTS, LettersSaid

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)


async def test_a_letter_goes_on_where_it_stopped_on_another_replica(db: mongo.Database) -> None:
    await mongo.ensure_indexes(db, said.INDEXES)
    here, there = LettersSaid(db, lambda: AT), LettersSaid(db, lambda: AT)
    assert await here.said("reply:1") == []
    await here.mark("reply:1", ["D1:1.1"])
    await here.mark("reply:1", ["D1:1.1", "D1:1.2"])
    assert await there.said("reply:1") == ["D1:1.1", "D1:1.2"]
    assert await there.said("reply:2") == []


async def test_it_is_forgotten_after_a_while(db: mongo.Database) -> None:
    await mongo.ensure_indexes(db, said.INDEXES)
    await LettersSaid(db, lambda: AT).mark("reply:1", ["D1:1.1"])
    doc = await db.letters_said.find_one({"_id": "reply:1"})
    assert doc is not None
    assert doc["until"] == AT + LASTS
    assert "until_1" in await db.letters_said.index_information()
