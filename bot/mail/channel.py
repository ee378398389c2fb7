"""Mail as a channel: letters come in here; what is said of them reaches their sender wherever else they are.

Nothing is answered by mail: a forged sender would make us write to strangers. Only documents are taken, no commands.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from aiohttp import web

from archive.access import Person, Right, Role, demand
from archive.errors import DatabaseProblem, FileTooBig, NoSpace, Problem, TooManyFiles
from archive.trail import Entry
from archive.words import Text
from bot.channel import Abilities, Door
from bot.mail.letter import Letter, believed, opened
from bot.mail.mailbox import Mailbox
from bot.oneway import OneWay
from config.mail import Mail
from handlers.context import Context
from handlers.message import Reply
from storage.leases import Leases

log = logging.getLogger("guidang.mail")

NAME = "mail"
LEASE = timedelta(minutes=5)
FILES = 50  # of one letter
_MB = 1024 * 1024
NOTHING = Text(
    "收到你的邮件「{subject}」，但里面没有附件，没有可归档的内容。请把发票作为附件再发。",
    "Your mail “{subject}” came without an attachment; nothing was taken. Please attach the invoice.",
)
REFUSED = Text(
    "有邮件没有收下（发件人不认识，或没有通过本公司邮件服务器的验证），放在邮箱文件夹「{folder}」里。",
    "Some mails were not taken (sender unknown, or not verified by our own mail server); they lie in “{folder}”.",
)


class Known(Protocol):
    """What came in before."""

    async def known(self, message_id: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look at the mailbox came to."""

    taken: int = 0
    refused: int = 0


class MailChannel(OneWay):
    """See bot.channel.Channel; `look` is for a clock to call."""

    name = NAME
    abilities = Abilities(ours=True)

    def __init__(
        self, *, settings: Mail, ctx: Context, door: Door, inbox: Known, leases: Leases, file_cap: int,
        mailbox: Callable[[Mail], AbstractContextManager[Mailbox]] = Mailbox.opened,
    ) -> None:  # fmt: skip
        """`file_cap`: bytes of one file."""
        self._settings, self._ctx, self._door, self._inbox = settings, ctx, door, inbox
        self._leases, self._cap, self._mailbox = leases, file_cap, mailbox

    async def look(self) -> Looked:
        """Take in what lies in the mailbox, one replica for all. Raises NoAnswer; what was taken stays taken."""
        if await self._leases.take(NAME, LEASE) is None:
            return Looked()
        taken = refused = 0
        manager = self._mailbox(self._settings)
        box = await asyncio.to_thread(manager.__enter__)
        try:
            for uid, size in await asyncio.to_thread(box.letters):
                await self._leases.take(NAME, LEASE)
                good = size <= 2 * self._cap and await self._letter(await asyncio.to_thread(box.raw, uid))
                await asyncio.to_thread(box.move, uid, self._settings.done if good else self._settings.refused)
                taken, refused = taken + good, refused + (not good)
        except BaseException as error:
            if not await asyncio.to_thread(manager.__exit__, type(error), error, error.__traceback__):
                raise
        else:
            await asyncio.to_thread(manager.__exit__, None, None, None)
        if refused:
            await self._tell_admins()
        return Looked(taken, refused)

    async def _letter(self, raw: bytes) -> bool:
        """Whether it is taken; written down when this returns. Broken off before it is moved, it is known again."""
        letter, parsed = await asyncio.to_thread(opened, raw)
        person = await self._sender(letter)
        if person is None or not believed(parsed, letter.sender, self._settings.authserv, self._settings.require):
            log.warning("mail from %r not taken: %s", letter.sender, "unknown" if person is None else "not verified")
            return False
        key = letter.key or hashlib.sha256(raw).hexdigest()[:40]
        if await self._inbox.known(f"{NAME}:{key}"):
            return True
        try:
            await self._take(person, letter, key, raw)
        except (DatabaseProblem, NoSpace):  # it stays in the mailbox
            raise
        except Problem as problem:
            await self._ctx.post.tell(person.id, Reply(problem.text()), f"mail:{key}")
            return False
        return True

    async def _take(self, person: Person, letter: Letter, key: str, raw: bytes) -> None:
        demand(person, Right.FORWARD)
        if not letter.files:
            said = NOTHING.filled(subject=letter.subject)
            await self._ctx.post.tell(person.id, Reply(said), f"mail:{key}")
            return
        if len(letter.files) > FILES:
            raise TooManyFiles(limit=FILES)
        for name, data in letter.files:
            if len(data) > self._cap:
                raise FileTooBig(name=name, size=f"{len(data) / _MB:.1f}", limit=self._cap // _MB)
        whole = await self._ctx.vault.hold(raw, "邮件.eml", "message/rfc822")  # with its words and its head
        await self._ctx.vault.settle(whole)
        await self._door.receive(
            channel=NAME, conversation=person.id, person=person, key=key, text=letter.subject, files=letter.files
        )
        facts = {"from": letter.sender, "id": letter.id, "subject": letter.subject, "file": whole.id,
                 "sha256": whole.sha256}  # fmt: skip
        await self._ctx.trail.add(Entry(person.id, "mailed", f"{NAME}:{key}", self._ctx.now(), NAME, facts))

    async def _sender(self, letter: Letter) -> Person | None:
        """The one person with that address who is able to act."""
        if not letter.sender:
            return None
        found = [p for p in await self._ctx.people.all() if p.email == letter.sender]
        return found[0] if len(found) == 1 and not found[0].disabled else None

    async def _tell_admins(self) -> None:
        """Once a day."""
        now = self._ctx.now()
        said = REFUSED.filled(folder=self._settings.refused)
        for company in self._ctx.companies:
            for admin in await self._ctx.people.having(Role.ADMIN, company.code):
                key = f"mail-refused:{now.astimezone(self._ctx.zone).date()}:{admin.id}"
                await self._ctx.post.tell(admin.id, Reply(said), key)

    async def say(self, person: Person, conversation: str, reply: Reply, key: str) -> Sequence[str]:
        """On the person's other channels."""
        await self._ctx.post.tell(person.id, reply, key)
        return [""] * len(reply.cards)

    def routes(self) -> Sequence[web.RouteDef]:
        """Nothing calls us."""
        return ()

    async def start(self) -> None:
        """The clock looks."""

    async def close(self) -> None:
        """Nothing is held open."""
