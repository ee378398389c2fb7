"""How far the work on a message is: one status message, for work that takes a while only, gone when it is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from archive.errors import Problem
from bot.slack.api import Api
from bot.slack.markup import escaped
from bot.slack.outgoing import Sheet

PAUSE = 3.0
_MANY = 500


@dataclass(slots=True)
class _Work:
    conversation: str
    told: float  # when something was last shown, or the work began
    address: str = ""


class Progress:
    """Shown at most every three seconds, and never instead of an answer that waits for its turn."""

    def __init__(self, api: Api, clock: Callable[[], float] = time.monotonic, pause: float = PAUSE) -> None:
        self._api, self._clock, self._pause = api, clock, pause
        self._works: dict[str, _Work] = {}

    async def show(self, conversation: str, message: str, share: float, words: str) -> None:
        """Tell it; a failure to tell it is no failure."""
        work = self._works.get(message)
        if share >= 1:
            await self._gone(message)
            return
        if work is None:
            while len(self._works) >= _MANY:
                self._works.pop(next(iter(self._works)))
            self._works[message] = _Work(conversation, self._clock())
            return
        if self._clock() - work.told < self._pause:
            return
        work.told = self._clock()
        sheet = Sheet(escaped(f"⏳ {words} {share:.0%}"))
        try:
            if work.address:
                await self._api.update(work.address, sheet)
            elif self._api.pace.free((await self._api.place(conversation))[0]):
                work.address = await self._api.post(conversation, sheet)
        except (Problem, TimeoutError, OSError):
            return

    async def over(self, conversation: str) -> None:
        """Something is being said there: what was under way is done."""
        for message in [m for m, work in self._works.items() if work.conversation == conversation]:
            await self._gone(message)

    async def _gone(self, message: str) -> None:
        work = self._works.pop(message, None)
        if work is None or not work.address:
            return
        try:
            await self._api.delete(work.address)
        except (Problem, TimeoutError, OSError):
            return
