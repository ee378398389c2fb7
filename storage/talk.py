"""What was said on the desk: one log per person that only grows, so that a reader who knows a place can catch up.

Collection `talk`: an entry is a message (`kind` "said") or a note that an earlier message changed (`kind` "renewed").
`seq` counts a person's entries from 1 without a gap: entry n+1 can only be written by one who saw n, so a reader who
has n never misses an earlier one that came late. Collection `talk_seen` holds how far a person has read.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from archive.errors import NotFound
from storage.mongo import Database, Doc, Indexes, border

INDEXES: Indexes = {
    "talk": [
        IndexModel([("owner", ASCENDING), ("seq", ASCENDING)], unique=True),
        IndexModel([("conversation", ASCENDING), ("seq", ASCENDING)]),  # notes of changes carry no conversation
        IndexModel([("about", ASCENDING)]),
    ]
}
#: The longest span of `seq` in which unread messages are counted.
_WIDEST = 2000


@dataclass(frozen=True, slots=True)
class Said:
    """One message. `body` is the caller's own document; `taken` is the id the message got at the door, if any."""

    id: str
    owner: str  # person id
    conversation: str
    seq: int
    at: datetime  # UTC
    mine: bool  # said by the owner, not to the owner
    body: Mapping[str, Any]
    taken: str = ""


class Talk:
    """The log of every conversation on the desk. Everything raises DatabaseDown when the database is away."""

    def __init__(self, database: Database) -> None:
        self._log = database["talk"]
        self._seen = database["talk_seen"]
        self._heads: dict[str, int] = {}  # owner → an entry known to exist; never ahead of the log
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # who comes second would only try again

    async def say(
        self, *, owner: str, conversation: str, key: str, mine: bool, body: Mapping[str, Any], at: datetime,
        about: Sequence[str] = (),
    ) -> Said:  # fmt: skip
        """Write a message down once for this key of this person; the same key again returns what stands.

        `about`: what each part of it is about, by which it is found again; "" for a part about nothing.
        """
        entry: Doc = {"_id": _key_id(owner, key), "owner": owner, "conversation": conversation, "kind": "said"}
        async with border():
            entry |= {"about": list(about)} if any(about) else {}
            return _said(await self._append({**entry, "at": at, "mine": mine, "body": dict(body), "taken": ""}))

    async def about(self, thing: str) -> list[tuple[str, str, int]]:
        """(owner, message, part) of everything said about a thing; nothing is about "" (a part about nothing)."""
        if not thing:
            return []
        if not thing:
            return []
        async with border():
            docs = await self._log.find({"about": thing}, {"owner": 1, "about": 1}).to_list()
        return [(doc["owner"], doc["_id"], n) for doc in docs for n, each in enumerate(doc["about"]) if each == thing]

    async def standing(self, owner: str, key: str) -> Said | None:
        """What was said under this key, if anything was."""
        async with border():
            doc = await self._log.find_one({"_id": _key_id(owner, key)})
        return None if doc is None else _said(doc)

    async def find(self, owner: str, message: str) -> Said:
        """A message of this person. Raises NotFound for anyone else's."""
        async with border():
            doc = await self._log.find_one({"_id": message, "owner": owner, "kind": "said"})
        if doc is None:
            raise NotFound(item=message)
        return _said(doc)

    async def change(self, owner: str, message: str, fields: Mapping[str, Any], has: str = "") -> None:
        """Set parts of a message (dotted paths: `body.cards.0`) and note the change in the log.

        Raises NotFound, also when the message lacks the part `has`.
        """
        query: Doc = {"_id": message, "owner": owner, "kind": "said"} | ({has: {"$exists": True}} if has else {})
        async with border():
            result = await self._log.update_one(query, {"$set": dict(fields)})
            if not result.matched_count:
                raise NotFound(item=message)
            await self._append({"_id": f"{message}#{uuid4().hex}", "owner": owner, "kind": "renewed", "of": message})

    async def take(self, owner: str, message: str, taken: str) -> None:
        """Keep the id the message got at the door."""
        async with border():
            await self._log.update_one({"_id": message, "owner": owner}, {"$set": {"taken": taken}})

    async def history(self, owner: str, conversation: str, before: int | None = None, limit: int = 40) -> list[Said]:
        """The latest messages of one of the owner's conversations before a place, oldest first.

        Looked for in spans of `seq` that double: the embedded database walks the whole index for a descending sort,
        and leaves the index when a query has more fields than it (0.2 s for 3,000 entries either way).
        """
        found: list[Doc] = []
        high, span = await self.head(owner) + 1 if before is None else before, limit * 2
        while high > 1 and len(found) < limit:
            low = max(high - span, 1)
            async with border():
                found = await self._log.find(_between(conversation, low, high)).sort("seq", 1).to_list() + found
            high, span = low, span * 2
        return [_said(doc) for doc in found[-limit:]]

    async def since(self, owner: str, seq: int, limit: int = 200) -> list[tuple[int, Said]]:
        """Messages said or changed after a place, as (place, message as it stands now), in the order of the log."""
        async with border():
            entries = await self._log.find({"owner": owner, "seq": {"$gt": seq}}).sort("seq", 1).limit(limit).to_list()
            changed = [entry["of"] for entry in entries if entry["kind"] == "renewed"]
            targets = await self._log.find({"_id": {"$in": changed}}).to_list() if changed else []
        by_id = {doc["_id"]: doc for doc in (*entries, *targets)}
        return [(entry["seq"], _said(by_id[entry.get("of", entry["_id"])])) for entry in entries]

    async def head(self, owner: str) -> int:
        """The latest place in this person's log; 0 when nothing was said yet."""
        async with border():
            if owner not in self._heads:
                last = await self._log.find({"owner": owner}, {"seq": 1}).sort("seq", -1).limit(1).to_list()
                self._heads[owner] = last[0]["seq"] if last else 0
            later = {"owner": owner, "seq": {"$gt": self._heads[owner]}}
            for doc in await self._log.find(later, {"seq": 1}).sort("seq", 1).to_list():
                self._heads[owner] = max(self._heads[owner], doc["seq"])
        return self._heads[owner]

    async def unread(self, conversation: str, upto: int) -> int:
        """How many messages to the owner came after the place read up to and not after `upto`; old ones don't count."""
        async with border():
            mark = await self._seen.find_one({"_id": conversation})
            low = max(mark["seq"] if mark else 0, upto - _WIDEST)
            entries = await self._log.find(_between(conversation, low + 1, upto + 1), {"mine": 1}).to_list()
        return sum(not entry["mine"] for entry in entries)

    async def read(self, conversation: str, seq: int) -> None:
        """Remember how far the owner has read; never goes back."""
        async with border():
            await self._seen.update_one({"_id": conversation}, {"$max": {"seq": seq}}, upsert=True)

    async def _append(self, doc: Doc) -> Doc:
        """Put an entry at the end. The unique index gives each place to one; who comes second tries the next one."""
        async with self._turns[doc["owner"]]:
            return await self._in_turn(doc)

    async def _in_turn(self, doc: Doc) -> Doc:
        owner = doc["owner"]
        if owner not in self._heads:
            await self.head(owner)
        while True:
            entry = {**doc, "seq": self._heads[owner] + 1}
            try:
                await self._log.insert_one(entry)
            except DuplicateKeyError:
                standing = await self._log.find_one({"_id": doc["_id"]})
                if standing is not None:  # the same key was said before
                    return standing
                await self.head(owner)
                continue
            self._heads[owner] = max(self._heads[owner], entry["seq"])
            return entry


def _key_id(owner: str, key: str) -> str:
    return hashlib.sha256(f"{owner}\0{key}".encode()).hexdigest()[:32]


def _between(conversation: str, low: int, high: int) -> Doc:
    """Messages with low ≤ seq < high."""
    return {"conversation": conversation, "seq": {"$gte": low, "$lt": high}}


def _said(doc: Doc) -> Said:
    names = ("owner", "conversation", "seq", "at", "mine", "body", "taken")
    return Said(doc["_id"], *(doc[name] for name in names))
