"""Our WeCom channels on real servers, against the stand-ins of WeCom's, with a gate that writes down in memory."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from archive.access import Person, Role
from archive.errors import DatabaseDown, NotFound, NotLinked
from archive.item import Item
from archive.words import Text
from bot.channel import Incoming, Sender
from bot.wecom.app import Wecom
from bot.wecom.bot import WecomBot
from bot.wecom.connection import Times
from bot.wecom.listening import PATH
from config import channels
from handlers.message import Click, Form, OutFile, RemoteFile, Reply
from storage.identities import Identity
from tests.fakes.wecom import AES_KEY, AGENT, CORP, SECRET, TOKEN, FakeWecom
from tests.fakes.wecom_bot import BOT, BOT_SECRET, FakeBot, until

SAMPLES = Path("tests/samples/wecom")
ADDRESS = "https://guidang.example.cn"
LI = Person("li", "李明", frozenset({Role.EMPLOYEE}), "销售部", "GD01")
WANG = Person("wang", "王芳", frozenset({Role.APPROVER}), "销售部", "GD01", lang="en")
FAST = Times(
    lease=0.6, answer=1.0, ping=5.0, first=0.05, longest=0.2, kicked=0.3, give_up=1.0, idle=0.05, busy=0.02,
    patience=3.0,
)  # fmt: skip


def sample(name: str) -> dict[str, Any]:
    """A recorded payload."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    return found


@dataclass
class MemoryGate:
    """A gate that knows two people and drops repeats."""

    tenants: tuple[str, ...] = (CORP, BOT)
    people: dict[str, Person] = field(default_factory=lambda: {"LiMing": LI, "WangFang": WANG})
    taken: dict[str, Incoming] = field(default_factory=dict)
    asked: list[Incoming] = field(default_factory=list)
    answers: list[Reply] = field(default_factory=list)
    down: int = 0  # how many more times
    fault: Exception | None = None  # one that nobody foresaw
    slow: float = 0.0

    async def enter(self, incoming: Incoming) -> Reply | None:
        self.asked.append(incoming)
        await asyncio.sleep(self.slow)
        if self.fault:
            raise self.fault
        if self.down:
            self.down -= 1
            raise DatabaseDown
        if await self.person(incoming.sender) is None:
            return Reply(text=NotLinked(platform="WeCom").text())
        self.taken.setdefault(incoming.key, incoming)
        return self.answers.pop(0) if self.answers else None

    async def person(self, sender: Sender) -> Person | None:
        return self.people.get(sender.user) if sender.tenant in self.tenants else None


class MemoryDoor:
    """Nobody comes this way: the gate asks for forms itself where there are no windows."""

    async def form(self, person: Person, click: Click) -> Form | None:
        raise AssertionError("the gate does this")

    async def mistakes(self, person: Person, click: Click) -> Mapping[str, Text]:
        raise AssertionError("the gate does this")

    async def receive(
        self, *, channel: str, conversation: str, person: Person, key: str, text: str = "",
        files: Sequence[tuple[str, bytes]] = (), remote: Sequence[RemoteFile] = (), action: str = "", subject: str = "",
        version: int = 0, values: Mapping[str, str] | None = None,
        noted: Callable[[str], Awaitable[None]] | None = None,
    ) -> str:  # fmt: skip
        raise AssertionError("the gate does this")

    async def find(
        self, person: Person, words: str, page: int, size: int
    ) -> tuple[Sequence[Item], int, Mapping[str, str]]:
        raise AssertionError

    async def picture(self, person: Person, item_id: str, page: int) -> bytes:
        raise AssertionError

    async def original(self, person: Person, item_id: str, channel: str = "") -> tuple[str, str, bytes]:
        raise AssertionError

    async def made(self, person: Person, address: str) -> bytes:
        raise AssertionError


class MemoryHandout:
    """Hands out what it holds."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    async def bytes(self, person: Person, out: OutFile) -> bytes:
        if out.file not in self.held:
            raise NotFound(item=out.name)
        return self.held[out.file]

    def link(self, person: Person, out: OutFile) -> str:
        return f"{ADDRESS}/f/{person.id}-{out.file}"


class MemoryNotes:
    """What replicas share, without a database; storage/wecom.py is tested with one."""

    def __init__(self) -> None:
        self.tokens: dict[str, tuple[bytes, datetime]] = {}
        self.codes: dict[str, list[str]] = {}
        self.used: list[str] = []
        self.kept: dict[str, list[str]] = {}
        self.waits: list[float] = []
        self.turns: list[str] = []

    async def token(self, name: str) -> tuple[bytes, datetime] | None:
        return self.tokens.get(name)

    async def keep_token(self, name: str, sealed: bytes, until: datetime) -> None:
        self.tokens[name] = (sealed, until)

    async def keep_code(self, card: str, code: str) -> None:
        if code not in self.used and code not in self.codes.get(card, ()):
            self.codes.setdefault(card, []).append(code)

    async def take_code(self, card: str) -> str | None:
        left = [code for code in self.codes.get(card, ()) if code not in self.used]
        if left:
            self.used.append(left[-1])
        return left[-1] if left else None

    async def put_back(self, code: str) -> None:
        self.used.remove(code)

    async def said(self, key: str) -> Sequence[str]:
        return self.kept.get(key, [])

    async def mark(self, key: str, addresses: Sequence[str]) -> None:
        self.kept[key] = list(addresses)

    async def turn(self, member: str, limits: Sequence[tuple[float, int]]) -> float:
        self.turns.append(member)
        return self.waits.pop(0) if self.waits else 0.0


class MemoryLeases:
    """One lease for several replicas of a test."""

    def __init__(self) -> None:
        self.holder, self.until, self.away = "", 0.0, False

    def of(self, me: str) -> MemoryLease:
        return MemoryLease(self, me)


@dataclass
class MemoryLease:
    """As one replica sees it."""

    all: MemoryLeases
    me: str

    async def take(self, name: str, lasts: timedelta) -> int | None:
        now = asyncio.get_running_loop().time()
        if self.all.away:
            raise DatabaseDown
        if self.all.holder not in ("", self.me) and self.all.until > now:
            return None
        self.all.holder, self.all.until = self.me, now + lasts.total_seconds()
        return 1

    async def give_back(self, name: str) -> None:
        if self.all.holder == self.me:
            self.all.holder = ""


class MemoryCalls:
    """What replicas ask of each other."""

    def __init__(self) -> None:
        self.open: dict[str, tuple[str, bytes]] = {}
        self.answers: dict[str, bytes] = {}
        self.seen: list[bytes] = []
        self._number = itertools.count()

    async def put(self, bot: str, asked: bytes, lasts: timedelta) -> str:
        call = f"c{next(self._number)}"
        self.open[call] = (bot, asked)
        self.seen.append(asked)
        return call

    async def answer(self, call: str) -> bytes | None:
        return self.answers.get(call)

    async def waiting(self, bot: str) -> Sequence[tuple[str, bytes]]:
        return [(call, asked) for call, (of, asked) in self.open.items() if of == bot]

    async def take(self, call: str) -> bool:
        return self.open.pop(call, None) is not None

    async def done(self, call: str, answer: bytes) -> None:
        self.answers[call] = answer

    async def forget(self, call: str) -> None:
        self.open.pop(call, None)
        self.answers.pop(call, None)


def app_settings(fake: FakeWecom, leaving: channels.Leaving = channels.AT_HOME) -> channels.Wecom:
    return channels.Wecom(CORP, AGENT, SECRET, TOKEN, AES_KEY, fake.url, leaving)


def bot_settings(fake: FakeBot, leaving: channels.Leaving = channels.AT_HOME) -> channels.WecomBot:
    return channels.WecomBot(BOT, BOT_SECRET, fake.url, leaving)


@dataclass
class AppScene:
    """Everything a test of the app looks at."""

    wecom: Wecom
    fake: FakeWecom
    gate: MemoryGate
    handout: MemoryHandout
    notes: MemoryNotes
    url: str = ""

    async def event(self, fields: Mapping[str, str], **how: Any) -> int:
        """Deliver an event; returns the status, once everything beside it is done."""
        status, body = await self.fake.deliver(self.url, fields, **how)
        assert status != 200 or body == b""
        await self.wecom.settled()
        return status


@asynccontextmanager
async def app_opened(
    *, leaving: channels.Leaving = channels.AT_HOME, address: str = ADDRESS, **more: Any
) -> AsyncIterator[AppScene]:
    """A scene; `leaving` says what may leave."""
    fake = await FakeWecom().start()
    gate, handout, notes = MemoryGate(), MemoryHandout(), MemoryNotes()

    async def who(person: str, /) -> Sequence[Identity]:
        return [
            Identity(name, tenant, user, alone="" if name == "wecom_bot" else user)
            for user, known in gate.people.items() if known.id == person
            for name, tenant in (("slack", "T0"), ("wecom", CORP))
        ]  # fmt: skip

    wecom = Wecom(
        settings=app_settings(fake, leaving), gate=gate, door=MemoryDoor(), handout=handout, who=who, said=notes,
        notes=notes, address=address, **more,
    )  # fmt: skip
    app = web.Application()
    app.add_routes(wecom.routes())
    server = TestServer(app)
    await server.start_server()
    try:
        await wecom.start()
        yield AppScene(wecom, fake, gate, handout, notes, f"http://127.0.0.1:{server.port}{PATH}")
    finally:
        await wecom.close()
        await server.close()
        await fake.close()


@dataclass
class BotScene:
    """Everything a test of the bot looks at."""

    bot: WecomBot
    fake: FakeBot
    gate: MemoryGate
    handout: MemoryHandout
    notes: MemoryNotes
    leases: MemoryLeases
    calls: MemoryCalls
    others: list[WecomBot] = field(default_factory=list)

    def another(self, me: str) -> WecomBot:
        """One more replica."""
        made = _bot(self.fake, self.gate, self.handout, self.notes, self.leases.of(me), self.calls)
        self.others.append(made)
        return made

    async def hears(self, name: str, **changed: Any) -> str:
        """A recorded message or event arrives; returns the request."""
        body = {**sample(name)["body"], **changed}
        return await self.fake.hears(body, event=body["msgtype"] == "event")


def _bot(
    fake: FakeBot, gate: MemoryGate, handout: MemoryHandout, notes: MemoryNotes, lease: MemoryLease, calls: MemoryCalls,
    **more: Any,
) -> WecomBot:  # fmt: skip
    async def who(person: str, /) -> Sequence[Identity]:
        return [Identity("wecom_bot", BOT, user) for user, known in gate.people.items() if known.id == person]

    given: dict[str, Any] = {"address": ADDRESS, "times": FAST, "pauses": (0.02, 0.05), **more}
    leaving = given.pop("leaving", channels.AT_HOME)
    return WecomBot(
        settings=bot_settings(fake, leaving), gate=gate, door=MemoryDoor(), handout=handout, who=who, said=notes,
        turns=notes, calls=calls, lease=lease, **given,
    )  # fmt: skip


@asynccontextmanager
async def bot_opened(*, connect: bool = True, **more: Any) -> AsyncIterator[BotScene]:
    """A bot whose connection stands."""
    fake = await FakeBot().start()
    gate, handout, notes, leases, calls = MemoryGate(), MemoryHandout(), MemoryNotes(), MemoryLeases(), MemoryCalls()
    scene = BotScene(
        _bot(fake, gate, handout, notes, leases.of("a"), calls, **more), fake, gate, handout, notes, leases, calls
    )
    try:
        if connect:
            await scene.bot.start()
            await until(lambda: scene.bot.connected)
        yield scene
    finally:
        for bot in (scene.bot, *scene.others):
            await bot.close()
        await fake.close()


@pytest.fixture
async def app() -> AsyncIterator[AppScene]:
    """As it is by default: at home, files leave directly."""
    async with app_opened() as made:
        yield made


@pytest.fixture
async def bot() -> AsyncIterator[BotScene]:
    """The same for the bot."""
    async with bot_opened() as made:
        yield made


def utc(stamp: float) -> datetime:
    """Seconds since 1970 as a time."""
    return datetime.fromtimestamp(stamp, UTC)
