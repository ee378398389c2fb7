"""Our Slack channel on a real server, against the stand-in of Slack's, with a gate that writes down in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from archive.access import Person, Role
from archive.errors import DatabaseDown, NotFound, NotLinked
from archive.words import Text
from bot.channel import Incoming, Sender
from bot.slack.channel import Slack
from bot.slack.pace import Pace
from config import channels
from handlers.message import Click, Form, OutFile, Reply
from storage.identities import Identity
from tests.fakes.slack import APP_TOKEN, SECRET, TEAM, TOKEN, FakeSlack

SAMPLES = Path("tests/samples/slack")
LI = Person("li", "李明", frozenset({Role.EMPLOYEE}), "销售部", "GD01")
WANG = Person("wang", "王芳", frozenset({Role.APPROVER}), "销售部", "GD01", lang="en")


def sample(name: str) -> dict[str, Any]:
    """A recorded payload."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return found


@dataclass
class MemoryGate:
    """A gate that knows two people and drops repeats."""

    people: dict[tuple[str, str], Person] = field(default_factory=lambda: {(TEAM, "U0LI"): LI, (TEAM, "U0WANG"): WANG})
    emails: dict[str, Person] = field(default_factory=dict)
    taken: dict[str, Incoming] = field(default_factory=dict)
    asked: list[Incoming] = field(default_factory=list)
    down: bool = False
    slow: float = 0.0

    async def enter(self, incoming: Incoming) -> Reply | None:
        self.asked.append(incoming)
        await asyncio.sleep(self.slow)
        if self.down:
            raise DatabaseDown
        known = await self.person(incoming.sender) or self.emails.get(incoming.sender.email)
        if known is None:
            return Reply(text=NotLinked(platform="Slack").text())
        self.taken.setdefault(incoming.key, incoming)
        return None

    async def person(self, sender: Sender) -> Person | None:
        return self.people.get((sender.tenant, sender.user))


class MemoryDoor:
    """A door with one form behind a button."""

    def __init__(self) -> None:
        self.behind: Form | None = None
        self.wrong: Mapping[str, Text] = {}
        self.opened: list[Click] = []
        self.checked: list[Click] = []

    async def form(self, person: Person, click: Click) -> Form | None:
        self.opened.append(click)
        return self.behind

    async def mistakes(self, person: Person, click: Click) -> Mapping[str, Text]:
        self.checked.append(click)
        return self.wrong

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


class MemoryHandout:
    """Hands out what it holds."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    async def bytes(self, person: Person, out: OutFile) -> bytes:
        if out.file not in self.held:
            raise NotFound(item=out.name)
        return self.held[out.file]

    def link(self, person: Person, out: OutFile) -> str:
        return f"https://guidang.example.cn/f/{person.id}-{out.file}"


class MemorySaid:
    """How far letters got."""

    def __init__(self) -> None:
        self.kept: dict[str, list[str]] = {}

    async def said(self, key: str) -> Sequence[str]:
        return self.kept.get(key, [])

    async def mark(self, key: str, addresses: Sequence[str]) -> None:
        self.kept[key] = list(addresses)


@dataclass
class Scene:
    """Everything a test looks at."""

    slack: Slack
    fake: FakeSlack
    gate: MemoryGate
    door: MemoryDoor
    handout: MemoryHandout
    said: MemorySaid
    home: Reply
    url: str = ""
    clock: float | None = None

    async def event(self, payload: Mapping[str, Any]) -> int:
        """Deliver an event; returns the status, once everything beside it is done."""
        status, _ = await self.fake.deliver(self.url, payload)
        await self.slack.settled()
        return status

    async def interaction(self, payload: Mapping[str, Any], how: str = "interaction") -> tuple[int, str]:
        """Deliver an interaction or a command."""
        answer = await self.fake.deliver(self.url, payload, how=how)
        await self.slack.settled()
        return answer


Opening = Callable[..., Any]


@asynccontextmanager
async def opened(
    *,
    gap: float = 0.0,
    leaving: channels.Leaving = channels.ABROAD,
    socket: bool = False,
    start: bool = True,
    **more: Any,
) -> AsyncIterator[Scene]:
    """A scene; `leaving` says what may leave."""
    fake = await FakeSlack(gap=gap).start()
    settings = channels.Slack(TOKEN, "" if socket else SECRET, APP_TOKEN if socket else "", fake.api, leaving)
    gate, door, handout, said = MemoryGate(), MemoryDoor(), MemoryHandout(), MemorySaid()

    async def who(person: str, /) -> Sequence[Identity]:
        return [
            Identity("slack", team, user, alone=fake.alone.get(user, ""))
            for (team, user), known in gate.people.items() if known.id == person
        ]  # fmt: skip

    async def home(person: Person) -> Reply:
        return made.home

    slack = Slack(
        settings=settings, gate=gate, door=door, handout=handout, who=who, said=said, home=home,
        pace=Pace(gap=gap), **more,
    )  # fmt: skip
    made = Scene(slack, fake, gate, door, handout, said, Reply(text=Text("没有待办", "Nothing to do")))
    app = web.Application()
    app.add_routes(slack.routes())
    server = TestServer(app)
    await server.start_server()
    made.url = f"http://127.0.0.1:{server.port}/slack/events"
    try:
        if start:
            await slack.start()
            await asyncio.wait_for(_known(slack), 5)
        yield made
    finally:
        await slack.close()
        await server.close()
        await fake.close()


async def _known(slack: Slack) -> None:
    if slack.routes():  # a websocket is held open beside: that never settles by itself
        await slack.settled()


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """Masked, files as links: as it is by default."""
    async with opened() as made:
        yield made


@pytest.fixture
async def direct() -> AsyncIterator[Scene]:
    """Files leave directly."""
    async with opened(leaving=replace(channels.ABROAD, files_out="direct")) as made:
        yield made
