"""What came in, written down before it is acknowledged, and worked on until it is done or has failed in sight.

Collection `inbox`: {_id: message id, message, state, attempts, owner, free, at, code, done_at, untold}. `free` is the
moment from which anyone may take it: at once when new, at the end of the lease while somebody works on it, never when
it has failed. What is done has no `free`, so nothing but open work is ever searched. `untold`: given up, and its
sender doesn't know yet.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from storage.mongo import BEGINNING, Database, Doc, Indexes, border
from storage.people import utc_now
from storage.records import pack, unpack

T = TypeVar("T")

INDEXES: Indexes = {
    "inbox": [
        IndexModel(
            [("free", ASCENDING)]
        ),  # whole: the embedded database looks through everything where an index is partial
        IndexModel([("done_at", ASCENDING)], expireAfterSeconds=30 * 86_400),
    ]
}
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
OPEN = {"$gt": BEGINNING, "$lt": NEVER}
LEASE = timedelta(seconds=60)  # renewed while work goes on
ATTEMPTS = 5  # a message that ends the process each time must not end it for ever
WAIT = timedelta(seconds=5)  # before the second attempt; doubled each time
PATIENCE = timedelta(days=7)  # with a platform that is away
_FEW = 8  # looked at in one go: taking by id is quick everywhere, taking by order is slow in SecantusDB


@dataclass(frozen=True, slots=True)
class Failure(Generic[T]):
    """A message that could not be handled: never dropped, until somebody says again or done."""

    message: T
    attempts: int
    code: str  # of the error, or "lost" when every attempt ended with the process
    at: datetime  # when it came in, UTC


@dataclass(frozen=True, slots=True)
class Standing(Generic[T]):
    """A message and how far it is: new, working, done or failed; with the code of what failed last."""

    message: T
    state: str
    code: str


class Inbox(Generic[T]):
    """Messages of the frozen dataclass `kind`, which has an `id`."""

    def __init__(
        self, db: Database, kind: type[T], now: Callable[[], datetime] = utc_now, lease: timedelta = LEASE
    ) -> None:
        self._inbox, self._kind = db.inbox, kind
        self._now, self._lease = now, lease

    async def known(self, message_id: str) -> bool:
        """Whether it was written down before, in whatever state it is now."""
        async with border():
            return await self._inbox.find_one({"_id": message_id}, {"_id": 1}) is not None

    async def standing(self, message_id: str) -> Standing[T] | None:
        """Where a message stands; None when it was never written down, or done 30 days ago."""
        async with border():
            doc = await self._inbox.find_one({"_id": message_id})
        if doc is None:
            return None
        return Standing(unpack(self._kind, doc["message"]), doc["state"], doc.get("code", ""))

    async def put(self, message_id: str, message: T, owner: str = "") -> bool:
        """On disk when this returns; False when the same id stands already. With an `owner` it is claimed as well."""
        now = self._now()
        doc: Doc = {"message": pack(message), "state": "new", "attempts": 0, "owner": "", "free": now, "at": now}
        if owner:
            doc |= {"state": "working", "attempts": 1, "owner": owner, "free": now + self._lease}
        try:
            async with border(DuplicateKeyError):
                await self._inbox.insert_one({"_id": message_id, **doc})
        except DuplicateKeyError:
            return False
        return True

    async def claim(self, owner: str) -> T | None:
        """The message waiting longest, or left when a lease ended, for the time of a lease. None: nothing waits."""
        now = self._now()
        async with border():
            due = {"free": {"$gt": BEGINNING, "$lte": now}}
            docs = await self._inbox.find(due).sort("free", 1).limit(_FEW).to_list()
        for doc in docs:
            if doc["attempts"] >= ATTEMPTS:
                await self._update(_as_read(doc), {"$set": _given_up("lost")})
            elif await self._take(doc, owner, now):
                return unpack(self._kind, doc["message"])
        return None

    async def renew(self, message_ids: Collection[str], owner: str) -> int:
        """Longer, while work goes on. How many are still the owner's."""
        which = {"_id": {"$in": list(message_ids)}, "state": "working", "owner": owner}
        async with border():
            result = await self._inbox.update_many(which, {"$set": {"free": self._now() + self._lease}})
        return result.matched_count

    async def done(self, message_id: str, owner: str) -> bool:
        """Kept 30 days more, so that a repeat is still known. False when it was not the owner's to work on."""
        change = {"$set": {"state": "done", "done_at": self._now()}, "$unset": {"free": ""}}
        return await self._mine(message_id, owner, change)

    async def failed(self, message_id: str, owner: str, code: str) -> bool:
        """Try again later and later; after the last attempt it stays in sight as failed. False: not the owner's."""
        async with border():
            doc = await self._inbox.find_one({"_id": message_id}, {"attempts": 1})
        if doc is None:
            return False
        later = self._now() + WAIT * 2 ** (doc["attempts"] - 1)
        again = {"state": "new", "owner": "", "code": code, "free": later}
        change = {"$set": _given_up(code) if doc["attempts"] >= ATTEMPTS else again}
        return await self._mine(message_id, owner, change)

    async def later(self, message_id: str, owner: str, wait: timedelta) -> bool:
        """Again after a wait, and that was no try: what it needs is away. False: not the owner's.

        After a week it counts as one that failed.
        """
        async with border():
            doc = await self._inbox.find_one({"_id": message_id}, {"at": 1})
        if doc is None or self._now() - doc["at"] > PATIENCE:
            return await self.failed(message_id, owner, "away")
        change = {"$set": {"state": "new", "owner": "", "free": self._now() + wait}, "$inc": {"attempts": -1}}
        return await self._mine(message_id, owner, change)

    async def resume(self, owner: str = "") -> int:
        """What the owner holds is free at once: at its end. Without an owner all that is held: at the start of a
        process that is alone. Returns how many.
        """
        which = {"free": OPEN, "state": "working"} | ({"owner": owner} if owner else {})
        async with border():
            change = {"$set": {"state": "new", "owner": "", "free": self._now()}}
            return (await self._inbox.update_many(which, change)).modified_count

    async def waiting(self) -> int:
        """How many are not worked off, those in work too."""
        async with border():
            return await self._inbox.count_documents({"free": OPEN})

    async def failures(self, limit: int = 50) -> list[Failure[T]]:
        """What could not be handled, oldest first."""
        return await self._failed({"free": NEVER}, limit)

    async def untold(self, limit: int = 20) -> list[Failure[T]]:
        """What was given up and whose sender is still to be told."""
        return await self._failed({"free": NEVER, "untold": True}, limit)

    async def told(self, message_id: str) -> None:
        """The sender knows."""
        async with border():
            await self._inbox.update_one({"_id": message_id}, {"$unset": {"untold": ""}})

    async def again(self, message_id: str) -> bool:
        """Let a failed message be tried afresh. False when it had not failed."""
        change = {"$set": {"state": "new", "attempts": 0, "owner": "", "free": self._now()}, "$unset": {"untold": ""}}
        async with border():
            return (await self._inbox.update_one({"_id": message_id, "state": "failed"}, change)).modified_count == 1

    async def _failed(self, which: Doc, limit: int) -> list[Failure[T]]:
        async with border():
            docs = await self._inbox.find(which).sort("at", 1).limit(limit).to_list()
        return [Failure(unpack(self._kind, d["message"]), d["attempts"], d["code"], d["at"]) for d in docs]

    async def _take(self, doc: Doc, owner: str, now: datetime) -> bool:
        """By id, if nobody else took it since it was read."""
        change = {"$set": {"state": "working", "owner": owner, "free": now + self._lease}, "$inc": {"attempts": 1}}
        return await self._update(_as_read(doc), change)

    async def _mine(self, message_id: str, owner: str, change: Doc) -> bool:
        """While the owner works on it: whoever was taken for dead changes nothing when they come back."""
        return await self._update({"_id": message_id, "owner": owner, "state": "working"}, change)

    async def _update(self, which: Doc, change: Doc) -> bool:
        async with border():
            return (await self._inbox.update_one(which, change)).matched_count == 1


def _as_read(doc: Doc) -> Doc:
    return {"_id": doc["_id"], "attempts": doc["attempts"], "free": doc["free"]}


def _given_up(code: str) -> Doc:
    return {"state": "failed", "code": code, "owner": "", "untold": True, "free": NEVER}
