"""What the replicas of one WeCom app or bot share; implemented by storage/wecom.py and storage/wecom_calls.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

#: (seconds, messages): what WeCom takes for one member, less a little for clocks that differ. Beyond it, it drops
#: messages without a word (30 a minute, 1,000 an hour).
MEMBER = ((60.0, 28), (3600.0, 980))


class Turns(Protocol):
    """How much was sent to whom."""

    async def turn(self, member: str, limits: Sequence[tuple[float, int]]) -> float:
        """0 when one more may be sent to this member (it is counted then); else the seconds to wait."""


class Notes(Turns, Protocol):
    """For the 自建应用."""

    async def token(self, name: str) -> tuple[bytes, datetime] | None:
        """The sealed access token and until when it is good."""

    async def keep_token(self, name: str, sealed: bytes, until: datetime) -> None:
        """Instead of the one before."""

    async def keep_code(self, card: str, code: str) -> None:
        """A code that updates this card, once and for 72 hours; nothing new for one that is known."""

    async def take_code(self, card: str) -> str | None:
        """The newest unused one; nobody else gets it."""

    async def put_back(self, code: str) -> None:
        """It was not used after all."""


class Lease(Protocol):
    """See storage.leases.Leases."""

    async def take(self, name: str, lasts: timedelta) -> int | None:
        """A token when it is free or ours, for so long from now."""

    async def give_back(self, name: str) -> None:
        """Let the next one have it."""


class Calls(Protocol):
    """What the replicas without the bot's connection ask of the one that has it."""

    async def put(self, bot: str, asked: bytes, lasts: timedelta) -> str:
        """Ask; the id."""

    async def answer(self, call: str) -> bytes | None:
        """What was answered, once it was."""

    async def waiting(self, bot: str) -> Sequence[tuple[str, bytes]]:
        """(id, what is asked) that nobody took yet, the oldest first."""

    async def take(self, call: str) -> bool:
        """Whether it is ours to do: no one else took it."""

    async def done(self, call: str, answer: bytes) -> None:
        """Answer it."""

    async def forget(self, call: str) -> None:
        """Nobody waits for it any more."""
