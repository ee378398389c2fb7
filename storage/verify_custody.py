"""Checking what was kept of checks, hand-overs and packages against what the trail says of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from storage.handovers import STANDS, stands
from storage.inspections import KEPT
from storage.mongo import Database
from storage.receiving import RECEIVED
from storage.records import digest
from storage.verify_people import MALFORMED


async def custody_faults(db: Database) -> AsyncIterator[tuple[str, str]]:
    """(where, fault code): V60 a run whose results, V61 a hand-over, V62 metadata received, not what the trail says."""
    async for run in db.runs.find({}, {"_id": 1}):
        if not await _sound(db, str(run["_id"])):
            yield str(run["_id"]), "V60"
    async for where in _received(db):
        yield where, "V62"
    async for case in db.handovers.find({}):
        told = {link["_id"]: dict(link["facts"]).get(STANDS) async for link in db.links.find({"about": case["_id"]})}
        said = [told[seq] for seq in sorted(told) if told[seq]]
        if not said or said[-1] != stands(case):
            yield str(case["_id"]), "V61"


async def _sound(db: Database, run: str) -> bool:
    said = {}
    async for link in db.links.find({"about": run}):
        if link.get("action") == KEPT:
            facts = dict(link["facts"])
            said[facts.get("batch")] = facts.get("results")
    there = 0
    async for batch in db.inspection_batches.find({"_id": {"$gte": f"{run}|", "$lt": f"{run}}}"}}):
        there += 1
        try:
            ids = [f"{unit}|{run}" for unit in batch["units"]]
            docs = {doc["_id"]: doc async for doc in db.inspected.find({"_id": {"$in": ids}})}
            found = digest([docs[each] for each in ids])
        except (*MALFORMED, KeyError):
            return False
        if said.get(batch["_id"]) != found:
            return False
    return there == len(said)


async def _received(db: Database) -> AsyncIterator[str]:
    """Metadata that came with an item and is not what its entry tells, or has none."""
    async for doc in db.received.find({}):
        said = [dict(link["facts"]).get("metadata") async for link in db.links.find({"about": doc["_id"]})
                if link.get("action") == RECEIVED]  # fmt: skip
        if digest(doc) not in said:
            yield str(doc["_id"])
