"""Files of the 智能机器人: fetched from the address in the message and decrypted; sent in chunks."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from archive.errors import FileGone, FileTooBig, Later, NoAnswer, NotWhatItSays
from bot.capped import OverCap, capped
from bot.chat import asked_for
from bot.wecom.crypto import BadEnvelope, Seal, aes_key, decrypted
from bot.wecom.meaning import CAP, MIB, PLATFORM, is_page
from bot.wecom.relay import Relay
from handlers.message import RemoteFile

CHUNK = 512 * 1024
#: Where WeCom keeps files; an address anywhere else is not followed.
HOSTS = ("qq.com", "qpic.cn", "myqcloud.com", "tencentcos.cn")
_NEAR = ("127.0.0.1", "localhost", "::1")
_GONE = (401, 403, 404, 410)  # the address is good for five minutes


class BotFiles:
    """In and out."""

    def __init__(self, secret: str, url: str, relay: Relay, *, long: float = 120.0, cap: int = CAP) -> None:
        """`long`: seconds for a file on its way; `cap` in bytes."""
        self._seal, self._relay, self._long, self._cap = Seal(secret, "files"), relay, long, cap
        self._near = urlsplit(url).hostname in _NEAR  # a test: files may lie here as well
        self._held: aiohttp.ClientSession | None = None

    def place(self, where: Mapping[str, str]) -> str:
        """Address and key of a file, for RemoteFile.place: both open it, so both are sealed."""
        return base64.b64encode(self._seal.shut(dict(where))).decode()

    async def fetch(self, file: RemoteFile) -> bytes:
        """Its bytes. Raises FileGone, FileTooBig, NotWhatItSays, Later, NoAnswer."""
        try:
            where: dict[str, Any] = self._seal.open(base64.b64decode(file.place))
            url, key = str(where["url"]), str(where["key"])
        except (BadEnvelope, ValueError, KeyError) as error:
            raise FileGone(platform=PLATFORM, name=file.name) from error
        data = await self._get(url, file)
        if not key:
            return data
        try:
            return await asyncio.to_thread(decrypted, aes_key(key), data)
        except BadEnvelope as error:
            if is_page(data):
                raise NotWhatItSays(name=file.name, says="—", found="HTML") from error
            raise FileGone(platform=PLATFORM, name=file.name) from error

    async def upload(self, kind: str, name: str, data: bytes) -> str:
        """Its media id."""
        chunks = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]
        digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        begun = await self._call(
            "init", type=kind, filename=name, total_size=len(data), total_chunks=len(chunks), md5=digest
        )
        upload = str(begun.get("upload_id", ""))
        for n, chunk in enumerate(chunks):
            await self._call("chunk", upload_id=upload, chunk_index=n, base64_data=base64.b64encode(chunk).decode())
        return str((await self._call("finish", upload_id=upload)).get("media_id", ""))

    async def close(self) -> None:
        """Let go of the connections."""
        if self._held is not None:
            await self._held.close()

    async def _call(self, step: str, **body: Any) -> Mapping[str, Any]:
        return await self._relay.do({"do": "call", "cmd": f"aibot_upload_media_{step}", "body": body})

    async def _get(self, url: str, file: RemoteFile) -> bytes:
        if not self._ours(url):
            raise FileGone(platform=PLATFORM, name=file.name)
        if self._held is None or self._held.closed:
            self._held = aiohttp.ClientSession(trust_env=True)
        limit = aiohttp.ClientTimeout(total=self._long, sock_connect=10.0)
        try:
            async with self._held.get(url, timeout=limit, allow_redirects=False) as answer:
                if answer.status in _GONE:
                    raise FileGone(platform=PLATFORM, name=file.name)
                if answer.status == 429:
                    raise Later(platform=PLATFORM, seconds=asked_for(answer.headers, 30))
                if answer.status != 200:
                    raise NoAnswer(platform=PLATFORM, detail=f"file: HTTP {answer.status}")
                return await capped(answer.content, self._cap + 32)  # and the padding
        except OverCap:
            mib = self._cap / MIB
            raise FileTooBig(name=file.name, size=f"> {mib:.0f}", limit=f"{mib:.0f}") from None
        except aiohttp.ClientError as error:  # its words hold the address
            raise NoAnswer(platform=PLATFORM, detail=f"file: {type(error).__name__}") from None

    def _ours(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        host = parts.hostname or ""
        if host in _NEAR:
            return self._near
        return parts.scheme == "https" and any(host.endswith("." + home) for home in HOSTS)
