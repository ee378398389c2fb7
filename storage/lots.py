"""Work that comes while the same work is under way waits for it, and is then done together: a lot at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST = 32  # done together


class Lots(Generic[T, R]):
    """One lot at a time, in the order its parts came. Done whether or not who brought a part still waits."""

    def __init__(self, work: Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]]) -> None:
        """`work` returns for each part what became of it; what it raises became of all of them."""
        self._work = work
        self._queue: list[tuple[T, asyncio.Future[R]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def add(self, part: T) -> R:
        """What became of the part; an error that did is raised."""
        done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._queue.append((part, done))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work_off(), name="lots")
        return await done

    async def _work_off(self) -> None:
        try:
            while self._queue:
                lot, self._queue = self._queue[:MOST], self._queue[MOST:]
                try:
                    outcomes = await self._work([part for part, _ in lot])
                except Exception as error:  # whatever it is, it is for those who wait; nobody else would hear of it
                    outcomes = [error] * len(lot)
                for (_, done), outcome in zip(lot, outcomes, strict=True):
                    if done.done():  # nobody waits any more
                        continue
                    if isinstance(outcome, Exception):
                        done.set_exception(outcome)
                    else:
                        done.set_result(outcome)
        finally:
            self._worker = None
