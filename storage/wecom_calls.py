"""What replicas ask of the one that holds a bot's connection, and what it answers; all of it sealed by the callers.

Collection `wecom_calls`: {_id, bot, open, at, asked, answer, until}. `open` until somebody took it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from pymongo import ASCENDING, IndexModel

from storage.mongo import Database, Indexes, border
from storage.people import utc_now

INDEXES: Indexes = {
    "wecom_calls": [
        IndexModel([("until", ASCENDING)], expireAfterSeconds=0),
        IndexModel([("bot", ASCENDING), ("open", ASCENDING), ("at", ASCENDING)]),
    ]
}
_AT_ONCE = 50


class WecomCalls:
    """See bot.wecom.notes.Calls."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._now = db, now

    async def put(self, bot: str, asked: bytes, lasts: timedelta) -> str:
        """Ask; nobody does it once the time is over."""
        call, at = uuid4().hex, self._now()
        doc = {"_id": call, "bot": bot, "open": True, "at": at, "asked": asked, "until": at + lasts}
        async with border():
            await self._db.wecom_calls.insert_one(doc)
        return call

    async def answer(self, call: str) -> bytes | None:
        """What was answered, once it was."""
        async with border():
            doc = await self._db.wecom_calls.find_one({"_id": call}, {"answer": 1})
        return bytes(doc["answer"]) if doc and "answer" in doc else None

    async def waiting(self, bot: str) -> list[tuple[str, bytes]]:
        """(id, what is asked) that nobody took yet, the oldest first."""
        async with border():
            docs = await self._db.wecom_calls.find({"bot": bot, "open": True}).sort("at", ASCENDING).to_list(_AT_ONCE)
        return [(doc["_id"], bytes(doc["asked"])) for doc in docs if doc["until"] > self._now()]

    async def take(self, call: str) -> bool:
        """Whether it is ours to do."""
        async with border():
            taken = await self._db.wecom_calls.update_one({"_id": call, "open": True}, {"$set": {"open": False}})
        return bool(taken.modified_count)

    async def done(self, call: str, answer: bytes) -> None:
        """Answer it; in vain where nobody waits any more."""
        async with border():
            await self._db.wecom_calls.update_one({"_id": call}, {"$set": {"answer": answer}})

    async def forget(self, call: str) -> None:
        """Nobody waits for it any more."""
        async with border():
            await self._db.wecom_calls.delete_one({"_id": call})
