"""Links to files: one person, one browser, a quarter of an hour, and the right asked at the end of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from archive.access import Role
from archive.errors import FileLinkExpired, NotFound
from bot.handout import Handouts
from bot.links import Links
from handlers.message import OutFile
from storage.files import held_address
from storage.openings import Openings
from tests.house import Scene, einvoice, fresh

pytestmark = pytest.mark.asyncio(loop_scope="module")
Browser = TestClient[web.Request, web.Application]
REPORT = b"%PDF-1.7 the report"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path_factory.mktemp("house")) as made:
        yield made


@pytest.fixture
def handouts(scene: Scene) -> Handouts:
    links = Links(scene.house.key.derived("links"), "http://127.0.0.1", scene.clock)
    return Handouts(scene.reception, links, scene.house.people, Openings(scene.house.db, scene.clock))


@pytest_asyncio.fixture(loop_scope="module")
async def server(handouts: Handouts) -> AsyncIterator[TestServer]:
    app = web.Application()
    app.add_routes(handouts.routes())
    async with TestServer(app) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def browser(server: TestServer) -> AsyncIterator[Browser]:
    async with TestClient(server) as made:
        yield made


async def report(scene: Scene) -> OutFile:
    ref = await scene.house.vault.hold(REPORT, "十月 报表.pdf", "application/pdf")
    await scene.house.vault.settle(ref)
    return OutFile(ref.name, ref.media_type, file=held_address(ref), size=ref.size)


def path(link: str) -> str:
    return link.removeprefix("http://127.0.0.1")


async def test_a_page_then_the_file_in_the_same_browser_only(
    scene: Scene, handouts: Handouts, browser: Browser, server: TestServer
) -> None:
    link = path(handouts.link(scene.people["zhao"], await report(scene)))
    for _ in range(2):  # a chat program's preview, then the person: it changes nothing
        page = await browser.get(link)
        assert page.status == 200
        assert "十月 报表.pdf" in (text := await page.text())
        assert "赵磊" in text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for _ in range(2):
        got = await browser.post(link)
        assert (got.status, await got.read()) == (200, REPORT)
        assert got.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in got.headers["Content-Security-Policy"]
    async with TestClient(server) as other:
        await other.get(link)
        refused = await other.post(link)
        assert refused.status == 410
        assert "[A11]" in await refused.text()


async def test_without_the_page_first_there_is_no_file(scene: Scene, handouts: Handouts, browser: Browser) -> None:
    link = path(handouts.link(scene.people["zhao"], await report(scene)))
    assert (await browser.post(link)).status == 410


async def test_a_link_that_is_past_or_forged_or_broken(scene: Scene, handouts: Handouts, browser: Browser) -> None:
    link = path(handouts.link(scene.people["zhao"], await report(scene)))
    forged = link[:-3] + ("AAA" if link[-3:] != "AAA" else "BBB")
    for bad in (forged, "/f/x", "/f/" + "A" * 500, "/f/%F0%9F%93%8E"):
        assert (await browser.get(bad)).status == 410, bad
        assert (await browser.post(bad)).status == 410, bad
    scene.clock.move(minutes=16)
    assert (await browser.get(link)).status == 410
    other = Links(b"another house" * 4, "http://127.0.0.1", scene.clock)
    with pytest.raises(FileLinkExpired):
        other.read(handouts.link(scene.people["zhao"], await report(scene)).rpartition("/")[2])


async def test_the_right_is_asked_when_the_file_is_taken(scene: Scene, handouts: Handouts, browser: Browser) -> None:
    out = await report(scene)
    link = path(handouts.link(scene.people["zhao"], out))
    await browser.get(link)
    await scene.house.people.change("zhao", roles={Role.EMPLOYEE})
    try:
        refused = await browser.post(link)
        assert refused.status == 404
        assert "[A01]" in await refused.text()
    finally:
        await scene.house.people.change("zhao", roles={Role.FINANCE})
    assert (await browser.post(link)).status == 200


async def test_an_original_goes_only_to_those_who_may_see_it_and_leaves_a_trail(
    scene: Scene, handouts: Handouts, browser: Browser
) -> None:
    item = await scene.forward("li", data := einvoice("77.00"))
    out = OutFile(item.file.name, item.file.media_type, file=f"original:{item.id}")
    assert await handouts.bytes(scene.people["li"], out) == data
    with pytest.raises(NotFound):
        await handouts.bytes(scene.people["sun"], out)
    link = path(handouts.link(scene.people["sun"], out))
    await browser.get(link)
    assert (await browser.post(link)).status == 404
    downloads = [link for link in await scene.house.trail.about(item.id, 50) if link.entry.action == "downloaded"]
    assert [(link.entry.who, link.entry.channel) for link in downloads] == [("li", "link")]
