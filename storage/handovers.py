"""Hand-overs within a company: the cases, which year is in which, who keeps a unit, and codes to sign with.

Collections: `handovers` {_id, Handover}; `handover_years` {_id: "company|year", case, until (an agreed delay), …};
`keepers` {_id: unit id, keeper, case, at}: a unit without one is kept by accounting; `sign_codes` {_id: digest of
person, case and code, until, tries}. Every change of a case is one transaction with its trail entry, which tells the
digest of the case.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel

from archive.errors import AlreadyHandedOver, NotFound
from archive.handover import Handover, HandoverState
from archive.trail import Entry
from storage.mongo import Database, Doc, Indexes, Session, border
from storage.people import utc_now
from storage.records import digest, pack, unpack
from storage.trail import Trail

INDEXES: Indexes = {
    "handovers": [IndexModel([("company", ASCENDING), ("_id", DESCENDING)]), IndexModel([("state", ASCENDING)])],
    "sign_codes": [IndexModel([("until", ASCENDING)], expireAfterSeconds=3_600)],
}
#: The fact of a trail entry that tells the case as the step left it.
STANDS = "handover"
ARCHIVE = "archive"
CODE_LASTS = timedelta(minutes=10)
TRIES = 5  # wrong codes for a case before the one given out is void
_LIVE = (HandoverState.CHECKING.value, HandoverState.SIGNING.value, HandoverState.MOVING.value)


class Handovers:
    """See handlers.custody.Handovers."""

    def __init__(self, db: Database, trail: Trail, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._trail, self._now = db, trail, now

    async def begin(self, case: Handover, entry: Entry) -> Handover:
        """The case with its number. Raises AlreadyHandedOver when the year is in another that was not refused."""

        async def step(session: Session) -> tuple[Handover, Sequence[Entry]]:
            key = f"{case.company}|{case.year}"
            year = await self._db.handover_years.find_one({"_id": key}, session=session) or {"_id": key, "count": 0}
            if standing := year.get("case"):
                doc = await self._db.handovers.find_one({"_id": standing}, session=session)
                if doc and doc["state"] != HandoverState.REFUSED.value:
                    raise AlreadyHandedOver(year=case.year, case=standing)
            count = int(year["count"]) + 1
            made = replace(case, id=f"YJ{case.year}-{case.company}-{count:02d}", late=str(year.get("until", "")))
            put = {**year, "case": made.id, "count": count}
            await self._db.handover_years.replace_one({"_id": key}, put, upsert=True, session=session)
            await self._db.handovers.insert_one(_doc(made), session=session)
            return made, [_told(replace(entry, about=made.id), made)]

        return await self._trail.commit(step)

    async def case(self, case_id: str) -> Handover:
        """Raises NotFound."""
        async with border():
            doc = await self._db.handovers.find_one({"_id": case_id})
        if doc is None:
            raise NotFound(item=case_id)
        return unpack(Handover, doc)

    async def cases(self, company: str, limit: int = 10) -> list[Handover]:
        """The company's, the latest first."""
        async with border():
            found = self._db.handovers.find({"company": company}).sort([("company", 1), ("_id", DESCENDING)])
            return [unpack(Handover, doc) async for doc in found.limit(limit)]

    async def live(self) -> list[Handover]:
        """Those that wait for a run, for signatures, or for the units to be moved."""
        async with border():
            return [unpack(Handover, d) async for d in self._db.handovers.find({"state": {"$in": list(_LIVE)}})]

    async def of_year(self, company: str, year: int) -> tuple[Handover | None, str]:
        """The year's latest case and the day until which a delay was agreed to ("" for none)."""
        async with border():
            doc = await self._db.handover_years.find_one({"_id": f"{company}|{year}"}) or {}
        case = await self.case(doc["case"]) if doc.get("case") else None
        return case, str(doc.get("until", ""))

    async def change(
        self, case_id: str, step: Callable[[Handover], tuple[Handover, Sequence[Entry]]], keepers: Sequence[str] = ()
    ) -> Handover:
        """Run a pure step on the case as it stands and keep what it makes; a step that changes nothing leaves nothing.

        `keepers`: units that the archive keeps from this step on. Raises what `step` raises, NotFound.
        """
        unchanged: list[Handover] = []

        class _Same(Exception):
            pass

        async def work(session: Session) -> tuple[Handover, Sequence[Entry]]:
            doc = await self._db.handovers.find_one({"_id": case_id}, session=session)
            if doc is None:
                raise NotFound(item=case_id)
            before = unpack(Handover, doc)
            after, entries = step(before)
            if after == before:
                unchanged[:] = [before]
                raise _Same
            await self._db.handovers.replace_one({"_id": case_id}, _doc(after), session=session)
            for unit in keepers:
                put = {"_id": unit, "keeper": ARCHIVE, "case": case_id, "at": entries[-1].at}
                await self._db.keepers.replace_one({"_id": unit}, put, upsert=True, session=session)
            return after, [*entries[:-1], _told(entries[-1], after)]

        try:
            return await self._trail.commit(work)
        except _Same:
            return unchanged[0]

    async def delay(self, company: str, year: int, until: str, entry: Entry) -> None:
        """The archive body agrees that accounting keeps the year until then."""

        async def step(session: Session) -> tuple[None, Sequence[Entry]]:
            key = f"{company}|{year}"
            doc = await self._db.handover_years.find_one({"_id": key}, session=session) or {"_id": key, "count": 0}
            await self._db.handover_years.replace_one(
                {"_id": key}, {**doc, "until": until}, upsert=True, session=session
            )
            return None, [entry]

        await self._trail.commit(step)

    async def keeper(self, unit: str) -> str:
        """`archive`, or "" while accounting keeps it."""
        async with border():
            doc = await self._db.keepers.find_one({"_id": unit})
        return str(doc["keeper"]) if doc else ""

    # codes

    async def code(self, person: str, case: str) -> str:
        """Six figures that sign this case once within ten minutes, instead of earlier ones."""
        code = f"{secrets.randbelow(10**6):06d}"
        put = {
            "_id": f"{person}|{case}",
            "digest": _digest(person, case, code),
            "until": self._now() + CODE_LASTS,
            "tries": 0,
        }
        async with border():
            await self._db.sign_codes.replace_one({"_id": put["_id"]}, put, upsert=True)
        return code

    async def redeem(self, person: str, case: str, code: str) -> bool:
        """Whether it was the code; it is used up then. After five wrong ones it is void."""
        key = {"_id": f"{person}|{case}"}
        async with border():
            doc = await self._db.sign_codes.find_one_and_update(key, {"$inc": {"tries": 1}})
            if doc is None or doc["until"] < self._now() or doc["tries"] >= TRIES:
                return False
            if not secrets.compare_digest(doc["digest"], _digest(person, case, code.strip())):
                return False
            return (await self._db.sign_codes.delete_one({**key, "digest": doc["digest"]})).deleted_count == 1


def _doc(case: Handover) -> Doc:
    return {**pack(case), "_id": case.id}


def _told(entry: Entry, case: Handover) -> Entry:
    return replace(entry, facts={**entry.facts, STANDS: stands(_doc(case))})


def stands(doc: Doc) -> str:
    """The digest of a case, as its last trail entry tells it."""
    return digest({name: value for name, value in doc.items() if name != "_id"})


def _digest(person: str, case: str, code: str) -> str:
    return hashlib.sha256(f"{person}|{case}|{code}".encode()).hexdigest()
