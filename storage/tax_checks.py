"""What the tax authority is still to be asked: written down, leased, tried again later and later, never dropped.

Collection `tax_checks`: {_id: "item:print", item, print, state, attempts, owner, free, at, code, done_at, untold}. As
in the inbox: `free` is the moment from which anyone may take it, never when it was given up, and is gone when done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from storage.inbox import NEVER, OPEN
from storage.mongo import BEGINNING, Database, Doc, Indexes, border
from storage.people import utc_now

INDEXES: Indexes = {
    "tax_checks": [
        IndexModel([("free", ASCENDING)]),  # whole, as in the inbox
        IndexModel([("done_at", ASCENDING)], expireAfterSeconds=30 * 86_400),
    ]
}
LEASE = timedelta(seconds=150)  # longer than a provider may take (60 s)
WAIT = timedelta(minutes=1)  # before the second attempt; doubled each time
LONGEST_WAIT = timedelta(hours=6)
ATTEMPTS = 12  # about a day and a half
_FEW = 8


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to be asked, in the caller's hands for the time of a lease."""

    id: str
    item: str
    print: str  # of the facts that are asked
    attempts: int  # this one included
    code: str = ""  # of the last error


class TaxChecks:
    """The queue. Several processes may work on it; each job is with one of them."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._jobs, self._now = db.tax_checks, now

    async def ask(self, item_id: str, facts: str) -> bool:
        """On disk when this returns; False when the same facts of the item were put before, asked or not."""
        now = self._now()
        doc: Doc = {"item": item_id, "print": facts, "state": "new", "attempts": 0, "owner": "", "free": now, "at": now}
        try:
            async with border(DuplicateKeyError):
                await self._jobs.insert_one({"_id": _id(item_id, facts), **doc})
        except DuplicateKeyError:
            return False
        return True

    async def again(self, item_id: str, facts: str) -> None:
        """Asked afresh, whatever became of it before; what is being asked just now stays with whom it is."""
        if await self.ask(item_id, facts):
            return
        change = {"$set": {"state": "new", "attempts": 0, "owner": "", "free": self._now()}}
        change["$unset"] = {"untold": "", "done_at": ""}
        async with border():
            await self._jobs.update_one({"_id": _id(item_id, facts), "state": {"$ne": "working"}}, change)

    async def claim(self, owner: str) -> Job | None:
        """What has waited longest, or was left when a lease ended. None: nothing waits."""
        now = self._now()
        async with border():
            due = {"free": {"$gt": BEGINNING, "$lte": now}}
            docs = await self._jobs.find(due).sort("free", 1).limit(_FEW).to_list()
        for doc in docs:
            read = {"_id": doc["_id"], "attempts": doc["attempts"], "free": doc["free"]}
            if doc["attempts"] >= ATTEMPTS:  # every attempt ended with the process
                await self._update(read, {"$set": _given_up(doc.get("code") or "lost")})
                continue
            taken = {"$set": {"state": "working", "owner": owner, "free": now + LEASE}, "$inc": {"attempts": 1}}
            if await self._update(read, taken):
                return _job(doc, doc["attempts"] + 1)
        return None

    async def mine(self, job: Job, owner: str) -> bool:
        """Whether it still is the owner's, for another lease: asked before a result is put down."""
        return await self._fenced(job, owner, {"$set": {"free": self._now() + LEASE}})

    async def done(self, job: Job, owner: str) -> bool:
        """Kept 30 days, so that a repeat is known. False when it was not the owner's any more."""
        change = {"$set": {"state": "done", "owner": "", "done_at": self._now()}, "$unset": {"free": ""}}
        return await self._fenced(job, owner, change)

    async def failed(self, job: Job, owner: str, code: str) -> bool:
        """To be tried later and later; after the last attempt it stays in sight as failed. False: not the owner's."""
        wait = min(WAIT * 2 ** (job.attempts - 1), LONGEST_WAIT)
        again: Doc = {"state": "new", "owner": "", "code": code, "free": self._now() + wait}
        return await self._fenced(job, owner, {"$set": _given_up(code) if job.attempts >= ATTEMPTS else again})

    async def untold(self, limit: int = 20) -> list[Job]:
        """What was given up and whose sender is still to be told."""
        async with border():
            docs = await self._jobs.find({"free": NEVER}).to_list()
        return [_job(doc, doc["attempts"]) for doc in docs if doc.get("untold")][:limit]

    async def told(self, job: Job) -> None:
        """The sender knows."""
        async with border():
            await self._jobs.update_one({"_id": job.id}, {"$unset": {"untold": ""}})

    async def lost(self, limit: int) -> list[tuple[Job, datetime]]:
        """What was given up and when it was asked for, oldest first."""
        async with border():
            docs = await self._jobs.find({"free": NEVER}).to_list()
        docs = sorted(docs, key=lambda doc: doc["at"])[:limit]
        return [(_job(doc, doc["attempts"]), doc["at"]) for doc in docs]

    async def revive(self, job_id: str) -> bool:
        """Let what was given up be asked afresh. False when it was not given up."""
        change: Doc = {
            "$set": {"state": "new", "attempts": 0, "owner": "", "free": self._now()},
            "$unset": {"untold": ""},
        }
        return await self._update({"_id": job_id, "state": "failed"}, change)

    async def waiting(self) -> int:
        """How many are still to be asked."""
        async with border():
            return await self._jobs.count_documents({"free": OPEN})

    async def _fenced(self, job: Job, owner: str, change: Doc) -> bool:
        """While it is the owner's: whoever was taken for dead changes nothing when they come back."""
        which = {"_id": job.id, "owner": owner, "state": "working", "attempts": job.attempts}
        return await self._update(which, change)

    async def _update(self, which: Doc, change: Doc) -> bool:
        async with border():
            return (await self._jobs.update_one(which, change)).matched_count == 1


def _id(item_id: str, facts: str) -> str:
    return f"{item_id}:{facts}"


def _job(doc: Doc, attempts: int) -> Job:
    return Job(doc["_id"], doc["item"], doc["print"], attempts, doc.get("code", ""))


def _given_up(code: str) -> Doc:
    return {"state": "failed", "code": code, "owner": "", "untold": True, "free": NEVER}
