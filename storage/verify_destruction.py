"""Checking what was destroyed: cases and tombstones against the trail, nothing half-done, nothing left behind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from archive.destroying import Fate, Tombstone
from archive.destruction import Case, State, replay
from archive.errors import Problem
from storage.destructions import CASE, STANDS, STONE
from storage.mongo import Database, Doc
from storage.records import digest, unpack
from storage.verify_people import MALFORMED


async def destruction_faults(db: Database) -> AsyncIterator[tuple[str, str]]:
    """(unit or case, code): V70 half-done, V71 something is left, V72 a case, V73 a tombstone, V74 shelf and tombstones
    not alike.
    """
    states: dict[str, str] = {}
    async for doc in db.destructions.find({}):
        states[str(doc["_id"])] = str(doc.get("state"))
        if not await _case_sound(db, doc):
            yield str(doc["_id"]), "V72"
    stones = set[str]()
    async for doc in db.destroyed.find({}):
        name = str(doc["_id"])
        stones.add(name)
        if await _last(db, f"{STONE}{name}") != _digest(doc):
            doc = await db.destroyed.find_one({"_id": name}) or doc  # it may have gone on between the two readings
        if await _last(db, f"{STONE}{name}") != _digest(doc):
            yield name, "V73"
        stone = _stone(doc)
        if stone is None:
            continue
        if stone.fate is not Fate.GONE:
            if states.get(stone.case) != State.EXECUTING.value:
                yield name, "V70"
        elif await _left(db, stone):
            yield name, "V71"
        elif not await db.shelf.find_one({"no": stone.archive_no, "gone": stone.case}):
            yield name, "V74"
    async for row in db.shelf.find({"gone": {"$exists": True}}, {"unit": 1, "no": 1}):
        if row["unit"] in stones or await destroyed_of(db, [row["unit"]]):  # a unit, or a document that was in one
            continue
        if not await db.destroyed.find_one({"_id": row["unit"]}, {"_id": 1}):  # gone while we read
            yield str(row["no"]), "V74"


async def destroyed_of(db: Database, ids: Sequence[str]) -> set[str]:
    """Of these files and documents, those that went with a destroyed unit whose tombstone names them."""
    found = set[str]()
    async for part in db.destroyed_parts.find({"_id": {"$in": list(ids)}}):
        doc = await db.destroyed.find_one({"_id": part["unit"]})
        stone = _stone(doc) if doc else None
        if stone and part["_id"] in (*stone.papers, *stone.items):
            found.add(str(part["_id"]))
    return found


async def _case_sound(db: Database, doc: Doc) -> bool:
    """It is what the trail says, and what its events make of it."""
    for _ in range(2):
        if await _last(db, f"{CASE}{doc['_id']}") == digest(doc.get("case")):
            break
        doc = await db.destructions.find_one({"_id": doc["_id"]}) or doc
    else:
        return False
    try:
        case = unpack(Case, doc["case"])
        return replay(case, case.events) == case and doc["state"] == case.state.value
    except (*MALFORMED, Problem):
        return False


async def _last(db: Database, about: str) -> str:
    found = (0, "")
    async for link in db.links.find({"about": about}):
        if said := str(dict(link["facts"]).get(STANDS, "")):
            found = max(found, (link["_id"], said))
    return found[1]


async def _left(db: Database, stone: Tombstone) -> bool:
    papers, items = list(stone.papers), list(stone.items)
    for collection, wanted in (
        ("keys", {"_id": {"$in": papers}}), ("files.files", {"_id": {"$in": papers}}),
        ("files.chunks", {"files_id": {"$in": papers}}), ("items", {"_id": {"$in": items}}),
        ("units", {"_id": stone.unit}), ("members", {"_id": {"$in": items}}),
    ):  # fmt: skip
        if await db[collection].find_one(wanted, {"_id": 1}):
            return True
    return False


def _digest(doc: Doc) -> str:
    try:
        return digest(doc["stone"])
    except MALFORMED:
        return "?"


def _stone(doc: Doc) -> Tombstone | None:
    try:
        return unpack(Tombstone, doc["stone"])
    except MALFORMED:
        return None
