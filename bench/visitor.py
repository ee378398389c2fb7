"""Somebody at the web desk, without a browser: what a page would send and read, over HTTP on loopback."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

Said = dict[str, Any]


class Visitor:
    """One signed-in person. Answers are read from the conversation, as the page does."""

    def __init__(self, base: str, name: str) -> None:
        self.base = base
        self.name = name
        jar = aiohttp.CookieJar(unsafe=True)
        self._http = aiohttp.ClientSession(base, cookie_jar=jar, headers={"Origin": base})

    async def redeem(self, link: str) -> None:
        """Sign in with a one-time link."""
        await self._post("/api/link", {"token": link.rsplit("/", 1)[1]})

    async def close(self) -> None:
        """End the connection, not the session."""
        await self._http.close()

    async def send(
        self, text: str = "", files: Sequence[tuple[str, bytes]] = (), key: str = "", conversation: str = "chat"
    ) -> Said:
        """What the composer sends. Returns {id, seq, taken}; raises RuntimeError with the desk's words when refused."""
        form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
        form.add_field("key", key or uuid.uuid4().hex)
        form.add_field("conversation", conversation)
        form.add_field("text", text)
        for name, data in files:
            form.add_field("files", data, filename=name, content_type="application/octet-stream")
        async with self._http.post("/api/messages", data=form) as answer:
            return await _checked(answer)

    async def click(self, choice: Said, values: dict[str, str] | None = None, key: str = "") -> Said:
        """Press a button as it stands on a card."""
        wanted = {name: choice[name] for name in ("action", "subject", "version")}
        return await self._post(
            "/api/clicks", {"key": key or uuid.uuid4().hex, "conversation": "chat", "values": values or {}, **wanted}
        )

    async def messages(self, conversation: str = "chat") -> list[Said]:
        """The last forty of a conversation, oldest first."""
        async with self._http.get("/api/messages", params={"conversation": conversation}) as answer:
            return list((await _checked(answer))["messages"])

    async def last_seq(self, conversation: str = "chat") -> int:
        """Where the conversation ends now."""
        said = await self.messages(conversation)
        return int(said[-1]["seq"]) if said else 0

    async def hear(
        self, after: int, conversation: str = "chat", fits: Callable[[Said], bool] = bool, patience: float = 60.0
    ) -> Said:
        """The first message of the archive after this place that fits. Raises TimeoutError."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            for said in await self.messages(conversation):
                if not said["mine"] and said["seq"] > after and fits(said):
                    return said
            await asyncio.sleep(0.05)
        raise TimeoutError(f"{self.name} heard nothing in {conversation} after {after}")

    async def ask(self, text: str = "", files: Sequence[tuple[str, bytes]] = (), patience: float = 60.0) -> Said:
        """Say something and wait for its answer."""
        sent = await self.send(text, files)
        return await self.hear(sent["seq"], patience=patience)

    async def press(self, choice: Said, values: dict[str, str] | None = None) -> Said:
        """Press a button and wait for its answer."""
        after = await self.last_seq()
        await self.click(choice, values)
        return await self.hear(after)

    async def find(self, words: str, page: int = 0, size: int = 8) -> Said:
        """What the quick search answers: {total, hits}."""
        async with self._http.get("/api/search", params={"words": words, "page": page, "size": size}) as answer:
            return await _checked(answer)

    async def fetch(self, path: str) -> bytes:
        """The bytes at an address of the desk. Raises RuntimeError with its words."""
        async with self._http.get(path) as answer:
            if answer.status != 200:
                raise RuntimeError(f"{answer.status} {await answer.text()}")
            return await answer.read()

    async def _post(self, path: str, body: Said) -> Said:
        async with self._http.post(path, json=body) as answer:
            return await _checked(answer)


async def _checked(answer: aiohttp.ClientResponse) -> Said:
    if answer.status >= 300:
        raise RuntimeError(f"{answer.status} {await answer.text()}")
    return dict(await answer.json())


def button(said: Said, action: str, subject: str = "") -> Said:
    """The button for an action on any card of a message. Raises LookupError."""
    for card in said["cards"]:
        for choice in card["choices"]:
            if choice["action"] == action and subject in ("", choice["subject"]):
                return dict(choice)
    raise LookupError(f"no {action} on {[c['title'] for c in said['cards']]}")


class Service:
    """`guidang serve` as a process of its own on a data folder, with the links it printed."""

    def __init__(self, data: Path, env: dict[str, str] | None = None) -> None:
        self.data = data
        self.env = {**os.environ, **(env or {})}
        self.port = _free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.links: dict[str, str] = {}
        self.printed: list[str] = []
        self.process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self, patience: float = 60.0) -> None:
        """Start and wait until it is ready. Raises RuntimeError with what it printed when it isn't."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", "serve", "--data", str(self.data), "--port", str(self.port),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=self.env, start_new_session=True,
        )  # fmt: skip
        self._reading = asyncio.create_task(self._read())
        deadline = time.monotonic() + patience
        async with aiohttp.ClientSession() as http:
            while time.monotonic() < deadline and self.process.returncode is None:
                try:
                    async with http.get(f"{self.base}/health") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)
        raise RuntimeError("the service did not start:\n" + "".join(self.printed))

    async def visitor(self, person: str) -> Visitor:
        """Sign a demo person in with the link that was printed for them."""
        for _ in range(100):  # the port answers a moment before the links are printed
            if person in self.links:
                break
            await asyncio.sleep(0.05)
        visitor = Visitor(self.base, person)
        await visitor.redeem(self.links[person])
        return visitor

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Stop it and return its exit code; SIGKILL is how a crash looks."""
        if self.process is None:
            return 0
        if self.process.returncode is None:
            self.process.send_signal(how)
        code = await asyncio.wait_for(self.process.wait(), 30)
        if self._reading:
            await asyncio.wait_for(self._reading, 10)
        return code

    async def _read(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            words = line.decode("utf-8", "replace")
            self.printed.append(words)
            found = re.search(r"\(([a-z.]+)\).*?(http://\S+/link/\S+)", words)
            if found:
                self.links[found[1]] = found[2]


@asynccontextmanager
async def running(data: Path, env: dict[str, str] | None = None) -> AsyncIterator[Service]:
    """A service for the length of the block."""
    service = Service(data, env)
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
