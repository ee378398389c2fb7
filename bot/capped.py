"""What comes from outside: never more bytes and never for longer than was agreed; and who isn't let in."""

from __future__ import annotations

import asyncio

from aiohttp import StreamReader, web

#: Seconds a request's body may take: a platform sends it at once.
BODY_TIME = 10.0


class Refused(Exception):
    """A request that is not let in: the status to answer with, and why, for the log. Neither holds what it carried."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


class OverCap(ValueError):
    """There is more than that."""


async def capped(stream: StreamReader, cap: int, seconds: float | None = None) -> bytes:
    """All of it. Raises OverCap, TimeoutError."""
    data = bytearray()
    async with asyncio.timeout(seconds):
        async for piece in stream.iter_any():
            data += piece
            if len(data) > cap:
                raise OverCap
    return bytes(data)


async def body_of(request: web.Request, cap: int) -> bytes:
    """The body of a request, not parsed. Raises Refused."""
    try:
        if (request.content_length or 0) > cap:
            raise OverCap
        return await capped(request.content, cap, BODY_TIME)
    except OverCap:
        raise Refused(413, "too big") from None
    except TimeoutError:
        raise Refused(408, "too slow") from None
