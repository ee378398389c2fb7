"""Reading 件 and volumes: by id, by number, by voucher, walked in order. See storage.units for what is written."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from archive import metadata, numbering, shelving
from archive.arranging import lone, unit_id
from archive.errors import NotFound
from archive.item import Item
from archive.keeping import standing
from archive.metadata import Fonds
from archive.shelving import Volume
from archive.unit import Unit
from storage import shelf
from storage.items import to_item
from storage.mongo import Database, Doc, border
from storage.records import unpack
from storage.standings import Standings
from storage.trail import Trail

_END = "\U0010ffff"
#: The forms under which reports made here are filed, by month like documents.
_CATEGORIES = {"BG": "财务会计报告", "QT": "其他会计资料"}
_REF = re.compile(r"([一-龥A-Za-z]{1,4})\s*[-－—字第]\s*0*(\d{1,6})")
_MONTH = re.compile(r"(20\d\d)\s*[-/年.]\s*(\d{1,2})")
_ITEM = re.compile(r"[A-Z]{1,3}\d{4}-\d{4,}", re.IGNORECASE)


class Shelved:
    """The reading half of storage.units.Units. Everything raises DatabaseDown when the database is away for long."""

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
        return replace(unit, metadata=metadata.of_unit(unit, self.whose(unit.company), metadata.of_item(item)))

    def whose(self, company: str) -> Fonds:
        return self._fonds.get(company) or Fonds(company, company)


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
