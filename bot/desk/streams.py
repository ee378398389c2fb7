"""What happens, told to every open page of a person: messages from the log, and passing things like progress."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from archive.access import Person
from archive.errors import BadRequest, DatabaseProblem
from bot.desk.accounts import Caller
from bot.desk.guard import HEADERS, Guard
from bot.desk.render import said_json
from storage.talk import Talk

#: Streams one person may hold; the oldest ends when another comes.
_MOST = 12


@dataclass(slots=True, eq=False)
class _Stream:
    """One open page."""

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    passing: deque[tuple[str, Mapping[str, Any]]] = field(default_factory=lambda: deque(maxlen=100))
    ended: bool = False

    def end(self) -> None:
        self.ended = True
        self.wake.set()


class Streams:
    """Server-sent events. A stream reads the log itself, so it also tells what another replica wrote."""

    def __init__(self, talk: Talk, guard: Guard, poll: float = 2.0, beat: float = 15.0) -> None:
        """`poll` and `beat` in seconds: how often the log is looked at unasked, and a silent stream gives a sign."""
        self._talk, self._guard, self._poll, self._beat = talk, guard, poll, beat
        self._streams: dict[str, list[_Stream]] = {}
        self._closed = False

    def wake(self, person: str) -> None:
        """There is something new in this person's log."""
        for stream in self._streams.get(person, ()):
            stream.wake.set()

    def tell(self, person: str, event: str, data: Mapping[str, Any]) -> None:
        """Something passing: shown to the pages open now, and not kept."""
        for stream in self._streams.get(person, ()):
            stream.passing.append((event, data))
            stream.wake.set()

    def close(self) -> None:
        """End every stream; browsers come back by themselves when the desk does."""
        self._closed = True
        for streams in self._streams.values():
            for stream in streams:
                stream.end()

    async def events(self, request: web.Request, caller: Caller) -> web.StreamResponse:
        """GET /api/events: everything after the Last-Event-ID header (else `after`, else now), then as it comes."""
        place = await self._place(request, caller.person)
        response = web.StreamResponse(
            headers={**HEADERS, "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        with self._listening(caller.person.id) as stream, suppress(ConnectionResetError, DatabaseProblem):
            await response.prepare(request)
            await response.write(b"retry: 1500\n\n")
            await self._run(request, response, stream, caller, place)
        return response

    async def _run(
        self, request: web.Request, response: web.StreamResponse, stream: _Stream, caller: Caller, place: int
    ) -> None:
        clock = asyncio.get_running_loop().time
        due = clock() + self._beat
        while not stream.ended and request.transport is not None:
            stream.wake.clear()
            found = await self._talk.since(caller.person.id, place)
            while stream.passing:  # first: progress told before an answer must not come after it
                await response.write(_event(*stream.passing.popleft()))
            for seq, said in found:
                await response.write(_event("said", said_json(said, caller.lang), seq))
                place = seq
            if clock() >= due:
                if await self._guard.caller(request) is None:  # signed out meanwhile, or disabled
                    return
                await response.write(b": still here\n\n")
                due = clock() + self._beat
            with suppress(TimeoutError):
                await asyncio.wait_for(stream.wake.wait(), self._poll)

    async def _place(self, request: web.Request, person: Person) -> int:
        given = request.headers.get("Last-Event-ID") or request.query.get("after")
        if given is None:
            return await self._talk.head(person.id)
        if not given.isascii() or not given.isdigit() or len(given) > 15:
            raise BadRequest
        return int(given)

    @contextmanager
    def _listening(self, person: str) -> Iterator[_Stream]:
        stream = _Stream(ended=self._closed)
        streams = self._streams.setdefault(person, [])
        streams.append(stream)
        for old in streams[:-_MOST]:
            old.end()
        try:
            yield stream
        finally:
            streams.remove(stream)
            if not streams:
                self._streams.pop(person, None)


def _event(name: str, data: Mapping[str, Any], place: int | None = None) -> bytes:
    number = f"id: {place}\n" if place is not None else ""
    return f"{number}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
