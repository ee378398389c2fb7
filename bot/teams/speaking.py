"""What we say in Teams: replies part by part, files by the way the settings allow, renewed cards, “… is typing”."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from functools import partial

from archive.access import Person
from archive.errors import NoAnswer, NotFound, Problem, Unreachable
from archive.words import Lang, Text
from bot.channel import Abilities, Handout
from bot.chat import PRIVATELY, UNREACHED, Alone, Said, patiently
from bot.masked import masked
from bot.teams.api import Connector, TooMuch
from bot.teams.files import Files
from bot.teams.notes import Notes
from bot.teams.outgoing import (
    Doc,
    Part,
    card_part,
    consent_part,
    info_part,
    link_part,
    parts_of,
    picture_part,
    typing,
    words_of,
)
from bot.teams.tokens import PLATFORM
from bot.teams.waits import Waits
from handlers.message import Card, OutFile, Reply
from storage.teams import Offer, Place

log = logging.getLogger("guidang.teams")

_FAILED = (Problem, OSError, TimeoutError, TooMuch)
_TYPING = 5.0  # s between two signs in a conversation
DECLINED = Text("没有存入「{name}」", "“{name}” was not stored")
PAST = Text("这个文件的存入请求已失效，请再要一次。", "This offer of a file is past; please ask for it again.")


def address_of(conversation: str, activity: str) -> str:
    """Where a card stands."""
    return f"{conversation}|{activity}"


class Speaking:
    """See bot.channel.Channel."""

    def __init__(
        self,
        *,
        connector: Connector,
        notes: Notes,
        said: Said,
        files: Files,
        handout: Handout,
        waits: Waits,
        alone: Alone,
        abilities: Abilities,
    ) -> None:
        self._connector, self._notes, self._letters, self._files = connector, notes, said, files
        self._handout, self._waits, self._alone, self._abilities = handout, waits, alone, abilities
        self._signed: dict[str, float] = {}

    async def say(self, person: Person, conversation: str, reply: Reply, key: str) -> Sequence[str]:
        """Part by part; a letter that breaks off goes on where it stopped when it is tried again."""
        place = await self._place(conversation)
        parts = parts_of(reply, person.lang)
        steps = len(parts) + len(reply.files)
        done = list(await self._letters.said(key))[:steps] if steps > 1 else []
        for n in range(len(done), steps):
            if n < len(parts):
                activity = await self._said(place, parts[n])
            else:
                activity = await self._handed(person, place, reply.files[n - len(parts)])
            done.append(address_of(conversation, activity))
            if n + 1 < steps:  # the last one ends the letter, and the post knows that
                await self._letters.mark(key, done)
        self._waits.said(conversation)
        return [address for address, part in zip(done, parts, strict=False) if part.card]

    async def tell(self, conversation: str, reply: Reply, lang: Lang) -> None:
        """Say words and buttons at once, to whoever it is; a failure is noted and that is all."""
        try:
            place = await self._place(conversation)
            veiled = masked(reply) if self._abilities.masked or place.kind != "personal" else reply
            for part in parts_of(veiled, lang):
                await patiently(partial(self._said, place, part))
        except _FAILED as error:
            log.warning("an answer was not delivered: %r", error)

    async def renew(self, person: Person, address: str, card: Card) -> None:
        """Everybody's copy; and the answer to who pressed a button in it, while that waits."""
        conversation, _, activity = address.rpartition("|")
        place = await self._notes.place(conversation)
        if place is None or not activity:
            raise NotFound(item=address)
        part = card_part(card, person.lang)
        self._waits.renewed(address, _content(part))
        try:
            await self._connector.renew(place, activity, part.body)
        except TooMuch:
            log.warning("a card was not taken; its words are shown instead")
            await self._whole(place, activity, words_of(part.plain)[0])

    async def progress(self, conversation: str) -> None:
        """“… is typing”, now and then."""
        now = time.monotonic()
        if now - self._signed.get(conversation, float("-inf")) < _TYPING:
            return
        self._signed = {c: at for c, at in self._signed.items() if now - at < _TYPING} | {conversation: now}
        try:
            await self._connector.say(await self._place(conversation), typing())
        except _FAILED as error:
            log.info("not shown as typing: %r", error)

    async def hand_over(self, person: Person, offer: Offer, uploaded: Doc, activity: str) -> None:
        """The file they agreed to take: into their OneDrive, and the question becomes the file."""
        place = await self._place(offer.conversation)
        out = OutFile(offer.name, offer.media_type, file=offer.file, size=offer.size)
        try:
            data = await self._handout.bytes(person, out)
            await self._files.upload(str(uploaded.get("uploadUrl", "")), data)
        except _FAILED as error:
            log.warning("a file was not handed over: %r", error)
            if not isinstance(error, NotFound):
                await self._notes.offer(offer)  # they may press it again
            said = error if isinstance(error, Problem) else NoAnswer(platform=PLATFORM, detail=type(error).__name__)
            await self.tell(offer.conversation, Reply(said.text()), person.lang)
            return
        await self._instead(place, activity, info_part(offer.name, uploaded))

    async def decline(self, person: Person, offer: Offer, activity: str) -> None:
        """They don't want it."""
        words = DECLINED.filled(name=offer.name).to(person.lang)
        await self._instead(await self._place(offer.conversation), activity, Part(words_of(words)[0]))

    async def _instead(self, place: Place, activity: str, part: Part) -> None:
        """In the place of what was asked; below it where that can't be changed any more."""
        try:
            await self._connector.renew(place, activity, part.body)
        except _FAILED:
            try:
                await self._said(place, part)
            except _FAILED as error:
                log.warning("an answer was not delivered: %r", error)

    async def _said(self, place: Place, part: Part) -> str:
        try:
            return await self._connector.say(place, part.body)
        except TooMuch as error:
            if not part.plain:
                raise NoAnswer(platform=PLATFORM, detail="400") from error
            log.warning("a card was not taken; its words are said instead")
        first = ""
        for body in words_of(part.plain):
            activity = await self._whole(place, "", body)
            first = first or activity
        return first

    async def _whole(self, place: Place, activity: str, body: Doc) -> str:
        try:
            if not activity:
                return await self._connector.say(place, body)
            await self._connector.renew(place, activity, body)
        except TooMuch as error:
            raise NoAnswer(platform=PLATFORM, detail="400") from error
        return activity

    async def _handed(self, person: Person, place: Place, out: OutFile) -> str:
        """One file: through Teams where that goes, else as a link."""
        try:
            part = await self._offered(person, place, out) if self._abilities.files_out == "direct" else None
        except NotFound as error:  # theirs no longer
            return await self._said(place, Part(words_of(error.say(person.lang))[0]))
        if part is not None:
            try:
                return await self._connector.say(place, part.body)
            except TooMuch:
                log.warning("Teams did not take a file; a link is sent instead")
        link = link_part(out, self._handout.link(person, out), person.lang)
        if place.kind == "personal":
            return await self._said(place, link)
        alone = await self._alone(person)
        there = await self._notes.place(alone) if alone else None
        if there is not None:
            await self._said(there, link)
        return await self._said(place, Part(words_of((PRIVATELY if there else UNREACHED).to(person.lang))[0]))

    async def _offered(self, person: Person, place: Place, out: OutFile) -> Part | None:
        """Pictures are shown; other files are offered: in personal chats only, and with their size."""
        if out.preview:
            shown = picture_part(out, await self._handout.bytes(person, out))
            if shown is not None:
                return shown
        if place.kind != "personal" or not out.size:
            return None
        offer = Offer(person.id, place.conversation, out.file, out.name, out.media_type, out.size)
        return consent_part(out, out.size, await self._notes.offer(offer), person.lang)

    async def _place(self, conversation: str) -> Place:
        place = await self._notes.place(conversation)
        if place is None:
            raise Unreachable(platform=PLATFORM, detail="unknown conversation")
        return place


def _content(part: Part) -> Doc:
    content: Doc = part.body["attachments"][0]["content"]
    return content
