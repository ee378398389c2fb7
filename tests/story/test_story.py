"""Forwarded, corrected, approved, reported: on each platform alone, and with everybody on another one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from archive.item import ItemState
from bot.platforms import connect
from config import channels
from config.channels import Channels, Leaving
from storage.identities import Identity
from tests.fakes.slack import SECRET, TEAM, TOKEN, FakeSlack
from tests.fakes.teams import APP, ISSUER, TENANT, Servers
from tests.fakes.teams import SECRET as TEAMS_SECRET
from tests.fakes.wecom import CORP, FakeWecom
from tests.house import Scene, einvoice, settings_for, standing
from tests.story.cast import Actor, sees, until
from tests.story.on_slack import OnSlack
from tests.story.on_teams import OnTeams
from tests.story.on_wecom import OnWecom
from tests.wecom.conftest import app_settings

#: Our people: platform → (user, conversation alone) of each.
USERS = {
    "slack": {"li": ("U0LI", "D0LI"), "wang": ("U0WANG", "D0WANG"), "zhao": ("U0ZHAO", "D0ZHAO")},
    "teams": {name: (f"aad-{name}", f"a:1-aad-{name}") for name in ("li", "wang", "zhao")},
}
USERS["wecom"] = {"li": ("LiMing", ""), "wang": ("WangFang", ""), "zhao": ("ZhaoLei", "")}
TENANTS = {"slack": TEAM, "teams": TENANT, "wecom": CORP}


@dataclass
class Stage:
    """A house with every platform connected to its stand-in."""

    scene: Scene
    url: str
    makers: Mapping[str, Callable[[str], Actor]]

    def actor(self, person: str, platform: str) -> Actor:
        """The person, there."""
        return self.makers[platform](person)


@asynccontextmanager
async def stage(mongo_uri: str, folder: Path, servers: Servers, cast: Mapping[str, str]) -> AsyncIterator[Stage]:
    """`cast`: who is linked where."""
    async with AsyncExitStack() as stack:
        fake = await FakeSlack(gap=0.2).start()
        stack.push_async_callback(fake.close)
        fake.alone["U0ZHAO"] = "D0ZHAO"
        fake.channels.add("D0ZHAO")
        given = Channels(
            slack=channels.Slack(TOKEN, SECRET, "", fake.api),
            teams=channels.Teams(
                APP, TEAMS_SECRET, (TENANT,), servers.authority, ISSUER, servers.keys_url, ("127.0.0.1",)
            ),
        )
        wecom = await FakeWecom().start()
        stack.push_async_callback(wecom.close)
        linked = Leaving("link", masked=True)  # as far as it can be: so that it is the same everywhere
        given = replace(given, wecom=app_settings(wecom, linked))
        app = web.Application()
        server = TestServer(app)
        settings = settings_for(mongo_uri, folder, f"s_{uuid4().hex[:12]}")
        scene = await stack.enter_async_context(standing(replace(settings, channels=given)))
        handouts = connect(scene.house, scene.reception)
        for channel in scene.house.channels.values():
            app.add_routes(channel.routes())
        app.add_routes(handouts.routes())
        await stack.enter_async_context(server)
        url = f"http://127.0.0.1:{server.port}"
        for name, channel in scene.house.channels.items():
            if name != scene.channel.name:
                await channel.start()
                stack.push_async_callback(channel.close)
        stack.push_async_callback(scene.house.post.close)
        for person, platform in cast.items():
            user, alone = USERS[platform][person]
            await scene.house.identities.link(person, Identity(platform, TENANTS[platform], user, person, alone), "gu")
        makers: Mapping[str, Callable[[str], Actor]] = {
            "slack": lambda who: OnSlack(fake, f"{url}/slack/events", *USERS["slack"][who]),
            "wecom": lambda who: OnWecom(wecom, f"{url}/wecom/callback", USERS["wecom"][who][0]),
            "teams": lambda who: OnTeams(servers, f"{url}/teams/messages", USERS["teams"][who][0], who),
        }
        yield Stage(scene, url, makers)


@pytest.mark.parametrize(
    ("sender", "approver", "manager"),
    [
        ("slack", "slack", "slack"),
        ("teams", "teams", "teams"),
        ("slack", "teams", "slack"),
        ("teams", "slack", "teams"),
        ("wecom", "wecom", "wecom"),
        ("slack", "wecom", "teams"),
        ("wecom", "teams", "slack"),
    ],
)
async def test_the_story(
    mongo_uri: str, tmp_path: Path, servers: Servers, sender: str, approver: str, manager: str
) -> None:
    cast = {"li": sender, "wang": approver, "zhao": manager}
    async with stage(mongo_uri, tmp_path / "data", servers, cast) as made:
        li, wang, zhao = (made.actor(person, where) for person, where in cast.items())
        await wang.say("帮助")  # Teams lets a bot write only to those who wrote to it
        await sees(wang, "你可以")

        await li.forward("发票.xml", einvoice("742.00", seller="上海样例云算科技有限公司"))
        await sees(li, "742.00")
        await sees(wang, "742.00")
        assert "上海样例云算科技有限公司" not in wang.seen(), "masked on servers abroad"

        await li.fill("correct", {"date": "2026-04-20"})
        await sees(li, "2026-04-20")
        await sees(wang, "2026-04-20")

        await wang.press("approve")
        await until(lambda: "GD01-" in li.seen() and "GD01-" in wang.seen(), f"archived in {li.seen()}")
        assert not await made.scene.house.vault.open_cases("GD01")
        found = [each async for each in made.scene.house.vault.all_items()]
        assert [each.state for each in found] == [ItemState.ARCHIVED]

        await zhao.say("报表 本月报销")
        await until(zhao.links, f"a link in {zhao.seen()}")
        if manager != "wecom":  # where an app has no groups
            await zhao.say("报表 本月报销", group=True)
            await sees(zhao, "单独聊天", group=True)
        for link in zhao.links():
            assert await opened(made, link) == b"%PDF"
            with pytest.raises(AssertionError):  # by anybody else
                await opened(made, link)


async def opened(made: Stage, link: str) -> bytes:
    """The beginning of what a new browser gets for a link."""
    address = made.url + link[link.index("/f/") :]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(address) as page:
            assert page.status == 200
        async with browser.post(address) as answer:
            assert answer.status == 200, await answer.text()
            return (await answer.read())[:4]
