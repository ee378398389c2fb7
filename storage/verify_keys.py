"""Checking the ways of programs against the trail: a key planted, changed or brought back, a webhook led elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from pymongo import DESCENDING

from storage import api_keys, webhooks
from storage.mongo import Database, Doc
from storage.verify_people import MALFORMED


async def program_faults(db: Database) -> AsyncIterator[str]:
    """What the trail entries are about (api_key:…, webhook:…) of each that isn't what the trail says."""
    for collection, about, right in (
        ("api_keys", api_keys.about, _key_is_right),
        ("webhooks", webhooks.about, _hook_is_right),
    ):
        async for doc in db[collection].find({}):
            if not await _right(db, about(str(doc["_id"])), doc, right):  # it may have changed meanwhile: both again
                again = await db[collection].find_one({"_id": doc["_id"]})
                if again and not await _right(db, about(str(doc["_id"])), again, right):
                    yield about(str(doc["_id"]))


async def _right(db: Database, about: str, doc: Doc, fits: Callable[[Doc, str, Mapping[str, Any]], bool]) -> bool:
    last = await db.links.find({"about": about}).sort("_id", DESCENDING).limit(1).to_list()
    try:
        return bool(last) and fits(doc, str(last[0]["action"]), dict(last[0]["facts"]))
    except MALFORMED:
        return False


def _key_is_right(doc: Doc, action: str, facts: Mapping[str, Any]) -> bool:
    if bool(doc.get("revoked_at")) != (action == "key_revoked"):
        return False
    expires = doc.get("expires_at")
    said = expires.isoformat(timespec="seconds") if expires else None
    scopes = ",".join(doc["scopes"])
    return (doc["person"], scopes, doc["digest"], said) == (
        facts["person"], facts["scopes"], facts["digest"], facts.get("expires"),
    )  # fmt: skip


def _hook_is_right(doc: Doc, action: str, facts: Mapping[str, Any]) -> bool:
    return action == "webhook_made" and (doc["url"], ",".join(doc["events"]), doc["key"], doc["person"]) == (
        facts["url"], facts["events"], facts["key"], facts["person"],
    )  # fmt: skip
