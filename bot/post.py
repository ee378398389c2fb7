"""The post: what is to be said is written down, delivered to the person's channels, tried again until it arrives.

In one conversation everything arrives in the order it was said: what waits there is a line, and its first is tried. A
card that changed is a letter like any other; what it says is looked up when it is delivered.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from archive.access import Person, Role, may_see
from archive.approval import Case, deciders
from archive.category import Category
from archive.errors import DatabaseProblem, Later, NotFound, Problem, Unreachable
from archive.item import Item
from archive.words import Text
from bot.channel import Channel
from bot.masked import masked
from handlers.cards import item_card
from handlers.context import People, Topic, Vault
from handlers.link import platform
from handlers.message import Message, OutFile, Reply
from storage.files import held_address
from storage.outbox import Copy, Letter, Outbox

log = logging.getLogger("guidang.post")

#: Seconds whoever says something waits for it to arrive; a slow platform goes on by itself.
MOMENT = 0.5
AT_ONCE = 16  # conversations of the platforms that are spoken to at the same time
_Line = tuple[str, str]  # channel, conversation


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
        self._lines: dict[_Line, asyncio.Task[None]] = {}
        self._more: set[_Line] = set()  # lines that got another letter while they were worked on
        self._places = asyncio.Semaphore(AT_ONCE)

    async def tell(self, person: str, reply: Reply, key: str, topic: Topic = "chat") -> None:
        """Say it on each of the person's channels. Written down when this returns; delivered now or later."""
        who = await self._people.get(person)
        for name, channel in self._channels.items():
            conversation = await channel.conversation(who, topic)
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
        ours = [each for name, channel in self._channels.items() if channel.abilities.ours
                for each in await self._ours(name, channel, item_id)]  # fmt: skip
        await asyncio.gather(
            *(self._renew_ours(copy, by_id.get(copy.person), item, case, people) for copy in ours),
            *(self._renew_later(copy, item) for copy in await self._theirs(item_id)),
        )

    async def close(self) -> None:
        """Break off what is being said; it is in the outbox."""
        tasks = list(self._lines.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ours(self, name: str, channel: Channel, item: str) -> list[Copy]:
        """Our own channels know where a card stands."""
        return [Copy(item, person, name, "", address) for person, address in await channel.places(item)]

    async def _theirs(self, item: str) -> list[Copy]:
        """For the others it was written down."""
        if all(channel.abilities.ours for channel in self._channels.values()):
            return []
        return [copy for copy in await self._outbox.copies(item) if copy.channel in self._channels]

    async def _renew_ours(
        self, copy: Copy, reader: Person | None, item: Item, case: Case, people: Sequence[Person]
    ) -> None:
        if reader is None or not _concerns(reader, item, case, people):
            return
        card = item_card(item, case, reader, people, self._zone, self._categories)
        try:
            await self._channels[copy.channel].renew(reader, copy.address, card)
        except (TimeoutError, Problem, OSError) as error:  # out of date until the next change; a click tells
            log.warning("not renewed: %s: %r", copy.address, error)

    async def _renew_later(self, copy: Copy, item: Item) -> None:
        where = hashlib.sha256(f"{copy.channel}\n{copy.address}".encode()).hexdigest()[:32]
        key = f"renew:{where}@{item.version}"
        put = await self._outbox.put(
            key, copy.person, copy.channel, copy.conversation, Reply(), about=item.id, address=copy.address
        )
        if put and not self._outbox.waits(copy.channel, copy.conversation):
            await self._go_on((copy.channel, copy.conversation))

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
        try:
            async with asyncio.timeout(MOMENT):
                await channel.progress(who, message.conversation, message_id, share, words)
        except (TimeoutError, Problem, OSError) as error:
            log.info("progress was not shown: %r", error)

    async def deliver_rest(self) -> None:
        """Try again what could not be delivered; for a clock to call."""
        lines = [line for line in await self._outbox.due() if line[0] in self._channels]
        await asyncio.gather(*map(self._go_on, lines))

    async def _send(self, who: Person, channel: str, conversation: str, reply: Reply, key: str) -> None:
        if self._channels[channel].abilities.ours and not reply.files:
            await self._channels[channel].say(who, conversation, reply, key)
            return
        if await self._outbox.known(key):
            return
        kept = await self._with_files_kept(reply)
        put = await self._outbox.put(key, who.id, channel, conversation, kept)
        if put and not self._outbox.waits(channel, conversation):
            await self._go_on((channel, conversation))

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

    async def _go_on(self, line: _Line) -> None:
        """Work the line off, and wait a moment for it."""
        task = self._lines.get(line)
        if task is None:
            task = self._lines[line] = asyncio.create_task(self._worked_off(line), name=f"post-{line[0]}")
        else:
            self._more.add(line)
        if task is asyncio.current_task():  # told while this very line is worked off: it comes next
            return
        await asyncio.wait({task}, timeout=MOMENT)

    async def _worked_off(self, line: _Line) -> None:
        try:
            async with self._places:
                while True:
                    self._more.discard(line)
                    while (letter := await self._outbox.next(*line)) and await self._deliver(letter):
                        pass
                    if line not in self._more:
                        break
        except DatabaseProblem as problem:  # the clock comes back to it
            log.warning("not delivered yet: %s", problem.code)
        finally:
            del self._lines[line]

    async def _deliver(self, letter: Letter[Reply]) -> bool:
        """One try; whether the line goes on. A refusal or an outage leaves the letter to be tried again."""
        try:
            who = await self._people.get(letter.person)
            channel = self._channels[letter.channel]
            if letter.address:
                await self._renew(channel, who, letter)
                cards = []
            else:
                reply = _veiled(channel, letter.conversation, letter.payload)
                addresses = await channel.say(who, letter.conversation, reply, letter.key)
                cards = [] if channel.abilities.ours else _shown(letter.payload, addresses)
        except DatabaseProblem:
            raise
        except Later as later:
            await self._outbox.later(letter, timedelta(seconds=float(later.facts["seconds"])))
            return False
        except Unreachable as gone:
            log.error("given up: %s: %s", letter.key, gone.say("en"))
            await self._outbox.given_up(letter)
            await self._tell_admins(who, letter.channel)
            return True
        except Exception as error:  # the border: whatever a platform's library trips over, the letter is kept
            known = isinstance(error, TimeoutError | Problem | OSError)
            log.warning("not delivered yet: %s: %r", letter.key, error, exc_info=not known)
            await self._outbox.failed(letter)
            return False
        await self._outbox.sent(letter, cards)
        return True

    async def _tell_admins(self, who: Person, channel: str) -> None:
        """Once a day: somebody counts on being told there, and isn't."""
        where = platform(channel)
        text = Text(
            f"{who.name}（{who.id}）在{where.zh}上收不到消息，可能已离开；网页工作台不受影响。"
            f"请核对绑定：guidang people links {who.id}",
            f"{who.name} ({who.id}) can't be reached on {where.en}; the web desk has everything. "
            f"Please check: guidang people links {who.id}",
        )
        for admin in await self._people.having(Role.ADMIN, who.company):
            await self.tell(
                admin.id, Reply(text), f"unreachable:{channel}:{who.id}:{datetime.now(self._zone).date()}:{admin.id}"
            )

    async def _renew(self, channel: Channel, reader: Person, letter: Letter[Reply]) -> None:
        """The card as it stands now, not as it stood when it was put into the line."""
        copy = Copy(letter.about, letter.person, letter.channel, letter.conversation, letter.address)
        item, case = await self._vault.both(letter.about)
        people = await self._people.all()
        if not _concerns(reader, item, case, people):
            await self._outbox.gone(copy)
            return
        card = item_card(item, case, reader, people, self._zone, self._categories)
        try:
            shown = _veiled(channel, letter.conversation, Reply(cards=(card,)))
            await channel.renew(reader, letter.address, shown.cards[0])
        except NotFound:  # deleted on its platform
            await self._outbox.gone(copy)


def _veiled(channel: Channel, conversation: str, reply: Reply) -> Reply:
    """As it may leave: private facts masked on servers abroad and where others read along; no preview as a link."""
    if channel.abilities.files_out == "link" and not all(out.preview for out in reply.files):
        reply = replace(reply, files=tuple(out for out in reply.files if not out.preview))
    return masked(reply) if channel.abilities.masked or channel.shared(conversation) else reply


def _concerns(reader: Person, item: Item, case: Case, people: Sequence[Person]) -> bool:
    return may_see(reader, item) or reader in deciders(case, item, people)


def _shown(reply: Reply, addresses: Sequence[str]) -> list[tuple[str, str]]:
    """(item id, address) of each card that is about an item."""
    return [(card.about, address) for card, address in zip(reply.cards, addresses, strict=True) if card.about]
