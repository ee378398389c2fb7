"""The rules of each company in the database: nothing is overwritten, every step has its trail entry.

Collection `category_rules`, only ever inserted into: a proposed version {_id: "company|R0003|0002", RuleVersion} and
what became of it {_id: "company|R0003|0002|ruling", Ruling}: a second ruling of one version finds its place taken.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from pymongo import ASCENDING

from archive.rulebook import Book, RuleVersion, Ruling, number
from archive.trail import Entry
from storage.mongo import Database, Doc, Indexes, Session, border
from storage.records import digest, pack, unpack
from storage.trail import Trail

T = TypeVar("T")
#: By `_id` alone.
INDEXES: Indexes = {}
FRESH = 1.0  # s what was read is good for: each forwarded document asks. Own changes are seen at once
IS, KEY = "is", "key"  # facts of an entry: the digest of what was put down, and its _id
_LAST = "~"
_RULING = "ruling"


class Rulebooks:
    """See handlers.context.Rulebooks."""

    def __init__(self, db: Database, trail: Trail) -> None:
        self._db, self._trail = db, trail
        self._known: dict[str, tuple[float, Book]] = {}

    async def book(self, company: str) -> Book:
        """Every version and ruling of the company."""
        known = self._known  # replaced by any change: an answer from before it is then not remembered
        until, book = known.get(company, (0.0, None))
        if book is None or time.monotonic() > until:
            async with border():
                book = await self._read(company, None)
            known[company] = (time.monotonic() + FRESH, book)
        return book

    async def propose(self, company: str, step: Callable[[Book], RuleVersion], channel: str) -> RuleVersion:
        """Put down what `step` makes of the book as it stands. Raises what it raises."""

        async def work(session: Session) -> tuple[RuleVersion, Sequence[Entry]]:
            made = step(await self._read(company, session))
            facts = {"move": made.move.value, "category": made.category, "basis": made.basis.value,
                     "matches": "、".join(made.matches)}  # fmt: skip
            facts |= {"ground": made.ground} if made.ground else {}
            facts |= await self._put(key_of(made), pack(made), session)
            return made, [Entry(made.by, "rule_proposed", about(company, made.rule), made.at, channel, facts)]

        return await self._committed(company, work)

    async def decide(self, company: str, step: Callable[[Book], Ruling], channel: str) -> Ruling:
        """Put down the ruling that `step` makes. Raises what it raises."""

        async def work(session: Session) -> tuple[Ruling, Sequence[Entry]]:
            made = step(await self._read(company, session))
            facts = {"verdict": made.verdict.value} | ({"reason": made.reason} if made.reason else {})
            facts |= await self._put(f"{key_of(made)}|{_RULING}", pack(made), session)
            return made, [Entry(made.by, "rule_decided", about(company, made.rule), made.at, channel, facts)]

        return await self._committed(company, work)

    async def _committed(self, company: str, work: Callable[[Session], Awaitable[tuple[T, Sequence[Entry]]]]) -> T:
        try:
            return await self._trail.commit(work)
        finally:
            self._known = {}

    async def _put(self, key: str, doc: Doc, session: Session) -> dict[str, str]:
        """The facts that tie it to its trail entry."""
        await self._db.category_rules.insert_one({"_id": key, **doc}, session=session)
        return {"version": str(doc["version"]), KEY: key, IS: doc_digest(doc)}

    async def _read(self, company: str, session: Session | None) -> Book:
        """By the `_id`: both ends of the range, in their order."""
        within = {"_id": {"$gte": f"{company}|", "$lt": f"{company}|{_LAST}"}}
        docs = await self._db.category_rules.find(within, session=session).sort("_id", ASCENDING).to_list()
        versions = tuple(unpack(RuleVersion, doc) for doc in docs if not is_ruling(doc))
        return Book(company, versions, tuple(unpack(Ruling, doc) for doc in docs if is_ruling(doc)))


def key_of(made: RuleVersion | Ruling) -> str:
    """Of a version; in order of numbers and versions."""
    return f"{made.company}|R{number(made.rule):05}|{made.version:04}"


def is_ruling(doc: Doc) -> bool:
    """Whether it is what became of a version."""
    return str(doc["_id"]).endswith(f"|{_RULING}")


def doc_digest(doc: Doc) -> str:
    """Of what stands there, but for its key."""
    return digest({name: value for name, value in doc.items() if name != "_id"})


def about(company: str, rule: str) -> str:
    """What trail entries about a rule are about."""
    return f"rule:{company}:{rule}"
