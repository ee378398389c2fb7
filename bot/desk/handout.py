"""Handing out files: reports said in a conversation, pictures of pages, originals; each to those who may have it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from aiohttp import web

from archive.errors import NotFound
from bot.channel import Door
from bot.desk.accounts import Caller
from bot.desk.render import SHOWN
from storage.talk import Talk

#: A file that is an item's original is named by its item (see handlers/show.py).
ORIGINAL = "original:"
_TYPE = re.compile(r"[a-z0-9]+/[a-z0-9][a-z0-9.+-]*")
#: A file never runs anything, even when it is opened in a tab of its own.
_QUIET: Mapping[str, str] = {"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
#: Pictures of pages are looked at again and again; ten minutes in the browser's own store spare the archive.
_BRIEFLY = "private, max-age=600"


class Handout:
    """The handlers that answer with a file."""

    def __init__(self, door: Door, talk: Talk) -> None:
        self._door, self._talk = door, talk

    async def file(self, request: web.Request, caller: Caller) -> web.Response:
        """GET /api/files/{message}/{n}: a file said to the caller. NotFound for anyone else's.

        Whether it may still be seen is asked at the one door, each time.
        """
        name = request.match_info["message"]
        said = await self._talk.find(caller.person.id, name)
        files, n = said.body["files"], int(request.match_info["n"])
        if n >= len(files) or not files[n]["file"]:
            raise NotFound(item=name)
        held: str = files[n]["file"]
        if held.startswith(ORIGINAL):
            return _answer(*await self._door.original(caller.person, held.removeprefix(ORIGINAL)), inline=False)
        data = await self._door.made(caller.person, held)
        return _answer(files[n]["name"], files[n]["media_type"], data, inline=files[n]["preview"])

    async def picture(self, request: web.Request, caller: Caller) -> web.Response:
        """GET /api/items/{item}/pages/{page}: a page of the original as PNG, pages from 0."""
        data = await self._door.picture(caller.person, request.match_info["item"], int(request.match_info["page"]))
        return web.Response(
            body=data, headers={**_QUIET, "Content-Type": "image/png", "Cache-Control": _BRIEFLY, "Vary": "Cookie"}
        )

    async def original(self, request: web.Request, caller: Caller) -> web.Response:
        """GET /api/items/{item}/original: the original as it was sent."""
        name, media_type, data = await self._door.original(caller.person, request.match_info["item"])
        return _answer(name, media_type, data, inline=False)


def _answer(name: str, media_type: str, data: bytes, *, inline: bool) -> web.Response:
    known = media_type if _TYPE.fullmatch(media_type) else "application/octet-stream"
    how = "inline" if inline and known in SHOWN else "attachment"
    return web.Response(
        body=data, headers={**_QUIET, "Content-Type": known, "Content-Disposition": disposition(how, name)}
    )


def disposition(how: str, name: str) -> str:
    """A Content-Disposition with the name twice: plain for old programs, and whole in UTF-8 (RFC 6266, RFC 5987)."""
    whole = name.encode("utf-8", "replace").decode()
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", whole)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(whole, safe='')}"
