"""Runs of the four-property checks and what they found, unit by unit.

Collections: `runs` {_id, Run}; `inspected` {_id: "unit|run", Result}: every result there ever was; a unit's are one
range; `inspection_batches` {_id: "run|n", units, failed, digest}: what one step kept, whose digest the trail repeats.
A step is one transaction: results, the run's new place, the batch and the trail entries, or none of them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

from archive.errors import ChangedMeanwhile, NotFound
from archive.four_properties.scheme import Result
from archive.inspection import Run, RunState
from archive.trail import Entry
from storage.mongo import Database, Doc, Indexes, Session, border
from storage.records import digest, pack, unpack
from storage.trail import Trail

INDEXES: Indexes = {
    "runs": [IndexModel([("company", ASCENDING), ("_id", DESCENDING)]), IndexModel([("state", ASCENDING)])]
}
KEPT = "inspected"  # what the trail calls one step


class Inspections:
    """See handlers.custody.Inspections."""

    def __init__(self, db: Database, trail: Trail, zone: ZoneInfo) -> None:
        self._db, self._trail, self._zone = db, trail, zone

    async def new_id(self, at: datetime) -> str:
        """JC2611-0001: the next of the month."""
        prefix = f"JC{at.astimezone(self._zone):%y%m}"
        async with border():
            doc = await self._db.counters.find_one_and_update(
                {"_id": f"run:{prefix}"}, {"$inc": {"last": 1}}, upsert=True, return_document=ReturnDocument.AFTER
            )
        return f"{prefix}-{doc['last'] if doc else 1:04d}"

    async def begin(self, run: Run, entry: Entry) -> None:
        """Write it down."""

        async def step(session: Session) -> tuple[None, Sequence[Entry]]:
            await self._db.runs.insert_one(_doc(run), session=session)
            return None, [entry]

        await self._trail.commit(step)

    async def run(self, run_id: str) -> Run:
        """Raises NotFound."""
        async with border():
            doc = await self._db.runs.find_one({"_id": run_id})
        if doc is None:
            raise NotFound(item=run_id)
        return _run(doc)

    async def runs(self, company: str, limit: int = 20) -> list[Run]:
        """The company's, the last begun first."""
        async with border():
            found = self._db.runs.find({"company": company}).sort([("company", 1), ("_id", DESCENDING)]).limit(limit)
            return [_run(doc) async for doc in found]

    async def running(self) -> list[Run]:
        """Those under way, the first begun first."""
        async with border():
            return sorted(
                [_run(doc) async for doc in self._db.runs.find({"state": RunState.RUNNING.value})], key=lambda r: r.id
            )

    async def keep(self, before: Run, after: Run, results: Sequence[Result], entries: Sequence[Entry]) -> None:
        """One step of a run. Raises ChangedMeanwhile when it was cancelled, or another process took this step."""

        async def step(session: Session) -> tuple[None, Sequence[Entry]]:
            standing = await self._db.runs.find_one({"_id": before.id}, session=session)
            if standing is None or _run(standing) != before:
                raise ChangedMeanwhile(item=before.id)
            docs = [{"_id": f"{r.unit}|{r.run}", **pack(r)} for r in results]
            said = list(entries)
            if docs:
                batch = f"{before.id}|{before.place:08d}"
                found = digest(docs)
                units = [r.unit for r in results]
                failed = [r.unit for r in results if not r.passed]
                await self._db.inspected.insert_many(docs, session=session)
                await self._db.inspection_batches.insert_one(
                    {"_id": batch, "units": units, "failed": failed, "digest": found}, session=session
                )
                facts = {"batch": batch, "units": str(len(units)), "failed": str(len(failed)), "results": found}
                said.append(Entry(before.by, KEPT, before.id, results[-1].at, before.channel, facts))
            await self._db.runs.replace_one({"_id": before.id}, _doc(after), session=session)
            return None, said

        await self._trail.commit(step)

    async def cancel(self, run_id: str, entry: Entry) -> Run:
        """End it where it is; what it found stays. Raises NotFound, ChangedMeanwhile when it had ended."""

        async def step(session: Session) -> tuple[Run, Sequence[Entry]]:
            standing = await self._db.runs.find_one({"_id": run_id}, session=session)
            if standing is None:
                raise NotFound(item=run_id)
            run = _run(standing)
            if run.state is not RunState.RUNNING:
                raise ChangedMeanwhile(item=run_id)
            after = replace(run, state=RunState.CANCELLED, ended=entry.at)
            await self._db.runs.replace_one({"_id": run_id}, _doc(after), session=session)
            return after, [entry]

        return await self._trail.commit(step)

    async def results(self, unit: str, limit: int = 10) -> list[Result]:
        """A unit's, the latest first."""
        within = {"_id": {"$gt": f"{unit}|JC", "$lt": f"{unit}|JD"}}
        async with border():
            docs = await self._db.inspected.find(within).sort("_id", DESCENDING).limit(limit).to_list()
        return [unpack(Result, doc) for doc in docs]

    async def failures(self, run_id: str, limit: int) -> list[Result]:
        """The first units of a run that failed, in its order."""
        found: list[Result] = []
        async for batch in self._batches(run_id):
            if batch["failed"]:
                ids = [f"{unit}|{run_id}" for unit in batch["failed"]]
                async with border():
                    docs = {doc["_id"]: doc async for doc in self._db.inspected.find({"_id": {"$in": ids}})}
                found += [unpack(Result, docs[each]) for each in ids if each in docs]
            if len(found) >= limit:
                break
        return found[:limit]

    async def failing(self, run_id: str) -> set[str]:
        """The ids of all units of a run that failed."""
        return {unit async for batch in self._batches(run_id) for unit in batch["failed"]}

    async def all_results(self, run_id: str) -> AsyncIterator[Result]:
        """Every result of a run in its order; memory stays flat."""
        async for batch in self._batches(run_id):
            ids = [f"{unit}|{run_id}" for unit in batch["units"]]
            async with border():
                docs = {doc["_id"]: doc async for doc in self._db.inspected.find({"_id": {"$in": ids}})}
            for each in ids:
                if each in docs:
                    yield unpack(Result, docs[each])

    async def _batches(self, run_id: str) -> AsyncIterator[Doc]:
        within = {"_id": {"$gte": f"{run_id}|", "$lt": f"{run_id}}}"}}
        async with border():
            async for doc in self._db.inspection_batches.find(within).sort("_id", ASCENDING):
                yield doc


def _doc(run: Run) -> Doc:
    return {**pack(run), "_id": run.id, "company": run.company}


def _run(doc: Doc) -> Run:
    return unpack(Run, doc)
