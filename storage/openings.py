"""Who opened a link to a file first: nobody else may open it after that.

Collection `openings`: {_id: digest of the link, browser: digest of the secret the browser keeps, until}.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from storage.mongo import Database, Indexes, border
from storage.people import utc_now

INDEXES: Indexes = {"openings": [IndexModel([("until", ASCENDING)], expireAfterSeconds=0)]}


class Openings:
    """Links bound to browsers."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._now = db, now

    async def bind(self, link: str, browser: str, until: datetime) -> bool:
        """Whether this browser is the one the link belongs to; the first that asks is. `until`: the link's own end."""
        doc = {"_id": _digest(link), "browser": _digest(browser), "until": until}
        try:
            async with border(DuplicateKeyError):
                await self._db.openings.insert_one(doc)
        except DuplicateKeyError:
            async with border():
                bound = await self._db.openings.find_one({"_id": doc["_id"]})
            return bound is not None and bound["browser"] == doc["browser"]
        return True


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()
