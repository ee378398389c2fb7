"""What the desk needs of the accounts: sign in, by password or by a link that works once, and know a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from archive.access import Person
from archive.words import Lang


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking, in which language, and by which session token."""

    person: Person  # `lang` is that of the session
    token: str

    @property
    def lang(self) -> Lang:
        """The language this session reads."""
        return self.person.lang


class Accounts(Protocol):
    """Accounts and sessions. Tokens are secrets: the store keeps only digests of them."""

    async def sign_in(self, person: str, password: str, address: str, browser: str) -> str:
        """A new session's token. Raises SignInFailed, AccountDisabled, TooManyTries, TooManyFromAddress, SignInBusy.

        Tries are counted by `address`, and by the secret that this `browser` keeps if the person was in with it before.
        """

    async def redeem(self, link: str, browser: str) -> str:
        """A new session's token for a link that was not used before. Raises LinkExpired, AccountDisabled."""

    async def session(self, token: str) -> tuple[Person, Lang] | None:
        """Whose session this is and the language it reads; None when it ended."""

    async def speak(self, token: str, lang: Lang) -> None:
        """Let the session read this language."""

    async def set_password(self, person: str, password: str) -> str:
        """The token of a new session; every other one ends. Raises SignInBusy, BadValue when it is too weak."""

    async def sign_out(self, token: str) -> None:
        """End the session."""
