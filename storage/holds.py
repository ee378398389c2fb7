"""Legal holds, each with its trail. Collection `holds`: {_id: "company|H1", hold}; `counters` holds:COMPANY."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from pymongo import ASCENDING, ReturnDocument

from archive.errors import NotFound
from archive.holds import Hold
from archive.trail import Entry
from storage.mongo import Database, Doc, Indexes, Session, border
from storage.records import digest, pack, unpack
from storage.trail import Trail

INDEXES: Indexes = {}
HOLD = "hold:"
_END = "\U0010ffff"


class Holds:
    """See handlers.context.Holds."""

    def __init__(self, db: Database, trail: Trail) -> None:
        self._db, self._trail = db, trail

    async def of(self, company: str, *, ended: bool = False) -> list[Hold]:
        """The company's holds, the earliest first; with `ended` those released too."""
        key = f"{company}|"
        async with border():
            docs = await self._db.holds.find({"_id": {"$gt": key, "$lt": key + _END}}).sort("_id", ASCENDING).to_list()
        found = [unpack(Hold, doc["hold"]) for doc in docs]
        return sorted((h for h in found if ended or h.open), key=lambda h: (len(h.id), h.id))

    async def add(self, hold: Hold, channel: str = "") -> Hold:
        """Keep a new one under the company's next number."""

        async def step(session: Session) -> tuple[Hold, Sequence[Entry]]:
            counter = await self._db.counters.find_one_and_update(
                {"_id": f"holds:{hold.company}"}, {"$inc": {"last": 1}}, upsert=True,
                return_document=ReturnDocument.AFTER, session=session,
            )  # fmt: skip
            assert counter is not None
            made = replace(hold, id=f"H{int(counter['last'])}")
            doc: Doc = {"_id": f"{made.company}|{made.id}", "hold": pack(made)}
            await self._db.holds.insert_one(doc, session=session)
            kept = unpack(Hold, doc["hold"])
            return kept, [_entry(kept, made.by, "hold_added", made.at, channel, made.reason)]

        return await self._trail.commit(step)

    async def change(self, company: str, hold_id: str, step: Callable[[Hold], Hold], channel: str = "") -> Hold:
        """Release one: the step is pure and may refuse. Raises NotFound, and what the step raises."""
        name = f"{company}|{hold_id.strip().upper()}"

        async def work(session: Session) -> tuple[Hold, Sequence[Entry]]:
            doc = await self._db.holds.find_one({"_id": name}, session=session)
            if doc is None:
                raise NotFound(item=hold_id)
            made = step(unpack(Hold, doc["hold"]))
            await self._db.holds.replace_one({"_id": name}, {"hold": pack(made)}, session=session)
            assert made.released_at is not None
            entry = _entry(made, made.released_by, "hold_released", made.released_at, channel, made.release_reason)
            return made, [entry]

        return await self._trail.commit(work)


def _entry(hold: Hold, who: str, action: str, at: datetime, channel: str, reason: str) -> Entry:
    facts = {"scope": hold.scope, "why": hold.why.value, "reason": reason, "hold": digest(hold)}
    return Entry(who, action, f"{HOLD}{hold.company}|{hold.id}", at, channel, facts)
