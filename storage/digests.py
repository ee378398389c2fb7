"""Who wants a daily digest, and when: collection `digests` {_id: person, on, hour, minute, last}."""

from __future__ import annotations

from archive.digest import Wish
from storage.mongo import Database, Doc, Indexes, border

INDEXES: Indexes = {}


class Digests:
    """See handlers.context.Digests."""

    def __init__(self, db: Database) -> None:
        self._wishes = db.digests

    async def of(self, person: str) -> Wish | None:
        """What the person said; None when they said nothing."""
        async with border():
            doc = await self._wishes.find_one({"_id": person})
        return _wish(doc) if doc and "on" in doc else None

    async def all(self) -> dict[str, Wish]:
        """By person: what was said, and of the others when the last one went."""
        async with border():
            docs = await self._wishes.find({}).to_list()
        return {doc["_id"]: _wish(doc) for doc in docs}

    async def wants(self, person: str, *, on: bool, hour: int, minute: int) -> None:
        """From now on."""
        async with border():
            change = {"$set": {"on": on, "hour": hour, "minute": minute}}
            await self._wishes.update_one({"_id": person}, change, upsert=True)

    async def sent(self, person: str, day: str) -> None:
        """The one of this day (2026-11-24) is said, or there was nothing to say."""
        async with border():
            await self._wishes.update_one({"_id": person}, {"$set": {"last": day}}, upsert=True)


def _wish(doc: Doc) -> Wish:
    return Wish(doc["_id"], doc.get("on"), doc.get("hour", 9), doc.get("minute", 0), doc.get("last", ""))
