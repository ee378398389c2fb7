"""A headless Chromium, and the desk with a door that answers like the archive would."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from storage.mongo import Database
from tests.bot.desk_house import PASSWORD, House
from tests.browser.scene import Scene

OUT = Path(__file__).resolve().parents[2] / "out" / "desk"


@pytest.fixture(scope="session")
def chromium() -> Iterator[webdriver.Chrome]:
    """The browser, started once. Without one the tests are skipped, but never on the build machine."""
    browser, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if browser is None or driver is None:
        if os.environ.get("CI"):
            pytest.fail("the build machine has no Chromium with chromedriver")
        pytest.skip("no Chromium with chromedriver on this machine")
    options = Options()
    options.binary_location = browser
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--lang=zh-CN", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    found = webdriver.Chrome(options=options, service=Service(driver))
    found.set_script_timeout(20)
    yield found
    found.quit()


@dataclass
class Site:
    """The running desk: its address, and the scene behind the door."""

    server: TestServer
    scene: Scene

    @property
    def url(self) -> str:
        return str(self.server.make_url("/"))

    async def cut(self) -> None:
        """Cut every open line, as a proxy that restarts would."""
        assert self.server.runner is not None
        assert self.server.runner.server is not None
        for connection in self.server.runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()


@pytest.fixture
async def site(db: Database) -> AsyncIterator[Site]:
    """The desk on a loopback port; `scene.desk` is the channel the archive speaks through."""
    house = await House.build(db)
    await house.accounts.set_password("li", PASSWORD)
    desk = house.desk()
    scene = Scene(house, desk, asyncio.get_running_loop())
    app = web.Application()
    app.add_routes(desk.routes())

    async def close(app: web.Application) -> None:
        await desk.close()

    app.on_shutdown.append(close)
    server = TestServer(app)
    await server.start_server()
    yield Site(server, scene)
    await scene.settle()
    await server.close()
