"""Handing out files: reports said in a conversation, pictures of pages, originals; each to those who may have it."""

from __future__ import annotations

from aiohttp import web

from archive.errors import NotFound
from bot.channel import Door
from bot.desk.accounts import Caller
from bot.desk.talking import NAME
from bot.handout import ORIGINAL, QUIET, handed
from storage.talk import Talk

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
            return handed(*await self._door.original(caller.person, held.removeprefix(ORIGINAL), NAME), inline=False)
        data = await self._door.made(caller.person, held)
        return handed(files[n]["name"], files[n]["media_type"], data, inline=files[n]["preview"])

    async def picture(self, request: web.Request, caller: Caller) -> web.Response:
        """GET /api/items/{item}/pages/{page}: a page of the original as PNG, pages from 0."""
        data = await self._door.picture(caller.person, request.match_info["item"], int(request.match_info["page"]))
        return web.Response(
            body=data, headers={**QUIET, "Content-Type": "image/png", "Cache-Control": _BRIEFLY, "Vary": "Cookie"}
        )

    async def original(self, request: web.Request, caller: Caller) -> web.Response:
        """GET /api/items/{item}/original: the original as it was sent."""
        name, media_type, data = await self._door.original(caller.person, request.match_info["item"], NAME)
        return handed(name, media_type, data, inline=False)
