"""Zip archives → their files: names made safe, bombs refused, one archive inside another opened."""

from __future__ import annotations

import io
import zipfile
import zlib

from archive.errors import EmptyFile, Encrypted, TooBigToRead, Truncated, ZipBomb
from intake import limits
from intake.names import safe_name
from intake.sniff import sniff

_JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_CHUNK = 1 << 20
_UTF8_FLAG, _LOCKED_FLAG = 0x800, 0x1


class _Budget:
    """How much one archive with everything in it may still unpack."""

    def __init__(self) -> None:
        self.bytes, self.entries = limits.ZIP_BYTES, limits.ZIP_ENTRIES


def unpack(data: bytes, name: str) -> tuple[tuple[str, bytes], ...]:
    """The files in a zip as (safe name, content), in its order; an OFD inside stays one file.

    Raises ZipBomb (too many, too large, too dense or too deeply nested), Encrypted, Truncated, TooBigToRead, EmptyFile.
    """
    if len(data) > limits.FILE_BYTES:
        raise TooBigToRead(name=name, size=limits.megabytes(len(data)), limit=limits.megabytes(limits.FILE_BYTES))
    files = _unpack(data, safe_name(name), _Budget(), limits.ZIP_NESTING)
    if not files:
        raise EmptyFile(name=safe_name(name))
    return _distinct(files)


def _unpack(data: bytes, name: str, budget: _Budget, nesting: int) -> list[tuple[str, bytes]]:
    files: list[tuple[str, bytes]] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                title = _title(entry)
                if entry.is_dir() or any(junk in title for junk in _JUNK):
                    continue
                content = _content(archive, entry, name, budget)
                if sniff(content) != "zip":
                    files.append((safe_name(title), content))
                elif nesting > 0:
                    files += _unpack(content, safe_name(title), budget, nesting - 1)
                else:
                    raise ZipBomb(name=name)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError) as error:
        raise Truncated(name=name) from error
    return files


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, budget: _Budget) -> bytes:
    """One entry, counted while it is unpacked: what its header says is not believed."""
    if entry.flag_bits & _LOCKED_FLAG:
        raise Encrypted(name=name)
    budget.entries -= 1
    if budget.entries < 0:
        raise ZipBomb(name=name)
    parts: list[bytes] = []
    size = 0
    with archive.open(entry) as stream:
        while part := stream.read(_CHUNK):
            size += len(part)
            budget.bytes -= len(part)
            dense = size > limits.ZIP_SMALL and size > limits.ZIP_RATIO * max(1, entry.compress_size)
            if budget.bytes < 0 or size > limits.FILE_BYTES or dense:
                raise ZipBomb(name=name)
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


def _distinct(files: list[tuple[str, bytes]]) -> tuple[tuple[str, bytes], ...]:
    """Names made different where two folders held files of one name."""
    seen: dict[str, int] = {}
    result = []
    for name, content in files:
        seen[name] = seen.get(name, 0) + 1
        stem, dot, ending = name.rpartition(".")
        if seen[name] > 1:
            name = f"{stem or ending} ({seen[name]}){dot + ending if stem else ''}"
        result.append((name, content))
    return tuple(result)
