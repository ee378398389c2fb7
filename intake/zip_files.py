"""The files of a zip archive, counted while they are unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from archive.errors import Encrypted, Truncated
from intake.budget import Budget

_CHUNK = 1 << 20
_UTF8_FLAG, _LOCKED_FLAG = 0x800, 0x1


def zip_files(data: bytes, name: str, budget: Budget) -> Iterator[tuple[str, bytes]]:
    """(title, content) of each file. Raises Encrypted, Truncated, ZipBomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                if not entry.is_dir():
                    yield _title(entry), _content(archive, entry, name, budget)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError) as error:
        raise Truncated(name=name) from error


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, budget: Budget) -> bytes:
    if entry.flag_bits & _LOCKED_FLAG:
        raise Encrypted(name=name)
    budget.entry()
    parts: list[bytes] = []
    size = 0
    with archive.open(entry) as stream:
        while part := stream.read(_CHUNK):
            size += len(part)
            budget.part(len(part), size, entry.compress_size)
            parts.append(part)
    return b"".join(parts)


def _title(entry: zipfile.ZipInfo) -> str:
    """An entry's name; Chinese Windows writes GBK without saying so, which zipfile takes for cp437."""
    if entry.flag_bits & _UTF8_FLAG:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return entry.filename
