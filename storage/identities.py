"""Which platform user is which person: linked by an administrator, by a one-time code, or by a verified e-mail.

Collections: `identities` {_id: "channel:tenant:user", person, channel, tenant, user, name, alone, at, by};
`link_codes` {_id: digest of the code, person, until}; `link_requests` {_id: as of identities, channel, tenant,
user, name, alone, at}: strangers who asked to be linked. Names and e-mails are never authority: a link is.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from archive.errors import CodeExpired, LinkedElsewhere, NotFound
from archive.trail import Entry
from storage.mongo import Database, Doc, Indexes, Session, border
from storage.people import about, utc_now
from storage.records import pack, unpack
from storage.trail import Trail

INDEXES: Indexes = {
    "identities": [IndexModel([("person", ASCENDING)])],
    "link_codes": [
        IndexModel([("until", ASCENDING)], expireAfterSeconds=0),
        IndexModel([("person", ASCENDING)]),
    ],
    "link_requests": [IndexModel([("at", ASCENDING)], expireAfterSeconds=30 * 86_400)],
}
LASTS = timedelta(minutes=10)
#: Without 0/O, 1/I/L: read from one screen and typed on another. 31⁸ ≈ 8.5 × 10¹¹ for ten minutes.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8


@dataclass(frozen=True, slots=True)
class Identity:
    """How a channel knows a person: its workspace or company, the user id in it, and where to reach them alone."""

    channel: str
    tenant: str
    user: str
    name: str = ""
    alone: str = ""

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return f"{self.channel}:{self.tenant}:{self.user}"


class Identities:
    """Links and the codes that make them; every link made or undone leaves a trail entry in the same transaction."""

    def __init__(self, db: Database, trail: Trail, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._trail, self._now = db, trail, now

    async def known(self, channel: str, tenant: str, user: str) -> tuple[str, Identity] | None:
        """The id of the person this user is, and how they are known; None for a stranger."""
        async with border():
            doc = await self._db.identities.find_one({"_id": Identity(channel, tenant, user).key})
        return (str(doc["person"]), unpack(Identity, doc)) if doc else None

    async def of(self, person: str) -> list[Identity]:
        """Where the person is known, in a fixed order."""
        async with border():
            docs = await self._db.identities.find({"person": person}).sort("_id", ASCENDING).to_list()
        return [unpack(Identity, doc) for doc in docs]

    async def link(self, person: str, identity: Identity, by: str) -> bool:
        """The user is this person from now on; False when it was so already. Raises LinkedElsewhere."""
        at = self._now()

        async def step(session: Session) -> tuple[None, list[Entry]]:
            doc = {"_id": identity.key, "person": person, "at": at, "by": by, **pack(identity)}
            await self._db.identities.insert_one(doc, session=session)
            return None, [Entry(by, "linked", about(person), at, identity.channel, {"identity": identity.key})]

        try:
            await self._trail.commit(step, stays=(DuplicateKeyError,))
        except DuplicateKeyError as error:
            standing = await self.known(identity.channel, identity.tenant, identity.user)
            if standing is None or standing[0] != person:
                raise LinkedElsewhere(platform=identity.channel) from error
            return False
        return True

    async def unlink(self, key: str, by: str) -> str:
        """Undo a link; returns whose it was. Raises NotFound."""
        at = self._now()

        async def step(session: Session) -> tuple[str, list[Entry]]:
            doc = await self._db.identities.find_one({"_id": key}, session=session)
            if doc is None:
                raise NotFound(item=key)
            await self._db.identities.delete_one({"_id": key}, session=session)
            entry = Entry(by, "unlinked", about(doc["person"]), at, doc["channel"], {"identity": key})
            return str(doc["person"]), [entry]

        return await self._trail.commit(step)

    async def reached(self, identity: Identity) -> None:
        """Where a linked user can be reached alone, as their last message told."""
        async with border():
            await self._db.identities.update_one({"_id": identity.key}, {"$set": {"alone": identity.alone}})

    async def ask(self, identity: Identity) -> bool:
        """A stranger asks to be linked. False when they asked within the day already."""
        now = self._now()
        async with border():
            standing = await self._db.link_requests.find_one({"_id": identity.key})
            if standing and standing["at"] + timedelta(days=1) > now:
                return False
            doc = {"at": now, **pack(identity)}
            await self._db.link_requests.replace_one({"_id": identity.key}, doc, upsert=True)
        return True

    async def asked(self, key: str) -> tuple[str, str] | None:
        """(channel, name shown) of a stranger who asked; None when nobody like that did, or they are linked by now."""
        async with border():
            doc = await self._db.link_requests.find_one({"_id": key})
        return (str(doc["channel"]), str(doc["name"])) if doc else None

    async def accept(self, key: str, person: str, by: str) -> bool:
        """A stranger who asked is this person; as `link`. Raises NotFound, LinkedElsewhere."""
        async with border():
            doc = await self._db.link_requests.find_one({"_id": key})
        if doc is None:
            raise NotFound(item=key)
        new = await self.link(person, unpack(Identity, doc), by)
        async with border():
            await self._db.link_requests.delete_one({"_id": key})
        return new

    async def code(self, person: str) -> str:
        """A code that links whoever types it within ten minutes, once, instead of earlier ones."""
        code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        async with border():
            await self._db.link_codes.delete_many({"person": person})
            await self._db.link_codes.insert_one({"_id": _digest(code), "person": person, "until": self._now() + LASTS})
        return code

    async def redeem(self, typed: str, identity: Identity) -> str:
        """Link by a code; returns the person. Raises CodeExpired, LinkedElsewhere (the code is used up either way)."""
        async with border():
            key: Doc = {"_id": _digest("".join(typed.split()).upper())}
            doc = await self._db.link_codes.find_one(key)
            gone = await self._db.link_codes.delete_one(key) if doc else None
        if doc is None or gone is None or not gone.deleted_count or doc["until"] <= self._now():
            raise CodeExpired()
        await self.link(doc["person"], identity, doc["person"])
        return str(doc["person"])


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
