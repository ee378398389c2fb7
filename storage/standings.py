"""What people changed about a 件 after it was filed: metadata with every earlier value, terms with their reasons.

Collection `standings`: {_id: unit id, state, until: last day of the term set last}. Beside the 件, never in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from pymongo import ASCENDING, IndexModel

from archive.keeping import Standing
from archive.trail import Entry
from storage.mongo import Database, Doc, Indexes, Session, border
from storage.records import digest, pack, unpack
from storage.trail import Trail

#: Whole: every record has `until`, "" for none.
INDEXES: Indexes = {"standings": [IndexModel([("until", ASCENDING)])]}
META = "meta:"

#: (what stands) → what it becomes and the trail entry's (who, action, facts); None: nothing changes.
Step = Callable[[Standing], "tuple[Standing, Entry] | None"]


class Standings:
    """Beside `Units`."""

    def __init__(self, db: Database, trail: Trail) -> None:
        self._db, self._trail = db, trail

    async def of(self, unit: str) -> Standing | None:
        """What was changed about a 件; None for nothing."""
        return (await self.several([unit])).get(unit)

    async def several(self, units: Sequence[str]) -> dict[str, Standing]:
        """Of these ids, those with changes."""
        async with border():
            docs = self._db.standings.find({"_id": {"$in": list(units)}})
            return {doc["_id"]: unpack(Standing, doc["state"]) async for doc in docs}

    async def ending(self, first: date, last: date) -> list[Standing]:
        """Those whose term was set anew and ends within these days."""
        span = {"$gte": first.isoformat(), "$lte": last.isoformat()}
        async with border():
            docs = await self._db.standings.find({"until": span}).to_list()
        return [unpack(Standing, doc["state"]) for doc in docs]

    async def change(self, unit: str, company: str, step: Step) -> Standing:
        """Run a pure step on what stands; kept with its entry in one transaction. Raises what the step raises."""
        unchanged: list[Standing] = []

        async def work(session: Session) -> tuple[Standing, Sequence[Entry]]:
            doc = await self._db.standings.find_one({"_id": unit}, session=session)
            stands = unpack(Standing, doc["state"]) if doc else Standing(unit, company)
            made = step(stands)
            if made is None:
                unchanged[:] = [stands]
                raise _Unchanged
            state, entry = replace(made[0], version=stands.version + 1), made[1]
            last = state.resets[-1].expires if state.resets else None
            new: Doc = {"_id": unit, "state": pack(state), "until": last.isoformat() if last else ""}
            await self._db.standings.replace_one({"_id": unit}, new, upsert=True, session=session)
            facts = {**entry.facts, "state": digest(new["state"])}
            return state, [replace(entry, about=f"{META}{unit}", facts=facts)]

        try:
            return await self._trail.commit(work)
        except _Unchanged:
            return unchanged[0]


class _Unchanged(Exception):
    """The step made nothing of it."""
