"""What browsers and programs send, read with caps on everything: JSON, and messages with files, streamed."""

from __future__ import annotations

import asyncio
import json
import re
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from archive.errors import BadRequest, Crowded, FileTooBig, TooManyFiles
from archive.plain import plain
from archive.words import Text

_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_JSON_CAP = 256 * 1024
_MIB = 1024 * 1024
LONG_JSON = 32 * _MIB
_ALL = Text("全部文件", "all files together")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one message may carry."""

    files: int = 20
    file_bytes: int = 50 * _MIB
    message_bytes: int = 200 * _MIB
    text: int = 20_000  # characters
    together: int = 400 * _MIB  # of all messages that come in at the same moment
    patience: float = 60.0  # s without a byte, after which a sender holds its place no longer
    pace: int = 16 * 1024  # bytes a second that must have come after that on the whole: drops don't hold it either
    words: float = 20.0  # s for a small JSON body


class Room:
    """Memory for the files on their way in, shared by all who send: the service refuses rather than dies."""

    def __init__(self, size: int) -> None:
        """`size` in bytes."""
        self._left = size

    @contextmanager
    def share(self) -> Iterator[Callable[[int], None]]:
        """Inside, so many more bytes can be taken, which raises Crowded when there is no room; all are given back."""
        taken = 0

        def take(size: int) -> None:
            nonlocal taken
            if size > self._left:
                raise Crowded
            self._left -= size
            taken += size

        try:
            yield take
        finally:
            self._left += taken


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as it came."""

    key: str
    conversation: str
    text: str
    files: tuple[tuple[str, bytes], ...]


async def read_json(request: web.Request, limits: Limits) -> dict[str, Any]:
    """The JSON object of a request of at most 256 KiB. Raises BadRequest, also when it takes too long to come."""
    if request.content_type != "application/json":
        raise BadRequest
    raw = bytearray()
    try:
        async with asyncio.timeout(limits.words):
            async for piece in request.content.iter_any():
                raw += piece
                if len(raw) > _JSON_CAP:
                    raise BadRequest
    except TimeoutError as error:
        raise BadRequest from error
    return _object(raw)


async def read_long_json(
    request: web.Request, limits: Limits, take: Callable[[int], None], cap: int = LONG_JSON
) -> dict[str, Any]:
    """A JSON object with files in it, of `cap` bytes at most, paced like a message. Raises as read_message does."""
    if request.content_type != "application/json":
        raise BadRequest
    raw = bytearray()
    try:
        async with _paced(limits) as came:
            async for piece in request.content.iter_chunked(256 * 1024):
                came(len(piece))
                take(2 * len(piece))  # as it came, and as text once it is read
                raw += piece
                if len(raw) > cap:
                    raise FileTooBig(name=_ALL, size=f">{cap // _MIB}", limit=cap // _MIB)
    except TimeoutError as error:
        raise BadRequest from error
    return await asyncio.to_thread(_object, raw)


def _object(raw: bytearray) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadRequest from error
    if not isinstance(value, dict):
        raise BadRequest
    return value


async def read_message(
    request: web.Request, limits: Limits, take: Callable[[int], None], forwards: Callable[[], None]
) -> Sent:
    """A multipart message: fields `key`, `conversation`, `text`, and any number of `files`.

    `take` is asked for the memory of each piece, see Room; `forwards` before the first file is read. Raises what they
    raise, FileTooBig and TooManyFiles as soon as a limit is passed, BadRequest when it isn't such a message or stops
    coming.
    """
    fields, files = await read_parts(request, limits, take, forwards)
    text = fields.get("text", "").strip()
    if len(text) > limits.text or not (text or files):
        raise BadRequest
    return Sent(key_of(fields), fields.get("conversation", ""), text, files)


async def read_parts(
    request: web.Request, limits: Limits, take: Callable[[int], None], forwards: Callable[[], None]
) -> tuple[Mapping[str, str], tuple[tuple[str, bytes], ...]]:
    """The fields and the files, (name, bytes), of a multipart body. See read_message."""
    if request.content_type != "multipart/form-data":
        raise BadRequest
    fields: dict[str, str] = {}
    files: list[tuple[str, bytes]] = []
    left = limits.message_bytes
    try:
        async with _paced(limits) as came:
            parts = await request.multipart()
            while (part := await parts.next()) is not None:
                if not isinstance(part, BodyPartReader):
                    raise BadRequest
                if part.name == "files":
                    forwards()
                    if len(files) == limits.files:
                        raise TooManyFiles(limit=limits.files)
                    name = clean_name(part.filename or "")
                    data = await _file(part, name, left, limits, (came, take))
                    files.append((name, data))
                    left -= len(data)
                elif part.name in ("key", "conversation", "text"):
                    value = await _capped(part, limits.text * 4, came)
                    fields[part.name] = clean(value.decode("utf-8", "replace"))
    except (ValueError, TimeoutError) as error:  # ValueError: the multipart reader's complaint about broken framing
        raise BadRequest from error
    return fields, tuple(files)


def key_of(fields: Mapping[str, Any]) -> str:
    """The repeat key the browser chose. Raises BadRequest."""
    key = fields.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise BadRequest
    return key


def clean(text: str) -> str:
    """The text without what UTF-8 can't carry, and without what is not seen and changes how the rest is read."""
    return plain(text.encode("utf-8", "replace").decode())


def clean_name(name: str) -> str:
    """A file's name alone: no folders, no control or direction characters (they disguise endings), 200 long at most."""
    last = clean(name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf")).strip()
    if len(shown) > 200:
        stem, dot, ending = shown.rpartition(".")
        shown = f"{stem[:180]}…{dot}{ending[:15]}"
    return shown or "file"


@asynccontextmanager
async def _paced(limits: Limits) -> AsyncIterator[Callable[[int], None]]:
    """Inside, each so many bytes that came give more time; TimeoutError when they are too few or none come."""
    now = asyncio.get_running_loop().time
    began, received = now(), 0
    async with asyncio.timeout(limits.patience) as clock:

        def came(size: int) -> None:
            nonlocal received
            received += size
            clock.reschedule(min(now(), began + received / limits.pace) + limits.patience)

        yield came


async def _file(
    part: BodyPartReader, name: str, left: int, limits: Limits, each: Sequence[Callable[[int], None]]
) -> bytes:
    """The bytes of a file; `each` is told the size of every piece."""
    data = bytearray()
    while piece := await part.read_chunk(256 * 1024):
        for told in each:
            told(len(piece))
        data += piece
        if len(data) > limits.file_bytes:
            raise FileTooBig(name=name, size=f">{limits.file_bytes // _MIB}", limit=limits.file_bytes // _MIB)
        if len(data) > left:
            raise FileTooBig(name=_ALL, size=f">{limits.message_bytes // _MIB}", limit=limits.message_bytes // _MIB)
    return bytes(data)


async def _capped(part: BodyPartReader, cap: int, came: Callable[[int], None]) -> bytes:
    data = bytearray()
    while piece := await part.read_chunk(8 * 1024):
        came(len(piece))
        data += piece
        if len(data) > cap:
            raise BadRequest
    return bytes(data)
