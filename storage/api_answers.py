"""What programs sent and what came of it, for as long as a repeat is known: 30 days.

Collections: `api_requests` {_id: message id, print, at}: what was sent under an idempotency key; `api_answers` {_id:
message id, person, items, codes, zh, en, at}: how it was answered once it was worked off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from archive.words import Text
from storage.mongo import Database, Indexes, border
from storage.people import utc_now

KEPT = 30 * 86_400  # s, as long as the inbox knows what is done
INDEXES: Indexes = {
    "api_requests": [IndexModel([("at", ASCENDING)], expireAfterSeconds=KEPT)],
    "api_answers": [IndexModel([("at", ASCENDING)], expireAfterSeconds=KEPT)],
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a message: the items made of it, the codes of what was refused, and the words."""

    items: tuple[str, ...]
    codes: tuple[str, ...]
    text: Text


class ApiAnswers:
    """See above."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._now = db, now

    async def same(self, message_id: str, print_: str) -> bool:
        """Whether nothing else was sent under this id before; noted for the next time."""
        try:
            async with border(DuplicateKeyError):
                await self._db.api_requests.insert_one({"_id": message_id, "print": print_, "at": self._now()})
        except DuplicateKeyError:
            async with border():
                doc = await self._db.api_requests.find_one({"_id": message_id})
            return doc is None or doc["print"] == print_
        return True

    async def keep(self, message_id: str, items: Sequence[str], codes: Sequence[str], text: Text) -> None:
        """Written once; a repeat changes nothing."""
        doc = {
            "_id": message_id, "items": list(items), "codes": list(codes), "zh": text.zh, "en": text.en,
            "at": self._now(),
        }  # fmt: skip
        try:
            async with border(DuplicateKeyError):
                await self._db.api_answers.insert_one(doc)
        except DuplicateKeyError:
            pass

    async def of(self, message_id: str) -> Answer | None:
        """None while it is worked on, and 30 days later."""
        async with border():
            doc = await self._db.api_answers.find_one({"_id": message_id})
        if doc is None:
            return None
        return Answer(tuple(doc["items"]), tuple(doc["codes"]), Text(doc["zh"], doc["en"]))
