"""Borrowings (利用) and what was done through them: cases, those still open, and the register of uses.

Collections: `loans` {_id: "GD01|JY26-0001", loan}; `open_loans` {_id: the same}: those something may still follow for,
so that the clock reads few however many there were; `loan_uses` {_id: "GD01|JY26-0001|000001", use}. A change, a use
and its count are one transaction with the trail entry, which tells the digest of the case as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pymongo import ASCENDING, DESCENDING, ReturnDocument

from archive.borrowing import OPEN, Loan, Use
from archive.errors import NotFound
from archive.trail import Entry
from storage.mongo import Database, Doc, Session, border
from storage.records import digest, pack, unpack
from storage.trail import Trail

#: The fact of a trail entry that tells the case as the step left it, and that of a use.
STANDS, USED = "loan", "use"
LOAN = "loan:"
_END = "\U0010ffff"
Step = Callable[[Loan], tuple[Loan, Use | None, Entry] | None]


class Loans:
    """See handlers.lending.Loans."""

    def __init__(self, db: Database, trail: Trail) -> None:
        self._db, self._trail = db, trail

    async def ask(self, case: Loan, channel: str = "") -> Loan:
        """The case with its number: JY26-0001, from 1 in each company and year of asking."""

        async def step(session: Session) -> tuple[Loan, Sequence[Entry]]:
            counter = await self._db.counters.find_one_and_update(
                {"_id": f"loans:{case.company}:{case.asked:%y}"}, {"$inc": {"last": 1}}, upsert=True,
                return_document=ReturnDocument.AFTER, session=session,
            )  # fmt: skip
            assert counter is not None
            made = replace(case, id=f"JY{case.asked:%y}-{int(counter['last']):04d}")
            doc: Doc = {"_id": made.key, "loan": pack(made)}
            await self._db.loans.insert_one(doc, session=session)
            await self._db.open_loans.insert_one({"_id": made.key}, session=session)
            facts = {"unit": made.unit, "mode": made.mode.value, "days": str(made.days), "reason": made.reason}
            entry = Entry(made.by, "loan_asked", f"{LOAN}{made.key}", made.asked, channel, facts)
            return unpack(Loan, doc["loan"]), [_told(entry, doc)]

        return await self._trail.commit(step)

    async def loan(self, company: str, loan_id: str) -> Loan:
        """Raises NotFound."""
        async with border():
            doc = await self._db.loans.find_one({"_id": f"{company}|{loan_id.strip().upper()}"})
        if doc is None:
            raise NotFound(item=loan_id)
        return unpack(Loan, doc["loan"])

    async def open(self, company: str) -> list[Loan]:
        """Those asked for, running and overdue, the earliest first."""
        key = f"{company}|"
        async with border():
            names = await self._db.open_loans.find({"_id": {"$gt": key, "$lt": key + _END}}).to_list()
            docs = await self._db.loans.find({"_id": {"$in": [doc["_id"] for doc in names]}}).to_list()
        return sorted((unpack(Loan, doc["loan"]) for doc in docs), key=lambda each: each.id)

    async def of_year(self, company: str, year: int, limit: int = 0) -> list[Loan]:
        """Those asked for in a year, the last first; `limit` 0 is all."""
        key = f"{company}|JY{year % 100:02d}-"
        async with border():
            found = self._db.loans.find({"_id": {"$gt": key, "$lt": key + _END}}).sort("_id", DESCENDING).limit(limit)
            return [unpack(Loan, doc["loan"]) async for doc in found]

    async def uses(self, company: str, year: int) -> list[Use]:
        """The register (利用登记): uses through loans asked for in a year, loan by loan in their order."""
        key = f"{company}|JY{year % 100:02d}-"
        async with border():
            found = self._db.loan_uses.find({"_id": {"$gt": key, "$lt": key + _END}}).sort("_id", ASCENDING)
            return [unpack(Use, doc["use"]) async for doc in found]

    async def change(self, company: str, loan_id: str, step: Step) -> Loan:
        """Run a pure step on the case as it stands; one that gives None changes nothing. Raises NotFound, and its own.

        What is used is written down and counted in the same transaction, before anything is shown.
        """
        name = f"{company}|{loan_id.strip().upper()}"
        same: list[Loan] = []

        class _Same(Exception):
            pass

        async def work(session: Session) -> tuple[Loan, Sequence[Entry]]:
            doc = await self._db.loans.find_one({"_id": name}, session=session)
            if doc is None:
                raise NotFound(item=loan_id)
            before = unpack(Loan, doc["loan"])
            made = step(before)
            if made is None:
                same[:] = [before]
                raise _Same
            after, use, entry = made
            put: Doc = {"_id": name, "loan": pack(after)}
            await self._db.loans.replace_one({"_id": name}, put, session=session)
            if after.state not in OPEN:
                await self._db.open_loans.delete_one({"_id": name}, session=session)
            entry = replace(entry, about=f"{LOAN}{name}")
            if use is not None:
                kept: Doc = {"_id": f"{name}|{after.views + after.copies:06d}", "use": pack(use)}
                await self._db.loan_uses.insert_one(kept, session=session)
                entry = replace(entry, facts={**entry.facts, USED: digest(kept)})
            return after, [_told(entry, put)]

        try:
            return await self._trail.commit(work)
        except _Same:
            return same[0]


def _told(entry: Entry, doc: Doc) -> Entry:
    return replace(entry, facts={**entry.facts, STANDS: digest(doc)})
