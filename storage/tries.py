"""How often somebody may try to sign in: counted by account and by address, or by the browser that was in before.

A lock must stop guessing without shutting its owner out: who only knows the account's name can lock it for browsers it
has never been used from, but not for those it has, nor for one-time links, which count nothing.

Collections: `tries` {_id: digest of what is counted, count, since, until, at};
`browsers` {_id: digest of the account and the secret its browser keeps, at}.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from archive.errors import TooManyFromAddress, TooManyTries
from storage.mongo import Database, Doc, Indexes, border

INDEXES: Indexes = {
    "tries": [IndexModel([("at", ASCENDING)], expireAfterSeconds=86_400)],
    "browsers": [IndexModel([("at", ASCENDING)], expireAfterSeconds=180 * 86_400)],
}
TRIES = 10  # wrong passwords before an account is locked for a while
LONGEST_LOCK = 60  # minutes
#: Failures from one address within the hour before it has to wait: an office of many may share one.
FROM_ADDRESS, WINDOW = 60, timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Count:
    """One thing tries are counted by."""

    key: str
    kind: type[TooManyTries]

    def after(self, doc: Doc | None, now: datetime) -> Doc:
        """The count with one more try.

        After the tenth for an account each further one is let through only when the lock of the last has passed, and
        locks for twice as long. An address may begin anew an hour after its first.
        """
        if self.kind is TooManyFromAddress:
            goes_on = doc is not None and doc["since"] + WINDOW > now
            count, since = (doc["count"] + 1, doc["since"]) if doc and goes_on else (1, now)
            until = since + WINDOW if count >= FROM_ADDRESS else now
        else:
            count, since = (doc["count"] + 1, doc["since"]) if doc else (1, now)
            until = now + timedelta(minutes=min(2 ** max(count - TRIES, 0), LONGEST_LOCK)) if count >= TRIES else now
        return {"count": count, "since": since, "until": until, "at": now}

    def check(self, doc: Doc | None, now: datetime) -> None:
        """Raises TooManyTries or TooManyFromAddress while it is locked."""
        if doc and doc["until"] > now:
            raise self.kind(minutes=-(-(doc["until"] - now) // timedelta(minutes=1)))


class Tries:
    """Counts tries before they are made, so that many at once are not more than many in a row."""

    def __init__(self, db: Database, now: Callable[[], datetime]) -> None:
        self._db, self._now = db, now

    async def allowed(self, account: str, address: str, browser: str) -> Sequence[Count]:
        """What a try is to be counted by. Raises TooManyTries, TooManyFromAddress."""
        if browser and await self._knows(account, browser):
            counts = [Count(_digest("browser", account, browser), TooManyTries)]
        else:
            counts = [Count(_digest("address", address), TooManyFromAddress)] if address else []
            counts.append(Count(_digest("account", account), TooManyTries))
        for count in counts:
            async with border():
                count.check(await self._db.tries.find_one({"_id": count.key}), self._now())
        return counts

    async def count(self, counts: Sequence[Count]) -> None:
        """One more try. Raises TooManyTries, TooManyFromAddress when another one took the last."""
        for each in counts:
            while True:
                now = self._now()
                async with border():
                    doc = await self._db.tries.find_one({"_id": each.key})
                each.check(doc, now)
                if await self._put(each.key, doc, each.after(doc, now)):
                    break

    async def forgive(self, counts: Sequence[Count]) -> None:
        """It was the right one: the account begins anew; the address, which others may guess from, has one less."""
        async with border():
            for each in counts:
                if each.kind is TooManyFromAddress:
                    less = {"$inc": {"count": -1}, "$set": {"until": self._now()}}
                    await self._db.tries.update_one({"_id": each.key}, less)
                else:
                    await self._db.tries.delete_one({"_id": each.key})

    async def remember(self, account: str, browser: str) -> None:
        """From now on the browser's tries for this account are counted by themselves."""
        if browser:
            key = {"_id": _digest("browser", account, browser)}
            async with border():
                await self._db.browsers.replace_one(key, {"at": self._now()}, upsert=True)

    async def _knows(self, account: str, browser: str) -> bool:
        async with border():
            return await self._db.browsers.find_one({"_id": _digest("browser", account, browser)}) is not None

    async def _put(self, key: str, before: Doc | None, values: Doc) -> bool:
        """Whether the count went up by this try and not by another at the same moment."""
        async with border(DuplicateKeyError):
            if before:
                found = {"_id": key, "count": before["count"], "since": before["since"]}
                return (await self._db.tries.update_one(found, {"$set": values})).modified_count == 1
            try:
                await self._db.tries.insert_one({"_id": key, **values})
            except DuplicateKeyError:
                return False
        return True


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()
