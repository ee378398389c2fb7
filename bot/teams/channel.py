"""Teams as a channel: what its users do is handed in, what the archive says is delivered there."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from secrets import token_hex
from typing import Any

from aiohttp import web

from archive.access import Person
from archive.errors import NotLinked, Problem
from archive.words import Lang, Text
from bot.aside import Aside
from bot.capped import Refused
from bot.channel import Abilities, Door, Gate, Handout
from bot.chat import Said, Who
from bot.teams.api import Connector, Pace
from bot.teams.files import Files
from bot.teams.hosts import CONNECTOR, FILES, Hosts
from bot.teams.incoming import (
    NAME,
    Payload,
    conversation_of,
    is_shared,
    kind_of,
    lang_of,
    lost_file,
    place_of,
    sender_of,
    to_incoming,
)
from bot.teams.notes import Notes
from bot.teams.outgoing import answer_error, window_words
from bot.teams.pressing import Pressing
from bot.teams.speaking import Speaking
from bot.teams.tokens import PLATFORM, Tokens
from bot.teams.turn import Turns
from bot.teams.verify import Verified, Verifier
from bot.teams.waits import Waits
from config import channels
from handlers.context import Topic
from handlers.message import Card, RemoteFile, Reply

log = logging.getLogger("guidang.teams")

#: The messaging endpoint of the bot; /api/messages is the desk's.
PATH = "/teams/messages"
CAP = 100 * 1024 * 1024  # bytes of a file that is fetched
LOST = Text(
    "群聊和频道里，Teams 不把文件交给机器人。请在与我的单独聊天里发送文件。",
    "In group chats and channels Teams gives no files to bots. Please send files in the chat with me alone.",
)
HELLO = Text(
    "你好，我是归档。把发票发给我，或输入「帮助」。", "Hello, this is Guidang. Send me invoices, or type “help”."
)
UNFORESEEN = Text(
    "出错了，没有收下。请稍后再试；报告管理员时请附编号 {number}。",
    "Something went wrong and nothing was taken. Please try again; tell an administrator the number {number}.",
)


class Teams:
    """See bot.channel.Channel."""

    name = NAME

    def __init__(
        self,
        *,
        settings: channels.Teams,
        gate: Gate,
        door: Door,
        handout: Handout,
        who: Who,
        said: Said,
        notes: Notes,
        file_cap: int = CAP,
    ) -> None:
        """`file_cap` in bytes."""
        self.abilities = Abilities(settings.leaving.files_out, settings.leaving.masked)
        self._gate, self._who, self._notes, self._aside = gate, who, notes, Aside(NAME)
        # where files lie our token isn't sent, though the settings name it: anybody may have a SharePoint
        connector = Hosts(CONNECTOR, [host for host in settings.service_hosts if not host.casefold().endswith(FILES)])
        self._tokens = Tokens(settings)
        self._connector = Connector(self._tokens, connector, Pace())
        self._files = Files(self._tokens, connector, Hosts(FILES, settings.service_hosts), file_cap)
        waits = Waits()
        self._speaking = Speaking(
            connector=self._connector, notes=notes, said=said, files=self._files, handout=handout, waits=waits,
            alone=self._alone, abilities=self.abilities,
        )  # fmt: skip
        pressing = Pressing(gate, door, notes, self._speaking, waits, self._aside)
        self._verifier = Verifier(settings, connector)
        self._turns = Turns(settings, connector, pressing.routes(), self._heard)

    async def say(self, person: Person, conversation: str, reply: Reply, key: str) -> Sequence[str]:
        """Deliver; the address of a card is its conversation and its activity."""
        return await self._speaking.say(person, conversation, reply, key)

    async def places(self, item: str) -> Sequence[tuple[str, str]]:
        """Not ours to know: addresses are written down where they were given."""
        return ()

    async def renew(self, person: Person, address: str, card: Card) -> None:
        """Replace the card at this address for everybody who sees it."""
        await self._speaking.renew(person, address, card)

    async def progress(self, person: Person, conversation: str, message: str, share: float, words: str) -> None:
        """“… is typing”."""
        await self._speaking.progress(conversation)

    async def conversation(self, person: Person, topic: Topic) -> str | None:
        """Their chat with us alone, once they have spoken there."""
        return await self._alone(person)

    def shared(self, conversation: str) -> bool:
        """Whether others read along there."""
        return is_shared(conversation)

    async def fetch(self, file: RemoteFile) -> bytes:
        """A file that was sent to us."""
        return await self._files.fetch(file)

    def routes(self) -> Sequence[web.RouteDef]:
        """The messaging endpoint."""
        return [web.post(PATH, self._receive)]

    async def start(self) -> None:
        """Ask for our token already, so that the first answer doesn't wait for it."""
        self._aside.run(self._tokens.token(), "no token")

    async def settled(self) -> None:
        """Wait until everything that is done beside the requests is done."""
        await self._aside.settled()

    async def close(self) -> None:
        """Let go of everything."""
        await self._aside.close()
        await self._connector.close()

    async def _alone(self, person: Person) -> str | None:
        if person.disabled:
            return None
        return next((one.alone for one in await self._who(person.id) if one.channel == NAME and one.alone), None)

    async def _receive(self, request: web.Request) -> web.Response:
        try:
            verified = await self._verifier.verified(request)
            status, body = await self._answered(verified)
        except Refused as refused:
            log.warning("refused (%d): %s, from %s", refused.status, refused.why, request.remote)
            return web.json_response({"error": "refused"}, status=refused.status)
        return web.Response(status=status) if body is None else web.json_response(body, status=status)

    async def _answered(self, verified: Verified) -> tuple[int, Any]:
        payload = verified.payload
        try:
            return await self._turns.answer(verified)
        except Refused:
            raise
        except Problem as problem:
            log.warning("not taken: %r", problem)
            return self._sorry(payload, problem.text())
        except Exception:  # the border: whatever it was, nobody sees its words
            number = token_hex(3)
            log.exception("not taken, number %s", number)
            return self._sorry(payload, UNFORESEEN.filled(number=number))

    def _sorry(self, payload: Payload, words: Text) -> tuple[int, Any]:
        """Told at once where there is an answer; else said, and Teams may send it again."""
        lang = lang_of(payload)
        if payload.get("type") == "invoke":
            card = payload.get("name") == "adaptiveCard/action"
            return 200, answer_error(500, "Failed", words.to(lang)) if card else window_words(words.to(lang))
        self._aside.run(self._speaking.tell(conversation_of(payload), Reply(words), lang), "an answer was not said")
        return 500, None

    async def _heard(self, payload: Payload) -> None:
        """A message, or news of the conversation itself."""
        place, sender = place_of(payload), sender_of(payload)
        if place is None or sender is None:
            return
        if payload.get("type") == "installationUpdate":
            if payload.get("action") == "add" and kind_of(payload) == "personal":
                await self._notes.met(place)
                known = await self._gate.person(sender)
                self._reply(payload, Reply(HELLO if known else NotLinked(platform=PLATFORM).text()), known)
            return
        incoming, lost = to_incoming(payload), lost_file(payload)
        if incoming is None and not lost:
            return
        await self._notes.met(place)
        reply = await self._gate.enter(incoming) if incoming else None
        if reply is not None:
            self._reply(payload, reply, await self._gate.person(sender))
        if lost:
            self._reply(payload, Reply(LOST), await self._gate.person(sender))

    def _reply(self, payload: Payload, reply: Reply, person: Person | None) -> None:
        lang: Lang = person.lang if person else lang_of(payload)
        self._aside.run(self._speaking.tell(conversation_of(payload), reply, lang), "an answer was not said")
