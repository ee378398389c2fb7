"""Somebody on a platform, as a story needs them: what they do there and what stands before them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

T = TypeVar("T")
PATIENCE = 60.0


class Actor(Protocol):
    """One person on one platform, alone with the bot unless it says otherwise."""

    async def forward(self, name: str, data: bytes) -> None:
        """Send a file."""

    async def say(self, words: str, *, group: bool = False) -> None:
        """Type something, alone or in the group."""

    async def press(self, action: str) -> None:
        """The newest button of that kind."""

    async def fill(self, action: str, values: Mapping[str, str]) -> None:
        """The form behind the newest button of that kind, its other fields left as they are."""

    def seen(self, *, group: bool = False) -> str:
        """Everything that stands there now, cards and words, in one string."""

    def links(self) -> list[str]:
        """Addresses of files that were offered."""


async def until(found: Callable[[], T], what: str) -> T:
    """What is found once there is something. Raises AssertionError after a while."""
    try:
        async with asyncio.timeout(PATIENCE):
            for pause in itertools.repeat(0.05):
                if it := found():
                    return it
                await asyncio.sleep(pause)
    except TimeoutError:
        pass
    raise AssertionError(f"never: {what}")


async def sees(actor: Actor, *words: str, group: bool = False) -> None:
    """All of these words stand before somebody, now or soon."""
    await until(lambda: all(each in actor.seen(group=group) for each in words), f"{words} in {actor.seen(group=group)}")
