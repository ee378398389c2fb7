"""A replica without the bot's connection asks the one that has it, through the database; all of it sealed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from archive.errors import FileGone, Later, NoAnswer, NoScope, Problem, Unreachable
from bot.aside import Aside
from bot.wecom.connection import Frame, Times
from bot.wecom.crypto import BadEnvelope, Seal
from bot.wecom.line import Line
from bot.wecom.meaning import PLATFORM
from bot.wecom.mouth import Mouth
from bot.wecom.notes import Calls

log = logging.getLogger("guidang.wecom")

_KINDS: Mapping[str, type[Problem]] = {
    kind.__name__: kind for kind in (Later, Unreachable, NoAnswer, NoScope, FileGone)
}  # fmt: skip
_BUSY_FOR = 10.0


class Relay:
    """`do` is the same on every replica."""

    def __init__(self, bot: str, secret: str, line: Line, mouth: Mouth, calls: Calls, times: Times) -> None:
        self._bot, self._line, self._mouth, self._calls, self._times = bot, line, mouth, calls, times
        self._seal, self._aside = Seal(secret, "calls"), Aside("wecom")
        self._serving: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Do what others ask, while the connection is here."""
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve())

    async def close(self) -> None:
        """Stop; who waits for an answer asks again."""
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
            self._serving = None
        await self._aside.close()

    async def do(self, asked: Mapping[str, Any]) -> Frame:
        """See Mouth.do."""
        if self._line.mine:
            return await self._mouth.do(asked)
        lasts = self._times.patience
        call = await self._calls.put(self._bot, self._seal.shut(dict(asked)), timedelta(seconds=lasts))
        try:
            async with asyncio.timeout(lasts):
                answer = await self._calls.answer(call)
                while answer is None:
                    await asyncio.sleep(self._times.busy)
                    answer = await self._calls.answer(call)
        finally:
            await self._calls.forget(call)
        return _told(self._seal.open(answer))

    async def _serve(self) -> None:
        last = 0.0
        while True:
            try:
                if self._line.mine and await self._serve_waiting():
                    last = time.monotonic()
            except (Problem, TimeoutError, OSError) as error:
                log.warning("what other replicas ask of the bot: %s", error)
            busy = time.monotonic() - last < _BUSY_FOR
            await asyncio.sleep(self._times.busy if busy else self._times.idle)

    async def _serve_waiting(self) -> bool:
        waiting = await self._calls.waiting(self._bot)
        for call, asked in waiting:
            if await self._calls.take(call):
                self._aside.run(self._answer(call, asked), "what another replica asked of the bot")
        return bool(waiting)

    async def _answer(self, call: str, sealed: bytes) -> None:
        told: dict[str, Any]
        try:
            told = {"body": dict(await self._mouth.do(self._seal.open(sealed)))}
        except (BadEnvelope, ValueError):
            log.warning("another replica asked something unreadable: has it another secret?")
            return
        except Problem as problem:
            told = {"problem": type(problem).__name__, "facts": {k: str(v) for k, v in problem.facts.items()}}
        except (TimeoutError, OSError) as error:
            told = {"problem": "NoAnswer", "facts": {"platform": PLATFORM, "detail": type(error).__name__}}
        await self._calls.done(call, self._seal.shut(told))


def _told(answer: Mapping[str, Any]) -> Frame:
    if "problem" in answer:
        raise _KINDS.get(str(answer["problem"]), NoAnswer)(**answer["facts"])
    body = answer.get("body")
    return body if isinstance(body, dict) else {}
