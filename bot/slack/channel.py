"""Slack as a channel."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from aiohttp import web

from archive.access import Person
from bot.channel import Abilities, Door, Gate, Handout
from bot.slack.api import Api
from bot.slack.aside import Aside
from bot.slack.directory import Directory
from bot.slack.files import CAP, Files
from bot.slack.hearing import Hearing
from bot.slack.incoming import NAME
from bot.slack.listening import Listening
from bot.slack.pace import Pace
from bot.slack.progress import Progress
from bot.slack.speaking import Home, Said, Speaking
from config import channels
from handlers.context import Topic
from handlers.message import Card, RemoteFile, Reply
from storage.identities import Identity


class Who(Protocol):
    """Where a person is known."""

    def __call__(self, person: str, /) -> Awaitable[Sequence[Identity]]:
        """All identities of a person, by their id."""


class Slack:
    """One workspace."""

    name = NAME

    def __init__(
        self,
        *,
        settings: channels.Slack,
        gate: Gate,
        door: Door,
        handout: Handout,
        who: Who,
        said: Said,
        home: Home,
        now: Callable[[], float] = time.time,
        pace: Pace | None = None,
        file_cap: int = CAP,
    ) -> None:
        """`now`: seconds since 1970, against which Slack's signatures are checked; `file_cap` in bytes."""
        self.abilities = Abilities(settings.leaving.files_out, settings.leaving.masked)
        self._who, self._aside = who, Aside()
        self._api = Api(settings, pace=pace)
        self._files = Files(self._api, settings.bot_token, settings.api_url, file_cap)
        self._speaking = Speaking(self._api, handout, said, home, self.abilities)
        self._progress = Progress(self._api)
        directory = Directory(self._api, by_email=settings.leaving.link_by_email)
        hearing = Hearing(
            gate=gate, door=door, api=self._api, directory=directory, speaking=self._speaking, aside=self._aside
        )
        self._listening = Listening(settings, hearing, self._aside, now)

    async def say(self, person: Person, conversation: str, reply: Reply, key: str) -> Sequence[str]:
        """See bot.channel.Channel. Addresses are `channel:ts`."""
        await self._progress.over(conversation)
        return await self._speaking.say(person, conversation, reply, key)

    async def places(self, item: str) -> Sequence[tuple[str, str]]:
        """Only a channel of our own knows."""
        return ()

    async def renew(self, person: Person, address: str, card: Card) -> None:
        """See bot.channel.Channel."""
        await self._speaking.renew(person, address, card)

    async def progress(self, person: Person, conversation: str, message: str, share: float, words: str) -> None:
        """One status message for work that takes more than a few seconds."""
        await self._progress.show(conversation, message, share, words)

    async def conversation(self, person: Person, topic: Topic) -> str | None:
        """The direct messages with the person; opened by the first thing said there."""
        if person.disabled:
            return None
        known = [identity for identity in await self._who(person.id) if identity.channel == self.name]
        return (known[0].alone or known[0].user) if known else None

    async def fetch(self, file: RemoteFile) -> bytes:
        """See bot.channel.Channel."""
        return await self._files.fetch(file)

    def routes(self) -> Sequence[web.RouteDef]:
        """POST /slack/events, where a signing secret is set."""
        return self._listening.routes()

    async def start(self) -> None:
        """Socket Mode, where an app-level token is set; and who we are, so that the first event needn't wait for it."""
        self._listening.start()
        self._aside.run(self._api.us(), "who we are on Slack")

    async def settled(self) -> None:
        """Wait until everything that is done beside the requests is done."""
        await self._aside.settled()

    async def close(self) -> None:
        """Hang up, break off, let go."""
        await self._listening.close()
        await self._aside.close()
        await self._api.close()
