"""What was done to keys and webhooks past the trail is found by verify; what was done rightly is none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from archive.apikey import KeyScope
from archive.events import Event
from bot.api.wiring import webhooks_of
from storage.keys import FileKey, rewrap
from storage.mongo import Database
from storage.people import By
from storage.verify import Verification
from storage.webhooks import Webhooks
from tests.api.conftest import Site


async def a_key_planted(db: Database) -> None:
    doc = await db.api_keys.find_one({"_id": {"$exists": True}, "name": "live"})
    assert doc
    await db.api_keys.insert_one(doc | {"_id": "0" * 12})


async def more_scopes(db: Database) -> None:
    await db.api_keys.update_one({"name": "live"}, {"$set": {"scopes": ["ingest", "read", "files"]}})


async def another_person(db: Database) -> None:
    await db.api_keys.update_one({"name": "live"}, {"$set": {"person": "zhao"}})


async def another_secret(db: Database) -> None:
    await db.api_keys.update_one({"name": "live"}, {"$set": {"digest": "0" * 64}})


async def brought_back(db: Database) -> None:
    await db.api_keys.update_one({"name": "ended"}, {"$set": {"revoked_at": None}})


async def made_longer(db: Database) -> None:
    await db.api_keys.update_one({"name": "live"}, {"$set": {"expires_at": datetime(2099, 1, 1, tzinfo=UTC)}})


async def a_hook_led_elsewhere(db: Database) -> None:
    await db.webhooks.update_one({}, {"$set": {"url": "https://evil.example.net/"}})


@pytest.mark.parametrize(
    "tamper",
    [None, a_key_planted, more_scopes, another_person, another_secret, brought_back, made_longer, a_hook_led_elsewhere],
)
async def test_it_is_found(site: Site, tamper: Callable[[Database], Awaitable[None]] | None) -> None:
    house = site.scene.house
    live, _ = await site.keys.add("li", [KeyScope.READ], name="live", days=30)
    ended, _ = await site.keys.add("li", [KeyScope.READ], name="ended")
    await site.keys.revoke(ended.id)
    await site.keys.revoke(ended.id)
    by = By("li", "api")
    await webhooks_of(house).add("wh1", live.id, "li", "https://erp.example.com/", [Event.ARCHIVED], by)
    await site.keys.opened((await site.keys.add("li", [KeyScope.READ]))[1])  # that one was used is no fault
    if tamper:
        await tamper(house.db)
    faults = [fault async for fault in Verification(house.db, house.trail, house.vault.original).faults()]
    assert [fault.code for fault in faults] == (["V24"] if tamper else [])


async def test_a_new_master_key_leaves_webhooks_their_secrets(site: Site) -> None:
    house = site.scene.house
    key, _ = await site.keys.add("li", [KeyScope.READ])
    args = ("wh1", key.id, "li", "https://erp.example.com/", [Event.ARCHIVED], By("li", "api"))
    _, secret = await webhooks_of(house).add(*args)
    new = FileKey(b"n" * 32, "new")
    await rewrap(house.db, house.key, new)
    assert await Webhooks(house.db, house.trail, new).secret("wh1") == secret
