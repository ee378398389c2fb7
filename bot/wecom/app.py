"""The 自建应用 as a channel: events by callback, messages by its API; conversations are the members themselves."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from aiohttp import web

from archive.access import Person
from archive.words import Lang
from bot.aside import Aside
from bot.channel import Abilities, Door, Gate, Handout
from bot.chat import Said, Who
from bot.wecom.api import Api
from bot.wecom.incoming import APP, Heard, from_app
from bot.wecom.listening import Listening
from bot.wecom.meaning import CAP
from bot.wecom.notes import Notes
from bot.wecom.outgoing import app_hand
from bot.wecom.speaking import Speaking, card_of
from bot.wecom.verify import Callback
from bot.wecom.ways import AppWay
from config import channels
from handlers.context import Topic
from handlers.message import Card, RemoteFile, Reply

log = logging.getLogger("guidang.wecom")
_EXCUSES = 500


def utc_now() -> datetime:
    """Now."""
    return datetime.now(UTC)


class Wecom:
    """One app of one company."""

    name = APP

    def __init__(
        self,
        *,
        settings: channels.Wecom,
        gate: Gate,
        door: Door,
        handout: Handout,
        who: Who,
        said: Said,
        notes: Notes,
        address: str = "",
        now: Callable[[], datetime] = utc_now,
        limit: float = 10.0,
        file_cap: int = CAP,
    ) -> None:
        """`address`: of our own server, as people reach it; `limit`: seconds for a call; `file_cap` in bytes."""
        self.abilities = Abilities(settings.leaving.files_out, settings.leaving.masked, windows=False)
        self._settings, self._gate, self._who, self._notes = settings, gate, who, notes
        self._api, self._aside = Api(settings, notes, now, limit=limit, cap=file_cap), Aside("wecom")
        self._way = AppWay(self._api, notes, address)
        self._speaking = Speaking(
            way=self._way, handout=handout, said=said, turns=notes, hand=app_hand(address), alone=self._alone,
            abilities=self.abilities, shared=self.shared,
        )  # fmt: skip
        callback = Callback(token=settings.token, aes_key_=settings.aes_key, corp_id=settings.corp_id, now=now)
        self._listening = Listening(callback, self._heard)
        self._excused: OrderedDict[str, None] = OrderedDict()

    async def say(self, person: Person, conversation: str, reply: Reply, key: str) -> Sequence[str]:
        """See bot.channel.Channel. Addresses are `user/card`; empty for a card that is words and stays as it is."""
        return await self._speaking.say(person, conversation, reply, key)

    async def places(self, item: str) -> Sequence[tuple[str, str]]:
        """Only a channel of our own knows."""
        return ()

    async def renew(self, person: Person, address: str, card: Card) -> None:
        """See bot.channel.Channel. A card that WeCom lets nobody change any more stays; a click on it tells why."""
        await self._way.renew(person, address, card)

    async def progress(self, person: Person, conversation: str, message: str, share: float, words: str) -> None:
        """Nothing: an app can't take back or change what it said, and each message counts."""

    async def conversation(self, person: Person, topic: Topic) -> str | None:
        """The member, as the app's conversations are all between two."""
        return await self._alone(person)

    async def fetch(self, file: RemoteFile) -> bytes:
        """See bot.channel.Channel."""
        return await self._api.media(file)

    def shared(self, conversation: str) -> bool:
        """Nobody else reads along."""
        return False

    def routes(self) -> Sequence[web.RouteDef]:
        """GET and POST /wecom/callback."""
        return self._listening.routes()

    async def start(self) -> None:
        """Nothing is held open."""

    async def settled(self) -> None:
        """Wait until everything that is done beside the requests is done."""
        await self._aside.settled()

    async def close(self) -> None:
        """Break off, let go."""
        await self._aside.close()
        await self._api.close()

    async def _alone(self, person: Person) -> str | None:
        if person.disabled:
            return None
        return next((one.alone or one.user for one in await self._who(person.id) if one.channel == APP), None)

    async def _heard(self, fields: Mapping[str, str]) -> None:
        heard = from_app(fields, self._settings.corp_id, self._settings.agent_id)
        if heard is None:
            return
        if heard.code and (card := card_of(heard.task)):
            await self._notes.keep_code(card, heard.code)  # before the click is worked on: it renews the card
        if heard.excuse is not None and await self._excuse(heard):
            return
        reply = await self._gate.enter(heard.incoming)
        if reply is not None:
            await self._tell(heard, reply)

    async def _excuse(self, heard: Heard) -> bool:
        """What we make nothing of is not taken in; a stranger is told so by the gate."""
        person = await self._gate.person(heard.incoming.sender)
        if person is None:
            return False
        if heard.incoming.key not in self._excused:
            self._excused[heard.incoming.key] = None
            while len(self._excused) > _EXCUSES:
                self._excused.popitem(last=False)
            await self._tell(heard, Reply(text=heard.excuse))
        return True

    async def _tell(self, heard: Heard, reply: Reply) -> None:
        person = await self._gate.person(heard.incoming.sender)
        lang: Lang = person.lang if person else "zh"
        telling = self._speaking.tell(heard.incoming.conversation, reply, lang)
        self._aside.run(telling, "an answer was not said")
