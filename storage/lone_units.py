"""The units of an archive whose documents no voucher books: each filed item is one, in the order of the 档号.

Collection `received`: {_id: item id, metadata, …}: what came with an item from another archive, kept as it came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pymongo import ASCENDING, IndexModel

from archive.errors import NotFound
from archive.item import Item
from archive.lone import lone_unit
from archive.selection import Selection
from archive.unit import Unit
from storage.items import to_item
from storage.mongo import Database, Doc, Indexes, border

#: One whole index: a company's filed items by 档号.
INDEXES: Indexes = {"items": [IndexModel([("item.company", ASCENDING), ("item.filed.archive_no", ASCENDING)])]}
LAST = "\uffff"  # sorts after every number
READ = 200  # items looked at together


class LoneUnits:
    """See handlers.custody.Units."""

    def __init__(self, db: Database, names: Mapping[str, str]) -> None:
        """`names`: company code → its full name."""
        self._db, self._names = db, names

    async def unit(self, company: str, unit_id: str) -> Unit:
        """By its id or its 档号. Raises NotFound."""
        async with border():
            doc = await self._db.items.find_one({"_id": unit_id})
            if doc is None:
                doc = await self._db.items.find_one({"item.company": company, "item.filed.archive_no": unit_id})
        found = await self._units([doc] if doc else [], Selection(company))
        if not found:
            raise NotFound(item=unit_id)
        return found[0]

    async def page(self, selection: Selection, after: str, limit: int) -> tuple[list[Unit], str]:
        """The next units after a place ("" from the start) and the place of the last; "" when there are no more."""
        if selection.unit:
            found = [] if after else await self._named(selection)
            return found, ""
        units: list[Unit] = []
        first, end = _range(selection)
        place = max(after, first)
        while len(units) < limit:
            async with border():
                wanted = {
                    "item.company": selection.company,
                    "item.filed.archive_no": {"$gt" if place == after else "$gte": place, "$lt": end},
                }
                docs = await (
                    self._db.items.find(wanted).sort([("item.company", 1), ("item.filed.archive_no", 1)])
                    .limit(min(READ, max(limit - len(units), 1)) if not selection.month else READ).to_list()
                )  # fmt: skip
            if not docs:
                return units, ""
            found = await self._units(docs, selection)
            room = limit - len(units)
            units += found[:room]
            after = place = docs[-1]["item"]["filed"]["archive_no"] if len(found) <= room else units[-1].archive_no
        return units, place

    async def count(self, selection: Selection) -> int:
        """How many."""
        if selection.unit:
            return len(await self._named(selection))
        first, end = _range(selection)
        wanted: Doc = {"item.company": selection.company, "item.filed.archive_no": {"$gte": first, "$lt": end}}
        if selection.month:
            wanted["item.filed.fiscal_month"] = selection.month
        async with border():
            return await self._db.items.count_documents(wanted)

    async def _named(self, selection: Selection) -> list[Unit]:
        try:
            return [await self.unit(selection.company, selection.unit)]
        except NotFound:
            return []

    async def _units(self, docs: Sequence[Doc], selection: Selection) -> list[Unit]:
        items = [item for item in map(to_item, docs) if item.filed and item.company == selection.company]
        also = await self._also(items)
        units = [lone_unit(item, self._names.get(item.company, ""), also.get(item.id)) for item in items]
        return [unit for unit in units if replace(selection, unit="").holds(unit)]

    async def _also(self, items: Sequence[Item]) -> dict[str, dict[str, str]]:
        ids = [item.id for item in items if item.origin.startswith("package:")]
        if not ids:
            return {}
        async with border():
            docs = await self._db.received.find({"_id": {"$in": ids}}, {"metadata": 1}).to_list()
        return {doc["_id"]: dict(doc["metadata"]) for doc in docs}


def _range(selection: Selection) -> tuple[str, str]:
    """Where in the order of 档号 the selection lies: a volume, or a year, or all of a company."""
    if selection.volume:
        return f"{selection.volume}-", f"{selection.volume}."
    company = f"{selection.company}-"
    if selection.year:  # 类别号 of all forms: KJ·PZ·2025·…; the year stands after the form
        form = f"{company}KJ·PZ·{selection.year}"
        return form, form + LAST
    return company, f"{selection.company}."
