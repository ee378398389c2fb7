"""Handing files in to a service by its API: each under a key made of its name and bytes, so that a repeat is none."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, FormData

from archive.errors import BadSettings, Later, NoAnswer

PATIENCE = 600.0  # s until a file handed in is looked at again in the next round
_PLATFORM = "Guidang"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: whether it is in, as which items, and the words."""

    taken: bool
    items: tuple[str, ...]
    words: str


class Remote:
    """A service elsewhere."""

    def __init__(self, session: ClientSession, base: str) -> None:
        self._session, self._base = session, base

    @staticmethod
    @asynccontextmanager
    async def opened(server: str, key: str) -> AsyncIterator[Remote]:
        """`server` is its address, https://guidang.example.com; the key goes there and nowhere else."""
        headers = {"Authorization": f"Bearer {key}"}
        async with ClientSession(headers=headers, timeout=ClientTimeout(total=300)) as session:
            yield Remote(session, server.rstrip("/") + "/api/v1")

    async def take(self, path: Path, data: bytes) -> Outcome:
        """Handed in, and waited for. Raises NoAnswer, Later, BadSettings for a key that opens nothing."""
        key = hashlib.sha256(path.name.encode() + b"\0" + data).hexdigest()
        form = FormData(quote_fields=False)
        form.add_field("files", data, filename=path.name, content_type="application/octet-stream")
        status, told = await self._asked("POST", "/documents", data=form, headers={"Idempotency-Key": key})
        if status != 202:
            return Outcome(False, (), str(told.get("detail", status)))
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._outcome(str(told["id"]))
        except TimeoutError as error:
            raise NoAnswer(platform=_PLATFORM, detail=f"{path.name}: > {PATIENCE:.0f} s") from error

    async def _outcome(self, message: str) -> Outcome:
        wait = 0.1
        while True:
            status, told = await self._asked("GET", f"/documents/{message}")
            if status != 200:
                return Outcome(False, (), str(told.get("detail", status)))
            if told["state"] in ("done", "failed"):
                items = tuple(str(item["id"]) for item in told["items"])
                text = told["text"] or ", ".join(told["refused"])
                return Outcome(bool(items) and not told["refused"], items, text)
            await asyncio.sleep(wait)
            wait = min(wait * 1.5, 5.0)

    async def _asked(self, method: str, path: str, **what: Any) -> tuple[int, dict[str, Any]]:
        try:
            async with self._session.request(method, self._base + path, allow_redirects=False, **what) as response:
                return response.status, await _read(response)
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            raise NoAnswer(platform=_PLATFORM, detail=repr(error)) from error


async def _read(response: ClientResponse) -> dict[str, Any]:
    told = await response.json(content_type=None)
    if not isinstance(told, dict):
        raise ValueError(f"{response.status}: no answer of ours")
    if response.status in (401, 403):
        raise BadSettings(mistakes=f"GUIDANG_API_KEY: {told.get('detail', response.status)}")
    if response.status == 429 or response.status >= 500:
        raise Later(platform=_PLATFORM, seconds=int(response.headers.get("Retry-After", "10")))
    return told
