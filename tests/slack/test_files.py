"""Files in: fetched from Slack's own hosts with the token, and only what they say they are."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from archive.errors import FileGone, FileTooBig, Later, NoAnswer, NoScope, NotWhatItSays
from bot.slack.api import Api
from bot.slack.files import Files
from config import channels
from handlers.message import RemoteFile
from tests.fakes.slack import TOKEN, Denied
from tests.slack.conftest import Scene, opened

PDF = b"%PDF-1.7 " + b"x" * 200_000


def held(scene: Scene, data: bytes = PDF, name: str = "发票.pdf", **more: Any) -> RemoteFile:
    shown = scene.fake.hold(name, data, **more)
    return RemoteFile(name, shown["id"], shown["size"])


async def test_a_file_is_fetched_whole(scene: Scene) -> None:
    assert await scene.slack.fetch(held(scene)) == PDF
    assert await scene.slack.fetch(held(scene, name="🧾.pdf")) == PDF
    assert await scene.slack.fetch(held(scene, b"")) == b""


@pytest.mark.parametrize(
    "path", sorted(p for p in Path("tests/samples/drawn").glob("*/*") if "html" not in p.name)[::6]
)
async def test_real_documents(scene: Scene, path: Path) -> None:
    kind = {"xml": "text/xml", "jpg": "image/jpeg", "png": "image/png"}.get(path.suffix[1:], "application/pdf")
    data = await asyncio.to_thread(path.read_bytes)
    assert await scene.slack.fetch(held(scene, data, path.name, mimetype=kind)) == data


@pytest.mark.parametrize("mode", ["deleted", "tombstone", "hidden_by_limit", "external"])
async def test_a_file_that_is_gone(scene: Scene, mode: str) -> None:
    with pytest.raises(FileGone):
        await scene.slack.fetch(held(scene, mode=mode))


async def test_a_file_that_vanished_between_asking_and_fetching(scene: Scene) -> None:
    file = held(scene)
    with pytest.raises(FileGone):
        await scene.slack.fetch(RemoteFile("发票.pdf", "F0NEVER"))
    scene.fake.files[file.place].url = scene.fake.api.replace("/api/", "/files-pri/F0NO/download/x")
    with pytest.raises(FileGone):
        await scene.slack.fetch(file)


async def test_a_missing_scope(scene: Scene) -> None:
    file = held(scene)
    scene.fake.scopes.discard("files:read")
    with pytest.raises(NoScope) as caught:
        await scene.slack.fetch(file)
    assert caught.value.facts["scope"] == "files:read"


async def test_the_sign_in_page_with_200_is_not_the_file(scene: Scene) -> None:
    file = held(scene)
    scene.fake.signed_out = True
    with pytest.raises(NotWhatItSays) as caught:
        await scene.slack.fetch(file)
    assert caught.value.facts["found"] == "HTML"


async def test_a_page_that_calls_itself_a_pdf(scene: Scene) -> None:
    with pytest.raises(NotWhatItSays):
        await scene.slack.fetch(held(scene, b"\n<!-- x --><HTML><body>expired"))


async def test_a_page_that_says_so_is_handed_on(scene: Scene) -> None:
    page = b"<!doctype html><p>invoice</p>"
    assert await scene.slack.fetch(held(scene, page, "x.html", mimetype="text/html")) == page


async def test_too_big_by_what_slack_says_and_by_what_comes() -> None:
    async with opened(file_cap=100_000) as scene:
        with pytest.raises(FileTooBig):
            await scene.slack.fetch(held(scene))
        with pytest.raises(FileTooBig):
            await scene.slack.fetch(held(scene, size=10))


async def test_down_for_a_while(scene: Scene) -> None:
    file = held(scene)
    scene.fake.down = 1
    with pytest.raises(NoAnswer):
        await scene.slack.fetch(file)
    assert await scene.slack.fetch(file) == PDF


async def test_asked_for_patience(scene: Scene) -> None:
    scene.fake.denied["files.info"] = [Denied("ratelimited", 429, {"Retry-After": "3"})]
    with pytest.raises(Later) as caught:
        await scene.slack.fetch(held(scene))
    assert caught.value.facts["seconds"] == 3


async def test_the_token_goes_to_slack_only(scene: Scene) -> None:
    """A redirect elsewhere is not followed, and an address elsewhere not asked."""
    asked: list[str] = []

    async def thief(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization", ""))
        return web.Response(body=PDF)

    app = web.Application()
    app.router.add_get("/{tail:.*}", thief)
    async with TestServer(app) as server:
        for url in (
            f"http://localhost.evil.example:{server.port}/x", "http://files.slack.com/x", "https://slack.com.evil.example/x",
            "https://evilslack.com/x", "ftp://127.0.0.1/x", "", "https://user@evil.example/files.slack.com",
        ):  # fmt: skip
            file = held(scene)
            scene.fake.files[file.place].url = url or "about:blank"
            with pytest.raises((FileGone, NoAnswer)):
                await scene.slack.fetch(file)
    assert asked == []


@pytest.mark.parametrize(
    ("url", "api", "ours"),
    [
        ("https://files.slack.com/x", "https://slack.com/api/", True),
        ("https://slack.com/x", "https://slack.com/api/", True),
        ("https://files.slack-gov.com/x", "https://slack-gov.com/api/", True),
        ("http://files.slack.com/x", "https://slack.com/api/", False),
        ("https://slack.com.evil.example/x", "https://slack.com/api/", False),
        ("https://evilslack.com/x", "https://slack.com/api/", False),
        ("https://files.slack.com@evil.example/x", "https://slack.com/api/", False),
        ("http://127.0.0.1:8080/x", "https://slack.com/api/", False),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:9/api/", True),
        ("http://169.254.169.254/x", "http://127.0.0.1:9/api/", False),
    ],
)
async def test_whose_hosts_are_slacks(url: str, api: str, ours: bool) -> None:
    files = Files(Api(channels.Slack(TOKEN, "s", api_url=api)), TOKEN, api)
    assert files._ours(urlsplit(url)) is ours


async def test_redirects_within_slack_are_followed_three_times_at_most(scene: Scene) -> None:
    file = held(scene)
    there = scene.fake.shown(file.place)["url_private_download"]
    hops = {"n": 1}

    async def hop(request: web.Request) -> web.Response:
        hops["n"] -= 1
        raise web.HTTPFound(there if hops["n"] <= 0 else str(request.url))

    app = web.Application()
    app.router.add_get("/hop", hop)
    async with TestServer(app) as server:
        scene.fake.files[file.place].url = f"http://127.0.0.1:{server.port}/hop"
        assert await scene.slack.fetch(file) == PDF
        hops["n"] = 99
        with pytest.raises(NoAnswer):
            await scene.slack.fetch(file)
