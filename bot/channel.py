"""What a channel hands in, and what every channel can do: say a reply, renew a card, fetch a file, show progress."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from aiohttp import web

from archive.access import Person
from archive.item import Item
from archive.overview import Overview
from archive.words import Text
from handlers.context import Topic
from handlers.message import Card, Click, Form, OutFile, RemoteFile, Reply

#: How files leave: through the platform itself, or as a signed link to our own server that expires.
FilesOut = Literal["direct", "link"]


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the platform can do and what the settings let it do. The core asks this and never the channel's name."""

    files_out: FilesOut = "direct"
    masked: bool = False  # private facts are masked, because the platform's servers are abroad
    windows: bool = True  # a form is opened in a window of its own; else it is asked in words
    ours: bool = False  # what it says is written into our own database, once for each key: it needs no letter


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a platform says is speaking, after its signature was checked. Only (channel, tenant, user) is authority."""

    channel: str
    tenant: str
    user: str
    name: str = ""  # shown to administrators; never authority
    email: str = ""  # from the platform's directory, where it verified it
    alone: str = ""  # the conversation between this user and us, in the channel's own words; for what comes unasked


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event of a platform, in our words: what `to_incoming(payload)` of every channel makes."""

    sender: Sender
    conversation: str  # where the answer goes
    key: str  # repeat key: the same key is the same event
    text: str = ""
    files: tuple[RemoteFile, ...] = ()
    click: Click | None = None


class Channel(Protocol):
    """One platform. Conversations and addresses are its own strings, kept so that they work after a restart."""

    name: str
    abilities: Abilities

    async def say(self, person: Person, conversation: str, reply: Reply, key: str) -> Sequence[str]:
        """Deliver; returns the address of each card, in order.

        Raises Later when the platform asks for patience, Unreachable when it will never arrive there, and what else
        went wrong as TimeoutError, OSError or a Problem: then it is tried again.
        """

    async def places(self, item: str) -> Sequence[tuple[str, str]]:
        """(person id, address) of every card about the item; asked of a channel that is `ours` only."""

    async def renew(self, person: Person, address: str, card: Card) -> None:
        """Replace the card at this address. Raises NotFound when it was deleted there; otherwise as `say`."""

    async def progress(self, person: Person, conversation: str, message: str, share: float, words: str) -> None:
        """How far the work on a message is (0…1); shown, not kept."""

    async def conversation(self, person: Person, topic: Topic) -> str | None:
        """Where this person hears about a topic on this channel; None when they can't be reached here."""

    async def fetch(self, file: RemoteFile) -> bytes:
        """The bytes of a file that lies there. Raises FileGone, FileTooBig, NoScope, NotWhatItSays; or as `say`."""

    def shared(self, conversation: str) -> bool:
        """Whether others read along there: a group, a channel."""

    def routes(self) -> Sequence[web.RouteDef]:
        """What the platform calls on our server."""

    async def start(self) -> None:
        """Open what is held open; returns at once, whatever the platform answers."""

    async def close(self) -> None:
        """Let go of everything."""


class Door(Protocol):
    """The way in: what a channel hands over. Returns when everything is written down."""

    async def receive(
        self,
        *,
        channel: str,
        conversation: str,
        person: Person,
        key: str,
        text: str = "",
        files: Sequence[tuple[str, bytes]] = (),
        remote: Sequence[RemoteFile] = (),
        action: str = "",
        subject: str = "",
        version: int = 0,
        values: Mapping[str, str] | None = None,
        noted: Callable[[str], Awaitable[None]] | None = None,
    ) -> str:
        """The message's id. The same key again returns the same id and does nothing more.

        `noted` is called with the id once it is written down, and nobody works on it before that returns: a channel of
        our own keeps its log by it. It is called for a repeat as well.
        Raises NotAllowed for files of somebody without the right to forward, before anything of them is kept.
        """

    async def find(
        self, person: Person, words: str, page: int, size: int
    ) -> tuple[Sequence[Item], int, Mapping[str, str]]:
        """One page of what the person may see for these words, how many in all, and people's names by id.

        Raises NotAllowed, BadPeriod, BadAmount, IndexBroken.
        """

    async def picture(self, person: Person, item_id: str, page: int) -> bytes:
        """PNG of a page of an item's original, if the person may see it (NotFound otherwise); leaves a trail entry."""

    async def original(self, person: Person, item_id: str, channel: str) -> tuple[str, str, bytes]:
        """(name, media type, bytes) of an item's original, if the person may see it; leaves a trail entry."""

    async def overview(self, person: Person) -> Overview:
        """What stands now, as far as the person may see it. Raises NotAllowed."""

    async def pulse(self) -> int:
        """Another number whenever something was done in the archive."""

    async def made(self, person: Person, address: str) -> bytes:
        """A file made for this person before, a report, if they may still have it. Raises NotAllowed, NotFound."""

    async def form(self, person: Person, click: Click) -> Form | None:
        """The form behind a button as the item stands now, for a platform that opens it in a window of its own.

        None when there is none, or the button is no longer the person's to press: the click alone will tell why.
        """

    async def mistakes(self, person: Person, click: Click) -> Mapping[str, Text]:
        """What is wrong with the values of a form, by field, before it is taken; empty when nothing is."""


class Gate(Protocol):
    """Where a platform's user becomes a person of ours. Every external channel hands its events in here."""

    async def enter(self, incoming: Incoming) -> Reply | None:
        """Written down when this returns None: acknowledge. A reply is to be said at once and nothing was taken:

        the sender is nobody we know (or disabled), or what they sent can't be taken, with what to do about it.
        """

    async def person(self, sender: Sender) -> Person | None:
        """Who this is; None for a stranger or a disabled person. Remembers how to reach them alone."""


class Handout(Protocol):
    """How a channel gets at a file it is to hand out. The person's right is asked each time."""

    async def bytes(self, person: Person, out: OutFile) -> bytes:
        """For a channel whose files go out directly. Raises NotFound when the person may not have it any more."""

    def link(self, person: Person, out: OutFile) -> str:
        """For the others: an address on our server, for this person only, that expires."""
