"""What happens to each kind of event: written down at the gate, then acknowledged, then answered beside.

An acknowledgement before the gate has it would lose it with the process. What fails here is answered with 500: Slack
sends it again, and its key makes that harmless.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from archive.errors import Problem
from archive.words import Lang, Text
from bot.aside import Aside
from bot.channel import Door, Gate, Incoming, Sender
from bot.slack import incoming as read
from bot.slack.api import Api
from bot.slack.directory import Directory
from bot.slack.incoming import Us
from bot.slack.speaking import Speaking

log = logging.getLogger("guidang.slack")

Ack = Callable[..., Awaitable[Any]]
Body = dict[str, Any]

ELSEWHERE = Text("答复在与归档的私信里。", "The answer is in your direct messages with Guidang.")
_US_WITHIN = 2.0


class Hearing:
    """Events in. The same for HTTP and Socket Mode."""

    def __init__(
        self, *, gate: Gate, door: Door, api: Api, directory: Directory, speaking: Speaking, aside: Aside
    ) -> None:
        self._gate, self._door, self._api = gate, door, api
        self._directory, self._speaking, self._aside = directory, speaking, aside

    async def event(self, body: Body, ack: Ack) -> None:
        """A message, a mention, an opened home tab; anything else is only acknowledged."""
        us = await self._ours(body)
        if us is not None:
            what = body.get("event", {}).get("type")
            if what in ("app_uninstalled", "tokens_revoked"):
                log.error("Slack: the app was taken out of the workspace or its token revoked")
            if (taken := read.message(body, us)) is not None:
                await self._enter(taken, us)
            if (sender := read.at_home(body, us)) is not None:
                self._aside.run(self._home(sender), "the home tab was not shown")
        await ack()

    async def command(self, body: Body, ack: Ack) -> None:
        """A slash command; the answer is said to the person alone."""
        us = await self._ours(body)
        taken = us and read.command(body, us)
        if us is None or not taken:
            await ack()
            return
        await self._enter(taken, us)
        here = body.get("channel_id") == self._api.alone_with(taken.sender.user)
        await ack() if here else await ack(text=f"{ELSEWHERE.zh} {ELSEWHERE.en}")

    async def action(self, body: Body, ack: Ack) -> None:
        """A pressed button: its form is opened in a window, or the click goes in."""
        us = await self._ours(body)
        pressed = us and read.pressed(body, us)
        if us is None or not pressed:
            await ack()
            return
        taken = pressed.incoming
        if pressed.kind == "form" and taken.click is not None:
            person = await self._gate.person(taken.sender)
            form = await self._door.form(person, taken.click) if person else None
            if person and form:
                await ack()
                opening = self._speaking.open(person, taken.conversation, pressed.trigger, taken.click, form)
                self._aside.run(opening, "a window was not opened")
                return
        await self._enter(taken, us)
        await ack()

    async def view(self, body: Body, ack: Ack) -> None:
        """A filled-in window: what is wrong is shown in it, else it goes in and closes."""
        us = await self._ours(body)
        taken = us and read.submitted(body, us)
        if us is None or not taken or taken.click is None:
            await ack()
            return
        person = await self._gate.person(taken.sender)
        wrong: Mapping[str, Text] = {}
        if person is not None:
            try:
                wrong = await self._door.mistakes(person, taken.click)
            except Problem:  # the click itself will be told why
                wrong = {}
        if wrong:
            await ack(response_action="errors", errors=_errors(wrong, body, person.lang if person else "zh"))
            return
        await self._enter(taken, us)
        await ack()

    async def other(self, body: Body, ack: Ack) -> None:
        """Closed windows and what else we never asked for."""
        await ack()

    async def _ours(self, body: Body) -> Us | None:
        """Who we are, for an event of our workspace; None for any other."""
        async with asyncio.timeout(_US_WITHIN):
            us = await self._api.us()
        if read.for_us(body, us):
            return us
        log.warning("an event of another workspace was dropped")
        return None

    async def _enter(self, taken: Incoming, us: Us) -> None:
        if await self._gate.person(taken.sender) is None:
            taken = replace(taken, sender=await self._directory.known(taken.sender, us.team))
        reply = await self._gate.enter(taken)
        if reply is not None:
            person = await self._gate.person(taken.sender)
            lang: Lang = person.lang if person else "zh"
            self._aside.run(self._speaking.tell(taken.conversation, reply, lang), "an answer was not said")

    async def _home(self, sender: Sender) -> None:
        await self._speaking.show_home(sender, await self._gate.person(sender))


def _errors(wrong: Mapping[str, Text], body: Body, lang: Lang) -> dict[str, str]:
    """By the window's own fields: Slack takes no others. What belongs to none of them stands at the first."""
    blocks = [b["block_id"] for b in body["view"].get("blocks") or () if b.get("type") == "input"]
    placed: dict[str, str] = {}
    for field, text in wrong.items():
        at = field if field in blocks or not blocks else blocks[0]
        placed[at] = f"{placed[at]} {text.to(lang)}" if at in placed else text.to(lang)
    return placed
