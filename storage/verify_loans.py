"""Checking borrowings, the register of uses and audit samples against what the trail says of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from archive.borrowing import OPEN
from storage.loans import LOAN, USED
from storage.loans import STANDS as LOAN_STANDS
from storage.mongo import Database
from storage.records import digest
from storage.samples import SAMPLE
from storage.samples import STANDS as SAMPLE_STANDS


async def loan_faults(db: Database) -> AsyncIterator[tuple[str, str]]:
    """(where, fault code): V75 a borrowing, V76 its uses, V77 a sample that is not what the trail says."""
    waiting = {str(doc["_id"]) async for doc in db.open_loans.find({})}
    states = {state.value for state in OPEN}
    there = set()
    async for doc in db.loans.find({}):
        name = str(doc["_id"])
        there.add(name)
        told, uses = await _told(db, f"{LOAN}{name}", LOAN_STANDS)
        case = doc.get("loan")
        live = isinstance(case, dict) and case.get("state") in states
        if told != digest(doc) or live != (name in waiting):
            yield name, "V75"
        key = f"{name}|"
        found = [digest(use) async for use in db.loan_uses.find({"_id": {"$gt": key, "$lt": key + "~"}}).sort("_id", 1)]
        if found != uses:
            yield name, "V76"
    for name in sorted(waiting - there):
        yield name, "V75"
    async for name in _missing(db, "loan_asked", LOAN, there):
        yield name, "V75"
    samples = set()
    async for doc in db.samples.find({}):
        samples.add(str(doc["_id"]))
        if (await _told(db, f"{SAMPLE}{doc['_id']}", SAMPLE_STANDS))[0] != digest(doc):
            yield str(doc["_id"]), "V77"
    async for name in _missing(db, "sample_drawn", SAMPLE, samples):
        yield name, "V77"


async def _told(db: Database, about: str, stands: str) -> tuple[str, list[str]]:
    """The last digest the trail tells of a thing, and those of its uses in order."""
    last, uses = "", []
    async for link in db.links.find({"about": about}).sort("_id", 1):
        facts = dict(link["facts"])
        last = facts.get(stands, last)
        if USED in facts:
            uses.append(facts[USED])
    return last, uses


async def _missing(db: Database, action: str, prefix: str, there: set[str]) -> AsyncIterator[str]:
    """What the trail says was begun and is not there."""
    names = db.links.find({"about": {"$gte": prefix, "$lt": prefix + "\U0010ffff"}}, {"about": 1, "action": 1})
    async for link in names:
        if link["action"] == action and (name := str(link["about"]).removeprefix(prefix)) not in there:
            yield name
