"""Files that lie on Slack: asked for by id, then fetched with our token, from Slack's own hosts only."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp

from archive.errors import FileGone, FileTooBig, Later, NoAnswer, NoScope, NotWhatItSays
from bot.capped import OverCap, capped
from bot.chat import asked_for
from bot.slack.api import PAUSE, PLATFORM, Api, refused
from handlers.message import RemoteFile

CAP = 50 * 1024 * 1024
_MIB = 1024 * 1024
_REDIRECTS = 3
_GONE = frozenset({"file_not_found", "file_deleted", "file_not_shared"})
_PAGE = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_NEAR = ("127.0.0.1", "localhost", "::1")


class Files:
    """Fetches files."""

    def __init__(self, api: Api, token: str, api_url: str, cap: int = CAP) -> None:
        """`cap` in bytes. Where the API is on this machine (a test), files may lie here as well."""
        self._api, self._token, self._cap = api, token, cap
        self._home = urlsplit(api_url).hostname or ""

    async def fetch(self, file: RemoteFile) -> bytes:
        """Its bytes. Raises FileGone, FileTooBig, NoScope, NotWhatItSays, Later, NoAnswer."""
        try:
            told, may_read = await self._api.file(file.place, file.name)
        except NoAnswer as error:
            if refused(error, _GONE):
                raise FileGone(platform=PLATFORM, name=file.name) from error
            raise
        if told.get("mode") in ("tombstone", "hidden_by_limit") or told.get("is_external"):
            raise FileGone(platform=PLATFORM, name=file.name)  # deleted, past the plan's limit, or lying elsewhere
        self._fits(file, told.get("size"))
        data, shown_as = await self._get(str(told.get("url_private_download") or told.get("url_private") or ""), file)
        if _is_page(data, shown_as) and "html" not in str(told.get("mimetype")):
            # Slack answers a token it doesn't like with its sign-in page and 200
            if not may_read:
                raise NoScope(platform=PLATFORM, name=file.name, scope="files:read")
            raise NotWhatItSays(name=file.name, says=str(told.get("pretty_type") or "—"), found="HTML")
        return data

    async def _get(self, url: str, file: RemoteFile) -> tuple[bytes, str]:
        for _ in range(_REDIRECTS):
            if not self._ours(urlsplit(url)):  # the token must not go anywhere else
                raise FileGone(platform=PLATFORM, name=file.name)
            try:
                async with self._api.session(long=True).get(
                    url, headers={"Authorization": f"Bearer {self._token}"}, allow_redirects=False
                ) as answer:
                    if answer.status not in (301, 302, 303, 307, 308):
                        self._check(answer, file)
                        return await self._body(answer, file), answer.content_type
                    url = urljoin(url, answer.headers.get("Location", ""))
            except aiohttp.ClientError as error:
                raise NoAnswer(platform=PLATFORM, detail=f"file: {type(error).__name__}") from None
        raise NoAnswer(platform=PLATFORM, detail="file: redirects")

    def _check(self, answer: aiohttp.ClientResponse, file: RemoteFile) -> None:
        if answer.status in (404, 410):
            raise FileGone(platform=PLATFORM, name=file.name)
        if answer.status == 403:
            raise NoScope(platform=PLATFORM, name=file.name, scope="files:read")
        if answer.status == 429:
            raise Later(platform=PLATFORM, seconds=asked_for(answer.headers, PAUSE))
        if answer.status != 200:
            raise NoAnswer(platform=PLATFORM, detail=f"file: {answer.status}")
        self._fits(file, answer.content_length)

    async def _body(self, answer: aiohttp.ClientResponse, file: RemoteFile) -> bytes:
        try:
            return await capped(answer.content, self._cap)
        except OverCap:
            raise self._too_big(file, self._cap + 1) from None

    def _fits(self, file: RemoteFile, size: Any) -> None:
        if isinstance(size, int) and size > self._cap:
            raise self._too_big(file, size)

    def _too_big(self, file: RemoteFile, size: int) -> FileTooBig:
        return FileTooBig(name=file.name, size=f"{size / _MIB:.1f}", limit=self._cap // _MIB)

    def _ours(self, url: SplitResult) -> bool:
        """Whether it is Slack's: where the API is, and everything of slack.com."""
        host = url.hostname or ""
        if host in _NEAR:
            return self._home in _NEAR
        near = [home for home in ("slack.com", self._home) if home and home not in _NEAR]
        return url.scheme == "https" and any(host == home or host.endswith("." + home) for home in near)


def _is_page(data: bytes, shown_as: str) -> bool:
    return shown_as == "text/html" or _PAGE.match(data[:2048]) is not None
