"""Which processes serve this archive: each says now and then that it lives.

Collection `replicas`: {_id: name, since, seen}. Who hasn't been seen for a day is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel

from storage.mongo import Database, Indexes, border
from storage.people import utc_now

INDEXES: Indexes = {"replicas": [IndexModel([("seen", ASCENDING)], expireAfterSeconds=86_400)]}
BEAT = 30  # s between two signs of life
ALIVE = timedelta(seconds=3 * BEAT)


class Replicas:
    """The signs of life of all processes."""

    def __init__(self, db: Database, name: str, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._name, self._now = db, name, now

    async def beat(self) -> None:
        """This process lives."""
        now = self._now()
        async with border():
            await self._db.replicas.update_one(
                {"_id": self._name}, {"$set": {"seen": now}, "$setOnInsert": {"since": now}}, upsert=True
            )

    async def leave(self) -> None:
        """It ends now."""
        async with border():
            await self._db.replicas.delete_one({"_id": self._name})

    async def alive(self) -> list[tuple[str, datetime]]:
        """(name, last seen) of those that live, by name."""
        async with border():
            docs = await self._db.replicas.find({}).to_list()
        return sorted((d["_id"], d["seen"]) for d in docs if self._now() - d["seen"] < ALIVE)
