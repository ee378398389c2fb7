"""Items as they stand in the database: how one is written, and every way of finding some."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne

from archive.approval import Case
from archive.errors import NotFound
from archive.item import FileRef, Item, ItemState
from archive.overview import Line
from storage.mongo import BEGINNING, Database, Doc, Indexes, Session, border
from storage.overview import Lines
from storage.records import digest, pack, unpack

#: States in which an item no longer stands for its document: it may be sent again.
DEAD = frozenset({ItemState.REJECTED, ItemState.WITHDRAWN})

#: `items`: {_id, item, case, identity and bytes (while alive: what no other live item may share), unindexed (until
#: the index has it)}; `counters`: {_id, last}.
INDEXES: Indexes = {
    "items": [
        IndexModel([("identity", ASCENDING)], unique=True, partialFilterExpression={"identity": {"$exists": True}}),
        IndexModel([("bytes", ASCENDING)], unique=True, partialFilterExpression={"bytes": {"$exists": True}}),
        IndexModel([("item.file.id", ASCENDING), ("item.part", ASCENDING)], unique=True),
        IndexModel(
            [("item.filed.archive_no", ASCENDING)],
            unique=True,
            partialFilterExpression={"item.filed.archive_no": {"$exists": True}},
        ),
        IndexModel([("item.file.sha256", ASCENDING)]),
        IndexModel([("item.document.number", ASCENDING)]),
        IndexModel([("item.renditions.file.id", ASCENDING)]),
        IndexModel([("item.company", ASCENDING), ("item.state", ASCENDING)]),
        IndexModel([("item.company", ASCENDING), ("item.document.date", ASCENDING)]),
        IndexModel([("item.company", ASCENDING), ("item.received_at", ASCENDING)]),
        IndexModel(
            [("unindexed", ASCENDING)]
        ),  # whole: the embedded database looks through everything where an index is partial
    ],
}


class Items:
    """Reading. Everything raises DatabaseDown when the database is away for longer than a restart takes."""

    def __init__(self, db: Database, zone: ZoneInfo) -> None:
        self._db = db
        self._zone = zone
        self._lines = Lines(db)

    async def item(self, item_id: str) -> Item:
        """Raises NotFound."""
        return to_item(await self._one({"_id": item_id}, item_id))

    async def case(self, item_id: str) -> Case:
        """The approval case of an item. Raises NotFound."""
        return to_case(await self._one({"_id": item_id}, item_id))

    async def both(self, item_id: str) -> tuple[Item, Case]:
        """An item and its approval case, as they stand together. Raises NotFound."""
        doc = await self._one({"_id": item_id}, item_id)
        return to_item(doc), to_case(doc)

    async def items(self, ids: Sequence[str]) -> list[Item]:
        """Those that exist, in the order asked."""
        async with border():
            found = {doc["_id"]: to_item(doc) async for doc in self._db.items.find({"_id": {"$in": list(ids)}})}
        return [found[each] for each in ids if each in found]

    async def same_file(self, company: str, sha256: str) -> Item | None:
        """An earlier live item of this company made from the same bytes, if any."""
        return await self._alive({"item.file.sha256": sha256, "item.company": company})

    async def parts(self, file: FileRef) -> list[Item]:
        """Every item made from this stored file, by part."""
        async with border():
            docs = await self._db.items.find({"item.file.id": file.id}).sort("item.part", ASCENDING).to_list()
        return [to_item(doc) for doc in docs]

    async def numbered(self, company: str, numbers: Sequence[str]) -> list[Item]:
        """The company's live items with one of these document numbers, the earliest first.

        By the number alone: the embedded database leaves its index when more is asked.
        """
        if not numbers:
            return []
        async with border():
            docs = await self._db.items.find({"item.document.number": {"$in": list(numbers)}}).to_list()
        found = [item for item in map(to_item, docs) if item.company == company and item.state not in DEAD]
        return sorted(found, key=lambda item: (item.received_at, item.id))

    async def open_cases(self, company: str) -> list[tuple[Item, Case]]:
        """Every item of the company awaiting a decision, oldest first."""
        pending = {"item.company": company, "item.state": ItemState.PENDING.value}
        return await self._pairs(pending, [("item.received_at", ASCENDING), ("_id", ASCENDING)])

    async def with_sender(self, company: str, person: str) -> list[tuple[Item, Case]]:
        """What this person sent that waits for themselves: to be completed or rejected; oldest first."""
        states = [ItemState.DOUBTFUL.value, ItemState.REJECTED.value]
        wanted = {"item.company": company, "item.state": {"$in": states}, "item.owner": person}
        return await self._pairs(wanted, [("item.received_at", ASCENDING), ("_id", ASCENDING)])

    async def span(self, company: str, first: datetime, last: datetime, person: str | None) -> list[tuple[Item, Case]]:
        """Items of the company whose document is dated in [first, last), in any state, by date.

        A document without a date counts by when it was received. With `person` only those laid before them.
        """
        days = {"$gte": self._day(first), "$lt": self._day(last)}
        undated = {"item.document.date": None, "item.received_at": {"$gte": first, "$lt": last}}
        wanted: Doc = {"item.company": company, "$or": [{"item.document.date": days}, undated]}
        if person is not None:
            wanted["item.seen_by"] = person
        return await self._pairs(wanted, [("item.document.date", ASCENDING), ("_id", ASCENDING)])

    async def handed_in(self, company: str, first: datetime, last: datetime) -> list[tuple[Item, Case]]:
        """Items received in [first, last), in any state, oldest first."""
        wanted = {"item.company": company, "item.received_at": {"$gte": first, "$lt": last}}
        return await self._pairs(wanted, [("item.received_at", ASCENDING), ("_id", ASCENDING)])

    async def received(
        self, company: str, person: str | None, before: tuple[datetime, str] | None, limit: int,
        states: Sequence[ItemState] = (), first: datetime | None = None,
    ) -> list[Item]:  # fmt: skip
        """Items of the company, the last received first, after the place `before` (when, item id) of the one before.

        With `person` only those laid before them; with `first` only those received since.
        """
        wanted: Doc = {"item.company": company}
        if person is not None:
            wanted["item.seen_by"] = person
        if states:
            wanted["item.state"] = {"$in": [state.value for state in states]}
        earliest, found = first or BEGINNING, list[Doc]()
        order = [("item.received_at", DESCENDING), ("_id", DESCENDING)]
        async with border():
            if before is None:
                days: Doc = {"$gte": earliest}
            else:
                at, last = before
                days = {"$gte": earliest, "$lt": at}
                ties = self._db.items.find({**wanted, "item.received_at": at}).sort("_id", DESCENDING)
                found = [doc async for doc in ties if doc["_id"] < last and at >= earliest]
            if len(found) < limit:
                rest = self._db.items.find({**wanted, "item.received_at": days}).sort(order).limit(limit - len(found))
                found += await rest.to_list()
        return [to_item(doc) for doc in found[:limit]]

    async def lines(self, company: str, first: datetime) -> list[Line]:
        """So much of the items as an overview needs: those received since `first`, and open ones of any age."""
        async with border():
            return await self._lines.of(company, first)

    async def how_many(self) -> int:
        """Items in all."""
        async with border():
            return await self._db.items.count_documents({})

    async def all_items(self) -> AsyncIterator[Item]:
        """Every item, in no order, for building the index anew. Memory stays flat."""
        async with border():
            async for doc in self._db.items.find({}).batch_size(500):
                yield to_item(doc)

    async def unindexed(self, limit: int = 200) -> list[Item]:
        """Items the index may not have as they stand."""
        async with border():
            return [to_item(doc) async for doc in self._db.items.find({"unindexed": True}).limit(limit)]

    async def mark_indexed(self, items: Iterable[Item]) -> None:
        """The index has these as they stand here; one that was changed since stays marked."""
        unmark = {"$unset": {"unindexed": ""}}
        marks = [UpdateOne({"_id": item.id, "item.version": item.version}, unmark) for item in items]
        if marks:
            async with border():
                await self._db.items.bulk_write(marks, ordered=False)

    async def _one(self, wanted: Doc, name: str, session: Session | None = None) -> Doc:
        if session:
            doc = await self._db.items.find_one(wanted, session=session)
        else:
            async with border():
                doc = await self._db.items.find_one(wanted)
        if doc is None:
            raise NotFound(item=name)
        return doc

    async def _alive(self, wanted: Doc) -> Item | None:
        wanted = {**wanted, "item.state": {"$nin": [state.value for state in DEAD]}}
        async with border():
            docs = await self._db.items.find(wanted).sort("item.received_at", ASCENDING).limit(1).to_list()
        return to_item(docs[0]) if docs else None

    async def _pairs(self, wanted: Doc, order: list[tuple[str, int]]) -> list[tuple[Item, Case]]:
        async with border():
            return [(to_item(doc), to_case(doc)) async for doc in self._db.items.find(wanted).sort(order)]

    def _day(self, at: datetime) -> str:
        return at.astimezone(self._zone).date().isoformat()


def to_document(item: Item, case: Case) -> Doc:
    """The item and its case as one document: what changes together lies together."""
    return {"_id": item.id, "item": pack(item), "case": pack(case), "unindexed": True, **own(item)}


def own(item: Item) -> Doc:
    """What no other live item may share, as it stands beside the record: its bytes and what it is a copy of."""
    if item.state in DEAD:
        return {}
    marks = {"bytes": f"{item.company}|{item.file.sha256}|{item.part}"}
    return marks | ({"identity": item.identity} if item.identity else {})


def to_item(doc: Doc) -> Item:
    return unpack(Item, doc["item"])


def to_case(doc: Doc) -> Case:
    return unpack(Case, doc["case"])


def record_digest(doc: Doc) -> str:
    """What the trail says of a stored item: SHA-256 over the item and its case as they stand in the database."""
    return digest({"item": doc["item"], "case": doc["case"]})
