"""Ledgers to make statements of: read by their stamps, kept while the books stand as they are.

Collection `book_choices` {_id: "company|key", value, by, at}: what people set (archive/statements/choices.py), each
with its trail entry. What was imported before stamps existed gets them on the first look.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from archive.account import Account
from archive.balance import Balance
from archive.bookkeeping import ledger_of
from archive.chart import Roles, chart_of
from archive.ledger import Ledger
from archive.statements.choices import Choices, choices_of
from archive.sums import Sums, unpacked
from archive.trail import Entry
from archive.voucher import Voucher
from storage.books import about, rows_digest, rows_of
from storage.mongo import Database, Doc, Indexes, Session, border
from storage.people import utc_now
from storage.records import unpack
from storage.stamps import KINDS, Places, places_of, stamp
from storage.trail import Trail

INDEXES: Indexes = {}
#: Ledgers and months kept in memory.
LEDGERS, MONTHS = 4, 240
#: Facts of a trail entry that begin so tell a choice.
SET = "set:"
_LAST = "~"
_SHOWN: Mapping[str, type] = {"balances": Balance, "accounts": Account}


class Ledgers:
    """See handlers.context.Ledgers."""

    def __init__(self, db: Database, trail: Trail, roles: Roles, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._trail, self._roles, self._now = db, trail, roles, now
        self._ledgers: OrderedDict[str, tuple[object, Ledger]] = OrderedDict()
        self._months: OrderedDict[str, tuple[str, Any]] = OrderedDict()
        self._places: OrderedDict[str, tuple[str, Places]] = OrderedDict()
        self._seen: dict[str, str] = {}
        self._stamped: set[str] = set()

    async def open(self, company: str) -> Ledger:
        """The ledger; the same value while nothing changed."""
        stamps = await self._stamps(company)
        told = await self._told(company)
        key = (stamps, told)
        if (kept := self._ledgers.get(company)) and kept[0] == key:
            self._ledgers.move_to_end(company)
            return kept[1]
        parts: dict[str, Any] = {}
        for where, version in stamps.items():
            parts[where] = await self._part(where, version)
        ledger = await asyncio.to_thread(self._made, company, parts, choices_of(told))
        self._ledgers[company] = (key, ledger)
        while len(self._ledgers) > LEDGERS:
            self._ledgers.popitem(last=False)
        return ledger

    def _made(self, company: str, parts: Mapping[str, Any], choices: Choices) -> Ledger:
        sums: dict[str, Sums] = {}
        balances: list[Balance] = []
        names: dict[str, str] = {}
        chart: dict[str, str] = {}
        for where, part in parts.items():
            kind, period = where.rsplit("|", 2)[1:]
            if kind == "vouchers":
                sums[period] = part
                names |= {a: n for a, n in part.names.items() if len(n) > len(names.get(a, ""))}
                names |= {leg.account: "" for p in part.patterns for leg in p.legs if leg.account not in names}
            elif kind == "balances":
                balances += part
            else:
                chart |= {a.code: a.name for a in part}
        tables = {b.account: b.name for b in balances if not b.party}
        named = {a: tables.get(a) or n for a, n in names.items()} | {a: n for a, n in tables.items() if a not in names}
        long = {a: n for a, n in names.items() if len(n) > len(named[a])}  # a full name tells more than a lowest one
        return ledger_of(
            chart_of(named | long | {a: n for a, n in chart.items() if n}, self._roles, choices.mapping,
                     choices.standard),
            sums, balances,
        )  # fmt: skip

    async def _stamps(self, company: str) -> dict[str, str]:
        """company|kind|period → version. Months without a stamp get one first."""
        if company not in self._stamped:
            await self._stamp_all(company)
            self._stamped.add(company)
        async with border():
            found = self._db.book_stamps.find({"_id": {"$gte": f"{company}|", "$lt": f"{company}|{_LAST}"}})
            stamps = {doc["_id"]: doc["version"] for doc in await found.sort("_id", 1).to_list() if doc["version"]}
        self._seen |= stamps
        return stamps

    async def _stamp_all(self, company: str) -> None:
        """What was imported by an earlier version."""
        async with border():
            mark = f"{company}||"
            if await self._db.book_stamps.find_one({"_id": mark}):
                return
            for kind in KINDS:
                prefix = f"{company}|{kind}|"
                at = prefix
                while True:
                    one = await self._db.books.find(
                        {"_id": {"$gte": at, "$lt": prefix + _LAST}}, {"_id": 1}
                    ).sort("_id", 1).limit(1).to_list()  # fmt: skip
                    if not one:
                        break
                    period = str(one[0]["_id"]).rsplit("|", 1)[0]
                    if not await self._db.book_stamps.find_one({"_id": period}):
                        await self._stamped_anew(period)
                    at = f"{period}|{_LAST}"
            await self._db.book_stamps.replace_one({"_id": mark}, {"_id": mark, "version": ""}, upsert=True)

    async def _docs(self, prefix: str) -> list[Doc]:
        found = self._db.books.find({"_id": {"$gte": prefix, "$lt": prefix + _LAST}})
        return await found.sort("_id", 1).to_list()

    async def _part(self, where: str, version: str) -> Any:
        if (kept := self._months.get(where)) and kept[0] == version:
            self._months.move_to_end(where)
            return kept[1]
        company, kind, period = where.rsplit("|", 2)
        part: Any
        async with border():
            if kind == "vouchers":
                part = await self._sums(company, period)
                if part is None:  # of another form: made anew
                    await self._stamped_anew(where)
                    part = await self._sums(company, period) or Sums(period)
            else:
                docs = await self._docs(f"{where}|")
                part = [unpack(_SHOWN[kind], row) for doc in docs for row in rows_of(doc)]
        self._months[where] = (version, part)
        while len(self._months) > MONTHS:
            self._months.popitem(last=False)
        return part

    async def _sums(self, company: str, period: str) -> Sums | None:
        doc = await self._db.book_sums.find_one({"_id": f"{company}|{period}"}, {"data": 1})
        return await asyncio.to_thread(unpacked, doc["data"]) if doc else None

    async def _stamped_anew(self, where: str) -> None:
        """Stamp and sums of a month by its rows as they lie."""
        docs = await self._docs(f"{where}|")
        cls: type = Voucher if where.rsplit("|", 2)[1] == "vouchers" else _SHOWN[where.rsplit("|", 2)[1]]
        rows: list[list[Any]] = [[unpack(cls, row) for row in rows_of(doc)] for doc in docs]
        await stamp(self._db, f"{where}|", rows_digest(docs), rows, None)

    async def _told(self, company: str) -> dict[str, str]:
        async with border():
            found = self._db.book_choices.find({"_id": {"$gte": f"{company}|", "$lt": f"{company}|{_LAST}"}})
            docs = await found.sort("_id", 1).to_list()
        return {doc["_id"].removeprefix(f"{company}|"): doc["value"] for doc in docs}

    async def choices(self, company: str) -> Choices:
        """As they stand."""
        return choices_of(await self._told(company))

    async def choose(self, company: str, by: str, told: Mapping[str, str], channel: str = "") -> None:
        """Set or take back; nothing is written where nothing changes."""

        async def step(session: Session) -> tuple[None, Sequence[Entry]]:
            facts: dict[str, str] = {}
            at = self._now()
            for key, value in told.items():
                place = f"{company}|{key}"
                standing = await self._db.book_choices.find_one({"_id": place}, session=session)
                if (standing["value"] if standing else "") == value:
                    continue
                doc = {"_id": place, "value": value, "by": by, "at": at}
                await self._db.book_choices.replace_one({"_id": place}, doc, upsert=True, session=session)
                facts[f"{SET}{key}"] = value
            return None, [Entry(by, "statements_set", about(company), at, channel, facts)] if facts else []

        await self._trail.commit(step)

    async def page(self, company: str, period: str, account: str, start: int, count: int) -> tuple[list[Voucher], int]:
        """Only the documents that hold the page's vouchers are read."""
        places = (await self._where(company, period)).accounts.get(account, ())
        total = sum(n for _, n in places)
        found: list[Voucher] = []
        passed = 0
        for part, held in places:
            if passed + held > start and len(found) < count:
                skip = max(0, start - passed)
                found += await self._read(company, period, part, account, skip, count - len(found))
            passed += held
        return found, total

    async def _where(self, company: str, period: str) -> Places:
        """Kept while the month's stamp, as the ledger last saw it, stands."""
        place = f"{company}|{period}"
        version = self._seen.get(f"{company}|vouchers|{period}")
        if version is None:
            return Places()
        if (kept := self._places.get(place)) and kept[0] == version:
            return kept[1]
        async with border():
            doc = await self._db.book_sums.find_one({"_id": place}, {"places": 1})
        found = places_of(doc) if doc else Places()
        self._places[place] = (version, found)
        while len(self._places) > 48:
            self._places.popitem(last=False)
        return found

    async def _read(
        self, company: str, period: str, part: int, account: str = "", skip: int = 0, count: int = 0
    ) -> list[Voucher]:
        """Vouchers of one document; of an account's only so many, the others are passed over unread."""
        async with border():
            doc = await self._db.books.find_one({"_id": f"{company}|vouchers|{period}|{part:05}"})
        rows = rows_of(doc) if doc else []
        if account:
            rows = [r for r in rows if any((x["account"] or x["account_name"]) == account for x in r["lines"])]
            rows = rows[skip : skip + count]
        return [unpack(Voucher, row) for row in rows]

    async def vouchers(self, company: str, period: str, word: str, number: int) -> list[Voucher]:
        """From the documents that may hold it; a number given twice may lie across two."""
        await self._stamps(company)
        ends = (await self._where(company, period)).ends
        first = next((n for n, (w, m) in enumerate(ends) if (w, m) >= (word, number)), len(ends))
        found: list[Voucher] = []
        for part in range(first, len(ends)):
            async with border():
                doc = await self._db.books.find_one({"_id": f"{company}|vouchers|{period}|{part:05}"})
            rows = rows_of(doc) if doc else []
            found += [unpack(Voucher, r) for r in rows if (r["word"], r["number"]) == (word, number)]
            if tuple(ends[part]) != (word, number):
                break
        return found
