"""Who is told of what happens, and every telling: written down once for an entry of the trail, tried until it arrives.

How far the trail was looked through lies beside them. A telling's id is made of the webhook and the entry, so that
looking through the same entries again after a crash changes nothing. Secrets lie in `keys`, wrapped like those of
files, so that a new master key wraps them again.

Collections: `webhooks` {_id, key, person, url, events, made_at, after}; `webhook_place` {_id, seq}; `deliveries` {_id,
webhook, seq, event, body, at, state, attempts, due, code, sent_at}. `due`: never when dead, gone when sent.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from archive.errors import BadValue, NotFound
from archive.events import Event
from archive.trail import Entry
from archive.words import Text
from storage.keys import KeyProvider
from storage.mongo import BEGINNING, Database, Doc, Indexes, Session, border
from storage.people import By, utc_now
from storage.records import pack, unpack
from storage.trail import Trail

INDEXES: Indexes = {
    "webhooks": [IndexModel([("key", ASCENDING)])],
    "deliveries": [
        IndexModel([("due", ASCENDING)]),
        IndexModel([("webhook", ASCENDING), ("seq", DESCENDING)]),
        IndexModel([("sent_at", ASCENDING)], expireAfterSeconds=30 * 86_400),
    ],
}
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
TRYING = timedelta(seconds=60)  # one try: nobody else tries meanwhile
#: After each failure; with the last one it is dead. About two days in all.
WAITS = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400))
MOST = 20  # webhooks of one key
_PLACE = "trail"


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that wants to know, on behalf of a key and its person."""

    id: str
    key: str
    person: str
    url: str
    events: tuple[Event, ...]
    made_at: datetime  # UTC
    after: int = 0  # it hears of entries after this one


@dataclass(frozen=True, slots=True)
class Delivery:
    """One telling: waiting, sent or dead."""

    id: str
    webhook: str
    seq: int
    event: str
    body: str
    at: datetime  # UTC, when it was written down
    state: str = "waiting"
    attempts: int = 0
    code: str = ""  # what the last try ended with
    due: datetime = BEGINNING
    sent_at: datetime | None = None


class Webhooks:
    """See above."""

    def __init__(self, db: Database, trail: Trail, keys: KeyProvider, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._trail, self._keys, self._now = db, trail, keys, now

    async def add(
        self, webhook_id: str, key: str, person: str, url: str, events: Sequence[Event], by: By
    ) -> tuple[Webhook, bytes]:
        """A new one with its secret; the same id again gives the one that stands. Raises BadValue for too many."""
        if standing := await self._find(webhook_id):
            return standing, await self.secret(webhook_id)
        if len(await self.of(key)) >= MOST:
            hint = Text(f"每个密钥最多 {MOST} 个。", f"One key may have {MOST}.")
            raise BadValue(field=Text("回调", "webhooks"), value=url, hint=hint)
        secret, after = secrets.token_bytes(32), (await self._trail.head()).seq
        ordered = tuple(event for event in Event if event in events)
        hook = Webhook(webhook_id, key, person, url, ordered, self._now(), after)

        async def step(session: Session) -> tuple[None, Sequence[Entry]]:
            await self._db.webhooks.insert_one(_doc(hook), session=session)
            wrapped = {
                "_id": _key_of(hook.id),
                "wrapped": self._keys.wrap(secret),
                "key": self._keys.id,
                "settled": self._now(),
            }
            await self._db.keys.insert_one(wrapped, session=session)
            return None, (self._entry(hook, "webhook_made", by),)

        try:
            await self._trail.commit(step, stays=(DuplicateKeyError,))
        except DuplicateKeyError:  # the same request at the same moment
            return await self.get(webhook_id), await self.secret(webhook_id)
        return hook, secret

    async def remove(self, webhook_id: str, by: By) -> None:
        """It hears nothing more; what waited goes with it. Raises NotFound."""

        async def step(session: Session) -> tuple[None, Sequence[Entry]]:
            doc = await self._db.webhooks.find_one({"_id": webhook_id}, session=session)
            if doc is None:
                raise NotFound(item=webhook_id)
            await self._db.webhooks.delete_one({"_id": webhook_id}, session=session)
            await self._db.keys.delete_one({"_id": _key_of(webhook_id)}, session=session)
            await self._db.deliveries.delete_many({"webhook": webhook_id}, session=session)
            return None, (self._entry(_hook(doc), "webhook_removed", by),)

        await self._trail.commit(step)

    async def get(self, webhook_id: str) -> Webhook:
        """Raises NotFound."""
        hook = await self._find(webhook_id)
        if hook is None:
            raise NotFound(item=webhook_id)
        return hook

    async def of(self, key: str) -> list[Webhook]:
        """Those of a key, oldest first."""
        return await self._several({"key": key})

    async def all(self) -> list[Webhook]:
        """Every one."""
        return await self._several({})

    async def secret(self, webhook_id: str) -> bytes:
        """What its messages are signed with. Raises NotFound."""
        async with border():
            doc = await self._db.keys.find_one({"_id": _key_of(webhook_id)})
        if doc is None:
            raise NotFound(item=webhook_id)
        return self._keys.unwrap(doc["wrapped"])

    # what is to be told

    async def place(self) -> int:
        """Up to which entry of the trail everything is written down."""
        async with border():
            doc = await self._db.webhook_place.find_one({"_id": _PLACE})
        return int(doc["seq"]) if doc else 0

    async def write_down(self, deliveries: Sequence[Delivery], upto: int) -> None:
        """What comes of the entries up to that one; again, after a crash, it adds nothing."""
        for each in deliveries:
            await self.put(each)
        async with border():
            await self._db.webhook_place.update_one({"_id": _PLACE}, {"$max": {"seq": upto}}, upsert=True)

    async def put(self, delivery: Delivery) -> None:
        """Once for its id."""
        try:
            async with border(DuplicateKeyError):
                await self._db.deliveries.insert_one(_doc(delivery))
        except DuplicateKeyError:
            pass

    async def due(self, limit: int = 50) -> list[Delivery]:
        """What is to be tried now; the longest due first."""
        wanted = {"due": {"$gte": BEGINNING, "$lte": self._now()}}
        async with border():
            docs = await self._db.deliveries.find(wanted).sort("due", ASCENDING).limit(limit).to_list()
        return [_delivery(doc) for doc in docs]

    async def claim(self, delivery: Delivery) -> bool:
        """For one try. False when another process has it."""
        change = {"$set": {"due": self._now() + TRYING}, "$inc": {"attempts": 1}}
        return await self._update({"_id": delivery.id, "attempts": delivery.attempts, "state": "waiting"}, change)

    async def sent(self, delivery: Delivery) -> None:
        """It arrived."""
        now = self._now()
        change = {"$set": {"state": "sent", "sent_at": now, "code": ""}, "$unset": {"due": ""}}
        await self._update({"_id": delivery.id}, change)

    async def failed(self, delivery: Delivery, code: str, *, for_good: bool = False) -> bool:
        """It did not arrive; `delivery` as it was before the try. True when it is dead now."""
        dead = for_good or delivery.attempts >= len(WAITS)
        later = NEVER if dead else self._now() + WAITS[delivery.attempts]
        change = {"$set": {"due": later, "code": code[:80], "state": "dead" if dead else "waiting"}}
        await self._update({"_id": delivery.id}, change)
        return dead

    async def again(self, webhook_id: str, delivery_id: str) -> Delivery:
        """Let it be sent afresh, whatever became of it. Raises NotFound."""
        change: Doc = {
            "$set": {"state": "waiting", "attempts": 0, "due": self._now(), "code": ""}, "$unset": {"sent_at": ""},
        }  # fmt: skip
        if not await self._update({"_id": delivery_id, "webhook": webhook_id}, change):
            raise NotFound(item=delivery_id)
        async with border():
            doc = await self._db.deliveries.find_one({"_id": delivery_id})
        if doc is None:
            raise NotFound(item=delivery_id)
        return _delivery(doc)

    async def deliveries(self, webhook_id: str, state: str, before: int | None, limit: int) -> list[Delivery]:
        """Those of a webhook, the last entries of the trail first; before that entry."""
        wanted: Doc = {"webhook": webhook_id}
        if state:
            wanted["state"] = state
        if before is not None:
            wanted["seq"] = {"$gte": 0, "$lt": before}
        async with border():
            found = self._db.deliveries.find(wanted).sort([("seq", DESCENDING), ("_id", DESCENDING)]).limit(limit)
            docs = await found.to_list()
        return [_delivery(doc) for doc in docs]

    async def _several(self, which: Doc) -> list[Webhook]:
        async with border():
            docs = await self._db.webhooks.find(which).sort("made_at", ASCENDING).to_list()
        return [_hook(doc) for doc in docs]

    async def _find(self, webhook_id: str) -> Webhook | None:
        async with border():
            doc = await self._db.webhooks.find_one({"_id": webhook_id})
        return _hook(doc) if doc else None

    async def _update(self, which: Doc, change: Doc) -> bool:
        async with border():
            return (await self._db.deliveries.update_one(which, change)).matched_count == 1

    def _entry(self, hook: Webhook, action: str, by: By) -> Entry:
        facts = {"url": hook.url, "events": ",".join(hook.events), "key": hook.key, "person": hook.person}
        return Entry(by.who, action, about(hook.id), self._now(), by.channel, facts)


async def waiting(db: Database) -> int:
    """Deliveries of all webhooks that are still tried."""
    async with border():
        return await db.deliveries.count_documents({"due": {"$gte": BEGINNING, "$lt": NEVER}})


async def dead(db: Database, limit: int) -> list[Delivery]:
    """Those of all webhooks that were given up, oldest first."""
    async with border():
        docs = await db.deliveries.find({"due": NEVER}).to_list()
    return [_delivery(doc) for doc in sorted(docs, key=lambda doc: doc["at"])[:limit]]


async def revive(db: Database, delivery_id: str, now: datetime) -> bool:
    """Let one that was given up be sent afresh. False when it was not given up."""
    change: Doc = {"$set": {"state": "waiting", "attempts": 0, "due": now, "code": ""}}
    async with border():
        return (await db.deliveries.update_one({"_id": delivery_id, "state": "dead"}, change)).modified_count == 1


def about(webhook_id: str) -> str:
    """What trail entries about a webhook are about."""
    return f"webhook:{webhook_id}"


def _key_of(webhook_id: str) -> str:
    return f"webhook:{webhook_id}"


def _doc(value: Webhook | Delivery) -> Doc:
    doc = pack(value)
    return {"_id": doc.pop("id"), **{k: v for k, v in doc.items() if v is not None}}


def _hook(doc: Doc) -> Webhook:
    return unpack(Webhook, {**doc, "id": doc["_id"]})


def _delivery(doc: Doc) -> Delivery:
    return unpack(Delivery, {**doc, "id": doc["_id"]})
