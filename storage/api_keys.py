"""API keys: only a digest of each is kept; making and revoking one leave their trail entries in the same transaction.

A key is `gd_<id>_<secret>` with 256 random bits, so that one round of SHA-256 is enough: there is nothing to guess.

Collection `api_keys`: {_id: key id, digest, and the fields of archive.apikey.ApiKey}.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel

from archive.apikey import ApiKey, KeyScope
from archive.errors import BadKey, BadValue, NotFound
from archive.trail import Entry
from archive.words import Text
from storage.mongo import Database, Doc, Indexes, Session, border
from storage.people import LOCAL, By, utc_now
from storage.records import pack, unpack
from storage.trail import Trail

INDEXES: Indexes = {"api_keys": [IndexModel([("person", ASCENDING)])]}
USED = timedelta(minutes=1)  # a later use is noted after this long: a key in use must not cost a write each time
_TOKEN = re.compile(r"gd_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")


def about(key_id: str) -> str:
    """What trail entries about a key are about."""
    return f"api_key:{key_id}"


class ApiKeys:
    """Made and revoked by who administers the archive; asked at every request."""

    def __init__(self, db: Database, trail: Trail, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._trail, self._now = db, trail, now

    async def add(
        self, person: str, scopes: Collection[KeyScope], *, name: str = "", days: int | None = None, rate: int = 600,
        by: By = LOCAL,
    ) -> tuple[ApiKey, str]:  # fmt: skip
        """A new key and its token, which is told here and never again. `days`: until it expires; None: never.

        Raises BadValue for no scope, NotFound for nobody.
        """
        if not scopes:
            hint = Text("至少给一个范围：" + "、".join(KeyScope), "Give at least one of: " + ", ".join(KeyScope))
            raise BadValue(field=Text("范围", "scopes"), value="", hint=hint)
        at = self._now()
        expires = None if days is None else at + timedelta(days=days)
        ordered = tuple(scope for scope in KeyScope if scope in scopes)
        key = ApiKey(secrets.token_hex(6), name.strip()[:80], person, ordered, at, expires, rate=rate)
        secret = secrets.token_urlsafe(32)

        async def step(session: Session) -> tuple[None, Sequence[Entry]]:
            if await self._db.people.find_one({"_id": person}, session=session) is None:
                raise NotFound(item=person)
            await self._db.api_keys.insert_one({**_doc(key), "digest": _digest(secret)}, session=session)
            return None, (self._entry(key, _digest(secret), "key_made", by),)

        await self._trail.commit(step)
        return key, f"gd_{key.id}_{secret}"

    async def revoke(self, key_id: str, by: By = LOCAL) -> ApiKey:
        """From now on it opens nothing; again changes nothing. Raises NotFound."""

        async def step(session: Session) -> tuple[ApiKey, Sequence[Entry]]:
            doc = await self._db.api_keys.find_one({"_id": key_id}, session=session)
            if doc is None:
                raise NotFound(item=key_id)
            change: Doc = {"$set": {"revoked_at": doc.get("revoked_at") or self._now()}}
            await self._db.api_keys.update_one({"_id": key_id}, change, session=session)
            key = _key(doc | change["$set"])
            return key, (self._entry(key, str(doc["digest"]), "key_revoked", by),)

        return await self._trail.commit(step)

    async def all(self) -> list[ApiKey]:
        """Every key there ever was, oldest first."""
        async with border():
            docs = await self._db.api_keys.find({}, {"digest": 0}).to_list()
        return sorted(map(_key, docs), key=lambda key: key.made_at)

    async def get(self, key_id: str) -> ApiKey:
        """Raises NotFound."""
        async with border():
            doc = await self._db.api_keys.find_one({"_id": key_id}, {"digest": 0})
        if doc is None:
            raise NotFound(item=key_id)
        return _key(doc)

    async def opened(self, token: str) -> ApiKey:
        """The key a program came with. Raises BadKey, always the same, whatever is wrong with it."""
        parts = _TOKEN.fullmatch(token)
        if parts is None:
            raise BadKey
        async with border():
            doc = await self._db.api_keys.find_one({"_id": parts[1]})
        kept = str(doc["digest"]) if doc else "0" * 64
        right = hmac.compare_digest(kept, _digest(parts[2]))
        now = self._now()
        if doc is None or not right or not (key := _key(doc)).in_force(now):
            raise BadKey
        if key.used_at is None or now - key.used_at > USED:
            async with border():
                await self._db.api_keys.update_one({"_id": key.id}, {"$set": {"used_at": now}})
        return key

    def _entry(self, key: ApiKey, digest: str, action: str, by: By) -> Entry:
        facts = {"person": key.person, "name": key.name, "scopes": ",".join(key.scopes), "digest": digest}
        if key.expires_at:
            facts["expires"] = key.expires_at.isoformat(timespec="seconds")
        return Entry(by.who, action, about(key.id), self._now(), by.channel, facts)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _doc(key: ApiKey) -> Doc:
    doc = pack(key)
    return {"_id": doc.pop("id"), **doc}


def _key(doc: Doc) -> ApiKey:
    return unpack(ApiKey, {**doc, "id": doc["_id"]})
