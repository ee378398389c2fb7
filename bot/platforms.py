"""What the channels of chat platforms have in common: who is known where, how far a letter got, files in groups."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from archive.access import Person
from archive.words import Text
from storage.identities import Identity

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
