"""What we say on Slack: replies message by message, cards replaced where they stand, windows, the home tab."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

from archive.access import Person
from archive.errors import NoAnswer, NotFound, NotLinked, Problem
from archive.words import Lang, Text
from bot.channel import Abilities, Handout, Sender
from bot.chat import PRIVATELY, UNREACHED, Alone, Said, patiently
from bot.masked import masked
from bot.slack.api import NO_BLOCKS, PLATFORM, Api, refused
from bot.slack.incoming import is_shared, origin
from bot.slack.markup import escaped
from bot.slack.modal import window
from bot.slack.outgoing import Sheet, card_sheet, home_view, links_sheet, sheets
from handlers.message import Card, Click, Form, OutFile, Reply

log = logging.getLogger("guidang.slack")

MISSED = Text("窗口没能打开，请再点一次按钮。", "The window could not be opened; please press the button again.")

#: One step of saying a reply: does it, and gives the address of what stands then ("" for a file).
Step = Callable[[], Awaitable[str]]


class Home(Protocol):
    """What a person's home tab shows: their open items, and what they may ask."""

    async def __call__(self, person: Person) -> Reply:
        """As they may see it now."""


class Speaking:
    """Replies out."""

    def __init__(
        self, *, api: Api, handout: Handout, said: Said, home: Home, alone: Alone, abilities: Abilities
    ) -> None:
        self._api, self._handout, self._letters = api, handout, said
        self._home, self._alone, self._abilities = home, alone, abilities

    async def say(self, person: Person, conversation: str, reply: Reply, key: str) -> list[str]:
        """Everything of a reply, in order; the address of each card. Tried again, it goes on where it stopped."""
        made = sheets(reply, person.lang)
        steps = [self._posting(conversation, sheet) for sheet in made]
        steps += await self._handing(person, conversation, reply.files)
        done = list(await self._letters.said(key))[: len(steps)] if len(steps) > 1 else []
        for n in range(len(done), len(steps)):
            done.append(await steps[n]())
            if n + 1 < len(steps):  # the last one ends the letter, and the post knows that
                await self._letters.mark(key, done)
        return [address for address, sheet in zip(done, made, strict=False) for _ in range(sheet.cards)]

    async def tell(self, conversation: str, reply: Reply, lang: Lang) -> None:
        """Words to whoever is there, a stranger as well; for what isn't in the post. With some patience."""
        veiled = masked(reply) if self._abilities.masked or is_shared(conversation) else reply
        for sheet in sheets(veiled, lang):
            await patiently(partial(self._api.post, conversation, sheet))

    async def renew(self, person: Person, address: str, card: Card) -> None:
        """Replace a card."""
        sheet = card_sheet(card, person.lang)
        try:
            await self._api.update(address, sheet)
        except NoAnswer as error:
            if not refused(error, NO_BLOCKS):
                raise
            await self._api.update(address, Sheet(sheet.text))

    async def open(self, person: Person, conversation: str, trigger: str, click: Click, form: Form) -> None:
        """Open the window behind a button; when that fails, say so."""
        try:
            await self._api.open(trigger, window(form, origin(conversation, click), person.lang))
        except (Problem, TimeoutError, ValueError) as error:
            log.warning("a window was not opened: %s", error)
            await self.tell(conversation, Reply(text=MISSED), person.lang)

    async def show_home(self, sender: Sender, person: Person | None) -> None:
        """Fill the home tab. It doesn't come through the post, so it is masked here."""
        if person is None:
            view = home_view(Reply(text=NotLinked(platform=PLATFORM).text()), "zh")
        else:
            reply = await self._home(person)
            view = home_view(masked(reply) if self._abilities.masked else reply, person.lang)
        await self._api.publish(sender.user, view)

    def _posting(self, conversation: str, sheet: Sheet) -> Step:
        async def step() -> str:
            try:
                return await self._api.post(conversation, sheet)
            except NoAnswer as error:
                if not refused(error, NO_BLOCKS):
                    raise
                log.error("Slack refused the blocks of a message; said as words")
                return await self._api.post(conversation, Sheet(sheet.text))

        return step

    async def _handing(self, person: Person, conversation: str, files: Sequence[OutFile]) -> list[Step]:
        if not files:
            return []
        if self._abilities.files_out == "direct":
            return [self._uploading(person, conversation, out) for out in files]
        if not is_shared(conversation):
            return [lambda: self._link(person, conversation, files)]
        alone = await self._alone(person)
        note = self._posting(conversation, Sheet(escaped((PRIVATELY if alone else UNREACHED).to(person.lang))))
        return [lambda: self._link(person, alone, files), note] if alone else [note]

    async def _link(self, person: Person, conversation: str, files: Sequence[OutFile]) -> str:
        """Links are made when they are sent: they last a quarter of an hour."""
        linked = [(out, self._handout.link(person, out)) for out in files]
        return await self._api.post(conversation, links_sheet(linked, person.lang))

    def _uploading(self, person: Person, conversation: str, out: OutFile) -> Step:
        async def step() -> str:
            try:
                data = out.data or await self._handout.bytes(person, out)
            except NotFound as error:  # theirs no longer
                return await self._api.post(conversation, Sheet(escaped(error.say(person.lang))))
            await self._api.upload(conversation, out.name, data)
            return ""

        return step
