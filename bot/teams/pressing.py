"""Buttons, forms and offered files: what is pressed is answered within Teams' time, the work is the queue's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from archive.access import Person
from archive.errors import BadRequest, NotLinked
from archive.words import Text
from bot.aside import Aside
from bot.channel import Door, Gate, Incoming
from bot.plain import plain_reply
from bot.teams.cards import data_of, form_card
from bot.teams.incoming import Payload, conversation_of, lang_of, place_of, sender_of, to_incoming
from bot.teams.notes import Notes
from bot.teams.outgoing import Doc, answer_card, answer_error, answer_words, window, window_words
from bot.teams.speaking import PAST, Speaking, address_of
from bot.teams.tokens import PLATFORM
from bot.teams.turn import Answer
from bot.teams.waits import Waits
from handlers.message import Choice, Click, Form, Reply

NOTED = Text("已收到，结果马上发来。", "Received; the result follows.")
BELOW = Text("已收到，见下面的回复。", "Received; see below.")


class Pressing:
    """The SDK's invokes, by name."""

    def __init__(
        self,
        gate: Gate,
        door: Door,
        notes: Notes,
        speaking: Speaking,
        waits: Waits,
        aside: Aside,
    ) -> None:
        self._gate, self._door, self._notes = gate, door, notes
        self._speaking, self._waits, self._aside = speaking, waits, aside

    def routes(self) -> Mapping[str, Answer]:
        """Everything Teams asks and waits for."""
        return {
            "adaptiveCard/action": self._button,
            "task/fetch": self._window,
            "task/submit": self._form,
            "fileConsent/invoke": self._consent,
        }

    async def _button(self, payload: Payload) -> Doc:
        """Handed over; then the renewed card if it is there in a moment, else a note beside the card as it stands."""
        incoming = await self._incoming(payload)
        if incoming is None or incoming.click is None:
            return answer_error(400, "BadRequest", BadRequest().say(lang_of(payload)))
        person = await self._gate.person(incoming.sender)
        lang = person.lang if person else lang_of(payload)
        wrong = await self._door.mistakes(person, incoming.click) if person and incoming.click.values else {}
        if wrong:
            return answer_words("\n".join(text.to(lang) for text in wrong.values()))
        stands = address_of(incoming.conversation, str(payload.get("replyToId") or ""))
        with self._waits.waiting(incoming.conversation, stands) as waiting:
            reply = await self._gate.enter(incoming)
            if reply is not None:
                return answer_words(plain_reply(reply, lang))
            card, said = await waiting.outcome()
        return answer_card(card) if card is not None else answer_words((BELOW if said else NOTED).to(lang))

    async def _window(self, payload: Payload) -> Doc:
        """A form in a window of its own, as the item stands now."""
        incoming = await self._incoming(payload)
        if incoming is None or incoming.click is None:
            return window_words(BadRequest().say(lang_of(payload)))
        person = await self._gate.person(incoming.sender)
        if person is None:
            return window_words(NotLinked(platform=PLATFORM).say(lang_of(payload)))
        form = await self._door.form(person, incoming.click)
        if form is None:
            return await self._taken(incoming, person) or window_words(NOTED.to(person.lang))
        return _opened(form, incoming.click, person, {})

    async def _form(self, payload: Payload) -> Doc:
        """Sent off: shown again with what is wrong, or handed over and closed."""
        incoming = await self._incoming(payload)
        if incoming is None or incoming.click is None:
            return window_words(BadRequest().say(lang_of(payload)))
        person = await self._gate.person(incoming.sender)
        if person is None:
            return window_words(NotLinked(platform=PLATFORM).say(lang_of(payload)))
        click = incoming.click
        wrong = await self._door.mistakes(person, click)
        form = await self._door.form(person, replace(click, values={})) if wrong else None
        if form is not None:
            return _opened(_filled(form, click.values), click, person, wrong)
        return await self._taken(incoming, person) or {}

    async def _consent(self, payload: Payload) -> Doc:
        """A file we offered is wanted or not: the offer is theirs alone, and their right is asked again."""
        value = payload.get("value")
        sender = sender_of(payload)
        if isinstance(value, Mapping) and sender is not None:
            person = await self._gate.person(sender)
            if person is not None:
                self._aside.run(self._consented(payload, value, person), "a file was not handed over")
        return {}

    async def _consented(self, payload: Payload, value: Payload, person: Person) -> None:
        context, uploaded = value.get("context"), value.get("uploadInfo")
        name = context.get("offer") if isinstance(context, Mapping) else None
        offer = await self._notes.take(name, person.id) if isinstance(name, str) else None
        activity = str(payload.get("replyToId") or "")
        if offer is None:
            await self._speaking.tell(conversation_of(payload), Reply(PAST), person.lang)
        elif value.get("action") == "accept" and isinstance(uploaded, Mapping):
            await self._speaking.hand_over(person, offer, dict(uploaded), activity)
        else:
            await self._speaking.decline(person, offer, activity)

    async def _incoming(self, payload: Payload) -> Incoming | None:
        incoming, place = to_incoming(payload), place_of(payload)
        if incoming is None or place is None:
            return None
        await self._notes.met(place)
        return incoming

    async def _taken(self, incoming: Incoming, person: Person) -> Doc | None:
        """Handed over; the word to close the window with, if there is one."""
        reply = await self._gate.enter(incoming)
        return window_words(plain_reply(reply, person.lang)) if reply is not None else None


def _opened(form: Form, click: Click, person: Person, wrong: Mapping[str, Text]) -> Doc:
    carried = data_of(Choice(form.submit, click.action, click.subject, click.version))
    card = form_card(form, carried, person.lang, wrong)
    return window(form.title.to(person.lang), card, len(form.fields))


def _filled(form: Form, values: Mapping[str, str]) -> Form:
    """The form with what they typed."""
    return replace(form, fields=tuple(replace(f, value=values.get(f.name, f.value)) for f in form.fields))
