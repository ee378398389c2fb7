"""How far a letter of several messages got on a platform, so that it goes on from there when it is tried again.

Collection: `letters_said` {_id: key of the letter, addresses, until}.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel

from storage.mongo import Database, Indexes, border
from storage.people import utc_now

INDEXES: Indexes = {"letters_said": [IndexModel([("until", ASCENDING)], expireAfterSeconds=0)]}
LASTS = timedelta(days=7)


class LettersSaid:
    """See bot.chat.Said."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._now = db, now

    async def said(self, key: str) -> list[str]:
        """The addresses of the messages of this letter that stand already, in order."""
        async with border():
            doc = await self._db.letters_said.find_one({"_id": key})
        return [str(address) for address in doc["addresses"]] if doc else []

    async def mark(self, key: str, addresses: Sequence[str]) -> None:
        """These stand now."""
        async with border():
            await self._db.letters_said.update_one(
                {"_id": key},
                {"$set": {"addresses": list(addresses), "until": self._now() + LASTS}},
                upsert=True,
            )
