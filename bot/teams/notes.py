"""What the Teams channel keeps in storage, as it sees it; storage.teams.TeamsNotes is the real one."""

from __future__ import annotations

from typing import Protocol

from storage.teams import Offer, Place


class Notes(Protocol):
    """Shared by all replicas."""

    async def place(self, conversation: str) -> Place | None:
        """Where a conversation is answered."""

    async def met(self, place: Place) -> None:
        """Remember a place as its last message told it."""

    async def offer(self, offer: Offer) -> str:
        """Keep an offer; returns its id."""

    async def take(self, name: str, person: str) -> Offer | None:
        """The person's offer, taken away; None when there is none or it is another's."""
