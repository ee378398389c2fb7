"""Checking the links between vouchers and documents that people made: each is what the trail says of it last."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pymongo import ASCENDING

from archive.hand_link import HandLink, Said
from storage.books import about
from storage.hand_links import ACTION
from storage.mongo import Database, Doc
from storage.records import unpack
from storage.verify_people import MALFORMED

_BOOKS = about("")


async def link_faults(db: Database) -> AsyncIterator[tuple[str, str]]:
    """(company|voucher|item, V33) for each that differs, is missing, or that no entry tells of."""
    told = await _told(db)
    suspect = set(told)
    async for doc in db.book_links.find({}).sort("_id", ASCENDING):
        key = str(doc["_id"])
        if _fits(doc, told.get(key)):
            suspect.discard(key)
        else:
            suspect.add(key)
    again = await _told(db) if suspect else {}
    for key in sorted(suspect):
        if not _fits(await db.book_links.find_one({"_id": key}), again.get(key)):  # nor was it said meanwhile
            yield key, "V33"


def _fits(doc: Doc | None, said: tuple[Said, str, str] | None) -> bool:
    try:
        word = unpack(HandLink, doc or {})
    except MALFORMED:
        return False
    return said == (word.said, word.by, word.reason) and doc is not None and doc["_id"] == word.id


async def _told(db: Database) -> dict[str, tuple[Said, str, str]]:
    """company|voucher|item → what the last entry says, who, and why."""
    found: dict[str, tuple[Said, str, str]] = {}
    after = _BOOKS[:-1] + chr(ord(_BOOKS[-1]) + 1)
    async for link in db.links.find({"about": {"$gt": _BOOKS, "$lt": after}}).sort("_id", ASCENDING):
        try:
            if link["action"] != ACTION:
                continue
            facts = dict(link["facts"])
            said = Said.NOTHING if facts["said"] == "nothing" else Said(facts["said"])
            key = f"{str(link['about']).removeprefix(_BOOKS)}|{facts['voucher']}|{facts['item']}"
            found[key] = (said, str(link["who"]), str(facts.get("reason", "")))
        except MALFORMED:
            continue  # the chain's own check tells of it
    return found
