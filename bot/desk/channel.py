"""The desk as a channel: what the archive says is written into the person's log, and the open pages are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from aiohttp import web

from archive.access import Person
from archive.errors import NotFound
from archive.item import FileRef
from archive.words import Text
from bot.body import Limits
from bot.channel import Abilities, Door
from bot.desk.accounts import Accounts
from bot.desk.address import Network
from bot.desk.board import Board
from bot.desk.entrance import Commands, Entrance
from bot.desk.finding import Finding
from bot.desk.guard import Guard, Handler
from bot.desk.handout import Handout
from bot.desk.page import pages
from bot.desk.render import card_doc, reply_doc
from bot.desk.streams import Streams
from bot.desk.talking import NAME, Talking, conversation_of
from handlers.context import Topic
from handlers.message import Card, OutFile, RemoteFile, Reply
from storage.talk import Talk

_NUMBER = r"\d{1,6}"


class Desk:
    """The web desk. Its `close` belongs to the shutdown, before open streams are waited for."""

    name = NAME
    abilities = Abilities(ours=True)

    def __init__(
        self,
        *,
        door: Door,
        talk: Talk,
        accounts: Accounts,
        hold: Callable[[bytes, str, str], Awaitable[FileRef]],
        now: Callable[[], datetime],
        commands: Commands,
        limits: Limits = Limits(),  # noqa: B008  frozen
        public_url: str = "",
        proxies: Sequence[Network] = (),
        names: Mapping[str, Text] | None = None,
        poll: float = 2.0,
        beat: float = 15.0,
    ) -> None:
        """`hold(data, name, media type)` keeps a file; `public_url` as browsers see it;
        `proxies` whose X-Forwarded-For is believed; `names` of categories in both languages, by the Chinese one.

        `poll` and `beat` in seconds: see bot.desk.streams.
        """
        self._talk, self._hold, self._now = talk, hold, now
        self._guard = Guard(accounts, public_url)
        self._streams = Streams(talk, self._guard, poll, beat)
        self._board = Board(door, self._guard, names or {}, poll, beat)
        self._entrance = Entrance(accounts, self._guard, commands, limits, proxies)
        self._talking = Talking(door, talk, self._streams, now, limits)
        self._finding = Finding(door)
        self._handout = Handout(door, talk)

    async def say(self, person: Person, conversation: str, reply: Reply, key: str) -> Sequence[str]:
        """Write the reply into the log, once for this key; returns `<message id>:<card index>` for each card."""
        said = await self._talk.standing(person.id, key) if reply.files else None  # files are not kept twice
        if said is None:
            held = [await self._held(out) for out in reply.files]
            body = reply_doc(reply, held)
            said = await self._talk.say(
                owner=person.id, conversation=conversation, key=key, mine=False, body=body, at=self._now(),
                about=[card.about for card in reply.cards],
            )  # fmt: skip
        self._streams.wake(person.id)
        return [f"{said.id}:{n}" for n in range(len(reply.cards))]

    async def places(self, item: str) -> Sequence[tuple[str, str]]:
        """(person id, address) of every card about the item."""
        return [(owner, f"{message}:{n}") for owner, message, n in await self._talk.about(item)]

    async def renew(self, person: Person, address: str, card: Card) -> None:
        """Replace the card at this address in the log; one that isn't there is left alone."""
        message, _, index = address.rpartition(":")
        await self._talk.change(person.id, message, {f"body.cards.{index}": card_doc(card)})
        self._streams.wake(person.id)

    async def progress(self, person: Person, conversation: str, message: str, share: float, words: str) -> None:
        """Tell the open pages how far the work on a message is; nothing is kept."""
        topic = conversation.rpartition(":")[2]
        self._streams.tell(
            person.id, "progress", {"conversation": topic, "taken": message, "share": share, "words": words}
        )

    async def conversation(self, person: Person, topic: Topic) -> str | None:
        """Everyone with a live account has a desk."""
        return None if person.disabled else conversation_of(person, topic)

    def shared(self, conversation: str) -> bool:
        """Every conversation on the desk is one person's own."""
        return False

    async def fetch(self, file: RemoteFile) -> bytes:
        """The desk's files come with their message."""
        raise NotFound(item=file.name)

    async def start(self) -> None:
        """Nothing is held open before the first page."""

    def routes(self) -> list[web.RouteDef]:
        """Everything the desk answers."""
        entrance, talking, handout = self._entrance, self._talking, self._handout
        anyone: dict[tuple[str, str], Handler] = {
            **{("GET", path): handler for path, handler in pages().items()},
            ("POST", "/api/sign-in"): entrance.sign_in,
            ("POST", "/api/link"): entrance.redeem,
        }
        members: dict[tuple[str, str], Handler] = {
            ("POST", "/api/password"): entrance.password,
            ("POST", "/api/sign-out"): entrance.sign_out,
            ("POST", "/api/language"): entrance.speak,
            ("GET", "/api/me"): entrance.me,
            ("GET", "/api/commands"): entrance.commands,
            ("GET", "/api/conversations"): talking.conversations,
            ("GET", "/api/messages"): talking.messages,
            ("POST", "/api/messages"): talking.say,
            ("POST", "/api/clicks"): talking.click,
            ("POST", "/api/seen"): talking.seen,
            ("GET", "/api/search"): self._finding.search,
            ("GET", "/api/events"): self._streams.events,
            ("GET", "/api/overview"): self._board.once,
            ("GET", "/api/overview/events"): self._board.live,
            ("GET", f"/api/files/{{message}}/{{n:{_NUMBER}}}"): handout.file,
            ("GET", f"/api/items/{{item}}/pages/{{page:{_NUMBER}}}"): handout.picture,
            ("GET", "/api/items/{item}/original"): handout.original,
        }
        opened = [web.route(how, path, self._guard.open(handler)) for (how, path), handler in anyone.items()]
        return opened + [web.route(how, path, self._guard.closed(handler)) for (how, path), handler in members.items()]

    async def close(self) -> None:
        """End the open streams, so that the server can stop."""
        self._streams.close()
        self._board.close()

    async def _held(self, out: OutFile) -> tuple[OutFile, str, int]:
        if out.file:
            return out, out.file, out.size
        ref = await self._hold(out.data, out.name, out.media_type)
        return out, ref.id, ref.size
