"""件 and volumes: numbered, shelved, read and walked. A batch is one transaction with its trail entries, or nothing.

Collections: `units` {_id, unit, print, month} (lone documents have none: they are made of their items); `volumes` {_id:
its 档号, volume}; `members` {_id: item id, unit}: a document is in one 件 only; `counters` volumes:CLASS. What a trail
entry about unit:ID or volume:ID says, `verify` compares.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from pymongo import ASCENDING, IndexModel, ReturnDocument

from archive import metadata, shelving
from archive.arranging import Addition, Done, Filing, grown, papers_of, put
from archive.errors import NotFound
from archive.item import Item
from archive.shelving import Volume
from archive.trail import Entry
from archive.unit import Unit
from storage import shelf
from storage.items import to_item
from storage.mongo import Doc, Indexes, Session
from storage.records import digest, pack, unpack
from storage.unit_reading import Shelved

#: Whole: every 件 has its month, "" for what is of none.
INDEXES: Indexes = {"units": [IndexModel([("month", ASCENDING)])]}
UNIT, VOLUME = "unit:", "volume:"
_END = "\U0010ffff"


class _Nothing(Exception):
    """All of it stands already."""


@dataclass
class _Batch:
    """What one transaction writes."""

    units: list[Unit] = field(default_factory=list)
    docs: list[Doc] = field(default_factory=list)
    rows: list[Doc] = field(default_factory=list)
    members: list[Doc] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    volumes: dict[str, Volume] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    files: list[str] = field(default_factory=list)


class Units(Shelved):
    """See handlers.context.Units. Everything raises DatabaseDown when the database is away for long."""

    async def file(self, filings: Sequence[Filing], who: str, at: datetime, channel: str = "") -> Done:
        """Give the 件 that aren't there yet their numbers, in the order given; what stands is passed over.

        One transaction. Raises MetadataMissing when a required element is empty, NotFound when a paper was swept.
        """

        async def step(session: Session) -> tuple[Done, Sequence[Entry]]:
            batch = await self._made(filings, who, at, channel, session)
            if not batch.units:
                raise _Nothing
            await self._write(batch, session)
            return Done(tuple(batch.units)), [*batch.entries, *_volume_entries(batch, who, at, channel)]

        try:
            return await self._trail.commit(step)
        except _Nothing:
            return Done()

    async def _made(self, filings: Sequence[Filing], who: str, at: datetime, channel: str, session: Session) -> _Batch:
        batch = _Batch()
        ids = [each.unit.id for each in filings]
        stand = self._db.units.find({"_id": {"$in": ids}}, {"_id": 1}, session=session)
        there = {doc["_id"] async for doc in stand}
        wanted = [item.id for each in filings for item in each.items]
        members = self._db.members.find({"_id": {"$in": wanted}}, session=session)
        gone = {doc["_id"] async for doc in members}
        known: set[str] = set()
        for each in filings:
            if each.unit.id in there:
                continue
            if each.class_no not in known:
                known.add(each.class_no)
                await self._open(batch, each.class_no, session)
            volume = await self._home(batch, each, session)
            items = tuple(item for item in each.items if item.id not in gone)
            gone |= {item.id for item in items}
            unit = put(each.unit, shelving.piece(volume), papers_of(items, each.unit.papers), {})
            unit = replace(unit, metadata=metadata.of_unit(unit, self.whose(unit.company), each.told))
            metadata.demand(unit.metadata, unit.file_no or unit.id)
            batch.volumes[volume.id] = _counted(volume, unit, each)
            batch.touched.add(volume.id)
            self._put(batch, unit, each, items)
            batch.entries += _entries(unit, batch.docs[-1], items, who, at, channel)
        return batch

    def _put(self, batch: _Batch, unit: Unit, filing: Filing, items: Sequence[Item]) -> None:
        batch.units.append(unit)
        month = f"{unit.company}|{unit.year}-{unit.month:02}" if unit.kind == shelving.VOUCHER else ""
        batch.docs.append({"_id": unit.id, "unit": pack(unit), "print": filing.print, "month": month})
        batch.rows.append(shelf.row(unit))
        batch.members += [{"_id": item.id, "unit": unit.id} for item in items]
        batch.files += [paper.file.id for paper in filing.unit.papers if not paper.item]

    async def _open(self, batch: _Batch, class_no: str, session: Session) -> None:
        key = f"{class_no}-"
        async for doc in self._db.volumes.find({"_id": {"$gt": key, "$lt": key + _END}}, session=session):
            batch.volumes[doc["_id"]] = unpack(Volume, doc["volume"])

    async def _home(self, batch: _Batch, filing: Filing, session: Session) -> Volume:
        unit = filing.unit
        group = (unit.kind, unit.year, _month(unit), filing.word, unit.retention)
        mine = [v for key, v in batch.volumes.items() if key.startswith(f"{filing.class_no}-")]
        if found := shelving.home(mine, group, filing.number):
            return found
        counter = await self._db.counters.find_one_and_update(
            {"_id": f"volumes:{filing.class_no}"}, {"$inc": {"last": 1}}, upsert=True,
            return_document=ReturnDocument.AFTER, session=session,
        )  # fmt: skip
        assert counter is not None
        nth = 1 + max((v.nth for v in mine if v.group == group), default=0)
        name = f"{filing.class_no}-{int(counter['last']):04d}"
        note = () if nth == 1 else (f"补卷：前卷归档后到的{'凭证' if filing.word else '件'}",)
        return Volume(
            name, unit.company, unit.kind, unit.category, unit.year, _month(unit), unit.retention, unit.expires,
            filing.word, nth, notes=note,
        )  # fmt: skip

    async def _write(self, batch: _Batch, session: Session) -> None:
        await self._db.units.insert_many(batch.docs, session=session)
        await self._db.shelf.insert_many(batch.rows, session=session)
        if batch.members:
            await self._take(batch.members, session)
        for name in sorted(batch.touched):
            doc = {"_id": name, "volume": pack(batch.volumes[name])}
            await self._db.volumes.replace_one({"_id": name}, doc, upsert=True, session=session)
        if batch.files:
            change = {"$unset": {"loose": ""}, "$set": {"settled": batch.entries[0].at}}
            found = await self._db.keys.update_many({"_id": {"$in": batch.files}}, change, session=session)
            if found.matched_count != len(batch.files):
                raise NotFound(item=batch.units[0].file_no)

    async def _take(self, members: Sequence[Doc], session: Session) -> None:
        """The documents belong to a voucher's 件 from now on; their own rows lead there."""
        await self._db.members.insert_many(list(members), session=session)
        for each in members:
            item = await self._db.items.find_one({"_id": each["_id"]}, {"item": 1}, session=session)
            if item and item["item"].get("filed"):
                key = shelf.lone_row(to_item(item))["_id"]
                await self._db.shelf.update_one({"_id": key}, {"$set": {"into": each["unit"]}}, session=session)

    async def add(
        self, additions: Sequence[Addition], told: Callable[[Item], Mapping[str, str]], who: str, at: datetime,
        day: date, channel: str = "", why: str = "",
    ) -> Done:  # fmt: skip
        """Documents that came after their voucher's 件: behind its papers, with a line in the volume's 备考表."""

        async def step(session: Session) -> tuple[Done, Sequence[Entry]]:
            names = [each.item.id for each in additions]
            members = self._db.members.find({"_id": {"$in": names}}, session=session)
            gone = {doc["_id"] async for doc in members}
            batch = _Batch()
            for each in additions:
                if each.item.id not in gone:
                    note = f"{day} {{}} 补入单据 {each.item.id}" + (f"（{why}）" if why else "")
                    await self._grow(batch, each, told(each.item), who, at, note, channel, session)
            if not batch.units:
                raise _Nothing
            await self._take(batch.members, session)
            for name in sorted(batch.touched):
                doc = {"_id": name, "volume": pack(batch.volumes[name])}
                await self._db.volumes.replace_one({"_id": name}, doc, session=session)
            entries = [*batch.entries, *_volume_entries(batch, who, at, channel)]
            return Done(added=len(batch.members)), entries

        try:
            return await self._trail.commit(step)
        except _Nothing:
            return Done()

    async def _grow(
        self, batch: _Batch, each: Addition, told: Mapping[str, str], who: str, at: datetime, note: str,
        channel: str, session: Session,
    ) -> None:  # fmt: skip
        doc = await self._db.units.find_one({"_id": each.unit}, session=session)
        if doc is None:
            raise NotFound(item=each.unit)
        unit = grown(unpack(Unit, doc["unit"]), (each.item,), told)
        made = {**doc, "unit": pack(unit)}
        await self._db.units.replace_one({"_id": unit.id}, made, session=session)
        if unit.volume not in batch.volumes:
            known = await self._db.volumes.find_one({"_id": unit.volume}, session=session)
            assert known is not None
            batch.volumes[unit.volume] = unpack(Volume, known["volume"])
        volume = batch.volumes[unit.volume]
        batch.volumes[unit.volume] = replace(volume, notes=(*volume.notes, note.replace("{}", unit.file_no, 1)))
        batch.touched.add(unit.volume)
        batch.units.append(unit)
        batch.members.append({"_id": each.item.id, "unit": unit.id})
        batch.entries += _entries(unit, made, (each.item,), who, at, channel, "paper_added")

    async def note(self, volume: str, lines: Sequence[str], who: str, at: datetime, channel: str = "") -> bool:
        """Lines for a volume's 备考表 that aren't there yet. Raises NotFound."""

        async def step(session: Session) -> tuple[None, Sequence[Entry]]:
            doc = await self._db.volumes.find_one({"_id": volume}, session=session)
            if doc is None:
                raise NotFound(item=volume)
            known = unpack(Volume, doc["volume"])
            new = tuple(line for line in lines if line not in known.notes)
            if not new:
                raise _Nothing
            made = replace(known, notes=(*known.notes, *new))
            batch = _Batch(volumes={volume: made}, touched={volume})
            await self._db.volumes.replace_one({"_id": volume}, {"volume": pack(made)}, session=session)
            return None, _volume_entries(batch, who, at, channel)

        try:
            await self._trail.commit(step)
        except _Nothing:
            return False
        return True


def _month(unit: Unit) -> int:
    """Volumes of vouchers hold a month, all others the year (DA/T 94 8.4–8.6)."""
    return unit.month if unit.kind == shelving.VOUCHER else 0


def _counted(volume: Volume, unit: Unit, filing: Filing) -> Volume:
    dates = [day for day in (volume.first, volume.last, unit.formed) if day]
    number = filing.number
    return replace(
        volume, count=volume.count + 1, first=min(dates, default=None), last=max(dates, default=None),
        first_no=volume.first_no or number, last_no=max(volume.last_no, number),
    )  # fmt: skip


def _entries(
    unit: Unit, doc: Doc, items: Sequence[Item], who: str, at: datetime, channel: str, action: str = "arranged"
) -> list[Entry]:
    facts = {"archive_no": unit.archive_no, "unit": unit_digest(doc)}
    about = Entry(who, action, f"{UNIT}{unit.id}", at, channel, facts)
    beside = {"archive_no": unit.archive_no, "unit": unit.id}
    return [about, *(Entry(who, action, item.id, at, channel, beside) for item in items)]


def _volume_entries(batch: _Batch, who: str, at: datetime, channel: str) -> list[Entry]:
    found = []
    for name in sorted(batch.touched):
        facts = {"count": str(batch.volumes[name].count), "volume": digest(batch.volumes[name])}
        found.append(Entry(who, "volume_filled", f"{VOLUME}{name}", at, channel, facts))
    return found


def unit_digest(doc: Doc) -> str:
    """What the trail says of a 件: SHA-256 over its record as it stands in the database."""
    return digest({"unit": doc["unit"], "print": doc["print"]})
