"""Which replica has the bot's one connection: that which holds the lease; another takes over when it dies.

Two replicas must not both connect, as WeCom lets the newer connection kick the older one out. A connection of another
installation with the same bot is given way to for a while.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from archive.errors import Problem
from bot.wecom.connection import Connection, Frame, Times
from bot.wecom.notes import Lease
from config.channels import WecomBot

log = logging.getLogger("guidang.wecom")

_QUEUE = 1000


class Line:
    """Connects while it holds the lease."""

    def __init__(
        self, settings: WecomBot, lease: Lease, hear: Callable[[Frame], Awaitable[None]], times: Times
    ) -> None:
        """`hear` gets one event after the other, and must not raise."""
        self._lease, self._hear, self._times = lease, hear, times
        self._name = f"wecom_bot:{settings.bot_id}"
        self._held_until = 0.0
        self._events: asyncio.Queue[Frame] = asyncio.Queue(_QUEUE)
        self._connection = Connection(settings, self._events.put, times)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def mine(self) -> bool:
        """Whether this replica holds the connection, or is about to."""
        return time.monotonic() < self._held_until

    @property
    def up(self) -> bool:
        """Whether it stands and WeCom let us in."""
        return self._connection.up

    def start(self) -> None:
        """Try for the lease from now on."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._hold()), asyncio.create_task(self._hearing())]

    async def close(self) -> None:
        """Hang up, and let another replica have it at once."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._leave()

    async def ask(self, cmd: str, body: Mapping[str, Any], request: str = "") -> Frame:
        """See Connection.ask."""
        return await self._connection.ask(cmd, body, request)

    async def _hold(self) -> None:
        while True:
            if not await self._take():
                await asyncio.sleep(self._times.lease / 3)
                continue
            connecting = asyncio.create_task(self._connection.stay())
            try:
                await self._while_held(connecting)
                if connecting.done() and not connecting.cancelled():
                    log.error("the bot's connection failed and is made anew", exc_info=connecting.exception())
            finally:
                connecting.cancel()
                await asyncio.gather(connecting, return_exceptions=True)
            await self._leave()
            await asyncio.sleep(self._times.lease)

    async def _while_held(self, connecting: asyncio.Task[None]) -> None:
        """Renews the lease, until it is lost or no connection comes about."""
        up = time.monotonic()
        while self.mine and not connecting.done():
            await asyncio.sleep(self._times.lease / 3)
            await self._take()
            up = time.monotonic() if self.up else up
            if time.monotonic() - up > self._times.give_up:
                log.error("no connection for the bot is to be had here; another replica may try")
                return

    async def _leave(self) -> None:
        """Let another replica have it at once."""
        if self.mine:
            self._held_until = 0.0
            try:
                await self._lease.give_back(self._name)
            except (Problem, TimeoutError, OSError) as error:
                log.warning("the lease of the bot's connection was not given back: %s", error)

    async def _take(self) -> bool:
        """Hold it, or go on holding it; while the database is away, as long as it was ours for."""
        before = time.monotonic()
        try:
            token = await self._lease.take(self._name, timedelta(seconds=self._times.lease))
        except (Problem, TimeoutError, OSError) as error:
            log.warning("the lease of the bot's connection: %s", error)
            return self.mine
        self._held_until = before + self._times.lease if token is not None else 0.0
        return token is not None

    async def _hearing(self) -> None:
        while True:
            await self._hear(await self._events.get())
