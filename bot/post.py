"""The post: what is to be said is written down, delivered to the person's channels, tried again until it arrives."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from zoneinfo import ZoneInfo

from archive.access import Person, may_see
from archive.approval import Case, deciders
from archive.category import Category
from archive.errors import NotFound, Problem
from archive.item import Item
from bot.channel import Channel
from handlers.cards import item_card
from handlers.context import People, Topic, Vault
from handlers.message import Message, OutFile, Reply
from storage.files import held_address
from storage.outbox import Copy, Letter, Outbox

log = logging.getLogger("guidang.post")


class Post:
    """Delivers to every channel a person can be reached on; keys make repeats harmless."""

    def __init__(
        self,
        outbox: Outbox[Reply],
        vault: Vault,
        people: People,
        channels: Mapping[str, Channel],
        zone: ZoneInfo,
        categories: Sequence[Category],
    ) -> None:
        self._outbox = outbox
        self._vault = vault
        self._people = people
        self._channels = channels
        self._zone = zone
        self._categories = categories
        self._in_work: dict[str, Message] = {}

    async def tell(self, person: str, reply: Reply, key: str, topic: Topic = "chat") -> None:
        """Say it on each of the person's channels. Written down when this returns; delivered now or later."""
        who = await self._people.get(person)
        for name, channel in self._channels.items():
            conversation = channel.conversation(who, topic)
            if conversation is not None:
                await self._send(who, name, conversation, reply, f"{name}:{key}")

    async def answer(self, message: Message, reply: Reply) -> None:
        """Say it where the message came from."""
        who = await self._people.get(message.person)
        if message.channel in self._channels:
            await self._send(who, message.channel, message.conversation, reply, f"reply:{message.id}")

    async def renew(self, item_id: str) -> None:
        """Every copy of the item's card, as each reader may see the item now; who may no more keeps what they had."""
        item, case = await self._vault.both(item_id)
        people = await self._people.all()
        by_id = {p.id: p for p in people}
        await asyncio.gather(
            *(self._renew(copy, by_id.get(copy.person), item, case, people) for copy in await self._copies(item_id))
        )

    async def _renew(self, copy: Copy, reader: Person | None, item: Item, case: Case, people: Sequence[Person]) -> None:
        channel = self._channels.get(copy.channel)
        if reader is None or channel is None:
            return
        if not (may_see(reader, item) or reader in deciders(case, item, people)):
            await self._outbox.gone(copy)
            return
        card = item_card(item, case, reader, people, self._zone, self._categories)
        try:
            await channel.renew(reader, copy.address, card)
        except NotFound:  # deleted on its platform
            await self._outbox.gone(copy)
        except (TimeoutError, Problem, OSError) as error:  # out of date until the next change; a click tells
            log.warning("not renewed: %s: %r", copy.address, error)

    async def _copies(self, item_id: str) -> list[Copy]:
        """Our own channels know where a card stands; for the others it was written down."""
        found = [
            Copy(item_id, person, name, "", address)
            for name, channel in self._channels.items() if channel.ours
            for person, address in await channel.places(item_id)
        ]  # fmt: skip
        if not all(channel.ours for channel in self._channels.values()):
            found += await self._outbox.copies(item_id)
        return found

    @contextmanager
    def working_on(self, message: Message) -> Iterator[None]:
        """While inside, progress on this message can be shown."""
        self._in_work[message.id] = message
        try:
            yield
        finally:
            del self._in_work[message.id]

    async def progress(self, message_id: str, share: float, note: Reply) -> None:
        """Show how far the work is, where the message came from; a failure to show it is no failure."""
        message = self._in_work.get(message_id)
        channel = self._channels.get(message.channel) if message else None
        if message is None or channel is None:
            return
        who = await self._people.get(message.person)
        words = note.text.to(who.lang) if note.text else ""
        await channel.progress(who, message.conversation, message_id, share, words)

    async def deliver_rest(self) -> int:
        """Try again what could not be delivered; for a clock to call. Returns how many arrived."""
        arrived = 0
        for letter in await self._outbox.due():
            arrived += await self._deliver(letter)
        return arrived

    async def _send(self, who: Person, channel: str, conversation: str, reply: Reply, key: str) -> None:
        if self._channels[channel].ours and not reply.files:
            await self._channels[channel].say(who, conversation, reply, key)
            return
        if await self._outbox.known(key):
            return
        kept = await self._with_files_kept(reply)
        letter = await self._outbox.put(key, who.id, channel, conversation, kept)
        if letter is not None:
            await self._deliver(letter)

    async def _with_files_kept(self, reply: Reply) -> Reply:
        """Made files are stored like originals, so that a message stays small and can be fetched again."""
        files: list[OutFile] = []
        for out in reply.files:
            if out.data:
                ref = await self._vault.hold(out.data, out.name, out.media_type)
                await self._vault.settle(ref)
                out = replace(out, data=b"", file=held_address(ref), size=ref.size)
            files.append(out)
        return replace(reply, files=tuple(files))

    async def _deliver(self, letter: Letter[Reply]) -> bool:
        """One try. A refusal or an outage leaves the letter to be tried again, later and later."""
        try:
            who = await self._people.get(letter.person)
            channel = self._channels[letter.channel]
            addresses = await channel.say(who, letter.conversation, letter.payload, letter.key)
        except (TimeoutError, Problem, OSError, KeyError) as error:
            log.warning("not delivered yet: %s: %r", letter.key, error)
            await self._outbox.failed(letter.key)
            return False
        await self._outbox.sent(letter, () if channel.ours else _shown(letter.payload, addresses))
        return True


def _shown(reply: Reply, addresses: Sequence[str]) -> list[tuple[str, str]]:
    """(item id, address) of each card that is about an item."""
    return [(card.about, address) for card, address in zip(reply.cards, addresses, strict=True) if card.about]
