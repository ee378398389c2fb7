"""What is to be said, written down before it is said, tried again until it arrives; and where every card was shown.

Collections: `outbox` {_id: key, person, channel, conversation, payload, state, attempts, free, at, sent_at};
`copies` {_id: digest, item, person, channel, conversation, address}. `free` is the moment from which anyone may try.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from storage.mongo import BEGINNING, Database, Doc, Indexes, border
from storage.people import utc_now
from storage.records import pack, unpack

T = TypeVar("T")

INDEXES: Indexes = {
    "outbox": [
        IndexModel(
            [("free", ASCENDING)]
        ),  # whole: the embedded database looks through everything where an index is partial
        IndexModel([("state", ASCENDING)]),
        IndexModel([("sent_at", ASCENDING)], expireAfterSeconds=30 * 86_400),
    ],
    "copies": [IndexModel([("item", ASCENDING)])],
}
TRYING = timedelta(seconds=60)  # one try: nobody else tries meanwhile
WAIT = timedelta(seconds=5)  # after the first failure; doubled each time
LONGEST_WAIT = timedelta(hours=1)
ATTEMPTS = 40  # about a day and a half


@dataclass(frozen=True, slots=True)
class Letter(Generic[T]):
    """Something to be said to a person in one conversation of one channel, in the caller's hands for a minute."""

    key: str
    person: str
    channel: str
    conversation: str
    payload: T
    attempts: int  # this one included


@dataclass(frozen=True, slots=True)
class Copy:
    """Where a card about an item was shown; `address` is the channel's own."""

    item: str
    person: str
    channel: str
    conversation: str
    address: str


class Outbox(Generic[T]):
    """Letters whose payload is the frozen dataclass `kind`."""

    def __init__(self, db: Database, kind: type[T], now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._kind, self._now = db, kind, now

    async def known(self, key: str) -> bool:
        """Whether it was put before, sent or not."""
        async with border():
            return await self._db.outbox.find_one({"_id": key}, {"_id": 1}) is not None

    async def put(self, key: str, person: str, channel: str, conversation: str, payload: T) -> Letter[T] | None:
        """On disk when this returns, and the caller's to try first; None when the key was put before."""
        now = self._now()
        doc: Doc = {"_id": key, "person": person, "channel": channel, "conversation": conversation}
        doc |= {"payload": pack(payload), "state": "waiting", "attempts": 1, "at": now, "free": now + TRYING}
        try:
            async with border(DuplicateKeyError):
                await self._db.outbox.insert_one(doc)
        except DuplicateKeyError:
            return None
        return Letter(key, person, channel, conversation, payload, 1)

    async def due(self, limit: int = 20) -> list[Letter[T]]:
        """Those to be tried now, the longest waiting first; nobody else gets them for a minute."""
        now = self._now()
        async with border():
            due = {"free": {"$gt": BEGINNING, "$lte": now}}
            docs = await self._db.outbox.find(due).sort("free", 1).limit(limit).to_list()
            return [self._letter(doc, doc["attempts"] + 1) for doc in docs if await self._take(doc, now)]

    async def resume(self) -> int:
        """At the start of a process that is alone: what its forerunner was saying is free at once. Returns how many."""
        now = self._now()
        async with border():
            waiting = {"state": "waiting", "free": {"$gt": now}}
            return (await self._db.outbox.update_many(waiting, {"$set": {"free": now}})).modified_count

    async def sent(self, letter: Letter[T], cards: Sequence[tuple[str, str]] = ()) -> None:
        """It arrived; `cards`: (item id, address) of the cards in it, kept so that they can be renewed."""
        for item, address in cards:
            await self.shown(Copy(item, letter.person, letter.channel, letter.conversation, address))
        async with border():
            change = {"$set": {"state": "sent", "sent_at": self._now()}, "$unset": {"free": ""}}
            await self._db.outbox.update_one({"_id": letter.key}, change)

    async def failed(self, key: str) -> None:
        """It did not arrive: to be tried again later and later, about a day and a half; then it stays as failed."""
        async with border():
            doc = await self._db.outbox.find_one({"_id": key, "state": "waiting"}, {"attempts": 1})
            if doc is None:
                return
            if doc["attempts"] >= ATTEMPTS:
                change: Doc = {"$set": {"state": "failed"}, "$unset": {"free": ""}}
            else:
                wait = min(WAIT * 2 ** min(doc["attempts"] - 1, 16), LONGEST_WAIT)
                change = {"$set": {"free": self._now() + wait}}
            await self._db.outbox.update_one({"_id": key, "attempts": doc["attempts"]}, change)

    async def waiting(self) -> int:
        """How many have not arrived and are still tried."""
        async with border():
            return await self._db.outbox.count_documents({"state": "waiting"})

    async def failures(self, limit: int = 50) -> list[Letter[T]]:
        """What was given up, for somebody to look at."""
        async with border():
            docs = await self._db.outbox.find({"state": "failed"}).sort("at", 1).limit(limit).to_list()
        return [self._letter(doc, doc["attempts"]) for doc in docs]

    async def shown(self, copy: Copy) -> None:
        """A card about an item stands at this address now."""
        where = f"{copy.channel}\n{copy.conversation}\n{copy.address}\n{copy.item}"
        key = hashlib.sha256(where.encode()).hexdigest()
        async with border():
            await self._db.copies.replace_one({"_id": key}, pack(copy), upsert=True)

    async def copies(self, item: str) -> list[Copy]:
        """Everywhere a card about the item stands."""
        async with border():
            docs = await self._db.copies.find({"item": item}).to_list()
        return [unpack(Copy, doc) for doc in docs]

    async def gone(self, copy: Copy) -> None:
        """The copy was deleted on its platform: it is not renewed any more."""
        async with border():
            await self._db.copies.delete_many(pack(copy))

    async def _take(self, doc: Doc, now: datetime) -> bool:
        which = {"_id": doc["_id"], "attempts": doc["attempts"], "free": doc["free"]}
        result = await self._db.outbox.update_one(which, {"$set": {"free": now + TRYING}, "$inc": {"attempts": 1}})
        return result.modified_count == 1

    def _letter(self, doc: Doc, attempts: int) -> Letter[T]:
        payload = unpack(self._kind, doc["payload"])
        return Letter(doc["_id"], doc["person"], doc["channel"], doc["conversation"], payload, attempts)
