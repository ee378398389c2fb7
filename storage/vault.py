"""The one door to what is kept: an original, its record and its trail change together here, and the index follows."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from archive import made, numbering, shelving
from archive.approval import Case
from archive.errors import ChangedMeanwhile, DuplicateDocument, DuplicateFile, Problem
from archive.item import Filed, FileRef, Item, ItemState
from archive.period import Period
from archive.retention import Term
from archive.trail import Entry
from storage.files import Files
from storage.items import Items, record_digest, to_case, to_document, to_item
from storage.keys import KeyProvider
from storage.lots import Lots
from storage.mongo import Database, Doc, Session, border
from storage.shelf import lone_row
from storage.trail import Trail

log = logging.getLogger(__name__)


class Step(Protocol):
    """What a step makes of an item (handlers call it Change); a frozen dataclass."""

    @property
    def item(self) -> Item: ...
    @property
    def case(self) -> Case | None: ...
    @property
    def entries(self) -> tuple[Entry, ...]: ...
    @property
    def file_it(self) -> bool: ...
    @property
    def takes(self) -> tuple[FileRef, ...]: ...


S = TypeVar("S", bound=Step)
#: Items in the index before their marks are taken off together.
MARKS = 50
#: Item numbers taken from the counter together; those not used when the process ends stay unused.
AT_ONCE = 5
OnKept = Callable[[Sequence[Item]], Awaitable[None]]


class Vault(Items):
    """Everything raises DatabaseDown when the database is away for longer than a restart takes."""

    def __init__(
        self, db: Database, keys: KeyProvider, trail: Trail, *, term: Term, zone: ZoneInfo,
        on_kept: OnKept | None = None, disk: Path | None = None, fresh: int = 0,
        scheme: shelving.Scheme = shelving.Scheme.D1, office: str = "CW",
        terms: Mapping[str, Term] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        """`term`: how long source documents are kept; `scheme`, `office`: of their class (DA/T 94 App D);
        `zone`: whose calendar months and years are meant;
        `on_kept` puts items into the index: when it raises a Problem they stay marked for `index_rest`;
        `disk`, `fresh`: see Files; `terms`: the whole table, for reports that are made here and filed.
        """
        super().__init__(db, zone)
        self._trail = trail
        self._files = Files(db, keys, disk, fresh)
        self._term = term
        self._class = (scheme, office)
        self._terms = terms
        self._on_kept = on_kept
        self._ids: dict[str, list[int]] = {}  # taken from the counter, for the month's next items
        self._following = Lots(self._into_index)  # what comes while the index is busy goes into its next commit
        self._indexed: dict[str, Item] = {}  # in the index, still marked

    # originals

    async def hold(self, data: bytes, name: str, media_type: str) -> FileRef:
        """Keep an original, encrypted with a key of its own. Written down when this returns."""
        return await self._files.hold(data, name, media_type)

    async def original(self, file: FileRef) -> bytes:
        """The plain bytes, checked against their digests. Raises Tampered, KeyMissing, NotFound."""
        return await self._files.original(file)

    async def settle(self, file: FileRef) -> None:
        """A held file that belongs to no item stays: a report that was said in a conversation. Raises NotFound."""
        await self._files.settle(file)

    def forget(self, ids: Iterable[str]) -> None:
        """Nothing of these files stays in memory: their keys are destroyed."""
        self._files.forget(ids)

    def keeping(self) -> AbstractAsyncContextManager[None]:
        """While inside, what this process holds is not swept, however long it waits for its record."""
        return self._files.keeping()

    async def sweep(self, now: datetime) -> int:
        """Remove originals that no item took within an hour; returns how many."""
        return await self._files.sweep(now)

    # changes

    async def new_id(self, at: datetime) -> str:
        """The next short item id of the month, e.g. G2610-0042. A number may stay unused."""
        local = at.astimezone(self._zone)
        prefix = f"G{local:%y%m}"
        async with border():
            while not self._ids.get(prefix):
                last = await self._count(f"item:{prefix}", None, AT_ONCE)
                if last:  # SecantusDB answers a write that was retried over its restart with nothing
                    self._ids[prefix] = [*self._ids.get(prefix, ()), *range(last - AT_ONCE + 1, last + 1)]
        return f"{prefix}-{self._ids[prefix].pop(0):04d}"

    async def take(self, item: Item, case: Case, entries: Sequence[Entry]) -> Item:
        """Write a new item with its case and trail entries. The same file+part again returns what stands.

        Raises DuplicateFile or DuplicateDocument when the company holds an item of the same bytes or the same
        identity that is neither rejected nor withdrawn, NotFound when the file isn't held.
        """

        async def step(session: Session) -> tuple[Item, Sequence[Entry]]:
            await self._files.take(item.file, session)
            doc = to_document(item, case)
            await self._db.items.insert_one(doc, session=session)
            return to_item(doc), _signed(entries, doc)

        try:
            taken = await self._trail.commit(step, stays=(DuplicateKeyError,))
        except DuplicateKeyError as error:
            if standing := await self._taken(item):
                return standing
            await self._refuse_duplicate(item, error)
            raise ChangedMeanwhile(item=item.id) from error
        await self._index(taken)
        return taken

    async def change(self, item_id: str, step: Callable[[Item, Case], S]) -> S:
        """Run a pure step on the item as it stands and keep what it makes, in one transaction; retried on conflict.

        The kept item's version is the old one + 1. Raises what `step` raises, DuplicateFile, DuplicateDocument,
        NotFound.
        """
        meant: list[Item] = []

        async def work(session: Session) -> tuple[S, Sequence[Entry]]:
            old = await self._one({"_id": item_id}, item_id, session)
            made = step(to_item(old), to_case(old))
            item = dataclasses.replace(made.item, version=old["item"]["version"] + 1)
            meant[:] = [item]
            for file in made.takes:
                await self._files.take(file, session)
            if made.file_it:
                item = await self._filed(item, made.entries[-1].at, session)
            doc = to_document(item, made.case or to_case(old))
            await self._db.items.replace_one({"_id": item_id}, doc, session=session)
            kept = dataclasses.replace(made, item=to_item(doc), case=to_case(doc))  # type: ignore[type-var]
            return kept, _signed(made.entries, doc)

        try:
            kept = await self._trail.commit(work, stays=(DuplicateKeyError,))
        except DuplicateKeyError as error:
            await self._refuse_duplicate(meant[0], error)
            raise ChangedMeanwhile(item=item_id) from error
        await self._index(kept.item)
        return kept

    async def keep_made(
        self, item: Item, case: Case, entries: Sequence[Entry], kept: made.Kept, period: Period, replaces: str
    ) -> Item:
        """File a report made here, with all its files, in one transaction. It belongs to the year of its period.

        `replaces`: the id of the version that stands, "" for none. Raises ChangedMeanwhile when another stands by now.
        """
        term = made.term_of(kept, period, self._terms)

        async def step(session: Session) -> tuple[Item, Sequence[Entry]]:
            place = (made.FORMS[term.category], period.last.year, period.last.month)
            filed = await self._filed(item, entries[-1].at, session, term, place)
            docs = await self._db.items.find({"item.document.number": item.document.number}, session=session).to_list()
            standing = made.latest([each for each in map(to_item, docs) if each.company == item.company])
            if (standing.id if standing else "") != replaces:
                raise ChangedMeanwhile(item=replaces or item.id)
            for file in item.files:
                await self._files.take(file, session)
            doc = to_document(filed, case)
            await self._db.items.insert_one(doc, session=session)
            return to_item(doc), _signed(entries, doc)

        taken = await self._trail.commit(step)
        await self._index(taken)
        return taken

    async def _filed(
        self, item: Item, at: datetime, session: Session, term: Term | None = None,
        place: tuple[str, int, int] | None = None,
    ) -> Item:  # fmt: skip
        """Give the item its 档号: the count belongs to the same transaction, so no number is lost or given twice.

        `place`: (form, year, month) where it isn't a source document.
        """
        term = term or self._term
        year, month = numbering.period(item.document.date, at.astimezone(self._zone).date())
        form, year, month = place or (numbering.VOUCHERS, year, month)
        scheme, office = self._class
        class_no = shelving.class_no(scheme, item.company, form, year, term.code, office)
        nth = await self._count(numbering.counter(class_no, month), session)
        number = numbering.archive_no(class_no, *numbering.place(month, nth))
        filed = Filed(number, at, year, month, term.category, term.label, term.expires(year))
        kept = dataclasses.replace(item, filed=filed, state=ItemState.ARCHIVED)
        await self._db.shelf.insert_one(lone_row(kept), session=session)
        return kept

    async def _count(self, name: str, session: Session | None, by: int = 1) -> int:
        doc = await self._db.counters.find_one_and_update(
            {"_id": name}, {"$inc": {"last": by}}, upsert=True, return_document=ReturnDocument.AFTER, session=session
        )
        return int(doc["last"]) if doc else 0

    async def _taken(self, item: Item) -> Item | None:
        """What was made before of the same part of the same file."""
        async with border():
            doc = await self._db.items.find_one({"item.file.id": item.file.id, "item.part": item.part})
        return to_item(doc) if doc else None

    async def _refuse_duplicate(self, item: Item, error: DuplicateKeyError) -> None:
        """Raise DuplicateFile or DuplicateDocument for what stands in the item's place; return when nothing does."""
        doc = to_document(item, Case(item.case, item.id, "", (), item.received_at))
        # Found by an index that is whole: the embedded database looks through everything where one is partial.
        near: dict[str, Doc] = {
            "identity": {"item.document.number": item.document.number},
            "bytes": {"item.file.sha256": item.file.sha256},
        }
        for key, kind in (("identity", DuplicateDocument), ("bytes", DuplicateFile)):
            async with border():
                wanted = {**near[key], key: doc.get(key), "_id": {"$ne": item.id}}
                other = key in doc and await self._db.items.find_one(wanted)
            if other:
                first = to_item(other)
                when = first.received_at.astimezone(self._zone)
                raise kind(
                    name=item.file.name, number=item.document.number, who=first.owner,
                    when=f"{when:%Y-%m-%d %H:%M}", item=first.id,
                ) from error  # fmt: skip

    # the index follows

    async def index_rest(self) -> int:
        """Put what is still marked into the index; returns how many. For a clock to call; raises as `on_kept` does."""
        done = 0
        await self._unmark()
        while self._on_kept and (items := await self.unindexed()):
            await self._on_kept(items)
            await self.mark_indexed(items)
            done += len(items)
        return done

    async def _index(self, item: Item) -> None:
        """Searchable when this returns."""
        if self._on_kept:
            await self._following.add(item)

    async def _into_index(self, items: Sequence[Item]) -> Sequence[None]:
        assert self._on_kept is not None
        try:
            await self._on_kept(items)
            self._indexed |= {item.id: item for item in items}
            if len(self._indexed) >= MARKS:
                await self._unmark()
        except Problem as problem:  # the record is kept; the index is caught up later
            log.warning("not indexed yet: %s: %s", [item.id for item in items], problem.code)
        return [None] * len(items)

    async def _unmark(self) -> None:
        """Many at once: after a crash a few are put into the index again, which changes nothing."""
        marked, self._indexed = self._indexed, {}
        await self.mark_indexed(marked.values())


def _signed(entries: Sequence[Entry], doc: Doc) -> list[Entry]:
    """The entries about the item with the digests of its record after the change and of its file.

    Raises ValueError when there is none: a change that leaves no trail would look like tampering.
    """
    if not any(entry.about == doc["_id"] for entry in entries):
        raise ValueError(f"a change of {doc['_id']} that leaves no trail")
    proof = {"record": record_digest(doc), "sha256": doc["item"]["file"]["sha256"]}
    return [
        dataclasses.replace(entry, facts={**entry.facts, **proof}) if entry.about == doc["_id"] else entry
        for entry in entries
    ]
