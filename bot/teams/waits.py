"""A pressed button waits a moment for what comes of it, so that the answer shows it; longer work is told of later."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Doc = dict[str, Any]

PATIENCE = 2.0  # s, of the 5 that Teams waits for an answer
GRACE = 0.3  # s between the words and the card that belong together


class Waiting:
    """One pressed button."""

    def __init__(self, conversation: str, address: str) -> None:
        self.conversation, self.address = conversation, address
        self.card: asyncio.Future[Doc] = asyncio.get_running_loop().create_future()
        self.said: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def outcome(self, patience: float = PATIENCE) -> tuple[Doc | None, bool]:
        """(the card as it stands now, whether anything was said); (None, False) when that takes longer."""
        both: set[asyncio.Future[Any]] = {self.card, self.said}
        await asyncio.wait(both, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        if self.said.done() and not self.card.done():
            await asyncio.wait({self.card}, timeout=GRACE)
        return (self.card.result() if self.card.done() else None), self.said.done()


class Waits:
    """Those that wait in this process."""

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []

    @contextmanager
    def waiting(self, conversation: str, address: str) -> Iterator[Waiting]:
        """Open before the event is handed over, so that nothing is missed."""
        one = Waiting(conversation, address)
        self._waiting.append(one)
        try:
            yield one
        finally:
            self._waiting.remove(one)

    def renewed(self, address: str, card: Doc) -> None:
        """The card at this address is another now."""
        for one in self._waiting:
            if one.address == address and not one.card.done():
                one.card.set_result(card)

    def said(self, conversation: str) -> None:
        """Something was said there."""
        for one in self._waiting:
            if one.conversation == conversation and not one.said.done():
                one.said.set_result(None)
