"""Bytes from outside, never more than so many and never for longer than so long, whatever was said of their length."""

from __future__ import annotations

import asyncio

from aiohttp import StreamReader

#: Seconds a request's body may take: a platform sends it at once.
BODY_TIME = 10.0


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
