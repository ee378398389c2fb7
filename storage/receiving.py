"""Packages from other archives: what came, how far it is taken, and their documents as filed items of ours.

Collections: `arrivals` {_id: "company|manifest digest", …}; `received` {_id: item id, company, package, metadata,
origin, unit}: what came with an item, kept as it came. A unit is one transaction: its items with new 档号 of the
receiving fonds, their metadata, the trail entries and the arrival's new place, or none of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from archive import made, numbering, shelving
from archive.approval import Case, Verdict
from archive.document import Document
from archive.errors import DuplicateFile
from archive.item import Filed, FileRef, Item, ItemState, Rendition
from archive.package.arrival import Arrival
from archive.package.card import Told, UnitCard, document_of
from archive.trail import Entry
from storage.items import record_digest, to_document, to_item
from storage.mongo import Database, Doc, Indexes, Session, border
from storage.records import digest, pack, unpack
from storage.shelf import lone_row
from storage.trail import Trail

INDEXES: Indexes = {}
RECEIVED = "received_in"  # what the trail calls an item that came in a package


class Arrivals:
    """See handlers.custody.Receiving."""

    def __init__(
        self, db: Database, trail: Trail, scheme: shelving.Scheme = shelving.Scheme.D1, office: str = "CW"
    ) -> None:
        """`scheme`, `office`: of the classes here (DA/T 94 App D)."""
        self._db, self._trail, self._scheme, self._office = db, trail, scheme, office

    async def arrival(self, company: str, digest_: str) -> Arrival | None:
        """None for one that never came."""
        async with border():
            doc = await self._db.arrivals.find_one({"_id": f"{company}|{digest_}"})
        return _arrival(doc) if doc else None

    async def begin(self, arrival: Arrival) -> Arrival:
        """Written down; one that was begun before is returned as it stands."""

        async def step(session: Session) -> tuple[Arrival, Sequence[Entry]]:
            await self._db.arrivals.insert_one({"_id": arrival.id, **pack(arrival)}, session=session)
            facts = {"package": arrival.digest, "name": arrival.name, "from": arrival.source}
            facts |= {"units": str(arrival.units), "signer": arrival.signer}
            return arrival, [Entry(arrival.by, "package_received", about(arrival), arrival.at, "cli", facts)]

        if standing := await self.arrival(arrival.company, arrival.digest):
            return standing
        return await self._trail.commit(step)

    async def take(
        self, arrival: Arrival, card: UnitCard, files: Sequence[FileRef], at: datetime, ids: Sequence[str] = ()
    ) -> tuple[Arrival, list[Item]]:
        """One unit. `files`: its papers' originals, held; `ids`: new item ids, as many as papers at least."""
        taken: list[Item] = []

        async def step(session: Session) -> tuple[Arrival, Sequence[Entry]]:
            taken.clear()
            said = {"unit": card.unit.id}
            standing = await self._db.arrivals.find_one({"_id": arrival.id}, session=session)
            assert standing is not None  # begun before
            entries = [Entry(arrival.by, "unit_received", about(arrival), at, "cli", said)]
            if standing["done"] >= card.nth:
                return _arrival(standing), [dataclasses.replace(entries[0], action="unit_known")]
            for item, told in _items(arrival, card, files, at, ids):
                filed = await self._filed(arrival.company, card, at, session)
                kept = dataclasses.replace(item, filed=filed)
                doc = to_document(kept, _case(item.id, at))
                await self._db.shelf.insert_one(lone_row(kept), session=session)
                beside = _beside(arrival, card, told, item.id)
                for file in item.files:
                    await self._db.keys.update_one({"_id": file.id}, {"$unset": {"loose": ""}}, session=session)
                await self._db.items.insert_one(doc, session=session)
                await self._db.received.insert_one(beside, session=session)
                entries.append(_entry(arrival, card, told, doc, beside, at))
                taken.append(to_item(doc))
            after = dataclasses.replace(_arrival(standing), done=card.nth)
            put: Doc = {"_id": arrival.id, **pack(after)}
            await self._db.arrivals.replace_one({"_id": arrival.id}, put, session=session)
            return after, entries

        try:
            after = await self._trail.commit(step, stays=(DuplicateKeyError,))
        except DuplicateKeyError as error:
            name = card.unit.papers[0].file.name
            raise DuplicateFile(name=name, who=arrival.company, when="—", item=card.unit.id) from error
        return after, taken

    async def _filed(self, company: str, card: UnitCard, at: datetime, session: Session) -> Filed:
        """A 档号 of the receiving fonds; year, term and its end as they came: the clock does not start anew."""
        u = card.unit
        form = made.FORMS.get(u.category, numbering.VOUCHERS)
        class_no = shelving.class_no(self._scheme, company, form, u.year, _code(u.retention), self._office)
        counter = await self._db.counters.find_one_and_update(
            {"_id": numbering.counter(class_no, u.month)}, {"$inc": {"last": 1}}, upsert=True,
            return_document=ReturnDocument.AFTER, session=session,
        )  # fmt: skip
        number = numbering.archive_no(class_no, *numbering.place(u.month, int(counter["last"]) if counter else 1))
        return Filed(number, at, u.year, u.month, u.category, u.retention, u.expires)


def _items(
    arrival: Arrival, card: UnitCard, files: Sequence[FileRef], at: datetime, ids: Sequence[str]
) -> list[tuple[Item, Told | None]]:
    """The unit's documents: the files of one record are one item; a file of no record is one by itself."""
    told = {each.item: each for each in card.documents}
    groups: dict[str, list[int]] = {}
    for n, paper in enumerate(card.unit.papers):
        groups.setdefault(paper.item or f"#{paper.nth}", []).append(n)
    made: list[tuple[Item, Told | None]] = []
    for item_id, (key, places) in zip(ids, groups.items(), strict=False):
        first, *others = (files[n] for n in places)
        of = told.get(key)
        document = document_of(of.fields) if of else Document(date=card.unit.formed, number=card.unit.file_no or None)
        origin = f"package:{arrival.digest[:16]}:{card.nth}"
        beside = tuple(Rendition(file, 0, "", at, arrival.by, origin) for file in others)
        item = Item(
            item_id, arrival.company, arrival.by, of.department if of else "", first, 0, document, ItemState.ARCHIVED,
            at, origin, of.category if of else "", case=item_id, renditions=beside, text=card.unit.title,
        )  # fmt: skip
        made.append((item, of))
    return made


def about(arrival: Arrival) -> str:
    """What trail entries about a package are about."""
    return f"package:{arrival.digest}"


def _arrival(doc: Doc) -> Arrival:
    return unpack(Arrival, doc)


def _case(item_id: str, at: datetime) -> Case:
    return Case(item_id, item_id, "移交接收", (), at, closed=Verdict.APPROVE)


def _beside(arrival: Arrival, card: UnitCard, told: Told | None, item_id: str) -> Doc:
    u = card.unit
    was = told.archive_no if told else u.archive_no
    metadata = dict(u.metadata) | {"M82": f"原全宗 {u.company}，原档号 {was}"}
    origin = {"fonds": u.company, "unit": u.id, "archive_no": was, "item": told.item if told else "",
              "owner": told.owner if told else ""}  # fmt: skip
    return {"_id": item_id, "company": arrival.company, "package": arrival.digest, "nth": card.nth,
            "metadata": metadata, "origin": origin, "title": u.title,
            "checks": [[c, *v] for c, v in card.checks.items()]}  # fmt: skip


def _entry(arrival: Arrival, card: UnitCard, told: Told | None, doc: Doc, beside: Doc, at: datetime) -> Entry:
    facts = {
        "package": arrival.digest, "from": arrival.source, "was": told.archive_no if told else card.unit.archive_no,
        "archive_no": doc["item"]["filed"]["archive_no"], "metadata": digest(beside),
        "record": record_digest(doc), "sha256": doc["item"]["file"]["sha256"],
    }  # fmt: skip
    return Entry(arrival.by, RECEIVED, doc["_id"], at, "cli", facts)


def _code(retention: str) -> str:
    """30年 → D30, 永久 → Y, as numbers bear it."""
    years = "".join(c for c in retention if c.isdecimal())
    return f"D{years}" if years else "Y"
