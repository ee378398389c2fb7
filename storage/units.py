"""件 and volumes: numbered, shelved, read and walked. A batch is one transaction with its trail entries, or nothing.

Collections: `units` {_id, unit, print, month} (lone documents have none: they are made of their items); `volumes` {_id:
its 档号, volume}; `members` {_id: item id, unit}: a document is in one 件 only; `counters` volumes:CLASS. What a trail
entry about unit:ID or volume:ID says, `verify` compares.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from pymongo import ASCENDING, IndexModel, ReturnDocument

from archive import metadata, numbering, shelving
from archive.arranging import Addition, Done, Filing, grown, lone, papers_of, put, unit_id
from archive.errors import NotFound
from archive.item import Item
from archive.keeping import standing
from archive.metadata import Fonds
from archive.shelving import Volume
from archive.trail import Entry
from archive.unit import Unit
from storage import shelf
from storage.items import to_item
from storage.mongo import Database, Doc, Indexes, Session, border
from storage.records import digest, pack, unpack
from storage.standings import Standings
from storage.trail import Trail

#: Whole: every 件 has its month, "" for what is of none.
INDEXES: Indexes = {"units": [IndexModel([("month", ASCENDING)])]}
UNIT, VOLUME = "unit:", "volume:"
_END = "\U0010ffff"
#: The forms under which reports made here are filed, by month like documents.
_CATEGORIES = {"BG": "财务会计报告", "QT": "其他会计资料"}
_REF = re.compile(r"([一-龥A-Za-z]{1,4})\s*[-－—字第]\s*0*(\d{1,6})")
_MONTH = re.compile(r"(20\d\d)\s*[-/年.]\s*(\d{1,2})")
_ITEM = re.compile(r"[A-Z]{1,3}\d{4}-\d{4,}", re.IGNORECASE)


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


class Units:
    """See handlers.context.Units. Everything raises DatabaseDown when the database is away for long."""

    def __init__(self, db: Database, trail: Trail, fonds: Mapping[str, Fonds]) -> None:
        """`fonds`: the companies by code, as the metadata name them."""
        self._db, self._trail, self._fonds = db, trail, fonds
        self._standings = Standings(db, trail)

    # reading

    async def unit(self, unit_id: str) -> Unit:
        """By id; of a document that was taken into a voucher's 件, that one. Raises NotFound."""
        async with border():
            member = await self._db.members.find_one({"_id": unit_id})
            name = member["unit"] if member else unit_id
            doc = await self._db.units.find_one({"_id": name})
            found = unpack(Unit, doc["unit"]) if doc else None
            if found is None:
                item = await self._db.items.find_one({"_id": name})
                found = self._lone(to_item(item)) if item and item["item"].get("filed") else None
        if found is None:
            raise NotFound(item=unit_id)
        return standing(found, await self._standings.of(found.id))

    async def item(self, item_id: str) -> tuple[Item, Unit]:
        """A filed document and the 件 it is or is in. Raises NotFound."""
        unit = await self.unit(item_id)
        async with border():
            doc = await self._db.items.find_one({"_id": item_id})
        if doc is None:
            raise NotFound(item=item_id)
        return to_item(doc), unit

    async def find(self, company: str, words: str) -> Unit:
        """By 档号, by a voucher and its month (记-23 2025-09), by an item's or unit's id. Raises NotFound."""
        said = words.strip()
        found = ""
        if numbering.parts(said):
            async with border():
                row = await self._db.shelf.find_one({"no": said})
            found = (row.get("into") or row["unit"]) if row else ""
        elif "|" in said or _ITEM.fullmatch(said):
            found = said if "|" in said else said.upper()
        elif (month := _MONTH.search(said)) and (ref := _REF.search(_MONTH.sub(" ", said))):
            found = unit_id(company, f"{month[1]}-{int(month[2]):02}", ref[1], int(ref[2]))
        if found and (unit := await self.unit(found)).company == company:
            return unit
        raise NotFound(item=words)

    async def select(
        self, company: str, *, year: int | None = None, month: int | None = None, kind: str = "", after: str = ""
    ) -> AsyncIterator[Unit]:
        """The company's 件 by year, kind, month and 档号; a page is read at a time. `after`: archive.shelving.shelf of
        the one before.
        """
        kinds = (*shelving.ORDER, "其他会计资料") if month is not None and year is not None and not kind else (kind,)
        for each in kinds:  # a month lies within each kind of its year
            first, last = shelving.stretch(company, year, each, month)
            async for rows in shelf.walked(self._db, first, last, after):
                for unit in await self._of([row for row in rows if "into" not in row]):
                    if (not kind or unit.kind == kind) and (month is None or unit.month == month):
                        yield unit

    async def contents(self, volume: str) -> list[Unit]:
        """The 件 of a volume in their order. "." comes after "-". A document taken into a voucher's 件 stays listed."""
        async with border():
            found = self._db.shelf.find({"no": {"$gt": f"{volume}-", "$lt": f"{volume}."}})
            rows = sorted(await found.to_list(), key=lambda row: str(row["no"]))
        return await self._of(rows)

    async def volumes(self, company: str, year: int | None = None) -> list[Volume]:
        """The company's volumes, those of lone documents too, by 档号."""
        first = "-".join(part for part in (company, f"{numbering.ROOT}·") if part)
        async with border():
            docs = await self._db.volumes.find({"_id": {"$gt": first, "$lt": first + _END}}).to_list()
            counters = await self._db.counters.find({"_id": {"$gt": first, "$lt": first + _END}}).to_list()
        found = [unpack(Volume, doc["volume"]) for doc in docs]
        found += [v for doc in counters for v in _lone_volumes(company, str(doc["_id"]), int(doc["last"]))]
        return sorted((v for v in found if year in (None, v.year)), key=lambda v: v.id)

    async def arranged(self, company: str, period: str) -> dict[str, str]:
        """id → print of the vouchers' 件 of a month."""
        async with border():
            docs = self._db.units.find({"month": f"{company}|{period}"}, {"print": 1})
            return {str(doc["_id"]): str(doc["print"]) async for doc in docs}

    async def taken(self, items: Sequence[str]) -> dict[str, str]:
        """Of these documents, those that are in a voucher's 件 → its id."""
        found: dict[str, str] = {}
        async with border():
            for start in range(0, len(items), 500):
                some = {"_id": {"$in": list(items[start : start + 500])}}
                found |= {doc["_id"]: doc["unit"] async for doc in self._db.members.find(some)}
        return found

    async def there(self, ids: Sequence[str]) -> set[str]:
        """Of these ids, those of 件 that stand."""
        async with border():
            return {doc["_id"] async for doc in self._db.units.find({"_id": {"$in": list(ids)}}, {"_id": 1})}

    async def _of(self, rows: Sequence[Doc]) -> list[Unit]:
        ids = [row["unit"] for row in rows]
        async with border():
            docs = self._db.units.find({"_id": {"$in": ids}})
            found = {doc["_id"]: unpack(Unit, doc["unit"]) async for doc in docs}
            if rest := [each for each in ids if each not in found]:
                items = self._db.items.find({"_id": {"$in": rest}})
                found |= {doc["_id"]: self._lone(to_item(doc)) async for doc in items}
        states = await self._standings.several(list(found))
        return [standing(found[each], states.get(each)) for each in ids if each in found]

    def _lone(self, item: Item) -> Unit:
        unit = lone(item)
        return replace(unit, metadata=metadata.of_unit(unit, self._whose(unit.company), metadata.of_item(item)))

    def _whose(self, company: str) -> Fonds:
        return self._fonds.get(company) or Fonds(company, company)

    # filing

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
            unit = replace(unit, metadata=metadata.of_unit(unit, self._whose(unit.company), each.told))
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


def _lone_volumes(company: str, counter: str, last: int) -> list[Volume]:
    """Of one counter of lone documents, GD01-KJ·PZ·2026·D30-10."""
    class_no, _, month = counter.rpartition("-")
    year = re.search(r"·(\d{4})(?:·|$)", class_no)
    code = class_no.rpartition("·")[2]
    if not (year and month.isdecimal() and len(month) == 2):
        return []
    found = []
    for start in range(1, last + 1, numbering.VOLUME_HOLDS):
        volume, _ = numbering.place(int(month), start)
        count = min(numbering.VOLUME_HOLDS, last - start + 1)
        label = "永久" if code == "Y" else f"{code[1:]}年"
        expires = None if code == "Y" else date(int(year[1]) + int(code[1:]), 12, 31)
        category = next((name for form, name in _CATEGORIES.items() if f"·{form}·" in class_no), "会计凭证")
        kind = shelving.kind_of(category, permanent=code == "Y")
        found.append(Volume(
            f"{class_no}-{volume:04d}", company, kind, category, int(year[1]), int(month), label, expires,
            nth=start // numbering.VOLUME_HOLDS + 1, count=count,
        ))  # fmt: skip
    return found
