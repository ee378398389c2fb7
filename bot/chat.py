"""What the channels of chat platforms have in common: who is known where, how far a letter got, patience, links."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from math import ceil
from typing import Protocol, TypeVar

from archive.access import Person
from archive.errors import Later
from archive.words import Text
from storage.identities import Identity

T = TypeVar("T")
_TRIES, _LONGEST, _MOST = 4, 30.0, 3600.0
#: A link is for one person, so it is not shown where others could press it first.
PRIVATELY = Text(
    "文件链接只给你本人，已发到与归档的单独聊天。", "The links are for you alone: see your own chat with Guidang."
)
UNREACHED = Text(
    "文件链接只能发给你本人。请先与归档单独聊一句，再要一次。",
    "The links are for you alone. Please write to Guidang in a chat of your own, then ask again.",
)


#: Where a person is spoken with alone, on this platform; None where that isn't known.
Alone = Callable[[Person], Awaitable[str | None]]


class Who(Protocol):
    """Where a person is known: storage.identities.Identities.of."""

    def __call__(self, person: str, /) -> Awaitable[Sequence[Identity]]:
        """All identities of a person, by their id."""


class Said(Protocol):
    """How far a letter of several messages got: storage.said.LettersSaid."""

    async def said(self, key: str) -> Sequence[str]:
        """The addresses of the messages of this letter that stand already, in order."""

    async def mark(self, key: str, addresses: Sequence[str]) -> None:
        """These stand now."""


def asked_for(headers: Mapping[str, str], usual: int) -> int:
    """Seconds of patience that a platform asks for in Retry-After; `usual` where it doesn't tell."""
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        return ceil(min(_MOST, max(1.0, float(given))))
    except ValueError:
        return usual


async def patiently(say: Callable[[], Awaitable[T]]) -> T:
    """For what isn't in the post: waits a while when the platform asks for it, some times. Raises Later in the end."""
    for _ in range(_TRIES - 1):
        try:
            return await say()
        except Later as later:
            await asyncio.sleep(min(float(later.facts["seconds"]), _LONGEST))
    return await say()
