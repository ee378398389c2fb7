"""The quick search over HTTP: pages, languages, rights, and questions that can't be."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from archive.errors import BadPeriod
from bench.search import an_item
from storage.mongo import Database
from tests.bot.desk_house import House

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def house(db: Database) -> House:
    made = await House.build(db)
    rnd = random.Random(7)
    made.door.found = [an_item(rnd, n) for n in range(11)]
    return made


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    app = web.Application()
    app.add_routes(house.desk().routes())
    async with TestClient(TestServer(app)) as made:
        yield made


async def signed_in(client: Client, house: House, person: str) -> None:
    token = await house.accounts.link(person)
    answer = await client.post("/api/link", json={"token": token}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status == 200


async def test_hits_come_in_pages_in_the_readers_language(client: Client, house: House) -> None:
    await signed_in(client, house, "li")
    first = await (await client.get("/api/search", params={"words": "顺丰"})).json()
    assert (first["total"], len(first["hits"])) == (11, 8)
    assert first["hits"][0]["id"] == house.door.found[0].id
    assert first["hits"][0]["choices"][0]["label"] == "打开"
    second = await (await client.get("/api/search", params={"words": "顺丰", "page": "1"})).json()
    assert [hit["id"] for hit in second["hits"]] == [item.id for item in house.door.found[8:]]
    await client.post("/api/language", json={"lang": "en"}, headers={"Sec-Fetch-Site": "same-origin"})
    english = await (await client.get("/api/search", params={"words": "顺丰"})).json()
    assert english["hits"][0]["choices"][0]["label"] == "Open"


async def test_nobody_finds_without_signing_in_and_others_find_nothing(client: Client, house: House) -> None:
    assert (await client.get("/api/search", params={"words": "顺丰"})).status == 401
    await signed_in(client, house, "wang")
    assert (await (await client.get("/api/search", params={"words": "顺丰"})).json())["total"] == 0


@pytest.mark.parametrize("query", [{}, {"words": " "}, {"words": "x" * 201}, {"words": "x", "page": "-1"},
                                   {"words": "x", "size": "21"}, {"words": "x", "size": "0"}])  # fmt: skip
async def test_questions_that_cannot_be_are_refused(client: Client, house: House, query: dict[str, str]) -> None:
    await signed_in(client, house, "li")
    assert (await client.get("/api/search", params=query)).status == 400


async def test_what_the_door_refuses_is_told(client: Client, house: House) -> None:
    await signed_in(client, house, "li")
    house.door.refuse = BadPeriod(words="2026-13")
    told = await (await client.get("/api/search", params={"words": "2026-13"})).json()
    assert told["code"] == "Q02"
