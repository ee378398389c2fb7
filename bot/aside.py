"""What is done after a platform was answered: beside the request, seen to its end, its failures told in the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from archive.errors import Problem


class Aside:
    """Holds on to tasks so that they are neither lost nor left running."""

    def __init__(self, platform: str) -> None:
        self._log = logging.getLogger(f"guidang.{platform}")
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[Any, Any, Any], what: str) -> None:
        """Do it now, beside the caller."""
        task = asyncio.create_task(self._told(work, what))
        self._tasks.add(task)

        def done(_: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            work.close()  # it was never begun, where the task was broken off before

        task.add_done_callback(done)

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Break off what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _told(self, work: Coroutine[Any, Any, Any], what: str) -> None:
        try:
            await work
        except (Problem, TimeoutError, OSError) as error:
            self._log.warning("%s: %s", what, error)
        except Exception:  # the border: nobody waits for this; the log hears of it
            self._log.exception("%s failed", what)
