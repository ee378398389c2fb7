"""Checking imported books: each month's rows against what the trail says of them, each file by its digests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from pymongo import ASCENDING

from archive.books import BookFile
from archive.item import FileRef
from storage.books import IS, about, rows_digest
from storage.mongo import Database, Doc
from storage.records import unpack
from storage.verify_people import MALFORMED

_BOOKS = about("")
_AFTER = _BOOKS[:-1] + chr(ord(_BOOKS[-1]) + 1)  # the first string behind all that begin so


async def book_faults(
    db: Database, original: Callable[[FileRef], Awaitable[str | None]]
) -> AsyncIterator[tuple[str, str]]:
    """(company|kind|period or the file's id, code of verify.FAULTS) for what is wrong. `original` gives V01 to V03."""
    standing = await _standing(db)
    async for prefix, docs in _months(db):
        told = standing.pop(prefix, None)
        if told == _digest(docs):
            continue
        now = (
            await db.books.find({"_id": {"$gte": f"{prefix}|", "$lt": f"{prefix}|~"}}).sort("_id", ASCENDING).to_list()
        )
        if (await _standing(db)).get(prefix) != _digest(now):  # nor was it imported meanwhile
            yield prefix, "V22"
    for prefix in standing:
        if not await db.books.find_one({"_id": {"$gte": f"{prefix}|", "$lt": f"{prefix}|~"}}, {"_id": 1}):
            yield prefix, "V22"
    async for doc in db.book_files.find({}).sort("_id", ASCENDING):
        try:
            file = unpack(BookFile, doc)
        except MALFORMED:
            yield str(doc["_id"]), "V23"
            continue
        if file.state == "imported" and await original(file.file):
            yield file.id, "V23"


def _digest(docs: list[Doc]) -> str | None:
    try:
        return rows_digest(docs)
    except MALFORMED:
        return None


async def _standing(db: Database) -> dict[str, str]:
    """company|kind|period → the digest the last import that changed it left."""
    found: dict[str, str] = {}
    async for link in db.links.find({"about": {"$gt": _BOOKS, "$lt": _AFTER}}).sort("_id", ASCENDING):
        try:
            company = str(link["about"]).removeprefix(_BOOKS)
            for name, value in link["facts"]:
                if name.startswith(IS):
                    found[f"{company}|{name.removeprefix(IS)}"] = value
        except MALFORMED:
            continue  # the chain's own check tells of it
    return found


async def _months(db: Database) -> AsyncIterator[tuple[str, list[Doc]]]:
    """The documents of each month together, in order."""
    prefix, docs = "", list[Doc]()
    async for doc in db.books.find({"_id": {"$gt": ""}}).sort("_id", ASCENDING):
        mine = str(doc["_id"]).rpartition("|")[0]
        if docs and mine != prefix:
            yield prefix, docs
            docs = []
        prefix = mine
        docs.append(doc)
    if docs:
        yield prefix, docs
