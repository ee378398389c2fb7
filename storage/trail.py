"""The trail in the database: chained, sealed at its head, and witnessed in a file apart from it.

Three things make a change to the past show: each link holds the digest of the one before; the head (how many, last
digest) is sealed with a secret that lies in the database only wrapped; and the witness file beside the master key
repeats every seal, so that an old but valid head, put back with a shortened chain, is found too.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from archive.errors import KeyMissing, TrailBroken
from archive.trail import GENESIS, Entry, Link, link
from archive.words import Text
from storage.keys import SEAL, KeyProvider
from storage.mongo import Database, Doc, Indexes, Session, border, transact
from storage.records import pack, unpack
from storage.trail_times import entries_between

T = TypeVar("T")

log = logging.getLogger(__name__)

#: `links`: {_id: seq, entry fields, previous, digest}; `head`: one document {seq, digest, seal}.
INDEXES: Indexes = {"links": [IndexModel([("about", ASCENDING), ("_id", DESCENDING)])]}
HEAD = "head"
READ = 1000  # links read at a time
WARY = 20  # commits
SPARSE = 64  # of the witness's lines one in so many is kept in memory when it is read: enough to find a rewriting


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends."""

    seq: int = 0
    digest: str = GENESIS


class _Moved(Exception):
    """The head is not where this process left it."""


async def open_trail(db: Database, keys: KeyProvider, witness: Path | None = None) -> Trail:
    """The trail of this archive; begun, with a secret of its own, when the archive is new.

    `witness`: a file apart from the data, or None to go without. The secret is kept wrapped, so that the database alone
    can't forge a seal, and stays the same when the master key is changed. Raises KeyMissing for a wrong master key.
    """
    secret = secrets.token_bytes(32)

    async def begin(session: Session) -> bytes | None:
        if standing := await db.keys.find_one({"_id": SEAL}, session=session):
            return keys.unwrap(standing["wrapped"])
        await db.keys.insert_one({"_id": SEAL, "wrapped": keys.wrap(secret), "key": keys.id}, session=session)
        await db.head.insert_one({"_id": HEAD, **_sealed(Head(), secret)}, session=session)
        return None

    try:
        standing = await transact(db, begin, stays=(DuplicateKeyError,))
    except DuplicateKeyError as error:  # a head without its secret: the archive isn't new
        raise KeyMissing(place=Text("操作记录链的封签密钥", "the secret that seals the trail")) from error
    if standing is None and witness:
        _set_aside(witness)
    return Trail(db, standing or secret, witness)


class Trail:
    """The one writer of the chain in this process; others (replicas, commands) are met by the database's conflicts."""

    def __init__(self, db: Database, secret: bytes, witness: Path | None = None) -> None:
        """As `open_trail` makes it."""
        self._db = db
        self._secret = secret
        self._witness = witness
        self._turn = asyncio.Lock()  # one transaction at a time: they would only conflict over the head
        self._last = Head()  # the furthest this process has seen: a head behind it has been put back
        self._sure = False  # whether we wrote it, as the last ones as far as we know: then it needn't be read again
        self._wary = 0  # commits until that is believed again, after another process was met

    async def add(self, *entries: Entry) -> None:
        """Chain entries that stand alone: views, downloads, exports, sign-ins."""

        async def step(_: Session) -> tuple[None, Sequence[Entry]]:
            return None, entries

        if entries:
            await self.commit(step)

    async def commit(
        self,
        step: Callable[[Session], Awaitable[tuple[T, Sequence[Entry]]]],
        stays: tuple[type[PyMongoError], ...] = (),
    ) -> T:
        """Run `step` and chain the entries it returns in one transaction; returns its other result. See `transact`.

        Raises TrailBroken when the head isn't ours to go on from, ValueError for no entries.
        """

        async def both(session: Session) -> tuple[T, Head]:
            head = self._last if self._sure else await self._taken(session)
            result, entries = await step(session)
            return result, await self._append(session, head, entries)

        async def stands(made: tuple[T, Head], session: Session) -> bool:
            """No two links have one digest, and a link is never changed."""
            head = made[1]
            link = await self._db.links.find_one({"_id": head.seq}, {"digest": 1}, session=session)
            return link is not None and link["digest"] == head.digest

        async with self._turn:
            while True:
                try:
                    result, head = await transact(self._db, both, stays=stays, stands=stands)
                except _Moved:  # another process has gone on meanwhile: begin again where it ended
                    if not self._sure:
                        raise TrailBroken(seq=self._last.seq) from None
                    self._sure, self._wary = False, WARY
                    continue
                except BaseException:
                    self._sure = False  # whatever became of it
                    raise
                self._last, self._sure, self._wary = head, self._wary == 0, max(self._wary - 1, 0)
                self._note(head)
                return result

    async def _taken(self, session: Session) -> Head:
        """Where the chain ends. Written to, so that writers elsewhere wait before any work is done in vain."""
        return self._checked(
            await self._db.head.find_one_and_update({"_id": HEAD}, {"$inc": {"turn": 1}}, session=session)
        )

    async def about(self, subject: str, limit: int = 50) -> list[Link]:
        """What was done about a thing, oldest first; the last `limit` of it."""
        async with border():
            found = await self._db.links.find({"about": subject}).sort("_id", DESCENDING).limit(limit).to_list()
        return [to_link(doc) for doc in reversed(found)]

    async def between(self, first: datetime, last: datetime) -> AsyncIterator[Entry]:
        """What was done in [first, last), oldest first; found by halving, so that its cost is that of the stretch."""
        async with border():
            async for entry in entries_between(self._db, first, last):
                yield entry

    async def after(self, seq: int, limit: int) -> list[Link]:
        """The next links after that one, oldest first; none that stands is passed over."""
        async with border():
            part = {"_id": {"$gt": seq, "$lte": seq + limit}}
            found = await self._db.links.find(part).sort("_id", ASCENDING).to_list()
        return [to_link(doc) for doc in found]

    async def documents(self, upto: int) -> AsyncIterator[Doc]:
        """Every link up to that one as it lies in the database, in order; by ranges: no server must sort them all."""
        async with border():
            for after in range(0, upto, READ):
                part = {"_id": {"$gt": after, "$lte": min(after + READ, upto)}}
                docs = await self._db.links.find(part).sort("_id", ASCENDING).to_list()
                if not docs and not await self._db.links.find_one({"_id": {"$gt": after, "$lte": upto}}):
                    return  # a forged head may claim any length
                for doc in docs:
                    yield doc

    async def head(self) -> Head:
        """Where the chain ends, its seal checked. Raises TrailBroken for a missing, forged or put-back head."""
        async with border():
            return self._checked(await self._db.head.find_one({"_id": HEAD}))

    async def length(self) -> int:
        """How many entries there are. Raises TrailBroken like `head`."""
        return (await self.head()).seq

    def _checked(self, doc: Doc | None) -> Head:
        if doc is None:
            raise TrailBroken(seq=0)
        head = Head(doc["seq"], doc["digest"])
        if not hmac.compare_digest(self.seal(head), str(doc["seal"])) or head.seq < self._last.seq:
            raise TrailBroken(seq=head.seq)
        return head

    def seal(self, head: Head) -> str:
        """HMAC-SHA256 over the place and the digest, lower-case hex."""
        return _seal(head, self._secret)

    def witnessed(self) -> list[tuple[int, str]]:
        """(seq, seal) from the witness file: one in 64 of its lines and the furthest, in order of seq."""
        if self._witness is None or not self._witness.exists():
            return []
        kept: dict[int, tuple[int, str]] = {}
        furthest = (0, "")
        with open(self._witness) as lines:
            for line in lines:
                seq, _, seal = line.strip().partition(" ")
                if not (seq.isdecimal() and len(seal) == 64):
                    continue  # cut short by a crash
                mark = (int(seq), seal)
                kept.setdefault(mark[0] // SPARSE, mark)
                furthest = max(furthest, mark)
        return sorted({*kept.values(), furthest} - {(0, "")})

    @property
    def has_witness(self) -> bool:
        """Whether a witness is kept, and there."""
        return self._witness is None or self._witness.exists()

    async def _append(self, session: Session, head: Head, entries: Sequence[Entry]) -> Head:
        if not entries:
            raise ValueError("a change without a trail entry")
        before, docs = head, list[Doc]()
        for entry in entries:
            as_stored = unpack(Entry, pack(entry))  # the digest is over what will be read back
            made = link(head.seq + 1, as_stored, head.digest)
            docs.append({"_id": made.seq, **pack(as_stored), "previous": made.previous, "digest": made.digest})
            head = Head(made.seq, made.digest)
        standing = {"_id": HEAD, **_sealed(before, self._secret)}
        sealed = {"$set": _sealed(head, self._secret)}
        if not (await self._db.head.update_one(standing, sealed, session=session)).matched_count:
            raise _Moved
        await self._db.links.insert_many(docs, session=session)
        return head

    def _note(self, head: Head) -> None:
        if self._witness is None:
            return
        try:
            self._witness.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(self._witness, "a") as lines:
                lines.write(f"{head.seq} {self.seal(head)}\n")
        except OSError as error:  # the entry is kept: only its second witness is missing
            log.error("the witness file %s can't be written: %s", self._witness, error)


def _set_aside(witness: Path) -> None:
    """A witness found by a new archive speaks of an earlier one: it is kept, under another name."""
    if witness.exists():
        witness.rename(witness.with_name(f"{witness.name}.{secrets.token_hex(4)}"))


def _seal(head: Head, secret: bytes) -> str:
    return hmac.new(secret, f"{head.seq}:{head.digest}".encode(), hashlib.sha256).hexdigest()


def _sealed(head: Head, secret: bytes) -> Doc:
    return {"seq": head.seq, "digest": head.digest, "seal": _seal(head, secret)}


def to_link(doc: Doc) -> Link:
    """A stored link as it stands, right or wrong."""
    return Link(doc["_id"], unpack(Entry, doc), doc["previous"], doc["digest"])
