"""The archive's 件 as checks, packages and hand-overs walk them: by selection, a page at a time.

Collection `received`: {_id: item id, metadata, …}: what came with an item from another archive, kept as it came.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from archive import shelving
from archive.errors import NotFound
from archive.selection import Selection
from archive.unit import Unit
from storage.mongo import Database, border
from storage.unit_reading import Shelved


class ShelvedUnits:
    """See handlers.custody.Units. A document that was taken into a voucher's 件 is met there only."""

    def __init__(self, db: Database, shelved: Shelved) -> None:
        self._db, self._shelved = db, shelved
        self._walk: tuple[Selection, str, AsyncIterator[Unit]] | None = None  # where somebody may go on

    async def unit(self, company: str, unit_id: str) -> Unit:
        """By its id or its 档号, or of a voucher and its month. Raises NotFound."""
        return (await self._told([await self._shelved.find(company, unit_id)]))[0]

    async def page(self, selection: Selection, after: str, limit: int) -> tuple[list[Unit], str]:
        """The next units after a place ("" from the start) and the place of the last; "" when there are no more."""
        if selection.unit:
            return ([] if after else await self._named(selection)), ""
        if selection.volume:
            left = [unit for unit in await self._bound(selection) if shelving.shelf(unit) > after]
            page = left[:limit]
            return await self._told(page), shelving.shelf(page[-1]) if len(left) > limit else ""
        units: list[Unit] = []
        walk = self._going_on(selection, after)
        async for unit in walk:
            if selection.holds(unit):
                units.append(unit)
            if len(units) == limit:
                self._walk = (selection, shelving.shelf(unit), walk)
                return await self._told(units), shelving.shelf(unit)
        return await self._told(units), ""

    def _going_on(self, selection: Selection, after: str) -> AsyncIterator[Unit]:
        """The walk that stopped there, else a new one: to find a place anew costs as much as all that follows it."""
        walk, self._walk = self._walk, None
        if walk and walk[:2] == (selection, after):
            return walk[2]
        return self._shelved.select(
            selection.company, year=selection.year or None, month=selection.month or None, after=after
        )

    async def count(self, selection: Selection) -> int:
        """How many."""
        if selection.unit:
            return len(await self._named(selection))
        if selection.volume:
            return len(await self._bound(selection))
        if not selection.month and not selection.category:
            first, last = shelving.stretch(selection.company, selection.year or None, "", None)
            async with border():
                rows = self._db.shelf.find({"place": {"$gt": first, "$lt": last}}, {"into": 1, "gone": 1})
                return sum([1 async for row in rows if "into" not in row and "gone" not in row])
        month = selection.month or None
        found = self._shelved.select(selection.company, year=selection.year or None, month=month)
        return sum([1 async for unit in found if selection.holds(unit)])

    async def _named(self, selection: Selection) -> list[Unit]:
        try:
            return [await self.unit(selection.company, selection.unit)]
        except NotFound:
            return []

    async def _bound(self, selection: Selection) -> list[Unit]:
        """Of one volume, in the order of the shelf."""
        units = [u for u in await self._shelved.contents(selection.volume) if u.company == selection.company]
        taken = await self._shelved.taken([unit.id for unit in units])
        return sorted((u for u in units if u.id not in taken), key=shelving.shelf)

    async def _told(self, units: Sequence[Unit]) -> list[Unit]:
        """With the metadata that came from another archive, which goes before what we would say."""
        async with border():
            found = self._db.received.find({"_id": {"$in": [unit.id for unit in units]}}, {"metadata": 1})
            also = {doc["_id"]: dict(doc["metadata"]) async for doc in found}
        return [replace(u, metadata={**u.metadata, **also[u.id]}) if u.id in also else u for u in units]
