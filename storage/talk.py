"""What was said on the desk: one log per person that only grows, so that a reader who knows a place can catch up.

Collection `talk`: an entry is a message (`kind` "said") or a note that an earlier message changed (`kind` "renewed").
`seq` counts a person's entries from 1 without a gap: entry n+1 can only be written by one who saw n, so a reader who
has n never misses an earlier one that came late. Collection `talk_seen` holds how far a person has read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
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
        IndexModel([("conversation", ASCENDING), ("seq", ASCENDING)]),
    ]
}


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

    async def say(
        self, *, owner: str, conversation: str, key: str, mine: bool, body: Mapping[str, Any], at: datetime
    ) -> Said:
        """Write a message down once for this key of this person; the same key again returns what stands."""
        entry: Doc = {"_id": _key_id(owner, key), "owner": owner, "conversation": conversation, "kind": "said"}
        async with border():
            standing = await self._log.find_one({"_id": entry["_id"]})
            if standing is None:
                standing = await self._append({**entry, "at": at, "mine": mine, "body": dict(body), "taken": ""})
        return _said(standing)

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

    async def change(self, owner: str, message: str, fields: Mapping[str, Any]) -> None:
        """Set parts of a message (dotted paths: `body.cards.0`) and note the change in the log. Raises NotFound."""
        query = {"_id": message, "owner": owner, "kind": "said"}
        async with border():
            result = await self._log.update_one(query, {"$set": dict(fields)})
            if not result.matched_count:
                raise NotFound(item=message)
            await self._append({"_id": f"{message}#{uuid4().hex}", "owner": owner, "kind": "renewed", "of": message})

    async def take(self, owner: str, message: str, taken: str) -> None:
        """Keep the id the message got at the door."""
        async with border():
            await self._log.update_one({"_id": message, "owner": owner}, {"$set": {"taken": taken}})

    async def history(self, conversation: str, before: int | None = None, limit: int = 40) -> list[Said]:
        """The latest messages before a place, oldest first."""
        query: Doc = {"conversation": conversation, "kind": "said"}
        if before is not None:
            query["seq"] = {"$lt": before}
        async with border():
            docs = await self._log.find(query).sort("seq", -1).limit(limit).to_list()
        return [_said(doc) for doc in reversed(docs)]

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
            last = await self._log.find({"owner": owner}, {"seq": 1}).sort("seq", -1).limit(1).to_list()
        self._heads[owner] = last[0]["seq"] if last else 0
        return self._heads[owner]

    async def unread(self, conversation: str, upto: int) -> int:
        """How many messages to the owner came after the place read up to, not counting those after `upto`."""
        async with border():
            mark = await self._seen.find_one({"_id": conversation})
            span = {"$gt": mark["seq"] if mark else 0, "$lte": upto}
            query = {"conversation": conversation, "seq": span, "kind": "said", "mine": False}
            return await self._log.count_documents(query)

    async def read(self, conversation: str, seq: int) -> None:
        """Remember how far the owner has read; never goes back."""
        async with border():
            await self._seen.update_one({"_id": conversation}, {"$max": {"seq": seq}}, upsert=True)

    async def _append(self, doc: Doc) -> Doc:
        """Put an entry at the end. The unique index gives each place to one; who comes second tries the next one."""
        owner = doc["owner"]
        if owner not in self._heads:
            await self.head(owner)
        while True:
            entry = {**doc, "seq": self._heads[owner] + 1}
            try:
                await self._log.insert_one(entry)
            except DuplicateKeyError:
                standing = await self._log.find_one({"_id": doc["_id"]})
                if standing is not None:  # the same key was said by another at this moment
                    return standing
                await self.head(owner)
                continue
            self._heads[owner] = max(self._heads[owner], entry["seq"])
            return entry


def _key_id(owner: str, key: str) -> str:
    return hashlib.sha256(f"{owner}\0{key}".encode()).hexdigest()[:32]


def _said(doc: Doc) -> Said:
    names = ("owner", "conversation", "seq", "at", "mine", "body", "taken")
    return Said(doc["_id"], *(doc[name] for name in names))
