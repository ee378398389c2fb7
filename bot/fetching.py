"""Files that still lie on their platform: fetched by the hand that works on their message, and kept like any other."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from archive.errors import DatabaseProblem, FileTooBig, Later, NoAnswer, Problem
from archive.words import Text, same
from bot.channel import Channel
from handlers.context import Context
from handlers.message import Message, Reply, told_of
from intake.names import safe_name

MB = 1024 * 1024
#: What a platform that is away, or too busy, ends a fetch with.
AWAY = (Later, NoAnswer, TimeoutError, OSError)
_SOONEST, _LATEST = timedelta(seconds=5), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message with its files held, and why the others could not be had."""

    message: Message
    missing: tuple[Problem, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether nothing is left to work on."""
        said = self.message.files or self.message.text.strip() or self.message.click
        return bool(self.missing) and not said

    def told(self, reply: Reply) -> Reply:
        """The reply after a line for each file that could not be had."""
        if not self.missing:
            return reply
        lines = Text(*("\n".join(problem.say(lang) for problem in self.missing) for lang in ("zh", "en")))
        text = lines if reply.text is None else lines + same("\n\n") + reply.text
        return replace(reply, text=text, private=(*reply.private, *told_of(*self.missing)))


class Fetching:
    """Fetches what messages name."""

    def __init__(self, ctx: Context, channels: Mapping[str, Channel], largest: int) -> None:
        """`largest`: bytes of one file."""
        self._ctx, self._channels, self._largest = ctx, channels, largest

    def check_size(self, name: str, size: int) -> None:
        """Raises FileTooBig."""
        if size > self._largest:
            raise FileTooBig(name=safe_name(name), size=f"{size / MB:.1f}", limit=self._largest // MB)

    async def fetched(self, message: Message) -> Fetched:
        """One by one. Raises what AWAY names when the whole is to be tried again later, and DatabaseProblem."""
        held, missing = list(message.files), list[Problem]()
        for number, file in enumerate(message.remote):
            name = safe_name(file.name)
            note = Text(f"正在下载：{name}", f"Downloading: {name}")
            await self._ctx.post.progress(message.id, number / len(message.remote) / 4, Reply(note))
            try:
                data = await self._channels[message.channel].fetch(file)
                self.check_size(name, len(data))
            except (*AWAY, DatabaseProblem):
                raise
            except Problem as problem:
                missing.append(problem)
                continue
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            held.append(await self._ctx.vault.hold(data, name, kind))
        return Fetched(replace(message, files=tuple(held), remote=()), tuple(missing))


def patience(error: Exception, age: timedelta) -> timedelta:
    """Until the next try: what the platform asks for, or longer the longer it is away."""
    if isinstance(error, Later):
        return timedelta(seconds=float(error.facts["seconds"]))
    return min(max(age, _SOONEST), _LATEST)
