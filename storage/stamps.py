"""What goes beside a month of books so that statements read little: its stamp, and the sums of its vouchers.

Collections: `book_stamps` {_id: "company|kind|period", version}: changes with the rows; `book_sums` {_id:
"company|period", version, data, places}: the sums (archive/sums.py) and, by account, the documents its vouchers are in.
Both are made of the rows and written in one transaction with them; `verify` makes them again and compares.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archive import sums
from archive.voucher import Voucher
from storage.mongo import Database, Doc, Session

#: Kinds of books a ledger is made of.
KINDS = ("vouchers", "balances", "accounts")


async def first_books(db: Database, company: str, session: Session) -> None:
    """A company whose first books come now has every month stamped from here on."""
    if await db.book_stamps.find_one({"_id": f"{company}||"}, session=session):
        return
    if await db.books.find_one({"_id": {"$gte": f"{company}|", "$lt": f"{company}|~"}}, {"_id": 1}, session=session):
        return
    mark = {"_id": f"{company}||", "version": ""}
    await db.book_stamps.replace_one({"_id": mark["_id"]}, mark, upsert=True, session=session)


async def stamp(
    db: Database, prefix: str, version: str, parts: Sequence[Sequence[Any]], session: Session | None
) -> None:
    """Renew what stands beside the month "company|kind|period|", whose rows lie in these parts."""
    company, kind, period = prefix.rstrip("|").rsplit("|", 2)
    if kind not in KINDS:
        return
    if kind == "vouchers":
        doc = sums_doc(company, period, version, parts)
        await db.book_sums.replace_one({"_id": doc["_id"]}, doc, upsert=True, session=session)
    mark = {"_id": f"{company}|{kind}|{period}", "version": f"{version}/{sums.FORM}"}
    await db.book_stamps.replace_one({"_id": mark["_id"]}, mark, upsert=True, session=session)


def sums_doc(company: str, period: str, version: str, parts: Sequence[Sequence[Voucher]]) -> Doc:
    """The sums of a month with the documents each account's vouchers lie in, and how many in each."""
    places: dict[str, dict[int, int]] = {}
    for n, part in enumerate(parts):
        for v in part:
            for account in {sums.key_of(line) for line in v.lines}:
                mine = places.setdefault(account, {})
                mine[n] = mine.get(n, 0) + 1
    listed = {account: [[n, count] for n, count in mine.items()] for account, mine in sorted(places.items())}
    ends = [[part[-1].word, part[-1].number] for part in parts if part]  # vouchers lie by word and number
    return {
        "_id": f"{company}|{period}",
        "version": version,
        "data": sums.packed(sums.of(period, (v for part in parts for v in part))),
        "places": zlib.compress(json.dumps([ends, listed], ensure_ascii=False, separators=(",", ":")).encode()),
    }


@dataclass(frozen=True, slots=True)
class Places:
    """Where a month's vouchers lie: account → (document, vouchers in it); and the last voucher of each document."""

    accounts: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    ends: Sequence[tuple[str, int]] = ()


def places_of(doc: Doc) -> Places:
    """As `sums_doc` wrote them."""
    ends, listed = json.loads(zlib.decompress(doc["places"]))
    return Places(listed, [(word, number) for word, number in ends])
