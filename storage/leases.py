"""Named leases, so that of several processes one does a thing; each take-over has a higher token than the last.

Collection `leases`: {_id: name, owner, until, token}. Times are the database server's, so that the clocks of the
processes' machines don't matter. Write the token with the results, and refuse a lower one than was written before.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from storage.mongo import Database, Indexes, border

INDEXES: Indexes = {}


class Leases:
    """Leases in the name of one process."""

    def __init__(self, db: Database, me: str) -> None:
        """`me` must be another name for each process: host, process id, a random part."""
        self._db, self._me = db, me

    async def take(self, name: str, lasts: timedelta) -> int | None:
        """A token when the lease is free or mine, for so long from now; None while another holds it.

        Taking a lease that is still mine renews it under the same token. Renew after a third of the time; stop the
        work when that gives None.
        """
        now = await self._server_time()
        if token := await self._renew(name, now, lasts):
            return token
        try:
            async with border(DuplicateKeyError):
                doc = await self._db.leases.find_one_and_update(
                    {"_id": name, "until": {"$lte": now}},
                    {"$set": {"owner": self._me, "until": now + lasts}, "$inc": {"token": 1}},
                    upsert=True, return_document=ReturnDocument.AFTER,
                )  # fmt: skip
        except DuplicateKeyError:
            return None
        return int(doc["token"]) if doc else None

    async def give_back(self, name: str) -> None:
        """Let the next one have it at once; the token's count stays."""
        now = await self._server_time()
        async with border():
            await self._db.leases.update_one({"_id": name, "owner": self._me}, {"$set": {"owner": "", "until": now}})

    async def _renew(self, name: str, now: datetime, lasts: timedelta) -> int | None:
        async with border():
            doc = await self._db.leases.find_one_and_update(
                {"_id": name, "owner": self._me, "until": {"$gt": now}},
                {"$set": {"until": now + lasts}},
                return_document=ReturnDocument.AFTER,
            )
        return int(doc["token"]) if doc else None

    async def _server_time(self) -> datetime:
        async with border():
            hello = await self._db.client.admin.command("hello")
        at: datetime = hello["localTime"]
        return at
