"""What Teams needs remembered: where a conversation is answered, and files offered there.

Collections: `teams_places` {_id: Teams' conversation id, service_url, tenant, kind, bot, bot_name, at};
`teams_offers` {_id, person, conversation, file, name, media_type, size, at}, kept for a week.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from storage.mongo import Database, Indexes, border
from storage.people import utc_now
from storage.records import pack, unpack

INDEXES: Indexes = {
    "teams_offers": [IndexModel([("at", ASCENDING)], expireAfterSeconds=7 * 86_400)],
}
_SEEN = 2_000  # places a process remembers having written


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation reference: what is needed to speak in a conversation without being asked."""

    conversation: str
    service_url: str
    tenant: str
    kind: str  # personal groupChat channel
    bot: str  # our account there, 28:<application id>
    bot_name: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A file somebody was asked to let us put into their OneDrive. `id` is empty until it is kept."""

    person: str
    conversation: str
    file: str
    name: str
    media_type: str
    size: int = 0
    id: str = ""


class TeamsNotes:
    """See bot.teams.notes.Notes."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._now = db, now
        self._seen: dict[str, Place] = {}

    async def place(self, conversation: str) -> Place | None:
        """Where a conversation is answered; None when nothing was ever heard from it."""
        async with border():
            doc = await self._db.teams_places.find_one({"_id": conversation})
        return unpack(Place, {**doc, "conversation": doc["_id"]}) if doc else None

    async def met(self, place: Place) -> None:
        """Remember a place as its last message told it. Writes only what is new, as it stands before the ack."""
        if self._seen.get(place.conversation) == place:
            return
        doc = pack(place)
        name = doc.pop("conversation")
        async with border():
            await self._db.teams_places.update_one({"_id": name}, {"$set": {**doc, "at": self._now()}}, upsert=True)
        if len(self._seen) >= _SEEN:
            self._seen.clear()
        self._seen[place.conversation] = place

    async def offer(self, offer: Offer) -> str:
        """Keep an offer; returns its id."""
        name = offer.id or secrets.token_urlsafe(12)
        doc = pack(offer)
        doc.pop("id")
        async with border():
            await self._db.teams_offers.replace_one({"_id": name}, {**doc, "at": self._now()}, upsert=True)
        return name

    async def take(self, name: str, person: str) -> Offer | None:
        """The person's offer, and it is gone: who takes it works on it. None when there is none or it is another's."""
        async with border():
            doc = await self._db.teams_offers.find_one_and_delete({"_id": name, "person": person})
        return unpack(Offer, {**doc, "id": doc["_id"]}) if doc else None
