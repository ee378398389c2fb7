"""People at work on a service that may vanish at any moment: they send again, with the same key, until it is taken."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, ParamSpec, TypeVar

import aiohttp

from bench import papers
from bench.visitor import Said, Service, Visitor, button

P = ParamSpec("P")
T = TypeVar("T")

#: What a page may meet while a service is away or comes back. RuntimeError: an answer that says no (503, 500).
AWAY = (aiohttp.ClientError, ConnectionError, TimeoutError, RuntimeError)
#: Every so many documents one is rejected, one is large (two steps), one is sent a second time.
REJECTED, LARGE, AGAIN = 5, 7, 4


async def patient(call: Callable[P, Awaitable[T]], *args: P.args, **named: P.kwargs) -> T:
    """The call's result, tried again for two minutes while nobody answers."""
    deadline = time.monotonic() + 120
    while True:
        try:
            return await call(*args, **named)
        except AWAY:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)


async def everything(visitor: Visitor, conversation: str) -> list[Said]:
    """A whole conversation, oldest first."""
    found: list[Said] = []
    before = ""
    while True:
        page = json.loads(await visitor.fetch(f"/api/messages?conversation={conversation}{before}"))
        found = page["messages"] + found
        if not page["more"]:
            return found
        before = f"&before={found[0]['seq']}"


class Sender:
    """Forwards one invoice after another, some of them twice."""

    def __init__(self, visitor: Visitor, run: int, large: bool) -> None:
        self.visitor = visitor
        self.acknowledged: dict[str, str] = {}  # file name → invoice number
        self._run, self._large = run, large

    async def work(self, stop: asyncio.Event, chance: Random) -> None:
        """Until told to stop; what was begun is sent to its end."""
        n = 0
        while not stop.is_set():
            n += 1
            paper = papers.Paper(n, self._run, large=self._large and n % LARGE == 0)
            name, data = papers.pdf(paper) if n % 3 == 0 else papers.xml(paper)
            await self._send(name, data, paper)
            if n % AGAIN == 0 and n % REJECTED:
                other = papers.xml(paper) if n % 3 == 0 else papers.pdf(paper)
                name, data = (f"again-{name}", data) if n % 8 else other
                await self._send(name, data, paper)
            await asyncio.sleep(chance.uniform(0.05, 0.4))

    async def _send(self, name: str, data: bytes, paper: papers.Paper) -> None:
        await patient(self.visitor.send, files=[(name, data)], key=uuid.uuid4().hex)
        self.acknowledged[name] = paper.number


class Decider:
    """Approves and rejects what is laid before them, sometimes with a double press."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.acknowledged: dict[tuple[str, int], str] = {}  # (item, version) → approve or reject

    async def work(self, stop: asyncio.Event, chance: Random) -> None:
        """Until told to stop."""
        while not stop.is_set():
            for said in await patient(self.visitor.messages, "approvals"):
                try:
                    await self._decide(said, chance)
                except LookupError:  # decided before: the card has no button any more
                    continue
            await asyncio.sleep(0.1)

    async def _decide(self, said: Said, chance: Random) -> None:
        yes = button(said, "approve")
        place = (yes["subject"], yes["version"])
        if place in self.acknowledged:
            return
        number = next(f["value"] for card in said["cards"] for f in card["facts"] if str(f["value"]).startswith("2633"))
        action = "approve" if int(number[11:]) % REJECTED else "reject"
        choice = button(said, action)
        await patient(self.visitor.click, choice, {"reason": "样例"}, uuid.uuid4().hex)
        self.acknowledged[place] = action
        if chance.random() < 0.2:
            await patient(self.visitor.click, choice, {"reason": "样例"}, uuid.uuid4().hex)


class Crowd:
    """Three who send, two who decide, and the archivist who looks things up."""

    def __init__(self, senders: list[Sender], deciders: list[Decider], archivist: Visitor, seed: int) -> None:
        self.senders, self.deciders, self.archivist = senders, deciders, archivist
        self._chance = Random(seed)
        self._sent, self._decided = asyncio.Event(), asyncio.Event()
        self._sending: list[asyncio.Task[None]] = []
        self._deciding: list[asyncio.Task[None]] = []

    @classmethod
    async def gathered(cls, service: Service, seed: int) -> Crowd:
        """Everybody signed in."""
        li, chen, zhao, wang = [await service.visitor(p) for p in ("li.ming", "chen.jing", "zhao.lei", "wang.fang")]
        senders = [Sender(li, 1, large=True), Sender(chen, 2, large=True), Sender(zhao, 3, large=False)]
        return cls(senders, [Decider(wang), Decider(zhao)], chen, seed)

    def begin(self) -> None:
        """Everybody goes to work."""
        for tasks, people, stop in (
            (self._sending, self.senders, self._sent), (self._deciding, self.deciders, self._decided)
        ):  # fmt: skip
            tasks += [asyncio.create_task(p.work(stop, self._chance)) for p in people]

    async def end(self) -> None:
        """Nobody begins anything new. Raises what stopped anybody before."""
        self._sent.set()
        await asyncio.gather(*self._sending)
        self._decided.set()
        await asyncio.gather(*self._deciding)

    def numbers(self) -> Counter[str]:
        """Every number that was acknowledged, with how many messages brought it."""
        return Counter(number for sender in self.senders for number in sender.acknowledged.values())

    async def waiting(self) -> int:
        """Messages without an answer and letters not delivered, as the service says."""
        health: dict[str, Any] = json.loads(await patient(self.archivist.fetch, "/health"))
        return int(health["waiting"]) + int(health["letters"])

    async def close(self) -> None:
        """End the connections."""
        for visitor in {s.visitor for s in self.senders} | {d.visitor for d in self.deciders}:
            await visitor.close()
