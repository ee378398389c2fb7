from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from storage import mongo, teams
from storage.teams import Offer, Place, TeamsNotes
from tests.storage.clock import Clock

PLACE = Place("19:a@thread.v2;messageid=1", "https://smba.trafficmanager.net/emea/", "t", "channel", "28:app", "归档")
OFFER = Offer("zs", "a:1", "held:1", "报表.pdf", "application/pdf", 7)


@pytest.fixture
async def notes(db: mongo.Database) -> TeamsNotes:
    await mongo.ensure_indexes(db, teams.INDEXES)
    return TeamsNotes(db, Clock())


async def test_a_place_is_kept_as_its_last_message_told_it(notes: TeamsNotes, db: mongo.Database) -> None:
    assert await notes.place(PLACE.conversation) is None
    await notes.met(PLACE)
    await notes.met(PLACE)
    assert await TeamsNotes(db).place(PLACE.conversation) == PLACE
    moved = replace(PLACE, service_url="https://smba.trafficmanager.net/cn/")
    await notes.met(moved)
    assert await notes.place(PLACE.conversation) == moved
    assert await db.teams_places.count_documents({}) == 1


async def test_the_same_place_again_costs_no_write(notes: TeamsNotes, db: mongo.Database) -> None:
    await notes.met(PLACE)
    await db.teams_places.delete_many({})
    await notes.met(PLACE)
    assert await db.teams_places.count_documents({}) == 0


async def test_an_offer_is_taken_once_and_by_its_person_only(notes: TeamsNotes) -> None:
    name = await notes.offer(OFFER)
    assert await notes.take(name, "ls") is None
    assert await notes.take("other", "zs") is None
    taken = [one for one in await asyncio.gather(*(notes.take(name, "zs") for _ in range(4))) if one]
    assert taken == [replace(OFFER, id=name)]
    assert await notes.offer(taken[0]) == name  # put back under the same name
    assert await notes.take(name, "zs") == taken[0]
