"""Checking what stands beside the books: sums against the vouchers they are of, choices against the trail."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from bson.errors import BSONError

from archive.sums import FORM
from archive.voucher import Voucher
from storage.books import about, rows_of
from storage.ledgers import SET
from storage.mongo import Database
from storage.records import unpack
from storage.stamps import sums_doc
from storage.verify_people import MALFORMED

_BOOKS = about("")
_AFTER = _BOOKS[:-1] + chr(ord(_BOOKS[-1]) + 1)


async def ledger_faults(db: Database) -> AsyncIterator[tuple[str, str]]:
    """(month or choice, code of verify.FAULTS) for what is wrong."""
    async for stamp in db.book_stamps.find({}).sort("_id", 1):
        company, kind, period = str(stamp["_id"]).rsplit("|", 2)
        if kind == "vouchers" and stamp["version"].endswith(f"/{FORM}") and not await _right(db, company, period):
            yield f"{company}|sums|{period}", "V40"
    told = await _told(db)
    async for doc in db.book_choices.find({}).sort("_id", 1):
        if told.pop(str(doc["_id"]), None) != doc.get("value"):
            yield str(doc["_id"]), "V41"
    for place, value in told.items():
        if value and not await db.book_choices.find_one({"_id": place}):
            yield place, "V41"


async def _right(db: Database, company: str, period: str) -> bool:
    """Whether the sums are those of the vouchers as they lie."""
    doc = await db.book_sums.find_one({"_id": f"{company}|{period}"})
    prefix = f"{company}|vouchers|{period}|"
    rows = await db.books.find({"_id": {"$gte": prefix, "$lt": f"{prefix}~"}}).sort("_id", 1).to_list()
    if not rows:
        return True  # V22 tells of it
    try:
        parts = [[unpack(Voucher, row) for row in rows_of(each)] for each in rows]
        made = sums_doc(company, period, "", parts)
        return doc is not None and (doc["data"], doc["places"]) == (made["data"], made["places"])
    except (*MALFORMED, zlib.error, BSONError):
        return False


async def _told(db: Database) -> dict[str, str]:
    """company|key → the value the trail tells last."""
    found: dict[str, str] = {}
    async for link in db.links.find({"about": {"$gt": _BOOKS, "$lt": _AFTER}}).sort("_id", 1):
        try:
            company = str(link["about"]).removeprefix(_BOOKS)
            for name, value in link["facts"]:
                if name.startswith(SET):
                    found[f"{company}|{name.removeprefix(SET)}"] = value
        except MALFORMED:
            continue  # the chain's own check tells of it
    return found
