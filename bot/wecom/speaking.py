"""What we say by the 自建应用: a reply message by message, cards renewed by their codes, files uploaded or linked."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence

from archive.access import Person
from archive.errors import FileGone, Later, NoAnswer, NotFound, Unreachable
from archive.words import Lang
from bot.channel import Abilities, Handout
from bot.wecom.api import MIB, PLATFORM, Api, Declined
from bot.wecom.notes import MEMBER, Notes
from bot.wecom.outgoing import Block, Hand, Sheet, card_block, done_words, links_words, sheets
from handlers.message import Card, OutFile, Reply

log = logging.getLogger("guidang.wecom")

FILE, IMAGE, LEAST = 20 * MIB, 10 * MIB, 6  # bytes WeCom takes
PICTURES = frozenset({"image/png", "image/jpeg"})
_TRIES = 4
_LONGEST = 30.0
_CARD = re.compile(r"[0-9A-Za-z_-]{1,80}")
_NOT_IN_ID = re.compile(r"[^0-9A-Za-z_-]+")

#: One step of saying a reply: does it, and gives the address of what stands then ("" where it can't be changed).
Step = Callable[[], Awaitable[str]]


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

    def __init__(self, api: Api, handout: Handout, notes: Notes, hand: Hand, abilities: Abilities) -> None:
        self._api, self._handout, self._notes, self._hand, self._abilities = api, handout, notes, hand, abilities

    async def say(self, person: Person, user: str, reply: Reply, key: str) -> list[str]:
        """Everything of a reply, in order; the address of each card. Tried again, it goes on where it stopped."""
        made = sheets(reply, person.lang, self._hand)
        steps: list[tuple[Step, int]] = [(self._saying(user, sheet), sheet.cards) for sheet in made]
        steps += [(step, 0) for step in self._handing(person, user, reply.files)]
        done = list(await self._notes.said(key)) if len(steps) > 1 else []
        for n, (step, _) in enumerate(steps):
            if n < len(done):
                continue
            done.append(await step())
            if n + 1 < len(steps):  # the last one ends the letter, and the post knows that
                await self._notes.mark(key, done)
        return [address for address, (_, cards) in zip(done, steps, strict=True) for _ in range(cards)]

    async def tell(self, user: str, reply: Reply, lang: Lang) -> None:
        """Words to whoever is there, a stranger as well; for what isn't in the post. Patient for a while."""
        for sheet in sheets(reply, lang, self._hand):
            for left in reversed(range(_TRIES)):
                try:
                    await self._saying(user, sheet)()
                    break
                except Later as later:
                    if not left:
                        raise
                    await asyncio.sleep(min(float(later.facts["seconds"]), _LONGEST))

    async def renew(self, person: Person, address: str, card: Card) -> None:
        """Replace a card, where there is a code for it: each is good for one change, and each click brings one."""
        user, _, name = address.partition("/")
        code = await self._notes.take_code(name) if name else None
        if code is None:
            log.info("a card stays as it was, no code is left for it: %s", name or "words")
            return
        try:
            await self._api.update(user, code, self._change(name, card, person.lang))
        except Declined as error:  # used by somebody else, or older than it seemed
            log.warning("a card stays as it was: %s", error.facts["detail"])
        except Unreachable:
            log.info("a card stays as it was, its reader is gone: %s", name)
        except (Later, NoAnswer, TimeoutError, OSError):
            await self._notes.put_back(code)
            raise

    def _change(self, name: str, card: Card, lang: Lang) -> Block:
        block, _ = card_block(card, lang, self._hand.address)
        if block is None:
            return {"button": {"replace_name": done_words(card, lang)}}
        return {"template_card": {**block, "task_id": task_id(name)}}

    def _saying(self, user: str, sheet: Sheet) -> Step:
        async def step() -> str:
            if sheet.card is None:
                await self._send(user, "text", {"content": sheet.words})
                return ""
            name = card_id(sheet.about)
            try:
                told = await self._send(user, "template_card", {**sheet.card, "task_id": task_id(name)})
            except Declined as error:
                log.error("WeCom refused a card (%s); said as words", error.facts["detail"])
                await self._send(user, "text", {"content": _start(sheet.words, self._hand.most)})
                return ""
            if sheet.card["card_type"] != "button_interaction" or not sheet.about:
                return ""  # it never changes
            if code := str(told.get("response_code", "")):
                await self._notes.keep_code(name, code)
            return f"{user}/{name}"

        return step

    async def _send(self, user: str, kind: str, content: Block) -> Block:
        """In the member's turn: what is too much for WeCom waits here, as it would be dropped there without a word."""
        wait = await self._notes.turn(f"app:{user.lower()}", MEMBER)
        if wait > 0:
            raise Later(platform=PLATFORM, seconds=max(1, round(wait + 0.5)))
        return dict(await self._api.send(user, kind, content))

    def _handing(self, person: Person, user: str, files: Sequence[OutFile]) -> list[Step]:
        if not files:
            return []
        if self._abilities.files_out == "link":
            return [lambda: self._link(person, user, files)]
        return [self._uploading(person, user, out) for out in files]

    async def _link(self, person: Person, user: str, files: Sequence[OutFile]) -> str:
        """Links are made when they are sent: they last a quarter of an hour."""
        linked = [(out, self._handout.link(person, out)) for out in files]
        for sheet in links_words(linked, person.lang, self._hand):
            await self._saying(user, sheet)()
        return ""

    def _uploading(self, person: Person, user: str, out: OutFile) -> Step:
        async def step() -> str:
            try:
                if out.size > FILE:
                    return await self._link(person, user, (out,))
                data = out.data or await self._handout.bytes(person, out)
            except NotFound as error:  # theirs no longer
                return await self._saying(user, Sheet(error.say(person.lang)))()
            kind = kind_of(out, len(data))
            if not kind:
                return await self._link(person, user, (out,))
            try:
                media = await self._api.upload(kind, out.name, data)
                await self._send(user, kind, {"media_id": media})
            except (Declined, FileGone) as error:
                log.warning("WeCom did not take a file (%s); handed out as a link", error.code)
                return await self._link(person, user, (out,))
            return ""

        return step


def _start(words: str, most: int) -> str:
    data = words.encode("utf-8", "replace")
    return words if len(data) <= most else data[: most - 3].decode("utf-8", "ignore") + "…"
