from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from archive.errors import IndexBroken
from archive.item import ItemState
from archive.query import Query, Scope
from storage.index_meili import COMPARED, MeiliIndex
from tests.storage.items import an_item
from tests.storage.meili_server import MeiliServer, take_away

ALL = Scope("C1", None)


@pytest.fixture
def server() -> Iterator[MeiliServer]:
    with MeiliServer() as server:
        yield server


@pytest.fixture
async def index(server: MeiliServer) -> AsyncIterator[MeiliIndex]:
    index = MeiliIndex(server.url, server.key)
    yield index
    await index.close()


async def test_a_wrong_key_is_told(server: MeiliServer) -> None:
    index = MeiliIndex(server.url, "another key of 16 bytes")
    for step in (index.put([an_item(1)]), index.find(Query(), ALL), index.remove(["a"]), index.clear(), index.count()):
        with pytest.raises(IndexBroken) as broken:
            await step
        assert "invalid_api_key" in broken.value.facts["detail"]
    await index.close()


async def test_no_server_is_told() -> None:
    index = MeiliIndex("http://127.0.0.1:9", "x" * 16)
    with pytest.raises(IndexBroken):
        await index.find(Query(), ALL)
    await index.close()


async def test_an_outage_is_told_and_passes(server: MeiliServer, index: MeiliIndex) -> None:
    await index.put([an_item(1, "顺丰")])
    server.down = True
    with pytest.raises(IndexBroken):
        await index.find(Query(), ALL)
    with pytest.raises(IndexBroken):
        await index.put([an_item(2)])
    server.down = False
    assert (await index.find(Query(words=("顺丰",)), ALL)).total == 1


async def test_a_task_the_server_fails_is_told(index: MeiliIndex) -> None:
    with pytest.raises(IndexBroken):
        await index.put([an_item(1, id="not an id!")])
    await index.put([an_item(2)])
    assert await index.count() == 1


async def test_what_is_put_is_there_at_once(index: MeiliIndex) -> None:
    for n in range(1, 6):
        await index.put([an_item(n)])
        assert await index.count() == n
    await asyncio.gather(*(index.put([an_item(n)]) for n in range(6, 16)))
    assert await index.count() == 15


async def test_settings_are_made_once_for_a_process_and_survive_another(server: MeiliServer, index: MeiliIndex) -> None:
    for n in range(3):
        await index.put([an_item(n)])
    assert sum(line.startswith("PATCH") for line in server.requests) == 1
    other = MeiliIndex(server.url, server.key)
    assert await other.count() == 3
    await other.close()


async def test_an_index_taken_away_is_made_again_by_the_next_start(server: MeiliServer, index: MeiliIndex) -> None:
    await index.put([an_item(1)])
    await take_away(server.url, server.key)
    later = MeiliIndex(server.url, server.key)
    assert await later.count() == 0
    await later.put([an_item(1)])
    assert await later.count() == 1
    await later.close()


async def test_capitals_do_not_open_another_company(index: MeiliIndex) -> None:
    await index.put([an_item(1, company="c1"), an_item(2, company="C1", owner="ZS")])
    assert (await index.find(Query(), Scope("C1", None))).ids == ("G2610-0002",)
    assert (await index.find(Query(), Scope("c1", None))).ids == ("G2610-0001",)
    assert (await index.find(Query(), Scope("C1", "zs"))).ids == ()


async def test_quotes_in_values_end_nothing(index: MeiliIndex) -> None:
    odd = 'a"] OR company IN ["C2'
    await index.put(
        [an_item(1, department=odd), an_item(2, company="C2"), an_item(3, department="\\", category='" OR x')]
    )
    assert (await index.find(Query(department=odd), ALL)).ids == ("G2610-0001",)
    assert (await index.find(Query(department="\\", category='" OR x'), ALL)).ids == ("G2610-0003",)
    assert (await index.find(Query(words=('"', "顺丰")), ALL)).ids == ()


async def test_long_words_with_many_matches_are_paged(index: MeiliIndex) -> None:
    await index.put([an_item(n, "星辰科技园") for n in range(COMPARED + 20)] + [an_item(999, "星辰,辰科,科技,技园")])
    first = await index.find(Query(words=("星辰科技园",), size=8), ALL)
    assert "G2610-0999" not in first.ids
    assert first.total in (COMPARED + 20, COMPARED + 21)
    pages = [await index.find(Query(words=("星辰科技园",), size=100, page=page), ALL) for page in range(3)]
    assert len({each for page in pages for each in page.ids}) == COMPARED + 20


async def test_more_words_than_the_server_takes_must_still_hold(index: MeiliIndex) -> None:
    words = tuple(f"{a}{b}" for a in "甲乙丙丁" for b in "子丑寅")
    await index.put([an_item(1, " ".join(words)), an_item(2, " ".join(words[:-1]))])
    assert await index.find(Query(words=words), ALL) == await index.find(Query(words=words[::-1]), ALL)
    assert (await index.find(Query(words=words), ALL)).ids == ("G2610-0001",)


async def test_the_stand_in_is_strict(server: MeiliServer, index: MeiliIndex) -> None:
    await index.put([an_item(1, state=ItemState.ARCHIVED)])
    good = {"q": "", "hitsPerPage": 5, "matchingStrategy": "all", "filter": ["total >= 1"]}
    key = {"Authorization": f"Bearer {server.key}"}
    text = key | {"Content-Type": "text/plain"}
    cases = [
        ("POST", "search", good, key, 200, None),
        ("POST", "search", good, {}, 401, "missing_authorization_header"),
        ("POST", "search", good, text, 415, "invalid_content_type"),
        ("POST", "search", good | {"filter": 'text = "x"'}, key, 400, "invalid_search_filter"),
        ("POST", "search", good | {"filter": "total >= "}, key, 400, "invalid_search_filter"),
        ("POST", "search", good | {"filter": 'kind IN ["rail"'}, key, 400, "invalid_search_filter"),
        ("POST", "search", good | {"filter": 'kind = "rail'}, key, 400, "invalid_search_filter"),
        ("POST", "search", good | {"sort": ["total:desc"]}, key, 400, "invalid_search_sort"),
        ("POST", "search", good | {"fuzzy": True}, key, 400, "bad_request"),
        ("PATCH", "settings", {"fancy": True}, key, 400, "bad_request"),
        ("PATCH", "settings", {"typoTolerance": {"off": True}}, key, 400, "invalid_settings_typo_tolerance"),
        ("PATCH", "settings", {"rankingRules": ["luck"]}, key, 400, "invalid_settings_ranking_rules"),
    ]
    async with aiohttp.ClientSession() as client:
        for method, path, body, headers, status, code in cases:
            url = f"{server.url}/indexes/guidang/{path}"
            sent = {"data": "{}"} if headers is text else {"json": body}
            async with client.request(method, url, headers=headers, **sent) as answer:  # type: ignore[arg-type]
                assert (answer.status, (await answer.json()).get("code")) == (status, code), body
