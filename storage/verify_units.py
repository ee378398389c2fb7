"""Checking 件 and volumes, what people changed about them, and holds: each against what the trail says of it last."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from pymongo import ASCENDING

from archive import shelving
from archive.holds import Hold
from archive.item import FileRef
from archive.keeping import Standing
from archive.numbering import parts
from archive.shelving import Volume
from archive.unit import Unit
from storage.holds import HOLD
from storage.mongo import Database, Doc
from storage.records import digest, unpack
from storage.standings import META
from storage.units import UNIT, VOLUME, unit_digest
from storage.verify_people import MALFORMED

BATCH = 100
_END = "\U0010ffff"


async def unit_faults(
    db: Database, original: Callable[[FileRef], Awaitable[str | None]]
) -> AsyncIterator[tuple[str, str]]:
    """(id or 档号, code of verify.FAULTS) for what is wrong. `original` gives V01 to V03."""
    async for docs in _batches(db, "units"):
        async for fault in _units(db, docs, original):
            yield fault
    async for fault in _volumes(db):
        yield fault
    for collection, about, kind, code in (
        ("standings", META, "state", "V53"), ("holds", HOLD, "hold", "V54"),
    ):  # fmt: skip
        async for name in _told(db, collection, about, kind):
            yield name, code


async def _units(
    db: Database, docs: Sequence[Doc], original: Callable[[FileRef], Awaitable[str | None]]
) -> AsyncIterator[tuple[str, str]]:
    said = await _said(db, UNIT, "unit", [doc["_id"] for doc in docs])
    rows = {row["unit"]: row async for row in db.shelf.find({"no": {"$in": [_no(doc) for doc in docs]}})}
    for doc in docs:
        name = str(doc["_id"])
        if _digest(doc) != said.get(name):  # it may have grown between the two readings
            doc = await db.units.find_one({"_id": name}) or doc
            said |= await _said(db, UNIT, "unit", [name])
        if _digest(doc) != said.get(name):
            yield name, "V50"
        unit = _unit(doc)
        if unit is None:
            continue
        row = rows.get(name)
        if unit.id != name or row is None or not row["_id"] == row.get("place") == shelving.shelf(unit):
            yield name, "V52"
        for paper in unit.papers:
            if not paper.item and await original(paper.file):
                yield name, "V51"
        items = [paper.item for paper in unit.papers if paper.item]
        members = db.members.find({"_id": {"$in": items}})
        if {m["_id"] async for m in members if m["unit"] == name} != set(items):
            yield name, "V50"


async def _volumes(db: Database) -> AsyncIterator[tuple[str, str]]:
    """Each against the trail; its 件号 run from 1 to its count; 案卷号 of a class run from 1 to its counter."""
    highest: dict[str, list[int]] = {}
    async for docs in _batches(db, "volumes"):
        said = await _said(db, VOLUME, "volume", [doc["_id"] for doc in docs])
        for doc in docs:
            name = str(doc["_id"])
            if said.get(name) != _plain(doc, "volume"):
                doc = await db.volumes.find_one({"_id": name}) or doc
                said |= await _said(db, VOLUME, "volume", [name])
            if said.get(name) != _plain(doc, "volume"):
                yield name, "V50"
            place = parts(f"{name}-0001")
            if place is None or not await _whole(db, doc):
                yield name, "V52"
            if place is not None:
                highest.setdefault(place[0], []).append(place[1])
    counters = db.counters.find({"_id": {"$gt": "volumes:", "$lt": "volumes;"}})
    lasts = {doc["_id"].removeprefix("volumes:"): doc["last"] async for doc in counters}
    for class_no in sorted({*highest, *lasts}):
        given, last = sorted(highest.get(class_no, [])), lasts.get(class_no, 0)
        whole = given == list(range(1, len(given) + 1))
        if not whole or (last != len(given) and not await _grew(db, class_no, len(given))):
            yield class_no, "V52"


async def _grew(db: Database, class_no: str, given: int) -> bool:
    """Whether a volume was opened while we read."""
    key = f"{class_no}-"
    now = await db.volumes.count_documents({"_id": {"$gt": key, "$lt": key + _END}})
    last = await db.counters.find_one({"_id": f"volumes:{class_no}"}) or {}
    return bool(now > given and last.get("last") == now)


async def _whole(db: Database, doc: Doc) -> bool:
    try:
        volume = unpack(Volume, doc["volume"])
    except MALFORMED:
        return False
    rows = await db.shelf.find({"no": {"$gt": f"{volume.id}-", "$lt": f"{volume.id}."}}, {"no": 1}).to_list()
    places = [parts(str(row["no"])) for row in rows]
    given = sorted(place[2] for place in places if place)
    if given == list(range(1, volume.count + 1)):
        return True
    again = await db.volumes.find_one({"_id": volume.id}) or doc  # filled while we read
    return again != doc and given == list(range(1, int(again["volume"]["count"]) + 1))


async def _told(db: Database, collection: str, about: str, kind: str) -> AsyncIterator[str]:
    """Ids of records that are not what the trail says, or that it knows and aren't there. Few, so read whole."""
    said: dict[str, str] = {}
    async for link in db.links.find({"about": {"$gt": about, "$lt": about[:-1] + ";"}}).sort("_id", ASCENDING):
        if found := _fact(link, kind):
            said[str(link["about"]).removeprefix(about)] = found
    async for doc in db[collection].find({}):
        name = str(doc["_id"])
        now = _plain(doc, kind)
        if said.pop(name, None) != now:
            again = await db[collection].find_one({"_id": name}) or doc
            if (await _said(db, about, kind, [name])).get(name) != _plain(again, kind):
                yield name
    for name in said:
        if not await db[collection].find_one({"_id": name}, {"_id": 1}):
            yield name


async def _said(db: Database, about: str, kind: str, names: Sequence[str]) -> dict[str, str]:
    """The digest that the last entry about each holds."""
    last: dict[str, tuple[int, str]] = {}
    async for link in db.links.find({"about": {"$in": [f"{about}{name}" for name in names]}}):
        if found := _fact(link, kind):
            last[link["about"]] = max(last.get(link["about"], (0, "")), (link["_id"], found))
    return {name.removeprefix(about): found for name, (_, found) in last.items()}


def _fact(link: Doc, kind: str) -> str:
    try:
        return str(dict(link["facts"]).get(kind, ""))
    except MALFORMED:
        return ""


def _plain(doc: Doc, kind: str) -> str:
    """The digest of what stands, if it is a record at all."""
    try:
        shape: Any = {"state": Standing, "hold": Hold, "volume": Volume}[kind]
        unpack(shape, doc[kind])
        return digest(doc[kind])
    except MALFORMED:
        return "?"


def _digest(doc: Doc) -> str:
    try:
        return unit_digest(doc)
    except MALFORMED:
        return "?"


def _unit(doc: Doc) -> Unit | None:
    try:
        return unpack(Unit, doc["unit"])
    except MALFORMED:
        return None


def _no(doc: Doc) -> str:
    try:
        return str(doc["unit"]["archive_no"])
    except MALFORMED:
        return ""


async def _batches(db: Database, collection: str) -> AsyncIterator[list[Doc]]:
    batch: list[Doc] = []
    async for doc in db[collection].find({"_id": {"$type": "string"}}).batch_size(BATCH):
        batch.append(doc)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
