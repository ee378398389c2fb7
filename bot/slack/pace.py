"""Slack takes one message a second a channel: who is early waits, and while it asks for patience nobody calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from archive.errors import Later

_MANY = 2000


@dataclass(slots=True)
class _Lane:
    free: float = 0.0  # when the next call may go
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Pace:
    """Times by a monotonic clock, so that they are this process's own; Slack's 429 speaks for all replicas."""

    def __init__(
        self,
        gap: float = 1.0,
        longest: float = 15.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`gap` seconds between two messages of a channel; who would wait longer than `longest` gets a Later."""
        self._gap, self._longest, self._clock, self._sleep = gap, longest, clock, sleep
        self._lanes: dict[str, _Lane] = {}

    def free(self, lane: str) -> bool:
        """Whether a call could go at once."""
        known = self._lanes.get(lane)
        return known is None or (not known.lock.locked() and known.free <= self._clock())

    @asynccontextmanager
    async def turn(self, lane: str, *, paced: bool) -> AsyncIterator[None]:
        """Inside it is the caller's turn. Paced: the gap is counted from its end, as the way there takes time."""
        known = self._lane(lane)
        if not paced:
            self._wait(known)
            yield
            return
        async with known.lock:
            if (wait := self._wait(known, self._longest)) > 0:
                await self._sleep(wait)
            try:
                yield
            finally:
                known.free = max(known.free, self._clock() + self._gap)

    def hold(self, lane: str, seconds: float) -> None:
        """Slack asked for patience here."""
        known = self._lane(lane)
        known.free = max(known.free, self._clock() + seconds)

    def _wait(self, lane: _Lane, longest: float = 0.0) -> float:
        wait = lane.free - self._clock()
        if wait > longest:
            raise Later(platform="Slack", seconds=max(1, round(wait)))
        return wait

    def _lane(self, lane: str) -> _Lane:
        if len(self._lanes) > _MANY:
            past = self._clock()
            self._lanes = {k: v for k, v in self._lanes.items() if v.lock.locked() or v.free > past}
        return self._lanes.setdefault(lane, _Lane())
