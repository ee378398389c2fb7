"""What every channel can do: say a reply to a person, renew a card said before, show progress."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from archive.access import Person
from archive.item import Item
from handlers.context import Topic
from handlers.message import Card, Reply


class Channel(Protocol):
    """One platform. Addresses are its own strings, kept so that a copy can be renewed after a restart."""

    name: str
    ours: bool  # what it says is written into our own database, once for each key: it needs no letter to be sure

    async def say(self, person: Person, conversation: str, reply: Reply, key: str) -> Sequence[str]:
        """Deliver once for this key; returns the address of each card, in order. Raises when it must be tried again."""

    async def places(self, item: str) -> Sequence[tuple[str, str]]:
        """(person id, address) of every card about the item; asked of a channel that is `ours` only."""

    async def renew(self, person: Person, address: str, card: Card) -> None:
        """Replace the card at this address."""

    async def progress(self, person: Person, conversation: str, message: str, share: float, words: str) -> None:
        """How far the work on a message is (0…1); shown, not kept."""

    def conversation(self, person: Person, topic: Topic) -> str | None:
        """Where this person hears about a topic on this channel; None when they can't be reached here."""


class Door(Protocol):
    """The way in: what a channel hands over. Returns when everything is written down."""

    async def receive(
        self,
        *,
        channel: str,
        conversation: str,
        person: Person,
        key: str,
        text: str = "",
        files: Sequence[tuple[str, bytes]] = (),
        action: str = "",
        subject: str = "",
        version: int = 0,
        values: Mapping[str, str] | None = None,
        noted: Callable[[str], Awaitable[None]] | None = None,
    ) -> str:
        """The message's id. The same key again returns the same id and does nothing more.

        `noted` is called with the id once it is written down, and nobody works on it before that returns: a channel of
        our own keeps its log by it. It is called for a repeat as well.
        Raises NotAllowed for files of somebody without the right to forward, before anything of them is kept.
        """

    async def find(
        self, person: Person, words: str, page: int, size: int
    ) -> tuple[Sequence[Item], int, Mapping[str, str]]:
        """One page of what the person may see for these words, how many in all, and people's names by id.

        Raises NotAllowed, BadPeriod, BadAmount, IndexBroken.
        """

    async def picture(self, person: Person, item_id: str, page: int) -> bytes:
        """PNG of a page of an item's original, if the person may see it (NotFound otherwise); leaves a trail entry."""

    async def original(self, person: Person, item_id: str) -> tuple[str, str, bytes]:
        """(name, media type, bytes) of an item's original, if the person may see it; leaves a trail entry."""

    async def made(self, person: Person, address: str) -> bytes:
        """A file made for this person before, a report, if they may still have it. Raises NotAllowed, NotFound."""
