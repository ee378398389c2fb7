"""What we say, by the 自建应用 or the 智能机器人: a reply message by message, files uploaded or linked, all in turn."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from archive.access import Person
from archive.errors import FileGone, Later, NoAnswer, NotFound
from archive.words import Lang
from bot.channel import Abilities, Handout
from bot.chat import PRIVATELY, UNREACHED, Alone, Said, patiently
from bot.masked import masked
from bot.wecom.meaning import MIB, PLATFORM, declined
from bot.wecom.notes import MEMBER, Turns
from bot.wecom.outgoing import Block, Hand, Sheet, links_words, sheets
from handlers.message import OutFile, Reply

log = logging.getLogger("guidang.wecom")

FILE, IMAGE, LEAST = 20 * MIB, 10 * MIB, 6  # bytes WeCom takes
PICTURES = frozenset({"image/png", "image/jpeg"})
_CARD = re.compile(r"[0-9A-Za-z_-]{1,80}")
_NOT_IN_ID = re.compile(r"[^0-9A-Za-z_-]+")

#: One step of saying a reply: does it, and gives the address of what stands then ("" where it can't be changed).
Step = Callable[[], Awaitable[str]]


class Way(Protocol):
    """How a message gets there. Raises Later, Unreachable, FileGone, NoAnswer, TimeoutError."""

    async def words(self, to: str, words: str) -> None:
        """Say this."""

    async def card(self, to: str, card: Block) -> None:
        """Show this, with its task id."""

    async def file(self, to: str, kind: str, name: str, data: bytes) -> None:
        """Hand this out."""


def card_id(about: str) -> str:
    """A new name for a card: every task id of it begins with this."""
    return f"{_NOT_IN_ID.sub('-', about)[:40] or 'card'}-{secrets.token_hex(5)}"


def task_id(card: str) -> str:
    """Another one each time the card is sent or replaced: WeCom takes none twice."""
    return f"{card}@{secrets.token_hex(5)}"


def card_of(task: str) -> str:
    """The card a task id belongs to; empty where it isn't one of ours."""
    card, mark, _ = task.partition("@")
    return card if mark and _CARD.fullmatch(card) else ""


def kind_of(out: OutFile, size: int) -> str:
    """How a file goes out: image, file, or "" where it is too big (or too small) for WeCom."""
    if out.preview and out.media_type in PICTURES and LEAST <= size <= IMAGE:
        return "image"
    return "file" if LEAST <= size <= FILE else ""


class Speaking:
    """Replies out."""

    def __init__(
        self, *, way: Way, handout: Handout, said: Said, turns: Turns, hand: Hand, alone: Alone, abilities: Abilities,
        shared: Callable[[str], bool],
    ) -> None:  # fmt: skip
        self._way, self._handout, self._said, self._turns = way, handout, said, turns
        self._hand, self._alone, self._abilities, self._shared = hand, alone, abilities, shared

    async def say(self, person: Person, to: str, reply: Reply, key: str) -> list[str]:
        """Everything of a reply, in order; the address of each card. Tried again, it goes on where it stopped."""
        made = sheets(reply, person.lang, self._hand)
        steps: list[tuple[Step, int]] = [(self._saying(to, sheet), sheet.cards) for sheet in made]
        steps += [(step, 0) for step in self._handing(person, to, reply.files)]
        done = list(await self._said.said(key)) if len(steps) > 1 else []
        for n, (step, _) in enumerate(steps):
            if n < len(done):
                continue
            done.append(await step())
            if n + 1 < len(steps):  # the last one ends the letter, and the post knows that
                await self._said.mark(key, done)
        return [address for address, (_, cards) in zip(done, steps, strict=True) for _ in range(cards)]

    async def tell(self, to: str, reply: Reply, lang: Lang) -> None:
        """Words to whoever is there, a stranger as well; for what isn't in the post. With some patience."""
        veiled = masked(reply) if self._abilities.masked or self._shared(to) else reply
        for sheet in sheets(veiled, lang, self._hand):
            await patiently(self._saying(to, sheet))

    def _saying(self, to: str, sheet: Sheet) -> Step:
        async def step() -> str:
            await self._turn(to)
            if sheet.card is None:
                await self._way.words(to, sheet.words)
                return ""
            name = card_id(sheet.about)
            try:
                await self._way.card(to, {**sheet.card, "task_id": task_id(name)})
            except NoAnswer as error:
                if not declined(error):
                    raise
                log.error("WeCom refused a card (%s); said as words", error.facts["detail"])
                await self._way.words(to, _start(sheet.words, self._hand.most))
                return ""
            changes = sheet.about and sheet.card["card_type"] == "button_interaction"
            return f"{to}/{name}" if changes else ""

        return step

    async def _turn(self, to: str) -> None:
        """What would be too much for WeCom waits here: there it would be dropped without a word."""
        wait = await self._turns.turn(to.lower(), MEMBER)
        if wait > 0:
            raise Later(platform=PLATFORM, seconds=max(1, round(wait + 0.5)))

    def _handing(self, person: Person, to: str, files: Sequence[OutFile]) -> list[Step]:
        if not files:
            return []
        if self._abilities.files_out == "link":
            return [lambda: self._link(person, to, files)]
        return [self._uploading(person, to, out) for out in files]

    async def _link(self, person: Person, to: str, files: Sequence[OutFile]) -> str:
        """Links are made when they are sent: they last a quarter of an hour. Nobody else gets to see one."""
        if self._shared(to):
            alone = await self._alone(person)
            if alone is not None:
                await self._link(person, alone, files)
            return await self._saying(to, Sheet((PRIVATELY if alone else UNREACHED).to(person.lang)))()
        linked = [(out, self._handout.link(person, out)) for out in files]
        for sheet in links_words(linked, person.lang, self._hand):
            await self._saying(to, sheet)()
        return ""

    def _uploading(self, person: Person, to: str, out: OutFile) -> Step:
        async def step() -> str:
            try:
                if out.size > FILE:
                    return await self._link(person, to, (out,))
                data = out.data or await self._handout.bytes(person, out)
            except NotFound as error:  # theirs no longer
                return await self._saying(to, Sheet(error.say(person.lang)))()
            kind = kind_of(out, len(data))
            if not kind:
                return await self._link(person, to, (out,))
            await self._turn(to)
            try:
                await self._way.file(to, kind, out.name, data)
            except (NoAnswer, FileGone) as error:
                if isinstance(error, NoAnswer) and not declined(error):
                    raise
                log.warning("WeCom did not take a file (%s); handed out as a link", error.facts.get("detail"))
                return await self._link(person, to, (out,))
            return ""

        return step


def _start(words: str, most: int) -> str:
    data = words.encode("utf-8", "replace")
    return words if len(data) <= most else data[: most - 3].decode("utf-8", "ignore") + "…"
