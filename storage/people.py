"""Who has an account, and in which roles. Nobody is ever deleted. A name is never authority, an id is.

Each change and its trail entry are one transaction; the entry says how the account stands after it, so that `verify`
finds what was written past it.

Collection `people`: {_id: person id, name, roles, department, company, lang, disabled, email, added_at}.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from archive.access import Person, Role
from archive.errors import BadValue, NotFound
from archive.trail import Entry
from archive.words import Lang, Text
from storage.mongo import Database, Doc, Indexes, Session, border
from storage.records import pack, unpack
from storage.trail import Trail

INDEXES: Indexes = {
    "people": [IndexModel([("company", ASCENDING), ("roles", ASCENDING)])],
}
#: Seconds an answer about people is good for in the process that asked: one forwarded document asks ten times.
#: What this process changes is seen at once; what another one changed, a second later at most.
FRESH = 1.0
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")


@dataclass(frozen=True, slots=True)
class By:
    """Who changes an account, and by which way in: for the trail."""

    who: str = "local"  # whoever holds the data folder and its key
    channel: str = "cli"


LOCAL = By()
SYSTEM = By("system", "")


def about(person_id: str) -> str:
    """What trail entries about a person's account are about."""
    return f"person:{person_id}"


def standing(person: Person) -> dict[str, str]:
    """How the account stands, as facts of a trail entry: all that tells what the person may do and see."""
    ends = {"until": person.until.isoformat(timespec="seconds")} if person.until else {}
    return {
        **ends,
        "name": person.name,
        "roles": ",".join(sorted(person.roles)),
        "department": person.department,
        "company": person.company,
        "disabled": "yes" if person.disabled else "no",
        "email": person.email,
    }


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


class People:
    """See handlers.context.People; and what an administrator does with accounts."""

    def __init__(self, db: Database, trail: Trail, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._trail, self._now = db, trail, now
        self._known: dict[str, tuple[float, Person]] = {}  # until when, in seconds of the monotonic clock
        self._everyone: tuple[float, tuple[Person, ...]] = (0.0, ())

    async def get(self, person_id: str) -> Person:
        """Raises NotFound."""
        known = self._known  # replaced by any change: an answer from before it is then not remembered
        until, person = known.get(person_id, (0.0, None))
        if person is None or time.monotonic() > until:
            async with border():
                person = _person(await self._db.people.find_one({"_id": person_id}), person_id)
            person = person.at(self._now())
            known[person_id] = (time.monotonic() + FRESH, person)
        return person

    async def all(self) -> list[Person]:
        """Everyone, disabled ones too, by id."""
        known = self._known
        until, everyone = self._everyone
        if time.monotonic() > until:
            everyone = tuple(await self._several({}))
            if known is self._known:
                self._everyone = (time.monotonic() + FRESH, everyone)
        return list(everyone)

    async def having(self, role: Role, company: str) -> list[Person]:
        """Those of the company with the role who are able to act, by id."""
        found = await self._several({"company": company, "roles": role.value, "disabled": False})
        return [person for person in found if not person.disabled]

    async def add(
        self, name: str, roles: Collection[Role], *, company: str, department: str = "", lang: Lang = "zh",
        id: str = "", email: str = "", until: datetime | None = None, by: By = LOCAL,
    ) -> Person:  # fmt: skip
        """A new account. Without an `id` one is made: zhang-san from Zhang San, else u1, u2, …

        `until`: an external auditor's, which ends by itself. Raises BadValue for an empty name, no role, an `until`
        with any role but auditor, or an id that is taken or can't be one.
        """
        if not name.strip():
            raise _bad(Text("姓名", "name"), name, Text("请填写姓名。", "Please give a name."))
        _some(roles)
        _bounded(roles, until)
        if id and not _ID.fullmatch(id):
            raise _bad(
                _ACCOUNT, id, Text("用小写字母、数字、点、横线，最长 32 位。", "Use a-z, 0-9, . _ -, at most 32.")
            )
        async for candidate in self._ids(id, name):
            person = Person(
                candidate, name.strip(), frozenset(roles), department, company, lang, email=_email(email), until=until
            )  # fmt: skip
            try:
                await self._insert(person, by)
                return person
            except DuplicateKeyError:
                continue
        raise _bad(_ACCOUNT, id, Text("这个账号已经有人用了，请换一个。", "It is taken; please choose another."))

    async def change(
        self, person_id: str, *, name: str = "", roles: Collection[Role] | None = None, department: str | None = None,
        email: str | None = None, until: datetime | None = None, by: By = LOCAL,
    ) -> Person:  # fmt: skip
        """Another name, other roles, another department, e-mail or end: what is given, in one step.

        Raises NotFound, BadValue.
        """
        values: Doc = {}
        if name.strip():
            values["name"] = name.strip()
        if roles is not None:
            values["roles"] = sorted(role.value for role in _some(roles))
        if department is not None:
            values["department"] = department
        if email is not None:
            values["email"] = _email(email)
        if until is not None:
            values["until"] = until
        return await self._set(person_id, values, "changed", by)

    async def enable(self, person_id: str, by: By = LOCAL) -> Person:
        """Raises NotFound."""
        return await self._set(person_id, {"disabled": False}, "enabled", by)

    async def disable(self, person_id: str, by: By = LOCAL) -> Person:
        """From now on; open sessions and sign-in links end with it, in one transaction. Raises NotFound."""
        return await self._set(person_id, {"disabled": True}, "disabled", by)

    async def _several(self, which: Doc) -> list[Person]:
        async with border():
            docs = await self._db.people.find(which).sort("_id", 1).to_list()
        return [_person(doc, "").at(self._now()) for doc in docs]

    async def _insert(self, person: Person, by: By) -> None:
        async def step(session: Session) -> tuple[None, Sequence[Entry]]:
            await self._db.people.insert_one({**_doc(person), "added_at": self._now()}, session=session)
            return None, (self._entry(person, "added", by),)

        await self._trail.commit(step, stays=(DuplicateKeyError,))
        self._forget()

    async def _set(self, person_id: str, values: Doc, action: str, by: By) -> Person:
        async def step(session: Session) -> tuple[Person, Sequence[Entry]]:
            old = await self._db.people.find_one({"_id": person_id}, session=session)
            person = _person(old and old | values, person_id)
            _bounded(person.roles, person.until)
            await self._db.people.update_one({"_id": person_id}, {"$set": _doc(person)}, session=session)
            if person.disabled:
                await shut(self._db, person_id, session)
            return person, (self._entry(person, action, by),)

        person = await self._trail.commit(step)
        self._forget()
        return person

    def _entry(self, person: Person, action: str, by: By) -> Entry:
        return Entry(by.who, action, about(person.id), self._now(), by.channel, standing(person))

    def _forget(self) -> None:
        self._known = {}
        self._everyone = (0.0, ())

    async def _ids(self, given: str, name: str) -> AsyncIterator[str]:
        """Ids to try, the readable first."""
        if given:
            yield given
            return
        if readable := re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:28] if name.isascii() else "":
            yield readable
        async with border():
            number = await self._db.people.count_documents({})
        while True:
            number += 1
            yield f"{readable or 'u'}{number}"


async def shut(db: Database, person_id: str, session: Session) -> None:
    """Every session of the person and every sign-in link not used yet ends, with the transaction."""
    await db.sessions.delete_many({"person": person_id}, session=session)
    await db.sign_in_links.delete_many({"person": person_id}, session=session)


_ACCOUNT = Text("账号", "account")


def _bad(field: Text, value: str, hint: Text) -> BadValue:
    return BadValue(field=field, value=value, hint=hint)


def _some(roles: Collection[Role]) -> Collection[Role]:
    if not roles:
        raise _bad(Text("角色", "roles"), "", Text("至少给一个角色。", "Please give at least one role."))
    return roles


def _bounded(roles: Collection[Role], until: datetime | None) -> None:
    """Whose time is bounded is an outsider: they read, and do nothing else."""
    if until is not None and set(roles) != {Role.AUDITOR}:
        hint = Text("有期限的账号只能是审计角色。", "An account with an end can only be an auditor's.")
        raise _bad(Text("角色", "roles"), ",".join(sorted(roles)), hint)


def _email(words: str) -> str:
    given = words.strip().lower()
    if given and not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,255}", given):
        raise _bad(Text("邮箱", "e-mail"), words, Text("请写成 name@company.com。", "Write it as name@company.com."))
    return given


def _doc(person: Person) -> Doc:
    doc = pack(person)
    return {"_id": doc.pop("id"), **doc}


def _person(doc: Doc | None, person_id: str) -> Person:
    if doc is None:
        raise NotFound(item=person_id)
    return to_person(doc)


def to_person(doc: Doc) -> Person:
    """A stored account as it stands."""
    return unpack(Person, {**doc, "id": doc["_id"]})
