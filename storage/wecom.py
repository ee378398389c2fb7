"""What replicas share about WeCom: the access token, codes that update cards, how much went out.

Collections: `wecom_tokens` {_id: app, sealed, until}; `wecom_codes` {_id: digest of the code, card, code, at, used,
until}; `wecom_sent` {_id, member, at, until}. The token is sealed by the caller; a code is of no use without it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from storage.mongo import Database, Indexes, border
from storage.people import utc_now

_PAST = IndexModel([("until", ASCENDING)], expireAfterSeconds=0)
INDEXES: Indexes = {
    "wecom_tokens": [_PAST],
    "wecom_codes": [_PAST, IndexModel([("card", ASCENDING), ("at", DESCENDING)])],
    "wecom_sent": [_PAST, IndexModel([("member", ASCENDING), ("at", DESCENDING)])],
}
CODE_LASTS = timedelta(hours=72) - timedelta(minutes=5)


class WecomNotes:
    """See bot.wecom.notes.Notes."""

    def __init__(self, db: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._now = db, now

    async def token(self, name: str) -> tuple[bytes, datetime] | None:
        """The sealed access token of an app and until when it is good."""
        async with border():
            doc = await self._db.wecom_tokens.find_one({"_id": name})
        return (bytes(doc["sealed"]), doc["until"]) if doc and doc["until"] > self._now() else None

    async def keep_token(self, name: str, sealed: bytes, until: datetime) -> None:
        """Instead of the one before."""
        async with border():
            await self._db.wecom_tokens.replace_one({"_id": name}, {"sealed": sealed, "until": until}, upsert=True)

    async def keep_code(self, card: str, code: str) -> None:
        """A code for this card; a repeat of one that was used stays used."""
        at = self._now()
        doc = {"_id": _digest(code), "card": card, "code": code, "at": at, "used": False, "until": at + CODE_LASTS}
        try:
            async with border(DuplicateKeyError):
                await self._db.wecom_codes.insert_one(doc)
        except DuplicateKeyError:
            return

    async def take_code(self, card: str) -> str | None:
        """The newest unused code of this card; nobody else gets it."""
        async with border():
            docs = await self._db.wecom_codes.find({"card": card}).sort("at", DESCENDING).to_list()
            for doc in docs:
                if doc["used"] or doc["until"] <= self._now():
                    continue
                taken = await self._db.wecom_codes.update_one(
                    {"_id": doc["_id"], "used": False}, {"$set": {"used": True}}
                )
                if taken.modified_count:
                    return str(doc["code"])
        return None

    async def put_back(self, code: str) -> None:
        """It was not used after all."""
        async with border():
            await self._db.wecom_codes.update_one({"_id": _digest(code)}, {"$set": {"used": False}})

    async def turn(self, member: str, limits: Sequence[tuple[float, int]]) -> float:
        """0 when one more may be sent to the member, which is counted before it is sent; else the seconds to wait."""
        at = self._now()
        longest, most = max(seconds for seconds, _ in limits), max(many for _, many in limits)
        mine = uuid4().hex
        async with border():
            await self._db.wecom_sent.insert_one(
                {"_id": mine, "member": member, "at": at, "until": at + timedelta(seconds=longest)}
            )
            docs = await self._db.wecom_sent.find(
                {"member": member, "at": {"$gt": at - timedelta(seconds=longest)}}, {"at": 1}
            ).sort("at", DESCENDING).to_list(most + 1)  # fmt: skip
        sent: list[datetime] = [doc["at"] for doc in docs]
        wait = max((_wait(sent, at, seconds, many) for seconds, many in limits), default=0.0)
        if wait > 0:
            async with border():
                await self._db.wecom_sent.delete_one({"_id": mine})
        return wait


def _wait(sent: Sequence[datetime], now: datetime, seconds: float, most: int) -> float:
    """Until the oldest of the last `most` before this one is out of the window."""
    if len(sent) <= most:
        return 0.0
    return (sent[most] + timedelta(seconds=seconds) - now).total_seconds()


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
