"""Books that were imported: vouchers, balances, accounts, asset cards, bank lines, a month at a time.

Collections: `books` {_id: "company|kind|period|part", rows}, the rows as compressed BSON: a journal of 100,000 rows is
one transaction, which as it came the database's cache can't hold; `book_files` {_id: "company|digest", …}: every file
that was shown or imported, with what became of it; `book_sources` {_id: "company|source", …}: mappings a person
confirmed, and "company|form:…": those a person gave.
A file is imported in one transaction with its trail entry, which tells the digest of each month it changed; the same
file again changes nothing.
"""

from __future__ import annotations

import asyncio
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from bson import decode, encode
from pymongo import ASCENDING, IndexModel

from archive.books import BookFile, Merge
from archive.remark import Remark
from archive.trail import Entry
from storage.mongo import Database, Doc, Indexes, Session, border
from storage.people import utc_now
from storage.records import digest, pack, unpack
from storage.stamps import first_books, stamp
from storage.trail import Trail

#: Shown or imported files by company, the newest last.
INDEXES: Indexes = {"book_files": [IndexModel([("company", ASCENDING), ("at", ASCENDING)])]}
PART = 1_000  # records in one document: lines of vouchers counted, some 400 kB
#: Facts of a trail entry that begin so tell the digest of a month's rows as the import left them.
IS = "is:"
#: Mappings a person gave are found by the headings alone.
FORM = "form:"
_LAST = "~"  # sorts after every period and part

R = TypeVar("R")


class Books:
    """See handlers.context.Books."""

    def __init__(self, db: Database, trail: Trail, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._trail, self._now = db, trail, now

    async def file(self, file_id: str) -> BookFile | None:
        """By its id."""
        async with border():
            doc = await self._db.book_files.find_one({"_id": file_id})
        return unpack(BookFile, doc) if doc else None

    async def files(self, company: str) -> list[BookFile]:
        """All of the company's, oldest first."""
        async with border():
            docs = await self._db.book_files.find({"company": company}).sort("at", ASCENDING).to_list()
        return [unpack(BookFile, doc) for doc in docs]

    async def shown(self, file: BookFile) -> None:
        """A file that waits for somebody's word; one that was imported meanwhile stays so."""
        async with border():
            standing = await self._db.book_files.find_one({"_id": file.id}, {"state": 1})
            if standing is None or standing["state"] != "imported":
                await self._db.book_files.replace_one({"_id": file.id}, pack(file), upsert=True)

    async def confirmed(self, company: str, source: str) -> bool:
        """Whether a person has looked at the mapping of this form of export."""
        async with border():
            return await self._db.book_sources.find_one({"_id": f"{company}|{source}"}, {"_id": 1}) is not None

    async def take(
        self, file: BookFile, records: Mapping[tuple[str, str], Sequence[Any]], merge: Merge, mapping: Mapping[str, str]
    ) -> tuple[BookFile, tuple[Remark, ...]]:
        """Import: for each (kind, period) the merge of what stands and what comes; the file with what it did.

        One transaction: records, the file's own record, the confirmed mapping and the trail entry, or none of them.
        """

        async def step(session: Session) -> tuple[tuple[BookFile, tuple[Remark, ...]], Sequence[Entry]]:
            counts: Counter[str] = Counter()
            stand: dict[str, str] = {}
            remarks: list[Remark] = []
            await first_books(self._db, file.company, session)
            for (kind, period), incoming in records.items():
                prefix = f"{file.company}|{kind}|{period}|"
                outcome = merge(kind, period, await self._read(prefix, type(incoming[0]), session), incoming)
                counts.update(outcome.counts)
                remarks += outcome.remarks
                if outcome.records is not None:
                    stand[f"{IS}{kind}|{period}"] = await self._write(prefix, outcome.records, session)
                    version = stand[f"{IS}{kind}|{period}"]
                    await stamp(self._db, prefix, version, parted(outcome.records), session)
            done = replace(file, state="imported", counts=dict(counts))
            await self._db.book_files.replace_one({"_id": file.id}, pack(done), upsert=True, session=session)
            await self._confirm(file, mapping, session)
            return (done, tuple(remarks)), [_entry(done, stand)]

        return await self._trail.commit(step)

    async def _confirm(self, file: BookFile, mapping: Mapping[str, str], session: Session) -> None:
        if file.given:
            form = {"kind": file.kind, "mapping": [[a, b] for a, b in file.given.items()], "by": file.by, "at": file.at}
            place = f"{file.company}|{FORM}{file.form}"
            await self._db.book_sources.replace_one({"_id": place}, form, upsert=True, session=session)
        key = f"{file.company}|{file.source}"
        if await self._db.book_sources.find_one({"_id": key}, {"_id": 1}, session=session):
            return
        doc = {"_id": key, "kind": file.kind, "mapping": [[a, b] for a, b in mapping.items()], "by": file.by,
               "at": file.at}  # fmt: skip
        await self._db.book_sources.insert_one(doc, session=session)

    async def records(self, company: str, kind: str, cls: type[R], period: str = "") -> list[R]:
        """The company's records of a kind, of one period ("2026-04") or, without, of all in order."""
        prefix = f"{company}|{kind}|{period}|" if period else f"{company}|{kind}|"
        async with border():
            return await self._read(prefix, cls, None)

    async def mappings(self, company: str) -> dict[str, tuple[str, dict[str, str]]]:
        """Form (of headings) → kind of book and what a person said each column is."""
        prefix = f"{company}|{FORM}"
        async with border():
            docs = await self._db.book_sources.find({"_id": {"$gte": prefix, "$lt": prefix + _LAST}}).to_list()
        return {str(doc["_id"])[len(prefix) :]: (doc["kind"], dict(doc["mapping"])) for doc in docs}

    async def periods(self, company: str, kind: str) -> list[str]:
        """The months there are of a kind, in order."""
        prefix = f"{company}|{kind}|"
        async with border():
            found = self._db.books.find({"_id": {"$gte": prefix, "$lt": prefix + _LAST}}, {"_id": 1})
            docs = await found.sort("_id", ASCENDING).to_list()
        return list(dict.fromkeys(str(doc["_id"]).split("|")[2] for doc in docs))

    async def _read(self, prefix: str, cls: type[R], session: Session | None) -> list[R]:
        found = self._db.books.find({"_id": {"$gte": prefix, "$lt": prefix + _LAST}}, session=session)
        docs = await found.sort("_id", ASCENDING).to_list()
        return await asyncio.to_thread(_opened, docs, cls)

    async def _write(self, prefix: str, records: Sequence[Any], session: Session) -> str:
        """Put the month anew; the digest of its rows."""
        parts = await asyncio.to_thread(_closed, records)
        docs: list[Doc] = [{"_id": f"{prefix}{n:05}", "rows": rows} for n, rows in enumerate(parts)]
        await self._db.books.delete_many({"_id": {"$gte": prefix, "$lt": prefix + _LAST}}, session=session)
        for doc in docs:  # one by one: a batch has its own limit of 48 MB
            await self._db.books.insert_one(doc, session=session)
        return await asyncio.to_thread(rows_digest, docs)


def rows_digest(docs: Sequence[Doc]) -> str:
    """Of a month's documents in their order: what the trail says of them and `verify` compares."""
    return digest([rows_of(doc) for doc in docs])


def about(company: str) -> str:
    """What trail entries about a company's books are about."""
    return f"books:{company}"


def _closed(records: Sequence[Any]) -> list[bytes]:
    return [zlib.compress(encode({"rows": rows})) for rows in _parts(records)]


def _opened(docs: Sequence[Doc], cls: type[R]) -> list[R]:
    return [unpack(cls, row) for doc in docs for row in rows_of(doc)]


def rows_of(doc: Doc) -> list[Doc]:
    """The packed records of one document; those of before were not compressed."""
    rows = doc["rows"]
    opened: list[Doc] = decode(zlib.decompress(rows))["rows"] if isinstance(rows, bytes) else rows
    return list(opened)


def parted(records: Sequence[R]) -> list[list[R]]:
    """The records as they lie in documents: so many in one that it stays far below its 16 MB."""
    parts: list[list[R]] = [[]]
    weight = 0
    for record in records:
        heavy = 1 + len(getattr(record, "lines", ()))
        if parts[-1] and weight + heavy > PART:
            parts.append([])
            weight = 0
        parts[-1].append(record)
        weight += heavy
    return parts


def _parts(records: Sequence[Any]) -> list[list[Doc]]:
    return [[pack(record) for record in part] for part in parted(records)]


def _entry(file: BookFile, stand: Mapping[str, str]) -> Entry:
    facts = {"file": file.file.id, "name": file.file.name, "kind": file.kind, "sha256": file.sha256}
    facts |= {name: str(count) for name, count in file.counts.items()}
    if file.periods:
        facts["periods"] = f"{file.periods[0]}–{file.periods[-1]}"
    if file.given:
        facts["mapping"] = "；".join(f"{heading}={name}" for heading, name in file.given.items())
    return Entry(file.by, "books_imported", about(file.company), file.at, "", {**facts, **stand})
