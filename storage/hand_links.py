"""What people said about vouchers and documents. Collection `book_links` {_id: "company|voucher|item", …}.

Each word is chained in the same transaction: once about the company's books, once about the document.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from pymongo import ASCENDING

from archive.hand_link import HandLink, Said
from archive.trail import Entry
from storage.books import about
from storage.mongo import Database, Session, border
from storage.people import utc_now
from storage.records import pack, unpack
from storage.trail import Trail

ACTION = "voucher_link"
_LAST = "~"  # sorts after every voucher and item


class HandLinks:
    """See handlers.context.HandLinks."""

    def __init__(self, db: Database, trail: Trail, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._trail, self._now = db, trail, now

    async def all(self, company: str, voucher: str = "") -> list[HandLink]:
        """The company's, or those of one voucher, by month and voucher."""
        prefix = f"{company}|{voucher}|" if voucher else f"{company}|"
        async with border():
            found = self._db.book_links.find({"_id": {"$gte": prefix, "$lt": prefix + _LAST}})
            return [unpack(HandLink, doc) for doc in await found.sort("_id", ASCENDING).to_list()]

    async def of(self, company: str, voucher: str, item: str) -> HandLink | None:
        """What was said of the two last."""
        async with border():
            doc = await self._db.book_links.find_one({"_id": f"{company}|{voucher}|{item}"})
        return unpack(HandLink, doc) if doc else None

    async def say(self, word: HandLink, channel: str = "") -> HandLink:
        """Put it down; `before` becomes what stood. The same again changes nothing and leaves no entry twice."""
        standing = await self.of(word.company, word.voucher, word.item)
        if standing and standing.said is word.said:
            return standing

        async def step(session: Session) -> tuple[HandLink, Sequence[Entry]]:
            doc = await self._db.book_links.find_one({"_id": word.id}, session=session)
            stood = unpack(HandLink, doc).said if doc else Said.NOTHING
            made = replace(word, before=stood)
            await self._db.book_links.replace_one(
                {"_id": word.id}, {"_id": word.id, **pack(made)}, upsert=True, session=session
            )
            return made, _entries(made, channel)

        return await self._trail.commit(step)


def _entries(word: HandLink, channel: str) -> list[Entry]:
    facts = {"voucher": word.voucher, "item": word.item, "said": word.said.value or "nothing"}
    if word.reason:
        facts["reason"] = word.reason
    return [Entry(word.by, ACTION, each, word.at, channel, facts) for each in (about(word.company), word.item)]
