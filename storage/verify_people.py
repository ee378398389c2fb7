"""Checking the accounts against the trail, so that a planted role is found, and a planted account on a platform."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from pymongo import DESCENDING

from storage.mongo import Database, Doc
from storage.people import about, standing, to_person

#: Whatever a document somebody else wrote may do when it is read.
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError)
_PERSON = about("")
_AFTER = _PERSON[:-1] + chr(ord(_PERSON[-1]) + 1)  # the first string behind all that begin so


async def people_faults(db: Database) -> AsyncIterator[tuple[str, str]]:
    """(person id, code of verify.FAULTS or "" where nothing is wrong) for each account, then for each that is gone."""
    seen = set[str]()
    async for doc in db.people.find({}):
        seen.add(str(doc["_id"]))
        code = await _fault(db, doc)
        if code:  # it may have changed between the two readings: read both again
            code = await _fault(db, await db.people.find_one({"_id": doc["_id"]}) or doc)
        yield str(doc["_id"]), code
    named = await db.links.distinct("about", {"about": {"$gt": _PERSON, "$lt": _AFTER}})
    for person_id in sorted(str(each).removeprefix(_PERSON) for each in named):
        if person_id not in seen and not await db.people.find_one({"_id": person_id}):
            yield person_id, "V20"


async def account_faults(db: Database) -> AsyncIterator[str]:
    """Accounts of chat platforms that the trail doesn't give to the person they are said to be: planted, or moved."""
    async for doc in db.identities.find({}):
        key = str(doc["_id"])
        if not await _linked(db, doc):  # it may have changed between the two readings: read both again
            again = await db.identities.find_one({"_id": key})
            if again is not None and not await _linked(db, again):
                yield key


async def _linked(db: Database, doc: Doc) -> bool:
    """Whether the last the trail says of this account is that it was linked to this person."""
    key = str(doc["_id"])
    if key != ":".join(str(doc.get(name)) for name in ("channel", "tenant", "user")):
        return False
    async for link in db.links.find({"about": about(str(doc.get("person")))}).sort("_id", DESCENDING):
        try:
            facts = dict(link["facts"])
        except MALFORMED:
            continue
        if facts.get("identity") == key:
            return bool(link.get("action") == "linked")
    return False


async def _fault(db: Database, doc: Doc) -> str:
    said = await _said(db, str(doc["_id"]))
    if said is None:
        return "V19"
    try:
        now = standing(to_person(doc))
    except MALFORMED:
        return "V18"
    return "" if all(now[name] == said[name] for name in now if name in said) else "V18"


async def _said(db: Database, person_id: str) -> Mapping[str, Any] | None:
    """How the account stood after its last change. (Entries of earlier versions hold the roles only, or nothing.)"""
    async for link in db.links.find({"about": about(person_id)}).sort("_id", DESCENDING):
        try:
            facts = dict(link["facts"])
        except MALFORMED:
            continue
        if "roles" in facts:
            return {"email": "", **facts}
    return None
