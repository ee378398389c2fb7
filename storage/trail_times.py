"""The trail by time. Links have no index of their times: the chain itself is in their order, and is halved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from archive.trail import Entry
from storage.mongo import Database
from storage.records import unpack

READ = 500  # links read at a time
#: Replicas' clocks differ a little, so neighbouring links may be out of order by that many.
SLACK = 100


async def entries_between(db: Database, first: datetime, last: datetime) -> AsyncIterator[Entry]:
    """What was done in [first, last), oldest first. Only `_id` ranges with both ends are asked for."""
    head = await db.head.find_one({})
    most = int(head["seq"]) if head else 0
    after, beyond = max(await _before(db, first, most) - SLACK, 0), 0
    while after < most and beyond <= SLACK:
        part = {"_id": {"$gt": after, "$lte": after + READ}}
        docs = await db.links.find(part).sort("_id", 1).to_list()
        for doc in docs:
            beyond = beyond + 1 if doc["at"] >= last else 0
            if first <= doc["at"] < last:
                yield unpack(Entry, doc)
        after += READ


async def _before(db: Database, at: datetime, most: int) -> int:
    """The last link written before that time, as far as times run in order; 0 for none."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        link = await db.links.find_one({"_id": middle}, {"at": 1})
        if link is not None and link["at"] < at:
            low = middle
        else:
            high = middle - 1
    return low
