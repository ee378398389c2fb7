"""Audit samples as they were drawn: method, seed, population, result; performed again they must give the same.

Collection `samples` {_id: "GD01|CY26-0001", sample}; written once with its trail entry, never changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pymongo import DESCENDING, ReturnDocument

from archive.errors import NotFound
from archive.sampling import Sample
from archive.trail import Entry
from storage.mongo import Database, Doc, Session, border
from storage.records import digest, pack, unpack
from storage.trail import Trail

SAMPLE, STANDS = "sample:", "sample"
_END = "\U0010ffff"


class Samples:
    """See handlers.lending.Samples."""

    def __init__(self, db: Database, trail: Trail) -> None:
        self._db, self._trail = db, trail

    async def keep(self, sample: Sample, at: datetime, channel: str = "") -> Sample:
        """The sample with its number: CY26-0001, from 1 in each company and year."""

        async def step(session: Session) -> tuple[Sample, Sequence[Entry]]:
            counter = await self._db.counters.find_one_and_update(
                {"_id": f"samples:{sample.company}:{at:%y}"}, {"$inc": {"last": 1}}, upsert=True,
                return_document=ReturnDocument.AFTER, session=session,
            )  # fmt: skip
            assert counter is not None
            made = replace(sample, id=f"CY{at:%y}-{int(counter['last']):04d}")
            doc: Doc = {"_id": f"{made.company}|{made.id}", "sample": pack(made)}
            await self._db.samples.insert_one(doc, session=session)
            facts = {"period": made.method.get("period", ""), "picked": str(len(made.refs)), STANDS: digest(doc)}
            entry = Entry(made.by, "sample_drawn", f"{SAMPLE}{doc['_id']}", at, channel, facts)
            return unpack(Sample, doc["sample"]), [entry]

        return await self._trail.commit(step)

    async def sample(self, company: str, sample_id: str) -> Sample:
        """Raises NotFound."""
        async with border():
            doc = await self._db.samples.find_one({"_id": f"{company}|{sample_id.strip().upper()}"})
        if doc is None:
            raise NotFound(item=sample_id)
        return unpack(Sample, doc["sample"])

    async def last(self, company: str, limit: int = 10) -> list[Sample]:
        """The company's, the latest first."""
        key = f"{company}|"
        async with border():
            found = self._db.samples.find({"_id": {"$gt": key, "$lt": key + _END}}).sort("_id", DESCENDING)
            return [unpack(Sample, doc["sample"]) async for doc in found.limit(limit)]
