"""What was said on the desk: one log per person that only grows, so that a reader who knows a place can catch up.

Collection `talk`: an entry is a message (`kind` "said") or a note of what changed in an earlier one (`kind` "renewed",
its `conversation` being the message's, so that the same index finds it). Nothing written is written over: a message
is read together with its notes. `seq` counts a person's entries from 1 without a gap: entry n+1 can only be written by
one who saw n, so a reader who has n never misses an earlier one that came late. Collection `talk_seen` holds how far a
person has read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from pymongo import ASCENDING, IndexModel
from pymongo.errors import BulkWriteError

from archive.errors import NotFound
from storage.firm import DUPLICATE
from storage.lots import Lots
from storage.mongo import Database, Doc, Indexes, border

INDEXES: Indexes = {
    "talk": [
        IndexModel([("owner", ASCENDING), ("seq", ASCENDING)], unique=True),
        IndexModel([("conversation", ASCENDING), ("seq", ASCENDING)]),
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
        self._lots: Lots[Doc, Doc] = Lots(self._put)

    async def say(
        self, *, owner: str, conversation: str, key: str, mine: bool, body: Mapping[str, Any], at: datetime,
        about: Sequence[str] = (), taken: str = "",
    ) -> Said:  # fmt: skip
        """Write a message down once for this key of this person; the same key again returns what stands.

        `about`: what each part of it is about, by which it is found again; "" for a part about nothing.
        """
        entry: Doc = {"_id": _key_id(owner, key), "owner": owner, "conversation": conversation, "kind": "said"}
        entry |= {"about": list(about)} if any(about) else {}
        entry |= {"at": at, "mine": mine, "body": dict(body), "taken": taken}
        written = await self._lots.add(entry)
        return _said(written if written is entry else (await self._as_they_stand([written]))[0])

    async def about(self, thing: str) -> list[tuple[str, str, int]]:
        """(owner, message, part) of everything said about a thing; nothing is about "" (a part about nothing)."""
        if not thing:
            return []
        async with border():
            docs = await self._log.find({"about": thing}, {"owner": 1, "about": 1}).to_list()
        return [(doc["owner"], doc["_id"], n) for doc in docs for n, each in enumerate(doc["about"]) if each == thing]

    async def standing(self, owner: str, key: str) -> Said | None:
        """What was said under this key, if anything was."""
        async with border():
            found = await self._log.find({"_id": _key_id(owner, key)}).to_list()
        return next((_said(doc) for doc in await self._as_they_stand(found)), None)

    async def find(self, owner: str, message: str) -> Said:
        """A message of this person. Raises NotFound for anyone else's."""
        async with border():
            found = await self._log.find({"_id": message, "owner": owner, "kind": "said"}).to_list()
        for doc in await self._as_they_stand(found):
            return _said(doc)
        raise NotFound(item=message)

    async def change(self, owner: str, message: str, fields: Mapping[str, Any]) -> None:
        """Set parts of a message (dotted paths: `body.cards.0`). A part it lacks, or a message not theirs: nothing."""
        place = {"owner": owner, "conversation": _notes(message), "kind": "renewed", "of": message}
        await self._lots.add({"_id": uuid4().hex, **place, "set": [[path, value] for path, value in fields.items()]})

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
        return [_said(doc) for doc in await self._as_they_stand(found[-limit:])]

    async def since(self, owner: str, seq: int, limit: int = 200) -> list[tuple[int, Said]]:
        """Messages said or changed after a place, as (place, message as it stands now), in the order of the log."""
        async with border():
            entries = await self._log.find({"owner": owner, "seq": {"$gt": seq}}).sort("seq", 1).limit(limit).to_list()
            named = {entry["of"] for entry in entries if entry["kind"] == "renewed"}
            named -= {entry["_id"] for entry in entries}
            others = await self._log.find({"_id": {"$in": list(named)}}).to_list() if named else []
        said = [doc for doc in (*entries, *others) if doc["kind"] == "said" and doc["owner"] == owner]
        by_id = {doc["_id"]: doc for doc in await self._as_they_stand(said)}
        places = [(entry["seq"], entry.get("of", entry["_id"])) for entry in entries]
        return [(place, _said(by_id[message])) for place, message in places if message in by_id]

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

    async def _as_they_stand(self, messages: Sequence[Doc]) -> Sequence[Doc]:
        """The messages with what was changed in them since they were said."""
        if not messages:
            return messages
        async with border():
            which = {"conversation": {"$in": [_notes(doc["_id"]) for doc in messages]}}
            notes = await self._log.find(which).sort("seq", 1).to_list()
        if not notes:
            return messages
        by_id = {doc["_id"]: deepcopy(doc) for doc in messages}
        for note in notes:
            if by_id[note["of"]]["owner"] == note["owner"]:
                for path, value in note["set"]:
                    _set(by_id[note["of"]], path, value)
        return list(by_id.values())

    async def _put(self, entries: Sequence[Doc]) -> Sequence[Doc]:
        """At the end of the log, in order, each after the one before; returns what stands for each.

        The unique index gives each place to one; who comes second moves on.
        """
        stands: list[Doc] = []
        while len(stands) < len(entries):
            left = entries[len(stands) :]
            written = left[: await self._put_next(left)]
            for entry in written:
                self._heads[entry["owner"]] = max(self._heads[entry["owner"]], entry["seq"])
            stands += written
            if len(written) < len(left):  # the next one found its place taken, or itself written before
                refused = left[len(written)]
                async with border():
                    standing = await self._log.find_one({"_id": refused["_id"]})
                if standing is None:
                    await self.head(refused["owner"])
                else:
                    stands.append(standing)
        return stands

    async def _put_next(self, entries: Sequence[Doc]) -> int:
        """How many were written, from the first; all of them, or those before one that was refused."""
        places = {owner: await self._known_head(owner) for owner in {entry["owner"] for entry in entries}}
        for entry in entries:
            places[entry["owner"]] += 1
            entry["seq"] = places[entry["owner"]]
        async with border():
            try:
                await self._log.insert_many(entries)
            except BulkWriteError as error:
                refused = next(iter(error.details["writeErrors"]), None)
                if refused is None or refused["code"] != DUPLICATE:
                    raise
                return int(refused["index"])
        return len(entries)

    async def _known_head(self, owner: str) -> int:
        return self._heads[owner] if owner in self._heads else await self.head(owner)


def _set(doc: Doc, path: str, value: Any) -> None:
    """As MongoDB's $set, where the place is there."""
    *ways, last = path.split(".")
    place: Any = doc
    try:
        for way in ways:
            place = place[int(way)] if isinstance(place, list) else place[way]
        if isinstance(place, list):
            place[int(last)] = value
        else:
            place[last] = value
    except (LookupError, TypeError, ValueError):
        return


def _notes(message: str) -> str:
    """The conversation under which the changes of a message lie."""
    return f"#{message}"


def _key_id(owner: str, key: str) -> str:
    return hashlib.sha256(f"{owner}\0{key}".encode()).hexdigest()[:32]


def _between(conversation: str, low: int, high: int) -> Doc:
    """Messages with low ≤ seq < high."""
    return {"conversation": conversation, "seq": {"$gte": low, "$lt": high}}


def _said(doc: Doc) -> Said:
    names = ("owner", "conversation", "seq", "at", "mine", "body", "taken")
    return Said(doc["_id"], *(doc[name] for name in names))
