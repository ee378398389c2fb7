"""A Teams channel on the stand-in, with a gate, a door and a handout that remember; notes are the real room."""

from __future__ import annotations

import asyncio
import copy
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from archive.access import Person, Role
from archive.errors import NotFound, NotLinked
from archive.words import Text
from bot.channel import Incoming, Sender
from bot.teams.channel import PATH, Teams
from config import channels
from config.channels import Leaving
from handlers.message import Click, Form, OutFile, Reply
from storage import mongo, said, teams
from storage.identities import Identity
from storage.said import LettersSaid
from storage.teams import TeamsNotes
from tests.fakes.teams import APP, ISSUER, SECRET, TENANT, Doc, Servers

SAMPLES = Path("tests/samples/teams")
ZHANG = Person("zhangsan", "张三", frozenset({Role.EMPLOYEE}))
LI = Person("lisi", "Li Si", frozenset({Role.APPROVER}), lang="en")
USERS = {"7faf8bee-6c1f-4dd9-a3b5-0c1d2e3f4a5b": ZHANG, "aa11bb22-0000-4000-8000-000000000002": LI}
PERSONAL = json.loads((SAMPLES / "text_personal.json").read_text("utf-8"))["conversation"]["id"]
GROUP = json.loads((SAMPLES / "text_group.json").read_text("utf-8"))["conversation"]["id"]


def sample(name: str) -> Doc:
    """A recorded payload."""
    made: Doc = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    return made


@dataclass
class Gate:
    """Knows two users; keeps what is handed in, once for each key."""

    taken: list[Incoming] = field(default_factory=list)
    alone: dict[str, str] = field(default_factory=dict)
    work: Callable[[Incoming], Awaitable[None]] | None = None  # done after the event was taken, as the queue does
    error: Exception | None = None
    _keys: set[str] = field(default_factory=set)
    _tasks: set[asyncio.Future[None]] = field(default_factory=set)

    async def enter(self, incoming: Incoming) -> Reply | None:
        if self.error is not None:
            raise self.error
        person = await self.person(incoming.sender)
        if person is None:
            return Reply(NotLinked(platform="Teams").text())
        if incoming.key in self._keys:
            return None
        self._keys.add(incoming.key)
        self.taken.append(incoming)
        if self.work is not None:
            self._tasks.add(asyncio.ensure_future(self.work(incoming)))
        return None

    async def person(self, sender: Sender) -> Person | None:
        person = USERS.get(sender.user)
        if person and sender.alone:
            self.alone[person.id] = sender.alone
        return person


@dataclass
class Door:
    """Opens one form; what is wrong with values is set by the test. Channels ask it for nothing else."""

    opens: Form | None = None
    wrong: Mapping[str, Text] = field(default_factory=dict)
    asked: list[Click] = field(default_factory=list)

    async def form(self, person: Person, click: Click) -> Form | None:
        self.asked.append(click)
        return self.opens

    async def mistakes(self, person: Person, click: Click) -> Mapping[str, Text]:
        self.asked.append(click)
        return self.wrong

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


@dataclass
class Handout:
    """Holds files by id; asks whose they are each time."""

    held: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    async def bytes(self, person: Person, out: OutFile) -> bytes:
        owner, data = self.held.get(out.file, ("", b""))
        if owner != person.id:
            raise NotFound(item=out.name)
        return data

    def link(self, person: Person, out: OutFile) -> str:
        return f"https://archive.example.cn/f/{person.id}-{out.file}"


@dataclass
class Who:
    """What the gate learned."""

    gate: Gate

    async def __call__(self, person_id: str, /) -> Sequence[Identity]:
        alone = self.gate.alone.get(person_id, "")
        return [Identity("slack", "T1", "U1", "", "D1"), Identity("teams", TENANT, person_id, "", alone)]


@dataclass
class Scene:
    """Everything a test needs."""

    servers: Servers
    channel: Teams
    client: TestClient[web.Request, web.Application]
    gate: Gate
    door: Door
    handout: Handout
    notes: TeamsNotes
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def event(self, name: str, /, **changes: Any) -> Doc:
        """A recorded payload as if it came now, from the stand-in; its conversation is one we may speak in."""
        made = {**copy.deepcopy(sample(name)), "serviceUrl": self.servers.service, **changes}
        made["id"] = changes.get("id", f"{made['id']}-{next(self._numbers)}")
        self.servers.known.add(made["conversation"]["id"])
        return made

    async def post(self, payload: Doc | bytes, token: str | None = None, **headers: str) -> tuple[int, Any]:
        """(status, body) of the answer."""
        sent = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        auth = {"Authorization": f"Bearer {self.servers.token() if token is None else token}"} if token != "" else {}
        async with self.client.post(
            PATH, data=sent, headers={"Content-Type": "application/json", **auth, **headers}
        ) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else None

    async def met(self, name: str = "text_personal") -> str:
        """Have a conversation with us; returns its id."""
        status, _ = await self.post(payload := self.event(name))
        assert status == 202
        return str(payload["conversation"]["id"])


def settings_for(servers: Servers, files_out: str = "link", **changes: Any) -> channels.Teams:
    """The stand-in's addresses in the settings, as an administrator would name them."""
    given: dict[str, Any] = {
        "app_id": APP, "secret": SECRET, "tenants": (TENANT,), "authority": servers.authority, "issuer": ISSUER,
        "keys_url": servers.keys_url, "service_hosts": ("127.0.0.1",),
        "leaving": Leaving("direct" if files_out == "direct" else "link", masked=False),
    }  # fmt: skip
    return channels.Teams(**{**given, **changes})


@asynccontextmanager
async def standing(
    servers: Servers, db: mongo.Database, files_out: str = "link", file_cap: int = 1024 * 1024, **changes: Any
) -> AsyncIterator[Scene]:
    """A channel in an app of its own."""
    await mongo.ensure_indexes(db, said.INDEXES, teams.INDEXES)
    gate, door, handout, notes = Gate(), Door(), Handout(), TeamsNotes(db)
    channel = Teams(
        settings=settings_for(servers, files_out, **changes), gate=gate, door=door, handout=handout, who=Who(gate),
        said=LettersSaid(db), notes=notes, file_cap=file_cap,
    )  # fmt: skip
    app = web.Application()
    app.add_routes(channel.routes())
    async with TestClient(TestServer(app)) as client:
        await channel.start()
        try:
            yield Scene(servers, channel, client, gate, door, handout, notes)
        finally:
            await channel.close()


async def until(holds: Callable[[], bool], patience: float = 5.0) -> None:
    """Wait until it holds. Raises TimeoutError."""
    async with asyncio.timeout(patience):
        for pause in itertools.repeat(0.01):
            if holds():
                return
            await asyncio.sleep(pause)


def forbidden(log: pytest.LogCaptureFixture) -> list[str]:
    """Secrets in the log."""
    return [line for line in log.messages if SECRET in line or "eyJ" in line]
