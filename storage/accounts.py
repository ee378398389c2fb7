"""Signing in: passwords, links that work once, and the sessions they open.

Collections: `passwords` {_id: person id, hash};
`sign_in_links` {_id: digest, person, made_at, until, used_at};
`sessions` {_id: digest, person, lang, opened_at, seen_at, until}.
Links and session tokens are 32 random bytes of which only the SHA-256 is kept: who reads the database can't sign in.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from pymongo import ASCENDING, IndexModel

from archive.access import Person
from archive.errors import AccountDisabled, BadValue, LinkExpired, SignInBusy, SignInFailed
from archive.words import Lang, Text
from storage import tries
from storage.mongo import Database, Doc, Indexes, Session, border, transact
from storage.people import People, shut, utc_now

INDEXES: Indexes = {
    **tries.INDEXES,
    "sign_in_links": [
        IndexModel([("person", ASCENDING)]),
        IndexModel([("until", ASCENDING)], expireAfterSeconds=86_400),
    ],
    "sessions": [IndexModel([("person", ASCENDING)]), IndexModel([("until", ASCENDING)], expireAfterSeconds=86_400)],
}
SHORTEST, _LONGEST = 10, 200  # characters of a password
LINK_LASTS = timedelta(hours=24)
IDLE = timedelta(hours=12)  # a session nobody uses
LASTS = timedelta(days=7)  # any session
_NOTED = timedelta(minutes=1)  # a session's use is written down this often at most

# argon2id as RFC 9106 has it, with 32 MiB: two at a time stay small beside the rest.
_HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
_AT_A_TIME = 2
#: Passwords being checked or waiting for it; whoever comes then is asked to try again, and has had no try.
MOST_WAITING = 32


class Accounts:
    """Passwords, links and sessions of the people with accounts."""

    def __init__(self, db: Database, people: People, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._people, self._now = db, people, now
        self._tries = tries.Tries(db, now)
        self._hashing = asyncio.Semaphore(_AT_A_TIME)
        self._waiting = 0
        self._nobody = ""  # a hash to compare with when there is no such account, so that it takes as long

    async def sign_in(self, person: str, password: str, address: str = "", browser: str = "") -> str:
        """A new session's token. Raises SignInFailed, AccountDisabled, TooManyTries, TooManyFromAddress, SignInBusy.

        `person` is an account id, or the name of the only one so called. An unknown account, one without a password
        and a wrong password take equally long and say the same; unknown accounts are locked like known ones, so that
        nothing tells which exist. `browser` is a secret that the browser keeps: see storage/tries.py.
        """
        account = await self._meant(person.strip())
        counts = await self._tries.allowed(account, address, browser)
        with self._place():
            await self._tries.count(counts)
            async with border():
                doc = await self._db.passwords.find_one({"_id": account})
            if not await self._matches(doc, password):
                raise SignInFailed()
        who = await self._able(account)
        await self._tries.forgive(counts)
        return await self._open(who, browser)

    async def set_password(self, person: str, password: str) -> str:
        """The token of a new session; every other one of the person ends, and sign-in links not used yet.

        Raises NotFound, SignInBusy, BadValue when it is too weak.
        """
        who = await self._people.get(person)
        telling = len(who.id) > 3 and who.id in password.lower()
        if not SHORTEST <= len(password) <= _LONGEST or len(set(password)) < 5 or telling:
            hint = Text(
                f"至少 {SHORTEST} 个字符，不要重复同一个字，不要包含账号。",
                f"Use {SHORTEST} characters or more, of several kinds, without the account name.",
            )
            raise BadValue(field=Text("密码", "password"), value="•" * min(len(password), 12), hint=hint)
        with self._place():
            hashed = await self._hashed(password)

        async def step(session: Session) -> None:
            await self._db.passwords.replace_one({"_id": who.id}, {"hash": hashed}, upsert=True, session=session)
            await shut(self._db, who.id, session)

        await transact(self._db, step)
        return await self._open(who)

    async def link(self, person: str) -> str:
        """A secret that signs the person in once within 24 hours, instead of earlier ones.

        Raises NotFound, AccountDisabled.
        """
        who = await self._able(person)
        secret, now = secrets.token_urlsafe(32), self._now()
        doc = {"_id": _digest(secret), "person": who.id, "made_at": now, "until": now + LINK_LASTS, "used_at": None}

        async def step(session: Session) -> None:
            await self._db.sign_in_links.delete_many({"person": who.id}, session=session)
            await self._db.sign_in_links.insert_one(doc, session=session)

        await transact(self._db, step)
        return secret

    async def redeem(self, link: str, browser: str = "") -> str:
        """A new session's token for a link not used before. Raises LinkExpired, AccountDisabled.

        Nothing is counted: 32 random bytes aren't guessed, and it is the way in for whoever was locked out.
        """
        now = self._now()
        async with border():
            doc = await self._db.sign_in_links.find_one_and_update(
                {"_id": _digest(link), "used_at": None, "until": {"$gt": now}}, {"$set": {"used_at": now}}
            )
        if doc is None:
            raise LinkExpired()
        return await self._open(await self._able(doc["person"]), browser)

    async def session(self, token: str) -> tuple[Person, Lang] | None:
        """Whose session this is and the language it reads; None when it ended or the person is disabled."""
        now, key = self._now(), _digest(token)
        async with border():
            doc = await self._db.sessions.find_one({"_id": key})  # by nothing else: asked at every request
            if doc is None or doc["until"] <= now or doc["seen_at"] <= now - IDLE:
                return None
            if doc["seen_at"] < now - _NOTED:
                await self._db.sessions.update_one({"_id": key}, {"$set": {"seen_at": now}})
        person = await self._people.get(doc["person"])
        return None if person.disabled else (person, doc["lang"])

    async def speak(self, token: str, lang: Lang) -> None:
        """Let the session read this language."""
        async with border():
            await self._db.sessions.update_one({"_id": _digest(token)}, {"$set": {"lang": lang}})

    async def sign_out(self, token: str) -> None:
        """End the session."""
        async with border():
            await self._db.sessions.delete_one({"_id": _digest(token)})

    async def _meant(self, typed: str) -> str:
        """The account id meant; what was typed when there is none, so that it fails like a wrong password."""
        async with border():
            called = self._db.people.find({"$or": [{"_id": typed.lower()}, {"name": typed}]}, {"_id": 1}).limit(2)
            ids = [str(doc["_id"]) for doc in await called.to_list()]
        return ids[0] if len(ids) == 1 else typed.lower()

    async def _able(self, person: str) -> Person:
        who = await self._people.get(person)
        if who.disabled:
            raise AccountDisabled()
        return who

    async def _open(self, who: Person, browser: str = "") -> str:
        await self._tries.remember(who.id, browser)
        token, now = secrets.token_urlsafe(32), self._now()
        doc = {"person": who.id, "lang": who.lang, "opened_at": now, "seen_at": now, "until": now + LASTS}
        async with border():
            await self._db.sessions.insert_one({"_id": _digest(token), **doc})
        return token

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Among those whose password is checked. Raises SignInBusy."""
        if self._waiting >= MOST_WAITING:
            raise SignInBusy()
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    async def _matches(self, doc: Doc | None, password: str) -> bool:
        """Whether it is the password; compared with nobody's when there is none, and then never right."""
        if not self._nobody:
            self._nobody = await self._hashed(secrets.token_urlsafe(32))
        known = doc["hash"] if doc else self._nobody
        async with self._hashing:
            right = await asyncio.to_thread(_verified, known, password[:_LONGEST])
        if right and doc and _HASHER.check_needs_rehash(known):
            async with border():
                renewed = {"$set": {"hash": await self._hashed(password)}}
                await self._db.passwords.update_one({"_id": doc["_id"], "hash": known}, renewed)
        return right and doc is not None

    async def _hashed(self, password: str) -> str:
        async with self._hashing:
            return await asyncio.to_thread(_HASHER.hash, password)


def _verified(known: str, password: str) -> bool:
    try:
        return _HASHER.verify(known, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
