"""Checking the rules: each version and ruling against the trail entry that put it down."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pymongo import ASCENDING

from storage.mongo import Database
from storage.rulebook import IS, KEY, doc_digest
from storage.verify_people import MALFORMED

_ABOUT = "rule:"
_AFTER = _ABOUT[:-1] + chr(ord(_ABOUT[-1]) + 1)  # the first string behind all that begin so


async def rule_faults(db: Database) -> AsyncIterator[tuple[str, str]]:
    """(key, code of verify.FAULTS) for what is wrong. What is put down while this reads is looked for once more."""
    told = await _told(db)
    there: set[str] = set()
    async for doc in db.category_rules.find({"_id": {"$gt": ""}}).sort("_id", ASCENDING):
        key = str(doc["_id"])
        there.add(key)
        if key not in told:
            told |= await _told(db)
        if key not in told:
            yield key, "V31"
        elif doc_digest(doc) != told[key]:
            yield key, "V30"
    for key in sorted(set(told) - there):
        if not await db.category_rules.find_one({"_id": key}, {"_id": 1}):
            yield key, "V32"


async def _told(db: Database) -> dict[str, str]:
    """Key → the digest its entry holds."""
    found: dict[str, str] = {}
    async for link in db.links.find({"about": {"$gte": _ABOUT, "$lt": _AFTER}}):
        try:
            facts = dict(link["facts"])
            found[str(facts[KEY])] = str(facts[IS])
        except MALFORMED:
            continue  # the chain's own check tells of it
    return found
