"""Gathering what the four-property checks look at: many units together, since each question costs time.

Nothing of a record is believed: the sealed bytes go out with their key so that a worker computes their digests anew;
every trail entry is recomputed; the record's digest is compared with what its last entry holds.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from archive import numbering
from archive.authentic import Authenticity
from archive.errors import KeyMissing, TrailBroken
from archive.four_properties.evidence import Process
from archive.trail import digest_of
from archive.unit import Paper, Unit
from storage.items import record_digest, to_item
from storage.keys import KeyProvider
from storage.mongo import Database, Doc, border
from storage.trail import Trail, to_link
from storage.verify_people import MALFORMED


@dataclass(frozen=True, slots=True)
class Sealed:
    """A stored file as it lies there: ciphertext and the key it was sealed with, or what is wrong (see Content)."""

    paper: Paper
    sealed: bytes = b""
    key: bytes = b""
    problem: str = ""
    linked: bool | None = None
    signed: Authenticity | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything of one unit but what its bytes say."""

    unit: Unit
    files: tuple[Sealed, ...]
    source: str
    same_number: int | None
    previous: str | None
    process: Process | None


class Gathering:
    """Raises DatabaseDown when the database is away for longer than a restart takes."""

    def __init__(self, db: Database, keys: KeyProvider, trail: Trail) -> None:
        self._db, self._keys, self._trail = db, keys, trail

    async def gather(self, units: Sequence[Unit]) -> list[Gathered]:
        """The evidence of these units, in their order."""
        papers = [paper for unit in units for paper in unit.papers]
        async with border():
            records = await self._records({p.item for p in papers if p.item} | {u.id for u in units})
            sealed = await self._sealed([p.file.id for p in papers])
            named = await self._named([p.file.id for p in papers])
            trails = await self._trails(units, records)
            numbers = await self._numbers(units)
        return [self._one(unit, records, sealed, named, trails, numbers) for unit in units]

    def _one(
        self, unit: Unit, records: Mapping[str, Doc], sealed: Mapping[str, tuple[bytes, bytes, str]],
        named: Mapping[str, set[str]], trails: Mapping[str, Process], numbers: Counter[str],
    ) -> Gathered:  # fmt: skip
        files = []
        for paper in unit.papers:
            data, key, problem = sealed[paper.file.id]
            linked = paper.item in named[paper.file.id] if paper.item else None
            signed = None
            if paper.item in records and records[paper.item]["item"]["file"]["id"] == paper.file.id:
                signed = to_item(records[paper.item]).authentic
            files.append(Sealed(paper, data, key, problem, linked, signed))
        first = next((records[p.item] for p in unit.papers if p.item in records), None)
        source = str(first["item"].get("origin", "")).split(":")[0] if first else unit.metadata.get("M58", "")
        same = numbers.get(unit.archive_no, 0) if unit.archive_no else None
        return Gathered(unit, tuple(files), source, same, _gap(unit, numbers), trails.get(unit.id))

    async def _records(self, ids: Iterable[str]) -> dict[str, Doc]:
        wanted = {"_id": {"$in": sorted(ids)}}
        return {doc["_id"]: doc async for doc in self._db.items.find(wanted, {"unindexed": 0})}

    async def _sealed(self, ids: Sequence[str]) -> dict[str, tuple[bytes, bytes, str]]:
        """File id → (ciphertext, key, problem)."""
        wanted = list(dict.fromkeys(ids))
        keys = {doc["_id"]: doc async for doc in self._db.keys.find({"_id": {"$in": wanted}})}
        lengths = {doc["_id"]: doc["length"] async for doc in self._db["files.files"].find({"_id": {"$in": wanted}})}
        chunks: dict[str, list[tuple[int, bytes]]] = defaultdict(list)
        async for doc in self._db["files.chunks"].find({"files_id": {"$in": wanted}}):
            chunks[doc["files_id"]].append((doc["n"], doc["data"]))
        found: dict[str, tuple[bytes, bytes, str]] = {}
        for each in wanted:
            data = b"".join(part for _, part in sorted(chunks.pop(each, []), key=lambda pair: pair[0]))
            key = self._key(keys.get(each))
            if not key:
                found[each] = (b"", b"", "no_key")
            elif each not in lengths:
                found[each] = (b"", b"", "missing")
            else:
                found[each] = (data, key, "" if len(data) == lengths[each] else "broken")
        return found

    def _key(self, doc: Doc | None) -> bytes:
        try:
            return self._keys.unwrap(doc["wrapped"]) if doc else b""
        except KeyMissing:
            return b""

    async def _named(self, ids: Sequence[str]) -> dict[str, set[str]]:
        """File id → the items whose record names it, as the first file or another rendition."""
        named: dict[str, set[str]] = defaultdict(set)
        wanted = sorted(set(ids))
        async for doc in self._db.items.find({"item.file.id": {"$in": wanted}}, {"item.file.id": 1}):
            named[doc["item"]["file"]["id"]].add(doc["_id"])
        if left := [each for each in wanted if each not in named]:
            beside = self._db.items.find({"item.renditions.file.id": {"$in": left}}, {"item.renditions": 1})
            async for doc in beside:
                for each in doc["item"]["renditions"]:
                    named[each["file"]["id"]].add(doc["_id"])
        return named

    async def _trails(self, units: Sequence[Unit], records: Mapping[str, Doc]) -> dict[str, Process]:
        """What the chain says of each unit and of the records in it."""
        subjects = {unit.id: {unit.id, f"unit:{unit.id}", *(p.item for p in unit.papers if p.item)} for unit in units}
        links: dict[str, list[Doc]] = defaultdict(list)
        everything = sorted(set().union(*subjects.values())) if subjects else []
        async for doc in self._db.links.find({"about": {"$in": everything}}):
            links[doc["about"]].append(doc)
        sealed = await self._is_sealed()
        return {
            unit: _process(
                [doc for each in sorted(about) for doc in links[each]], about & records.keys(), records, sealed
            )
            for unit, about in subjects.items()
        }

    async def _is_sealed(self) -> bool:
        """Asked again before it is believed: an entry added while the head is read makes it look put back."""
        for pause in (0.0, 0.05, 0.2, 0.5):
            await asyncio.sleep(pause)
            try:
                await self._trail.head()
            except TrailBroken:
                continue
            return True
        return False

    async def _numbers(self, units: Sequence[Unit]) -> Counter[str]:
        """How many archived items bear these 档号 and the ones before them."""
        wanted = {u.archive_no for u in units if u.archive_no} | {b for u in units if (b := _before(u.archive_no))}
        counted: Counter[str] = Counter()
        if wanted:
            where = {"item.filed.archive_no": {"$in": sorted(wanted)}}
            async for doc in self._db.items.find(where, {"item.filed.archive_no": 1}):
                counted[doc["item"]["filed"]["archive_no"]] += 1
        return counted


def _process(docs: Sequence[Doc], about: set[str], records: Mapping[str, Doc], sealed: bool) -> Process:
    broken: list[int] = []
    last: dict[str, tuple[int, str]] = {}
    for doc in docs:
        try:
            link = to_link(doc)
            if digest_of(link.seq, link.entry, link.previous) != link.digest:
                broken.append(link.seq)
            if record := link.entry.facts.get("record"):
                last[link.entry.about] = max(last.get(link.entry.about, (0, "")), (link.seq, record))
        except MALFORMED:
            broken.append(int(doc["_id"]))
    agrees = all(last.get(each, (0, ""))[1] == record_digest(records[each]) for each in about) if about else None
    return Process(len(docs), tuple(sorted(broken)), agrees, sealed)


def _before(archive_no: str) -> str:
    """The 档号 of the 件 before it in its volume; empty for the first."""
    place = numbering.parts(archive_no)
    return numbering.archive_no(place[0], place[1], place[2] - 1) if place and place[2] > 1 else ""


def _gap(unit: Unit, numbers: Counter[str]) -> str | None:
    """None: nothing to be compared; "" where the one before is there."""
    if not numbering.parts(unit.archive_no) or not numbers.get(unit.archive_no):
        return None  # numbered elsewhere than among the items
    before = _before(unit.archive_no)
    return before if before and not numbers.get(before) else ""
