from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from storage import mongo, notes
from storage.notes import Notes


async def test_the_tour_is_offered_once(db: mongo.Database) -> None:
    kept = Notes(db)
    assert sorted(await asyncio.gather(*(kept.first_time("zs") for _ in range(5)))) == [False] * 4 + [True]
    assert await kept.first_time("ls")


async def test_feedback_newest_first(db: mongo.Database) -> None:
    await mongo.ensure_indexes(db, notes.INDEXES)
    kept, at = Notes(db), datetime(2026, 11, 24, 8, tzinfo=UTC)
    for n in range(3):
        await kept.feedback("zs", f"第{n}句", at + timedelta(minutes=n))
    assert await kept.feedback_list(2) == [
        ("zs", "第2句", at + timedelta(minutes=2)),
        ("zs", "第1句", at + timedelta(minutes=1)),
    ]
