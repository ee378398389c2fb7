"""Cases of 鉴定销毁 and how far each unit is: every step a transaction with its trail entry, each to be gone on from.

Collections: `destructions` {_id, case, company, state}; `destroyed` {_id: unit id, case, fate, stone}: what stays of
destroyed units; `destroyed_parts` {_id: id of a file or document that went, unit}; `spared` {_id: "case|unit", no: its
档号, why}.
A unit goes in three steps: its keys (after which nobody can read it), its records, all else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

from archive import metadata
from archive.arranging import lone
from archive.destroying import Fate, Next, Tombstone, next_of, obstacles
from archive.destruction import STATE_NAMES, Case, State
from archive.errors import DestructionElsewhere, NotFound
from archive.holds import Block, Hold
from archive.item import FileRef, Item
from archive.keeping import Standing, standing
from archive.metadata import Fonds
from archive.trail import Entry
from archive.unit import Unit
from archive.words import Text
from storage.index import Index
from storage.items import to_item
from storage.mongo import Database, Doc, Indexes, Session, border
from storage.records import digest, pack, unpack
from storage.trail import Trail

INDEXES: Indexes = {
    "destructions": [IndexModel([("company", ASCENDING), ("_id", DESCENDING)]), IndexModel([("state", ASCENDING)])],
    "destroyed": [IndexModel([("case", ASCENDING)]), IndexModel([("fate", ASCENDING)])],
}
#: What entries are about, and the facts in which they tell a case and a tombstone.
CASE, STONE = "destruction:", "destroyed:"
STANDS = "stands"
_END = "\U0010ffff"
_LIVE = (State.EXECUTING.value, State.CHECKING.value, State.FILING.value)


class _Nothing(Exception):
    """Somebody has done it, or there is nothing to do."""


class Destructions:
    """See handlers.context. Everything raises DatabaseDown when the database is away for long."""

    def __init__(
        self, db: Database, trail: Trail, fonds: Mapping[str, Fonds], index: Index | None = None,
        forget: Callable[[Sequence[str]], None] = lambda _: None,
    ) -> None:  # fmt: skip
        """`fonds`: the companies by code, as metadata name them; `index`: from which documents are taken out;
        `forget`: takes files that were just held out of this process's memory.
        """
        self._db, self._trail, self._fonds, self._index, self._forget = db, trail, fonds, index, forget

    async def begin(self, case: Case, year: int, channel: str = "") -> Case:
        """The case with its number, XH2056-GD01-01."""

        async def work(session: Session) -> tuple[Case, Sequence[Entry]]:
            counter = await self._db.counters.find_one_and_update(
                {"_id": f"destructions:{case.company}:{year}"}, {"$inc": {"last": 1}}, upsert=True,
                return_document=ReturnDocument.AFTER, session=session,
            )  # fmt: skip
            assert counter is not None
            made = replace(case, id=f"XH{year}-{case.company}-{int(counter['last']):02d}")
            await self._db.destructions.insert_one(_doc(made), session=session)
            return made, [_told(made, Entry(made.by, "destruction_begun", "", made.at, channel))]

        return await self._trail.commit(work)

    async def case(self, case_id: str) -> Case:
        """Raises NotFound."""
        async with border():
            doc = await self._db.destructions.find_one({"_id": case_id})
        if doc is None:
            raise NotFound(item=case_id)
        return unpack(Case, doc["case"])

    async def cases(self, company: str, limit: int = 10) -> list[Case]:
        """The company's, the latest first."""
        async with border():
            found = self._db.destructions.find({"company": company}).sort([("company", 1), ("_id", DESCENDING)])
            return [unpack(Case, doc["case"]) async for doc in found.limit(limit)]

    async def live(self) -> list[Case]:
        """Those the clock goes on with: being carried out or checked."""
        async with border():
            docs = self._db.destructions.find({"state": {"$in": list(_LIVE)}})
            return [unpack(Case, doc["case"]) async for doc in docs]

    async def change(self, case_id: str, step: Callable[[Case], Case]) -> Case:
        """Run archive.destruction.step on what stands; its last event becomes the entry. Raises what it raises."""

        async def work(session: Session) -> tuple[Case, Sequence[Entry]]:
            doc = await self._db.destructions.find_one({"_id": case_id}, session=session)
            if doc is None:
                raise NotFound(item=case_id)
            after = step(unpack(Case, doc["case"]))
            event = after.events[-1]
            facts = {"seat": event.seat.value if event.seat else "", "value": event.value, "reason": event.reason,
                     "deputy_for": event.deputy_for}  # fmt: skip
            told = {name: value for name, value in facts.items() if value}
            await self._db.destructions.replace_one({"_id": case_id}, _doc(after), session=session)
            entry = Entry(event.by, f"destruction_{event.act.value}", "", event.at, event.channel, told)
            return after, [_told(after, entry)]

        return await self._trail.commit(work)

    # the units

    async def stone(self, unit_id: str) -> Tombstone | None:
        """What stays of a destroyed unit, by its id; None for one that isn't."""
        async with border():
            doc = await self._db.destroyed.find_one({"_id": unit_id})
        return unpack(Tombstone, doc["stone"]) if doc else None

    async def stones(self, case_id: str) -> list[Tombstone]:
        """All of a case, by 档号."""
        async with border():
            found = [unpack(Tombstone, doc["stone"]) async for doc in self._db.destroyed.find({"case": case_id})]
        return sorted(found, key=lambda stone: stone.archive_no)

    async def rest(self, case_id: str) -> list[str]:
        """Units whose keys are gone and that are not swept yet: to be rolled forward."""
        return [stone.unit for stone in await self.stones(case_id) if stone.fate is Fate.KEYED]

    async def spared(self, case_id: str) -> dict[str, str]:
        """档号 → why it was not destroyed after all."""
        key = f"{case_id}|"
        async with border():
            docs = self._db.spared.find({"_id": {"$gt": key, "$lt": key + _END}})
            return {str(doc["no"]): str(doc["why"]) async for doc in docs}

    async def destroy(self, case_id: str, unit_id: str, open_: Mapping[str, Text], today: date, at: datetime) -> Next:
        """All that is to be done with one unit of a case, wherever it stands; returns what came first.

        `today` in the company's zone, `open_` as archive.holds.unsettled gives it. Raises DestructionElsewhere.
        """
        first = await self._keys(case_id, unit_id, open_, today, at)
        if first in (Next.KEYS, Next.SWEEP):
            await self._sweep(unit_id, at)
        return first

    async def _keys(self, case_id: str, unit_id: str, open_: Mapping[str, Text], today: date, at: datetime) -> Next:
        done = Next.NOTHING

        async def work(session: Session) -> tuple[Next, Sequence[Entry]]:
            nonlocal done
            fate = await self._fate(case_id, unit_id, session)
            if fate is not None:  # begun is finished, even when the case was halted meanwhile
                done = next_of(fate, ())
                raise _Nothing
            case = await self._executing(case_id, unit_id, session)
            unit, items = await self._read(unit_id, session)
            found = obstacles(unit, today, await self._holds(unit.company, session), open_,
                              await self._shared(unit, items, session))  # fmt: skip
            if unit.company != case.company:
                raise NotFound(item=unit_id)
            if next_of(None, found) is Next.SPARE:
                return Next.SPARE, [await self._spare(case_id, unit, found, at, session)]
            return Next.KEYS, [await self._unlock(case_id, unit, items, at, session)]

        try:
            return await self._trail.commit(work)
        except _Nothing:
            return done

    async def _executing(self, case_id: str, unit_id: str, session: Session) -> Case:
        """Keys go only while all have signed and two have ordered it: asked in the transaction in which they go."""
        doc = await self._db.destructions.find_one({"_id": case_id}, session=session)
        if doc is None:
            raise NotFound(item=case_id)
        case = unpack(Case, doc["case"])
        if case.state is not State.EXECUTING:
            raise DestructionElsewhere(case=case.id, state=STATE_NAMES[case.state])
        if unit_id not in case.units:
            raise NotFound(item=unit_id)
        return case

    async def _fate(self, case_id: str, unit_id: str, session: Session) -> Fate | None:
        if doc := await self._db.destroyed.find_one({"_id": unit_id}, {"fate": 1}, session=session):
            return Fate(doc["fate"])
        spared = await self._db.spared.find_one({"_id": f"{case_id}|{unit_id}"}, session=session)
        return Fate.SPARED if spared else None

    async def _read(self, unit_id: str, session: Session) -> tuple[Unit, list[Item]]:
        """The unit as it stands, and its documents' records. Raises NotFound."""
        doc = await self._db.units.find_one({"_id": unit_id}, session=session)
        unit = unpack(Unit, doc["unit"]) if doc else None
        ids = sorted({paper.item for paper in unit.papers if paper.item}) if unit else [unit_id]
        found = self._db.items.find({"_id": {"$in": ids}}, session=session)
        items = [to_item(each) async for each in found]
        member = await self._db.members.find_one({"_id": unit_id}, session=session)
        if unit is None and (not items or items[0].filed is None or member):
            raise NotFound(item=unit_id)
        changed = await self._db.standings.find_one({"_id": unit_id}, session=session)
        state = unpack(Standing, changed["state"]) if changed else None
        return standing(unit or self._lone(items[0]), state), items

    def _lone(self, item: Item) -> Unit:
        """With its metadata: holds on words look into them."""
        unit, fonds = lone(item), self._fonds.get(item.company) or Fonds(item.company, item.company)
        return replace(unit, metadata=metadata.of_unit(unit, fonds, metadata.of_item(item)))

    async def _holds(self, company: str, session: Session) -> list[Hold]:
        key = f"{company}|"
        docs = self._db.holds.find({"_id": {"$gt": key, "$lt": key + _END}}, session=session)
        return [unpack(Hold, doc["hold"]) async for doc in docs]

    async def _shared(self, unit: Unit, items: Sequence[Item], session: Session) -> list[str]:
        """Other documents in the same stored files: their original would go with this one."""
        mine, files = {item.id for item in items}, sorted(ref.id for ref in _files(unit, items))
        found = set[str]()
        for field in ("item.file.id", "item.renditions.file.id"):
            docs = self._db.items.find({field: {"$in": files}}, {"_id": 1}, session=session)
            found |= {str(doc["_id"]) async for doc in docs}
        return sorted(found - mine)

    async def _spare(self, case_id: str, unit: Unit, found: Sequence[Block], at: datetime, session: Session) -> Entry:
        why = "；".join(block.why.zh for block in found)
        await self._db.spared.insert_one(
            {"_id": f"{case_id}|{unit.id}", "no": unit.archive_no, "why": why}, session=session
        )
        facts = {"unit": unit.id, "archive_no": unit.archive_no, "why": why}
        return Entry("system", "destruction_spared", case_id, at, "", facts)

    async def _unlock(self, case_id: str, unit: Unit, items: Sequence[Item], at: datetime, session: Session) -> Entry:
        """The step that can't be undone: the keys of all its files."""
        files = _files(unit, items)
        stone = Tombstone(
            unit.id, unit.company, case_id, unit.archive_no, unit.title, unit.kind, unit.year, unit.retention,
            unit.expires, tuple(ref.id for ref in files), tuple(item.id for item in items),
            tuple(ref.sha256 for ref in files), unit.metadata, Fate.KEYED, keyed_at=at,
        )  # fmt: skip
        await self._db.keys.delete_many({"_id": {"$in": list(stone.papers)}}, session=session)
        parts = [{"_id": each, "unit": unit.id} for each in dict.fromkeys((*stone.papers, *stone.items))]
        await self._db.destroyed_parts.insert_many(parts, session=session)
        return await self._put(stone, "keys_destroyed", at, session)

    async def _put(self, stone: Tombstone, action: str, at: datetime, session: Session) -> Entry:
        doc = {"_id": stone.unit, "case": stone.case, "fate": stone.fate.value, "stone": pack(stone)}
        await self._db.destroyed.replace_one({"_id": stone.unit}, doc, upsert=True, session=session)
        facts = {"archive_no": stone.archive_no, "case": stone.case, STANDS: digest(doc["stone"])}
        return Entry("system", action, f"{STONE}{stone.unit}", at, "", facts)

    async def _sweep(self, unit_id: str, at: datetime) -> None:
        """What remains, in an order in which each part may be done twice."""
        stone = await self.stone(unit_id)
        if stone is None or stone.fate is Fate.GONE:
            return
        self._forget(stone.papers)
        async with border():
            for file_id in stone.papers:
                await self._db["files.files"].delete_one({"_id": file_id})
                await self._db["files.chunks"].delete_many({"files_id": file_id})
            for item in stone.items:
                await self._db.tax_checks.delete_many({"_id": {"$gt": f"{item}:", "$lt": f"{item};"}})
        await self._records(stone, at)
        if self._index is not None and stone.items:
            await self._index.remove(stone.items)  # last: whoever indexes can't find the records any more

        async def work(session: Session) -> tuple[None, Sequence[Entry]]:
            doc = await self._db.destroyed.find_one({"_id": unit_id}, session=session)
            if doc is None or doc["fate"] == Fate.GONE.value:
                raise _Nothing
            gone = replace(unpack(Tombstone, doc["stone"]), fate=Fate.GONE, gone_at=at)
            return None, [await self._put(gone, "unit_destroyed", at, session)]

        try:
            await self._trail.commit(work)
        except _Nothing:
            return

    async def _records(self, stone: Tombstone, at: datetime) -> None:
        """Its records go; its rows on the shelf stay, so that no number is missing."""

        async def work(session: Session) -> tuple[None, Sequence[Entry]]:
            ids = list(stone.items)
            docs = self._db.items.find({"_id": {"$in": ids}}, session=session)
            filed = [item.filed for item in [to_item(doc) async for doc in docs]]
            gone = await self._db.items.delete_many({"_id": {"$in": ids}}, session=session)
            unit = await self._db.units.delete_one({"_id": stone.unit}, session=session)
            if not gone.deleted_count + unit.deleted_count:
                raise _Nothing
            await self._db.members.delete_many({"_id": {"$in": ids}}, session=session)
            numbers = [stone.archive_no, *(each.archive_no for each in filed if each)]
            rows = self._db.shelf.find({"no": {"$in": numbers}}, {"_id": 1}, session=session)
            for key in [row["_id"] async for row in rows]:
                await self._db.shelf.update_one({"_id": key}, {"$set": {"gone": stone.case}}, session=session)
            return None, [Entry("system", "records_destroyed", f"{STONE}{stone.unit}", at, "", {"case": stone.case})]

        try:
            await self._trail.commit(work)
        except _Nothing:
            return


def _files(unit: Unit, items: Sequence[Item]) -> list[FileRef]:
    """Every stored file of the unit once: papers, documents and their other renditions."""
    refs = (*(paper.file for paper in unit.papers), *(ref for item in items for ref in item.files))
    return list({ref.id: ref for ref in refs}.values())


def _doc(case: Case) -> Doc:
    return {"_id": case.id, "company": case.company, "state": case.state.value, "case": pack(case)}


def _told(case: Case, entry: Entry) -> Entry:
    facts = {**entry.facts, STANDS: digest(_doc(case)["case"])}
    return replace(entry, about=f"{CASE}{case.id}", facts=facts)
