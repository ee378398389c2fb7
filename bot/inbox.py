"""The door: what comes in is written down before it is acknowledged, worked on once, and resumed after a crash."""

from __future__ import annotations

import asyncio
import logging
import mimetypes
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from archive.access import Person, Right, demand
from archive.errors import DatabaseProblem, NotFound, Problem
from archive.item import Item
from archive.overview import Overview
from archive.words import Text
from bot.channel import Channel
from bot.dispatch import answer
from bot.fetching import AWAY, Fetching, patience
from bot.forms import form_of, mistakes
from bot.post import Post
from handlers.context import Context
from handlers.lending import LOAN, opened
from handlers.message import Click, Form, Message, RemoteFile, Reply
from handlers.overview import overview
from handlers.report import made_before
from handlers.search import find
from handlers.show import original, picture
from intake.names import safe_name
from storage.files import held_file
from storage.inbox import Inbox

log = logging.getLogger("guidang.inbox")

#: Messages worked on at the same time, and how many of these hands never take files: an approval doesn't wait behind
#: somebody's forty photos.
HANDS, QUICK_HANDS = 4, 2
#: Messages with files, and without, that one process keeps for itself; the others are for whoever has a hand free.
MOST_FILES, MOST_QUICK = 64, 64
#: How often to look for messages that another replica wrote down, or that a crash left behind.
LOOK = 2.0
RENEW = 20.0
ASK_FIRST = 256 * 1024  # bytes from which it is asked whether a message is a repeat before its files are stored again
_Line = tuple[str, str]  # channel, conversation
GIVE_WAY = 0.1  # s that work waits at most for messages that are just being written down
AGAIN = 0.5  # s until a hand that goes on is told once more to stop
GIVEN_UP = Text(
    "你的消息多次处理都没有成功，已停止；内容和文件都保存着。请联系管理员，或重新发送。[{code}]",
    "Your message could not be handled in several tries and was given up; it is kept, with its files. "
    "Please ask an administrator, or send it again. [{code}]",
)


class Reception:
    """Takes messages in for every channel, and works them off."""

    def __init__(
        self, ctx: Context, inbox: Inbox[Message], post: Post, channels: Mapping[str, Channel], big_file: int, name: str
    ) -> None:
        self._ctx = ctx
        self._channels = channels
        self._fetching = Fetching(ctx, channels, big_file)
        self._inbox = inbox
        self._post = post
        self._name = name
        self._files: deque[Message] = deque()  # with files, this process's own to work on
        self._quick: deque[Message] = deque()  # without
        self._held: set[str] = set()  # those and what is in work
        self._lines: dict[_Line, deque[str]] = {}  # ids held of each conversation of a platform, in their order
        self._looked = 0.0  # when what nobody holds was last looked for, in seconds of the monotonic clock
        self._left = False  # whether there is such
        self._claiming = asyncio.Lock()
        self._arrivals = 0
        self._calm = asyncio.Event()
        self._calm.set()
        self._rung = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def receive(
        self,
        *,
        channel: str,
        conversation: str,
        person: Person,
        key: str,
        text: str = "",
        files: Sequence[tuple[str, bytes]] = (),
        remote: Sequence[RemoteFile] = (),
        action: str = "",
        subject: str = "",
        version: int = 0,
        values: Mapping[str, str] | None = None,
        noted: Callable[[str], Awaitable[None]] | None = None,
    ) -> str:
        """Write everything down; see bot.channel.Door. Raises NotAllowed, FileTooBig, NoSpace, DatabaseDown."""
        message_id = f"{channel}:{key}"
        if sum(len(data) for _, data in files) >= ASK_FIRST and await self._inbox.known(message_id):
            if noted:
                await noted(message_id)
            return message_id
        if (
            files or remote
        ):  # asked again when it is worked on; here so that nobody fills the disk with what is then refused
            demand(person, Right.FORWARD)
        for name, data in files:
            self._fetching.check_size(name, len(data))
        for file in remote:
            self._fetching.check_size(file.name, file.size)
        async with self._arriving():
            held = [
                await self._ctx.vault.hold(data, name, mimetypes.guess_type(name)[0] or "application/octet-stream")
                for name, data in ((safe_name(name), data) for name, data in files)
            ]
            click = Click(action, subject, version, dict(values or {})) if action else None
            message = Message(
                message_id, channel, conversation, person.id, self._ctx.now(), text, tuple(held), tuple(remote), click
            )
            room = len(self._files) < MOST_FILES if files or remote else len(self._quick) < MOST_QUICK
            overtakes = self._left and self._line(message) is not None  # what was left for others may come before it
            mine = bool(self._tasks) and room and not overtakes
            new = await self._inbox.put(message_id, message, self._name if mine else "")
            try:
                if noted:
                    await noted(message_id)
            finally:
                if new and mine:
                    self._hold(message)
                self._left |= new and not mine
        return message_id

    @asynccontextmanager
    async def _arriving(self) -> AsyncIterator[None]:
        """While inside, hands begin nothing new for a moment: to be taken down goes before being worked on."""
        self._arrivals += 1
        self._calm.clear()
        try:
            yield
        finally:
            self._arrivals -= 1
            if not self._arrivals:
                self._calm.set()

    async def find(
        self, person: Person, words: str, page: int, size: int
    ) -> tuple[Sequence[Item], int, Mapping[str, str]]:
        """See bot.channel.Door."""
        demand(person, Right.SEARCH)
        items, total = await find(self._ctx, person, words, page, size)
        return items, total, {p.id: p.name for p in await self._ctx.people.all()}

    async def picture(self, person: Person, item_id: str, page: int) -> bytes:
        """See bot.channel.Door."""
        return await picture(self._ctx, person, item_id, page, "desk")

    async def original(self, person: Person, item_id: str, channel: str) -> tuple[str, str, bytes]:
        """See bot.channel.Door. `JY26-0001/2`: a page of what was borrowed, marked and counted."""
        if item_id.startswith(LOAN):
            return await opened(self._ctx, person, item_id, channel)
        return await original(self._ctx, person, item_id, channel)

    async def overview(self, person: Person) -> Overview:
        """See bot.channel.Door."""
        demand(person, Right.SEARCH)
        return await overview(self._ctx, person)

    async def pulse(self) -> int:
        """See bot.channel.Door."""
        return await self._ctx.trail.length()

    async def made(self, person: Person, address: str) -> bytes:
        """See bot.channel.Door."""
        return await made_before(self._ctx, person, held_file(address))

    async def form(self, person: Person, click: Click) -> Form | None:
        """See bot.channel.Door."""
        return await form_of(self._ctx, person, click)

    async def mistakes(self, person: Person, click: Click) -> Mapping[str, Text]:
        """See bot.channel.Door."""
        return await mistakes(self._ctx, person, click)

    def start(self) -> None:
        """Begin working messages off, the ones left behind first."""
        self._tasks = [asyncio.create_task(self._work(n < QUICK_HANDS), name=f"inbox-{n}") for n in range(HANDS)]
        self._tasks.append(asyncio.create_task(self._keep_leases(), name="inbox-leases"))

    async def stop(self) -> None:
        """Stop at once: what is held is free, for another replica or the next start."""
        left = set(self._tasks)
        while left:  # a wait that ends just as it is cancelled may swallow the cancellation: it is said again
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=AGAIN)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        self._files.clear()
        self._quick.clear()
        self._held.clear()
        self._lines.clear()
        with suppress(DatabaseProblem):  # then the leases end by themselves
            await self._inbox.resume(self._name)

    async def tell_given_up(self) -> None:
        """Whoever sent what was given up hears of it, unless it was answered before; for a clock to call."""
        for failure in await self._inbox.untold():
            for file in failure.message.files:  # no record will take them: they stay by themselves, for another try
                with suppress(NotFound):
                    await self._ctx.vault.settle(file)
            await self._post.answer(failure.message, Reply(GIVEN_UP.filled(code=failure.code)))
            await self._inbox.told(failure.message.id)

    def _line(self, message: Message) -> _Line | None:
        """On a platform one thing at a time is done for a conversation, in the order it was said there.

        The desk shows what belongs together, so several files of one person are read side by side.
        """
        channel = self._channels.get(message.channel)
        return None if channel is None or channel.abilities.ours else (message.channel, message.conversation)

    def _hold(self, message: Message) -> None:
        self._held.add(message.id)
        if (line := self._line(message)) is not None:
            self._lines.setdefault(line, deque()).append(message.id)
        (self._files if message.files or message.remote else self._quick).append(message)
        self._rung.set()

    async def _work(self, quick: bool) -> None:
        while True:
            try:
                message = await self._next(quick)
                if message is None:
                    self._rung.clear()
                    await self._until_rung()
                else:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(GIVE_WAY):
                            await self._calm.wait()
                    await self._handle(message)
            except Problem as problem:  # the database is away: what was claimed comes back when its lease ends
                log.warning("inbox: %s", problem.code)
                await asyncio.sleep(LOOK)

    async def _next(self, quick: bool) -> Message | None:
        """What this process holds, in its order; now and then, or when there is nothing, first what nobody holds."""
        mine = self._quick or (None if quick else self._files)
        due = (now := time.monotonic()) > self._looked + LOOK or (self._left and not mine)
        if due and len(self._files) < MOST_FILES and not self._claiming.locked():  # two at once would want the same
            async with self._claiming:
                self._looked = now
                left = await self._inbox.claim(self._name)
                self._left = left is not None
                if left:
                    self._hold(left)
        found = None if quick else self._first(self._files)
        return found or self._first(self._quick)

    def _first(self, held: deque[Message]) -> Message | None:
        """The first that has none of its conversation before it."""
        for place, message in enumerate(held):
            line = self._line(message)
            if line is None or self._lines[line][0] == message.id:
                del held[place]
                return message
        return None

    def _let_go(self, message: Message) -> None:
        self._held.discard(message.id)
        if (line := self._line(message)) is not None and line in self._lines:
            self._lines[line].remove(message.id)
            if not self._lines[line]:
                del self._lines[line]
            self._rung.set()  # the next one of this conversation

    async def _until_rung(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK):
                await self._rung.wait()

    async def _handle(self, message: Message) -> None:
        try:
            with self._post.working_on(message):
                try:
                    fetched = await self._fetching.fetched(message)
                except AWAY as error:  # that is no try
                    log.warning("%s: put off: %r", message.id, error)
                    await self._inbox.later(message.id, self._name, patience(error, self._ctx.now() - message.at))
                    return
                reply = Reply() if fetched.nothing else await answer(self._ctx, fetched.message)
                await self._post.answer(message, fetched.told(reply))
            await self._inbox.done(message.id, self._name)
        except Problem as problem:
            log.warning("%s: not finished: %s", message.id, problem.code)
            await self._inbox.failed(message.id, self._name, problem.code)
        except Exception:  # the border: whatever saying the answer tripped over, this hand goes on to the next message
            log.exception("%s: not finished", message.id)
            await self._inbox.failed(message.id, self._name, Problem.code)
        finally:
            self._let_go(message)

    async def _keep_leases(self) -> None:
        """A long read, or a long queue, must not be taken for a dead process."""
        while True:
            await asyncio.sleep(RENEW)
            with suppress(DatabaseProblem):
                if self._held:
                    await self._inbox.renew(self._held, self._name)
