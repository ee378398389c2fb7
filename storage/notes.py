"""Small things kept for later: feedback, and who has had the tour."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from pymongo import DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from storage.mongo import Database, Indexes, border

#: `feedback` {_id, person, words, at}; `toured` {_id: person id}.
INDEXES: Indexes = {"feedback": [IndexModel([("at", DESCENDING)])]}


class Notes:
    """See handlers.context.Notes."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._toured: set[str] = set()  # known to have had it

    async def feedback(self, person: str, words: str, at: datetime) -> None:
        """Keep what was said about the program itself."""
        async with border():
            await self._db.feedback.insert_one({"_id": uuid4().hex, "person": person, "words": words, "at": at})

    async def feedback_list(self, limit: int = 20) -> list[tuple[str, str, datetime]]:
        """(person, words, at in UTC), newest first."""
        async with border():
            docs = await self._db.feedback.find({}).sort("at", -1).limit(limit).to_list()
        return [(doc["person"], doc["words"], doc["at"]) for doc in docs]

    async def first_time(self, person: str) -> bool:
        """True once per person, even when asked twice at the same moment."""
        if person in self._toured:
            return False
        try:
            async with border(DuplicateKeyError):
                await self._db.toured.insert_one({"_id": person})
        except DuplicateKeyError:
            self._toured.add(person)
            return False
        return True
