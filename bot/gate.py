"""The gate of the chat platforms: whose event it is, questions answered in words, and the hand-over to the inbox.

Nothing a stranger sends is kept, but that they asked to be linked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from archive.access import Person
from archive.errors import AccountDisabled, DatabaseProblem, NotFound, NotLinked, Problem
from archive.words import Text, same
from bot.answers import CANCEL, answers, question
from bot.channel import Channel, Door, Incoming, Sender
from handlers.context import Context
from handlers.link import platform, tell_admins
from handlers.message import Choice, Click, Form, Reply, told_of
from storage.asked import Asked
from storage.identities import Identities, Identity

_CODE = re.compile(r"(?:绑定|link)\s*[:：]?\s*([0-9A-Za-z][0-9A-Za-z -]{6,14}[0-9A-Za-z])", re.IGNORECASE)
_ASK = frozenset({"申请绑定", "ask link", "ask to link"})
_ASK_FOR_ME = Text("申请绑定", "ask link")
LINKED = Text(
    "已绑定，你好，{name}。把发票发给我，或输入「帮助」。", "Linked. Hello {name}: send me invoices, or type “help”."
)
ASKED = Text(
    "已告诉管理员，绑定好后我会在这里告诉你。", "The administrators know; I will tell you here once you are linked."
)
ASKED_BEFORE = Text("管理员已经收到你的申请，请等一等。", "The administrators have your request already; please wait.")
LEFT = Text("好，不办了。", "All right, left as it is.")


class Gatehouse:
    """See bot.channel.Gate; one for all platforms."""

    def __init__(
        self, *, ctx: Context, door: Door, identities: Identities, asked: Asked[Click],
        channels: Mapping[str, Channel], by_email: frozenset[str],
    ) -> None:  # fmt: skip
        """`by_email`: the channels whose directory's e-mails link people."""
        self._ctx, self._door, self._identities, self._asked = ctx, door, identities, asked
        self._channels, self._by_email = channels, by_email

    async def enter(self, incoming: Incoming) -> Reply | None:
        """See bot.channel.Gate."""
        try:
            person = await self._who(incoming.sender)
            if person is None:
                return await self._stranger(incoming)
            if person.disabled:
                raise AccountDisabled()
            return await self._person(person, incoming)
        except DatabaseProblem:  # not written down: the platform is not to be told that it was
            raise
        except Problem as problem:
            return Reply(problem.text(), private=told_of(problem))

    async def person(self, sender: Sender) -> Person | None:
        """See bot.channel.Gate."""
        person = await self._who(sender)
        return None if person is None or person.disabled else person

    async def _who(self, sender: Sender) -> Person | None:
        known = await self._identities.known(sender.channel, sender.tenant, sender.user)
        if known is None:
            return await self._by_verified_email(sender)
        if sender.alone and sender.alone != known[1].alone:
            await self._identities.reached(replace(known[1], alone=sender.alone))
        try:
            return await self._ctx.people.get(known[0])
        except NotFound:
            return None

    async def _by_verified_email(self, sender: Sender) -> Person | None:
        """Linked by what the directory says, where settings allow it and only one person has that address."""
        if sender.channel not in self._by_email or not sender.email:
            return None
        found = [p for p in await self._ctx.people.all() if p.email and p.email == sender.email.lower()]
        if len(found) != 1 or found[0].disabled:
            return None
        await self._identities.link(found[0].id, _identity(sender), found[0].id)
        return found[0]

    async def _stranger(self, incoming: Incoming) -> Reply:
        words = incoming.text.strip()
        if code := _CODE.fullmatch(words):
            person = await self._identities.redeem(re.sub(r"[ -]", "", code[1]), _identity(incoming.sender))
            return Reply(LINKED.filled(name=(await self._ctx.people.get(person)).name))
        if words.lower() in _ASK:
            return await self._wants_in(incoming)
        refused = NotLinked(platform=platform(incoming.sender.channel)).text()
        return Reply(refused, choices=(Choice(_ASK_FOR_ME, say=_ASK_FOR_ME),))

    async def _wants_in(self, incoming: Incoming) -> Reply:
        identity = _identity(incoming.sender)
        if not await self._identities.ask(identity):
            return Reply(ASKED_BEFORE)
        await tell_admins(self._ctx, identity.key, identity.name, identity.channel, incoming.key)
        return Reply(ASKED)

    async def _person(self, person: Person, incoming: Incoming) -> Reply | None:
        if not self._channels[incoming.sender.channel].abilities.windows:
            if incoming.click and not incoming.click.values:
                form = await self._door.form(person, incoming.click)
                if form is not None:
                    return await self._question(person, incoming, form)
            elif incoming.text and not incoming.files and not incoming.click:
                click = await self._asked.waiting(*_place(person, incoming))
                if click is not None:
                    return await self._answer(person, incoming, click)
        await self._take(person, incoming)
        return None

    async def _question(self, person: Person, incoming: Incoming, form: Form) -> Reply:
        assert incoming.click is not None
        await self._asked.ask(*_place(person, incoming), incoming.click)
        return _asking(form)

    async def _answer(self, person: Person, incoming: Incoming, click: Click) -> Reply | None:
        """The words as the form's values; what is wrong is asked again."""
        if incoming.text.strip().lower() in CANCEL:
            await self._asked.over(*_place(person, incoming))
            return Reply(LEFT)
        form = await self._door.form(person, click)
        if form is not None:
            values, wrong = answers(form, incoming.text)
            click = replace(click, values=values)
            wrong = wrong or tuple((await self._door.mistakes(person, click)).values())
            if wrong:
                again = Text("没有办。", "Nothing was done. ")
                for mistake in wrong:
                    again += mistake + same("\n")
                return _asking(form, again)
        await self._take(person, replace(incoming, text="", click=click))  # without a form: the click tells why
        await self._asked.over(*_place(person, incoming))
        return None

    async def _take(self, person: Person, incoming: Incoming) -> None:
        click = incoming.click or Click("", "")
        await self._door.receive(
            channel=incoming.sender.channel, conversation=incoming.conversation, person=person, key=incoming.key,
            text=incoming.text, remote=incoming.files, action=click.action, subject=click.subject,
            version=click.version, values=click.values,
        )  # fmt: skip


def _asking(form: Form, before: Text | None = None) -> Reply:
    """What stands in the fields is nobody else's business, where others read along."""
    asked = question(form) if before is None else before + question(form)
    return Reply(asked, private=tuple(field.value for field in form.fields if field.value))


def _identity(sender: Sender) -> Identity:
    return Identity(sender.channel, sender.tenant, sender.user, sender.name, sender.alone)


def _place(person: Person, incoming: Incoming) -> tuple[str, str, str]:
    return incoming.sender.channel, incoming.conversation, person.id
