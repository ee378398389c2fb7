"""A bot's connection: subscribed, kept alive, made anew when it breaks; frames out with their answers, events in.

https://developer.work.weixin.qq.com/document/path/101463.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import aiohttp

from archive.errors import NoAnswer, Problem
from bot.wecom.meaning import PLATFORM
from config.channels import WecomBot

log = logging.getLogger("guidang.wecom")

Frame = Mapping[str, Any]

CALLBACKS = ("aibot_msg_callback", "aibot_event_callback")
_BIGGEST = 4 * 1024 * 1024  # bytes of a frame


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds."""

    lease: float = 15.0  # how long it lasts; renewed three times as often
    answer: float = 10.0
    ping: float = 30.0
    first: float = 1.0  # after a broken connection; doubled each time
    longest: float = 30.0
    kicked: float = 30.0
    give_up: float = 90.0  # without a connection: another replica may try
    idle: float = 1.0  # between two looks for what other replicas ask
    busy: float = 0.15
    patience: float = 25.0  # for an answer through another replica


class Kicked(Exception):
    """A newer connection took our place."""


class Connection:
    """Of one bot; WeCom lets each newer one kick the older out."""

    def __init__(self, settings: WecomBot, heard: Callable[[Frame], Awaitable[None]], times: Times) -> None:
        self._settings, self._heard, self._times = settings, heard, times
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._up = asyncio.Event()
        self._asked: dict[str, asyncio.Future[Frame]] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def up(self) -> bool:
        """Whether it stands and WeCom let us in."""
        return self._up.is_set()

    async def ask(self, cmd: str, body: Mapping[str, Any], request: str = "") -> Frame:
        """Send a frame and wait for its answer, one at a time for a request. Raises NoAnswer, TimeoutError."""
        request = request or f"{cmd}-{secrets.token_hex(8)}"
        lock = self._locks.setdefault(request, asyncio.Lock())
        async with lock, asyncio.timeout(self._times.answer):
            await self._up.wait()
            if self._socket is None:
                raise NoAnswer(platform=PLATFORM, detail="not connected")
            return await self._exchange(self._socket, cmd, body, request)

    async def stay(self) -> None:
        """Connect, and connect again; until it is cancelled."""
        pause = self._times.first
        async with aiohttp.ClientSession(trust_env=True) as session:
            while True:
                began = time.monotonic()
                try:
                    await self._connected(session)
                except Kicked:
                    log.error("another connection of the same bot took the place of ours: is it used twice?")
                    pause = self._times.kicked
                except (aiohttp.ClientError, TimeoutError, OSError, Problem) as error:
                    log.warning("the bot's connection: %s", _why(error))
                if time.monotonic() - began > self._times.longest and pause <= self._times.longest:
                    pause = self._times.first
                await asyncio.sleep(pause * (0.75 + secrets.randbelow(500) / 1000))
                pause = min(pause * 2, max(self._times.longest, self._times.kicked))

    async def _connected(self, session: aiohttp.ClientSession) -> None:
        """One connection, until it ends."""
        async with asyncio.timeout(self._times.answer):
            socket = await session.ws_connect(self._settings.url, max_msg_size=_BIGGEST, autoping=True)
        pinging: asyncio.Task[None] | None = None
        reading = asyncio.create_task(self._read(socket))
        try:
            async with asyncio.timeout(self._times.answer):
                body = {"bot_id": self._settings.bot_id, "secret": self._settings.secret}
                told = await self._exchange(socket, "aibot_subscribe", body, f"aibot_subscribe-{secrets.token_hex(8)}")
            if told.get("errcode", 0) != 0:
                log.error("WeCom did not let the bot in (%s): check its id and secret", told.get("errcode"))
                raise NoAnswer(platform=PLATFORM, detail=f"aibot_subscribe: {told.get('errcode')}")
            self._socket = socket
            self._up.set()
            pinging = asyncio.create_task(self._ping(socket))
            await reading
        finally:
            self._up.clear()
            self._socket = None
            for task in (reading, pinging):
                if task is not None:
                    task.cancel()
            await asyncio.gather(*filter(None, (reading, pinging)), return_exceptions=True)
            await socket.close()

    async def _exchange(
        self, socket: aiohttp.ClientWebSocketResponse, cmd: str, body: Mapping[str, Any], request: str
    ) -> Frame:
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._asked[request] = answer
        frame = {"cmd": cmd, "headers": {"req_id": request}, **({"body": body} if body else {})}
        try:
            await socket.send_str(json.dumps(frame, ensure_ascii=False).encode("utf-8", "replace").decode())
            return await answer
        except (aiohttp.ClientError, ConnectionError) as error:
            raise NoAnswer(platform=PLATFORM, detail=f"{cmd}: {type(error).__name__}") from None
        finally:
            self._asked.pop(request, None)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._frame(message.data)
        finally:
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(NoAnswer(platform=PLATFORM, detail="the connection broke"))

    async def _frame(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except (ValueError, RecursionError):
            frame = None
        if not isinstance(frame, dict):
            log.warning("a frame of WeCom's was not readable")
            return
        if frame.get("cmd") in CALLBACKS:
            if event_of(frame) == "disconnected_event":
                raise Kicked
            await self._heard(frame)
            return
        headers = frame.get("headers")
        answer = self._asked.get(str(headers.get("req_id"))) if isinstance(headers, dict) else None
        if answer is not None and not answer.done():
            answer.set_result(frame)

    async def _ping(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """A connection that doesn't answer any more is closed, so that a new one is made."""
        while True:
            await asyncio.sleep(self._times.ping)
            try:
                await self.ask("ping", {})
            except (NoAnswer, TimeoutError):
                log.warning("the bot's connection is silent; a new one is made")
                await socket.close()
                return


def event_of(frame: Frame) -> str:
    """What kind of event it is; empty for a message."""
    body = frame.get("body")
    event = body.get("event") if isinstance(body, dict) else None
    return str(event.get("eventtype", "")) if isinstance(event, dict) else ""


def _why(error: BaseException) -> str:
    return str(error.facts.get("detail")) if isinstance(error, Problem) else type(error).__name__
