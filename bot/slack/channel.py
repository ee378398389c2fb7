"""Slack as a channel."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from aiohttp import web

from archive.access import Person
from bot.aside import Aside
from bot.channel import Abilities, Door, Gate, Handout
from bot.chat import Said, Who
from bot.slack.api import Api
from bot.slack.directory import Directory
from bot.slack.files import CAP, Files
from bot.slack.hearing import Hearing
from bot.slack.incoming import NAME, is_shared
from bot.slack.listening import Listening
from bot.slack.pace import Pace
from bot.slack.progress import Progress
from bot.slack.speaking import Home, Speaking
from config import channels
from handlers.context import Topic
from handlers.message import Card, RemoteFile, Reply


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
        self._who, self._aside = who, Aside(NAME)
        self._api = Api(settings, pace=pace)
        self._files = Files(self._api, settings.bot_token, settings.api_url, file_cap)
        self._speaking = Speaking(
            api=self._api, handout=handout, said=said, home=home, alone=self._alone, abilities=self.abilities
        )
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
        return await self._alone(person)

    def shared(self, conversation: str) -> bool:
        """Whether others read along there."""
        return is_shared(conversation)

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

    async def _alone(self, person: Person) -> str | None:
        if person.disabled:
            return None
        return next((one.alone or one.user for one in await self._who(person.id) if one.channel == NAME), None)
