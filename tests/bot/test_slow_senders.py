"""Who sends drop by drop holds no connection and no memory: over a real socket, with short deadlines."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import web

from bot.body import Limits
from bot.commands.serving import runner_for
from storage.mongo import Database
from tests.bot.desk_house import House

QUICK = Limits(patience=0.5, pace=1_000_000, words=0.4)
HEAD = (
    "POST /api/{} HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: {}\r\nContent-Length: 100000\r\n"
)
JSON, FORM = "application/json", "multipart/form-data; boundary=b"
PART = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n'


@pytest.fixture
async def house(db: Database) -> House:
    return await House.build(db)


@pytest.fixture
async def port(house: House) -> AsyncIterator[int]:
    async def takes_its_time(request: web.Request) -> web.Response:
        await asyncio.sleep(1.5)
        return web.Response(text="done")

    app = web.Application()
    app.add_routes(house.desk(limits=QUICK).routes())
    app.router.add_get("/slow", takes_its_time)
    runner = runner_for(app, idle=0.5, linger=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def dripped(port: int, begin: str, drop: bytes) -> bytes:
    """What is answered to a beginning and then a drop each 0.05 s, until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begin.encode())

    async def drip() -> None:
        while True:
            writer.write(drop)
            await asyncio.sleep(0.05)

    task = asyncio.create_task(drip())
    answer = b""
    with suppress(ConnectionError):  # it closed while a drop was on its way
        async with asyncio.timeout(15):
            while piece := await reader.read(4096):
                answer += piece
    task.cancel()
    writer.close()
    return answer


@pytest.mark.parametrize("begin", ["", "GET / HTTP/1.1\r\nHost: x\r\n"], ids=["nothing yet", "half a head"])
async def test_a_head_that_does_not_end_is_not_waited_for(port: int, begin: str) -> None:
    assert await dripped(port, begin, b"X-More: 1\r\n" if begin else b"") == b""


async def test_nor_is_the_second_one_of_a_connection(port: int) -> None:
    begin = "GET /api/me HTTP/1.1\r\nHost: x\r\n\r\nGET /api/me HTTP/1.1\r\nHost: x\r\n"
    assert (await dripped(port, begin, b"X-More: 1\r\n")).count(b"HTTP/1.1 ") == 1, "the second gets no answer"


async def test_an_answer_may_take_longer(port: int) -> None:
    begin = "GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert (await dripped(port, begin, b"")).endswith(b"done")


def told(answer: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return found


async def test_a_small_body_is_waited_for_a_while(port: int) -> None:
    answer = await dripped(port, HEAD.format("sign-in", JSON) + "\r\n", b" ")
    assert (answer[:12], told(answer)["code"]) == (b"HTTP/1.1 400", "Q07")


@pytest.mark.parametrize(
    "begin", ["--b\r\n", PART.format("text"), PART.format('files"; filename="a.pdf')], ids=["head", "text", "file"]
)
@pytest.mark.parametrize("drop", [b"", b"x"], ids=["nothing", "drops"])
async def test_a_message_must_go_on_coming(port: int, house: House, begin: str, drop: bytes) -> None:
    token = await house.accounts.redeem(await house.accounts.link("li"))
    head = HEAD.format("messages", FORM) + f"Cookie: desk={token}\r\n\r\n"
    answer = await dripped(port, head + begin, drop)
    assert (answer[:12], told(answer)["code"]) == (b"HTTP/1.1 400", "Q07")
    assert house.door.received == []
