"""A way in through which things only come: no card stands there, and nobody is told anything unasked."""

from __future__ import annotations

from collections.abc import Sequence

from archive.access import Person
from archive.errors import NotFound
from handlers.context import Topic
from handlers.message import Card, RemoteFile


class OneWay:
    """What such a channel answers to most of bot.channel.Channel."""

    async def places(self, item: str) -> Sequence[tuple[str, str]]:
        """No cards stand here."""
        return ()

    async def renew(self, person: Person, address: str, card: Card) -> None:
        """No cards stand here."""

    async def progress(self, person: Person, conversation: str, message: str, share: float, words: str) -> None:
        """Not shown here."""

    async def conversation(self, person: Person, topic: Topic) -> str | None:
        """Nobody is told anything here unasked."""
        return None

    async def fetch(self, file: RemoteFile) -> bytes:
        """Files come with what brings them."""
        raise NotFound(item=file.name)

    def shared(self, conversation: str) -> bool:
        """What is said is for whoever handed in."""
        return False
