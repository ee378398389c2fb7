"""The 智能机器人 as a channel: events and messages over one connection, which one replica holds for all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from aiohttp import web

from archive.access import Person
from archive.errors import Problem
from archive.words import Lang, Text
from bot.aside import Aside
from bot.channel import Abilities, Door, Gate, Handout
from bot.chat import Said, Who
from bot.wecom.connection import Frame, Times
from bot.wecom.files import BotFiles
from bot.wecom.incoming import BOT, Heard, from_bot, welcomed
from bot.wecom.line import Line
from bot.wecom.meaning import CAP
from bot.wecom.mouth import Mouth
from bot.wecom.notes import Calls, Lease, Turns
from bot.wecom.outgoing import bot_hand
from bot.wecom.relay import Relay
from bot.wecom.speaking import Speaking, card_of
from bot.wecom.ways import BotWay
from config import channels
from handlers.context import Topic
from handlers.message import Card, RemoteFile, Reply

log = logging.getLogger("guidang.wecom")

#: WeCom sends an event once: while the database is away we hold on to it.
PAUSES = (0.2, 1.0, 3.0, 10.0, 30.0, 60.0)
WELCOME = Text("把发票发给我，或输入「帮助」。", "Send me invoices, or type “help”.")
LOST = Text(
    "没有收下：归档暂时连不上数据库。请稍后再发一次。", "Not taken: the database is away. Please send it again later."
)


class WecomBot:
    """One bot."""

    name = BOT

    def __init__(
        self,
        *,
        settings: channels.WecomBot,
        gate: Gate,
        door: Door,
        handout: Handout,
        who: Who,
        said: Said,
        turns: Turns,
        calls: Calls,
        lease: Lease,
        address: str = "",
        times: Times | None = None,
        pauses: Sequence[float] = PAUSES,
        file_cap: int = CAP,
    ) -> None:
        """`address`: of our own server; `pauses`: between tries to write an event down; `file_cap` in bytes."""
        times = times or Times()
        self.abilities = Abilities(settings.leaving.files_out, settings.leaving.masked, windows=False)
        self._settings, self._gate, self._who, self._pauses = settings, gate, who, pauses
        self._aside = Aside("wecom")
        self._line = Line(settings, lease, self._hear, times)
        self._mouth = Mouth(self._line)
        self._relay = Relay(settings.bot_id, settings.secret, self._line, self._mouth, calls, times)
        self._files = BotFiles(settings.secret, settings.url, self._relay, cap=file_cap)
        self._way = BotWay(self._relay, self._files, address)
        self._speaking = Speaking(
            way=self._way, handout=handout, said=said, turns=turns, hand=bot_hand(address), alone=self._alone,
            abilities=self.abilities, shared=self.shared,
        )  # fmt: skip

    async def say(self, person: Person, conversation: str, reply: Reply, key: str) -> Sequence[str]:
        """See bot.channel.Channel. Addresses are `conversation/card`; empty for a card that stays as it is."""
        return await self._speaking.say(person, conversation, reply, key)

    async def places(self, item: str) -> Sequence[tuple[str, str]]:
        """Only a channel of our own knows."""
        return ()

    async def renew(self, person: Person, address: str, card: Card) -> None:
        """See bot.channel.Channel. Only the card that was pressed a moment ago can be; others stay, a click tells."""
        await self._way.renew(person, address, card)

    async def progress(self, person: Person, conversation: str, message: str, share: float, words: str) -> None:
        """Written into the answer, where this replica holds the connection."""
        if self._line.mine and share < 1:
            await self._mouth.progress(conversation, f"⏳ {words} {share:.0%}")

    async def conversation(self, person: Person, topic: Topic) -> str | None:
        """Between the member and the bot."""
        return await self._alone(person)

    async def fetch(self, file: RemoteFile) -> bytes:
        """See bot.channel.Channel."""
        return await self._files.fetch(file)

    def shared(self, conversation: str) -> bool:
        """In a group."""
        return conversation.startswith("group:")

    def routes(self) -> Sequence[web.RouteDef]:
        """None: WeCom calls nothing of ours."""
        return ()

    async def start(self) -> None:
        """Try for the connection."""
        self._line.start()
        self._relay.start()

    @property
    def connected(self) -> bool:
        """Whether this replica holds the connection and it stands."""
        return self._line.up

    async def settled(self) -> None:
        """Wait until everything that is done beside the events is done."""
        await self._aside.settled()

    async def close(self) -> None:
        """Hang up, let go."""
        await self._aside.close()
        await self._relay.close()
        await self._line.close()
        await self._files.close()

    async def _alone(self, person: Person) -> str | None:
        if person.disabled:
            return None
        known = [one for one in await self._who(person.id) if one.channel == BOT]
        return (known[0].alone or f"single:{known[0].user}") if known else None

    async def _hear(self, frame: Frame) -> None:
        try:
            await self._heard(frame)
        except Exception:  # the border: one event nobody foresaw must not end the connection
            log.exception("an event of the bot's was lost")

    async def _heard(self, frame: Frame) -> None:
        if (entered := welcomed(frame, self._settings.bot_id)) is not None:
            person = await self._gate.person(entered[0])
            words = WELCOME.to(person.lang if person else "zh")
            body = {"msgtype": "text", "text": {"content": words}}
            self._aside.run(self._line.ask("aibot_respond_welcome_msg", body, entered[1]), "nobody was welcomed")
            return
        heard = from_bot(frame, self._settings.bot_id, self._files.place)
        if heard is None:
            return
        if heard.task:
            self._mouth.pressed(card_of(heard.task), heard.task, heard.code)
        else:
            self._mouth.heard(heard.incoming.conversation, heard.code)
        reply = await self._answer(heard)
        if reply is not None:
            await self._tell(heard, reply)

    async def _answer(self, heard: Heard) -> Reply | None:
        if heard.excuse is not None and await self._gate.person(heard.incoming.sender) is not None:
            return Reply(text=heard.excuse)
        for pause in (*self._pauses, None):
            try:
                return await self._gate.enter(heard.incoming)
            except (Problem, TimeoutError, OSError) as error:
                log.warning("an event of the bot's is not written down yet: %s", error)
            except Exception:  # nobody foresaw it: trying again is no use, but the sender must know
                log.exception("an event of the bot's was not written down")
                break
            if pause is not None:
                await asyncio.sleep(pause)
        log.error("an event of the bot's was not written down: %s", heard.incoming.key)
        return Reply(text=LOST)

    async def _tell(self, heard: Heard, reply: Reply) -> None:
        lang: Lang = "zh"
        try:
            person = await self._gate.person(heard.incoming.sender)
            lang = person.lang if person else "zh"
        except Problem:
            pass
        telling = self._speaking.tell(heard.incoming.conversation, reply, lang)
        self._aside.run(telling, "an answer was not said")
