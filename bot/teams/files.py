"""Files from and to Teams. What people send lies in SharePoint, at an address that holds the permission: no token goes
there. Pictures pasted into a chat lie with the Bot Connector and want our token; they are asked for nowhere else.
"""

from __future__ import annotations

import logging

from aiohttp import ClientError, ClientSession, ClientTimeout

from archive.errors import FileGone, FileTooBig, Later, NoAnswer, NoScope, NotWhatItSays
from bot.capped import OverCap, capped
from bot.chat import asked_for
from bot.teams.api import BUSY, PAUSE
from bot.teams.hosts import Hosts
from bot.teams.incoming import read_place
from bot.teams.tokens import PLATFORM, Tokens
from handlers.message import RemoteFile

log = logging.getLogger("guidang.teams")

_MB = 1024 * 1024
_TIME = ClientTimeout(total=120, sock_read=30)
_STEP = 10 * _MB  # bytes at a time: a multiple of 320 KiB, as OneDrive wants


class Files:
    """Fetches and uploads."""

    def __init__(self, tokens: Tokens, connector: Hosts, lying: Hosts, cap: int) -> None:
        """`connector` gets our token, `lying` never; `cap` bytes are fetched at most."""
        self._tokens, self._connector, self._lying, self._cap = tokens, connector, lying, cap

    async def fetch(self, file: RemoteFile) -> bytes:
        """Raises FileGone, FileTooBig, NoScope, NotWhatItSays, Later, NoAnswer."""
        url, ours = read_place(file.place)
        hosts = self._connector if ours else self._lying
        if file.size > self._cap:
            raise self._too_big(file.name, file.size)
        if not hosts.is_allowed(url):
            log.warning("a file of a message lies on a host that isn't on the list, and was not fetched")
            raise FileGone(platform=PLATFORM, name=file.name)
        headers = {"Authorization": f"Bearer {await self._tokens.token()}"} if ours else {}
        try:
            async with hosts.client({"timeout": _TIME}) as session:
                return await self._got(session, url, headers, file)
        except ValueError:  # an address that can't be followed: ours, the SDK's or aiohttp's word for it
            raise FileGone(platform=PLATFORM, name=file.name) from None
        except (ClientError, TimeoutError) as error:
            raise NoAnswer(platform=PLATFORM, detail=type(error).__name__) from None  # the address is a key

    async def _got(self, session: ClientSession, url: str, headers: dict[str, str], file: RemoteFile) -> bytes:
        # A redirect is followed to a listed host only, and never with the token.
        async with session.get(url, headers=headers, allow_redirects=not headers, max_redirects=3) as answer:
            if answer.status in (301, 302, 303, 307, 308, 404, 410):
                raise FileGone(platform=PLATFORM, name=file.name)
            if answer.status in (401, 403):
                if not headers:  # the permission in the address has ended
                    raise FileGone(platform=PLATFORM, name=file.name)
                raise NoScope(platform=PLATFORM, name=file.name, scope="Bot Connector")
            if answer.status in BUSY:
                raise Later(platform=PLATFORM, seconds=asked_for(answer.headers, PAUSE))
            if answer.status != 200:
                raise NoAnswer(platform=PLATFORM, detail=str(answer.status))
            if answer.content_length is not None and answer.content_length > self._cap:
                raise self._too_big(file.name, answer.content_length)
            try:
                data = await capped(answer.content, self._cap)
            except OverCap:
                raise self._too_big(file.name, self._cap + 1) from None
            if answer.content_type == "text/html" or _is_page(data[:256]):
                ending = file.name.rpartition(".")[2].upper() if "." in file.name else "?"
                raise NotWhatItSays(name=file.name, says=ending, found="HTML")
            return data

    async def upload(self, url: str, data: bytes) -> None:
        """Into their OneDrive, at the address they gave. Raises Later, NoAnswer, FileGone when it is past."""
        if not self._lying.is_allowed(url):
            raise NoAnswer(platform=PLATFORM, detail="uploadUrl")
        try:
            async with self._lying.client({"timeout": _TIME}) as session:
                for start in range(0, max(1, len(data)), _STEP):
                    piece = data[start : start + _STEP]
                    span = f"bytes {start}-{start + len(piece) - 1}/{len(data)}"
                    async with session.put(
                        url, data=piece, allow_redirects=False,
                        headers={"Content-Range": span, "Content-Type": "application/octet-stream"},
                    ) as answer:  # fmt: skip
                        if answer.status in (404, 410):
                            raise FileGone(platform=PLATFORM, name="")
                        if answer.status in BUSY:
                            raise Later(platform=PLATFORM, seconds=asked_for(answer.headers, PAUSE))
                        if answer.status not in (200, 201, 202):
                            raise NoAnswer(platform=PLATFORM, detail=f"upload {answer.status}")
        except (ClientError, TimeoutError, ValueError) as error:
            raise NoAnswer(platform=PLATFORM, detail=type(error).__name__) from None  # the address is a key

    def _too_big(self, name: str, size: int) -> FileTooBig:
        return FileTooBig(name=name, size=round(size / _MB, 1), limit=self._cap // _MB)


def _is_page(beginning: bytes) -> bool:
    start = beginning.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html"))
