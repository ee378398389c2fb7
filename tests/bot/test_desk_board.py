"""The overview on the desk: each sees what they may, an open one follows what is done, and ends with the session."""

from __future__ import annotations

import asyncio
import itertools
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from archive.item import ItemState
from archive.overview import Line, survey
from bot.desk.board import board_json
from tests.bot.desk_house import House
from tests.bot.drawn_lines import drawn_lines
from tests.bot.test_desk import Client, desk, house, open_page, post  # noqa: F401  fixtures

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def line(n: int, state: ItemState, hours: float, **more: Any) -> Line:
    at = NOW - timedelta(hours=hours)
    said: dict[str, Any] = {
        "id": f"G{n}", "state": state, "seen_by": frozenset({"li"}), "received_at": at, "archived_at": None,
        "since": at if state is ItemState.PENDING else None, "title": "票", "seller": "甲", "total": Decimal("10.50"),
        "currency": "CNY", "category": "办公费", "size": 1_000_000,
    }  # fmt: skip
    return Line(**(said | more))


def test_what_is_counted() -> None:
    lines = [
        line(1, ItemState.PENDING, 2),
        line(2, ItemState.PENDING, 30),
        line(3, ItemState.PENDING, 200, currency="USD"),
        line(4, ItemState.DOUBTFUL, 1, unread="R11"),
        line(5, ItemState.REJECTED, 1),
        line(6, ItemState.ARCHIVED, 3, archived_at=NOW),
        line(7, ItemState.ARCHIVED, 24 * 40, archived_at=NOW, total=Decimal(99)),
        line(8, ItemState.ARCHIVED, 1, archived_at=NOW, made=True, total=None),
    ]
    found = survey(lines, True, NOW, UTC, timedelta(hours=24))
    assert (found.received, found.filed, found.doubtful, found.waiting, found.overdue) == (4, 3, 1, 3, 2)
    assert found.ages == (1, 1, 0, 1)
    assert [each.id for each in found.oldest] == ["G3", "G2", "G1"]
    assert found.sums == (("办公费", Decimal("31.50")),)
    assert [each.id for each in found.unread] == ["G4"]
    assert len(found.days) == 30
    assert found.days[-1] == (NOW.date(), 4, 3)
    assert found.size == 7_000_000


def test_words_and_figures_for_the_page() -> None:
    found = survey(drawn_lines(NOW), True, NOW, UTC, timedelta(hours=24))
    told = board_json(found, "zh", {})
    assert len(told["sums"]) == 8
    assert told["sums"][-1]["label"] == "其余 3 类"
    assert max(row["share"] for row in told["sums"]) == 1
    shown = sum(Decimal(row["value"].replace(",", "")) for row in told["sums"])
    assert shown == Decimal(told["total"].replace(",", ""))
    english = json.dumps({k: v for k, v in board_json(found, "en", {}).items() if k in ("tiles", "ages", "scope")})
    assert english.isascii() or "–" in english


async def told(page: Client) -> dict[str, Any]:
    answer = await page.get("/api/overview")
    assert answer.status == 200
    return await answer.json()  # type: ignore[no-any-return]


async def test_each_sees_their_own(house: House, open_page: Any) -> None:  # noqa: F811
    house.door.lines = drawn_lines(NOW)
    li, wang = await told(await open_page("li")), await told(await open_page("wang"))
    assert (li["scope"], wang["scope"]) == ("全公司", "与我有关")
    assert int(li["tiles"][2]["value"]) == 17
    assert int(wang["tiles"][2]["value"]) == 3
    assert {int(item["id"][-4:]) % 5 for item in wang["oldest"]} == {0}
    assert (await (await open_page("")).get("/api/overview")).status == 401


async def test_an_open_one_follows_what_is_done(house: House, open_page: Any) -> None:  # noqa: F811
    page = await open_page("li")
    answer = await page.get("/api/overview/events")
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert (await event(answer))["tiles"][0]["value"] == "0"
    house.door.lines = [line(1, ItemState.PENDING, 1)]
    house.door.beat += 1
    assert (await event(answer))["tiles"][0]["value"] == "1"
    house.door.beat += 1  # something was done that changes nothing here: nothing is said
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(event(answer), 0.3)


async def test_it_ends_with_the_session(house: House, open_page: Any) -> None:  # noqa: F811
    page = await open_page("li")
    answer = await page.get("/api/overview/events")
    await event(answer)
    await post(page, "/api/sign-out", {})
    rest = await asyncio.wait_for(answer.content.read(), 5)
    assert b"event:" not in rest


async def test_a_fifth_is_refused_and_a_closed_one_makes_room(house: House, open_page: Any) -> None:  # noqa: F811
    page: TestClient[Any, Any] = await open_page("li")
    open_ = [await page.get("/api/overview/events") for _ in range(4)]
    refused = await page.get("/api/overview/events")
    assert refused.status == 400
    assert (await refused.json())["code"] == "Q62"
    open_[0].close()
    async with asyncio.timeout(5):
        for pause in itertools.repeat(0.05):
            again = await page.get("/api/overview/events")
            if again.status == 200:
                break
            await asyncio.sleep(pause)
    assert (await event(again))["scope"]


async def event(answer: Any) -> dict[str, Any]:
    """The data of the next event."""
    while True:
        got: bytes = await answer.content.readline()
        assert got, "the stream ended"
        if got.startswith(b"data: "):
            return json.loads(got[6:])  # type: ignore[no-any-return]
