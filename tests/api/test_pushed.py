"""`guidang push` through the API of a service."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from archive.apikey import KeyScope
from archive.errors import BadSettings, Later, NoAnswer
from bot.pushed import Remote
from tests.api.conftest import Site
from tests.house import einvoice


async def test_through_the_api_a_repeat_is_the_same_message(site: Site) -> None:
    _, token = await site.keys.add("li", [KeyScope.INGEST])
    data = einvoice()
    async with Remote.opened(site.base.removesuffix("/api/v1"), token) as remote:
        first = await remote.take(Path("a.xml"), data)
        again = await remote.take(Path("a.xml"), data)
        copy = await remote.take(Path("b.xml"), data)
    assert first.taken
    assert again == first
    assert (copy.taken, copy.items) == (False, ())
    assert "D01" in copy.words


async def test_a_wrong_key_ends_it_and_a_service_that_is_away_is_waited_for(site: Site) -> None:
    async with Remote.opened(site.base.removesuffix("/api/v1"), "gd_wrong") as remote:
        with pytest.raises(BadSettings):
            await remote.take(Path("a.xml"), b"x")

    async def busy(request: web.Request) -> web.Response:
        return web.json_response({}, status=503, headers={"Retry-After": "7"})

    async def page(request: web.Request) -> web.Response:
        return web.Response(text="<html>", content_type="text/html", status=200)

    for answer, error in ((busy, Later), (page, NoAnswer)):
        app = web.Application()
        app.router.add_post("/api/v1/documents", answer)
        async with TestServer(app) as server:
            address = str(server.make_url(""))
        async with TestServer(app) as server, Remote.opened(str(server.make_url("")), "k") as remote:
            with pytest.raises(error):
                await remote.take(Path("a.xml"), b"x")
    async with Remote.opened(address, "k") as remote:
        with pytest.raises(NoAnswer):
            await remote.take(Path("a.xml"), b"x")
