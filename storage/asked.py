"""What a person was asked in a conversation without forms, until they answer or the time is over.

Collection `asked`: {_id: digest of channel, conversation and person, click, until}. One question at a time: a new one
takes the place of the old.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from pymongo import ASCENDING, IndexModel

from storage.mongo import Database, Indexes, border
from storage.people import utc_now
from storage.records import pack, unpack

T = TypeVar("T")

INDEXES: Indexes = {"asked": [IndexModel([("until", ASCENDING)], expireAfterSeconds=0)]}


class Asked(Generic[T]):
    """Clicks (the frozen dataclass `kind`) whose form is asked in words."""

    def __init__(self, db: Database, kind: type[T], lasts: timedelta, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._kind, self._lasts, self._now = db, kind, lasts, now

    async def ask(self, channel: str, conversation: str, person: str, click: T) -> None:
        """The next words of this person there answer it."""
        key = _key(channel, conversation, person)
        doc = {"click": pack(click), "until": self._now() + self._lasts}
        async with border():
            await self._db.asked.replace_one({"_id": key}, doc, upsert=True)

    async def waiting(self, channel: str, conversation: str, person: str) -> T | None:
        """What the person was asked there, if the time isn't over."""
        async with border():
            doc = await self._db.asked.find_one({"_id": _key(channel, conversation, person)})
        return None if doc is None or doc["until"] <= self._now() else unpack(self._kind, doc["click"])

    async def over(self, channel: str, conversation: str, person: str) -> None:
        """It was answered, or left."""
        async with border():
            await self._db.asked.delete_one({"_id": _key(channel, conversation, person)})


def _key(channel: str, conversation: str, person: str) -> str:
    return hashlib.sha256(f"{channel}\0{conversation}\0{person}".encode()).hexdigest()
