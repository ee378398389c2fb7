"""What is to be said, written down before it is said, tried again until it arrives; and where every card was shown.

Collections: `outbox` {_id: key, person, channel, conversation, payload, about, address, state, attempts, free, from,
line, at, nth, sent_at}; `copies` {_id: digest, item, person, channel, conversation, address}. `from` is the moment
from which anyone may try it, `free` when it is worth looking: not before those in front of it. `line`: what waits for
the same conversation, one after the other. What arrived has none of the three.
"""

from __future__ import annotations

import hashlib
import itertools
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
        IndexModel([("line", ASCENDING)]),
        IndexModel([("state", ASCENDING)]),
        IndexModel([("sent_at", ASCENDING)], expireAfterSeconds=30 * 86_400),
    ],
    "copies": [IndexModel([("item", ASCENDING)])],
}
TRYING = timedelta(seconds=60)  # one try: nobody else tries meanwhile
WAIT = timedelta(seconds=5)  # after the first failure; doubled each time
LONGEST_WAIT = timedelta(hours=1)
_OUT_OF_LINE = {"free": "", "from": "", "line": ""}
_AHEAD = 200  # letters of a line read at one time
ATTEMPTS = 40  # about a day and a half


@dataclass(frozen=True, slots=True)
class Letter(Generic[T]):
    """Something to be said to a person in one conversation of one channel, in the caller's hands for a minute.

    With an `address` it is the card about an item, to be renewed where it stands.
    """

    key: str
    person: str
    channel: str
    conversation: str
    payload: T
    attempts: int  # this one included
    about: str = ""  # item id
    address: str = ""


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
        self._ahead: dict[str, list[Doc]] = {}  # line → what was read of it and is still to come, in its order
        self._until: dict[str, datetime] = {}  # line → when its first may be tried again
        self._nth = itertools.count()  # of what this process put: two may be put in one millisecond

    async def known(self, key: str) -> bool:
        """Whether it was put before, sent or not."""
        async with border():
            return await self._db.outbox.find_one({"_id": key}, {"_id": 1}) is not None

    async def put(
        self, key: str, person: str, channel: str, conversation: str, payload: T, about: str = "", address: str = ""
    ) -> bool:
        """On disk when this returns, at the end of its conversation's line; False when the key was put before."""
        now, line = self._now(), _line(channel, conversation)
        free = max(now, self._until.get(line, now))
        doc: Doc = {"_id": key, "person": person, "channel": channel, "conversation": conversation}
        doc |= {"payload": pack(payload), "about": about, "address": address, "state": "waiting", "attempts": 0}
        doc |= {"at": now, "nth": next(self._nth), "free": free, "from": now, "line": line}
        try:
            async with border(DuplicateKeyError):
                await self._db.outbox.insert_one(doc)
        except DuplicateKeyError:
            return False
        return True

    async def next(self, channel: str, conversation: str) -> Letter[T] | None:
        """The first of the conversation's line, nobody else's for a minute; None: there is none, or it isn't time.

        Those behind it wait with it, so that what was said first arrives first.
        """
        now, line = self._now(), _line(channel, conversation)
        while True:
            ahead = self._ahead.get(line) or await self._waiting_in(line)
            if not ahead:
                return None
            first = ahead[0]
            if _from(first) > now:
                await self._wait(line, _from(first), now)
                return None
            async with border():
                taken = await self._take(first, now)
            if taken:
                ahead[0] = {**first, "from": now + TRYING}
                self._ahead[line] = ahead  # whoever comes now stands behind these: they need not be read again
                return self._letter(first, first["attempts"] + 1)
            self._ahead.pop(line, None)  # another replica is at this line as well

    def waits(self, channel: str, conversation: str) -> bool:
        """Whether this process knows that nothing can be tried there yet."""
        until = self._until.get(_line(channel, conversation))
        return until is not None and until > self._now()

    async def due(self, limit: int = 100) -> list[tuple[str, str]]:
        """(channel, conversation) where something can be tried now, the longest waiting first."""
        async with border():
            free = {"free": {"$gt": BEGINNING, "$lte": self._now()}}
            docs = await self._db.outbox.find(free, {"payload": 0}).sort("free", 1).limit(limit).to_list()
            for doc in docs:
                if "line" not in doc:  # put by an earlier version
                    line = _line(doc["channel"], doc["conversation"])
                    await self._db.outbox.update_one({"_id": doc["_id"]}, {"$set": {"line": line}})
        return list(dict.fromkeys((doc["channel"], doc["conversation"]) for doc in docs))

    async def resume(self) -> int:
        """At the start of a process that is alone: what its forerunner was saying is free at once. Returns how many."""
        now = self._now()
        async with border():
            waiting = {"state": "waiting", "free": {"$gt": now}}
            change = {"$set": {"free": now, "from": now}}
            return (await self._db.outbox.update_many(waiting, change)).modified_count

    async def sent(self, letter: Letter[T], cards: Sequence[tuple[str, str]] = ()) -> None:
        """It arrived; `cards`: (item id, address) of the cards in it, kept so that they can be renewed."""
        for item, address in cards:
            await self.shown(Copy(item, letter.person, letter.channel, letter.conversation, address))
        async with border():
            change = {"$set": {"state": "sent", "sent_at": self._now()}, "$unset": _OUT_OF_LINE}
            await self._db.outbox.update_one({"_id": letter.key}, change)
        self._gone_on(letter)

    async def failed(self, letter: Letter[T]) -> None:
        """It did not arrive: to be tried again later and later, about a day and a half; then it is given up."""
        if letter.attempts >= ATTEMPTS:
            await self.given_up(letter)
        else:
            wait = min(WAIT * 2 ** min(letter.attempts - 1, 16), LONGEST_WAIT)
            await self._put_off(letter, wait, {})

    async def later(self, letter: Letter[T], wait: timedelta) -> None:
        """The platform asked for patience: that was no try."""
        await self._put_off(letter, wait, {"$inc": {"attempts": -1}})

    async def given_up(self, letter: Letter[T]) -> None:
        """It will never arrive: kept in sight as failed, and those behind it go on."""
        await self._change(letter, {"$set": {"state": "failed"}, "$unset": _OUT_OF_LINE})
        self._gone_on(letter)

    async def waiting(self) -> int:
        """How many have not arrived and are still tried."""
        async with border():
            return await self._db.outbox.count_documents({"state": "waiting"})

    async def failures(self, limit: int = 50) -> list[Letter[T]]:
        """What was given up, for somebody to look at."""
        async with border():
            docs = await self._db.outbox.find({"state": "failed"}).sort("at", 1).limit(limit).to_list()
        return [self._letter(doc, doc["attempts"]) for doc in docs]

    async def lost(self, limit: int) -> list[tuple[Letter[T], datetime]]:
        """What was given up and when it was said, oldest first."""
        async with border():
            docs = await self._db.outbox.find({"state": "failed"}).to_list()
        docs = sorted(docs, key=lambda doc: doc["at"])[:limit]
        return [(self._letter(doc, doc["attempts"]), doc["at"]) for doc in docs]

    async def again(self, key: str) -> bool:
        """Let a letter that was given up be tried afresh, behind what waits. False when it was not given up."""
        async with border():
            doc = await self._db.outbox.find_one({"_id": key})
            if doc is None or doc["state"] != "failed":
                return False
            now, line = self._now(), _line(doc["channel"], doc["conversation"])
            change = {"state": "waiting", "attempts": 0, "at": now, "free": now, "from": now, "line": line}
            return (await self._db.outbox.update_one({"_id": key}, {"$set": change})).modified_count == 1

    async def waiting_by_channel(self) -> dict[str, tuple[int, int]]:
        """Channel → (letters that wait, tries of the one tried most)."""
        found: dict[str, tuple[int, int]] = {}
        async with border():
            docs = await self._db.outbox.find({"state": "waiting"}, {"channel": 1, "attempts": 1}).to_list()
        for doc in docs:
            count, tries = found.get(doc["channel"], (0, 0))
            found[doc["channel"]] = (count + 1, max(tries, doc["attempts"]))
        return found

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

    async def _waiting_in(self, line: str) -> list[Doc]:
        """The first of a line; the embedded database reads all of it, whatever limit is set."""
        async with border():
            docs = await self._db.outbox.find({"line": line}).to_list()
        return sorted(docs, key=lambda doc: (doc["at"], doc.get("nth", 0)))[:_AHEAD]

    async def _wait(self, line: str, until: datetime, now: datetime) -> None:
        """Nobody need look at those behind the first before it is time."""
        self._ahead.pop(line, None)
        async with border():
            early = {"line": line, "free": {"$gt": BEGINNING, "$lte": now}}
            await self._db.outbox.update_many(early, {"$set": {"free": until}})

    async def _put_off(self, letter: Letter[T], wait: timedelta, change: Doc) -> None:
        line, until = _line(letter.channel, letter.conversation), self._now() + wait
        self._ahead.pop(line, None)
        self._until[line] = until
        await self._change(letter, {"$set": {"free": until, "from": until}, **change})

    def _gone_on(self, letter: Letter[T]) -> None:
        line = _line(letter.channel, letter.conversation)
        self._until.pop(line, None)
        ahead = self._ahead.get(line, [])
        if ahead and ahead[0]["_id"] == letter.key:
            self._ahead[line] = ahead[1:]
        if not self._ahead.get(line):
            self._ahead.pop(line, None)

    async def _change(self, letter: Letter[T], change: Doc) -> None:
        """While it is still the caller's."""
        which = {"_id": letter.key, "state": "waiting", "attempts": letter.attempts}
        async with border():
            await self._db.outbox.update_one(which, change)

    async def _take(self, doc: Doc, now: datetime) -> bool:
        which = {"_id": doc["_id"], "state": "waiting", "attempts": doc["attempts"]}
        if "from" in doc:
            which["from"] = doc["from"]
        trying = {"free": now + TRYING, "from": now + TRYING}
        result = await self._db.outbox.update_one(which, {"$set": trying, "$inc": {"attempts": 1}})
        return result.modified_count == 1

    def _letter(self, doc: Doc, attempts: int) -> Letter[T]:
        payload = unpack(self._kind, doc["payload"])
        where = (doc["person"], doc["channel"], doc["conversation"])
        return Letter(doc["_id"], *where, payload, attempts, doc.get("about", ""), doc.get("address", ""))


def _from(doc: Doc) -> datetime:
    """From when it may be tried; letters of an earlier version have one time for both."""
    at: datetime = doc["from"] if "from" in doc else doc["free"]
    return at


def _line(channel: str, conversation: str) -> str:
    return hashlib.sha256(f"{channel}\n{conversation}".encode()).hexdigest()
