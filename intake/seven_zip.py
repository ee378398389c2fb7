"""The files of a 7z archive, counted while they are unpacked."""

from __future__ import annotations

import io
import lzma
import zlib
from collections.abc import Iterator
from typing import Any

from archive.errors import Encrypted, Problem, Truncated, ZipBomb
from intake import limits
from intake.budget import Budget

#: Coder → where its memory stands in its properties (LZMA's dictionary, PPMd's model).
_LZMA, _PPMD, _LZMA2 = b"\x03\x01\x01", b"\x03\x04\x01", b"\x21"


def seven_zip_files(data: bytes, name: str, budget: Budget) -> Iterator[tuple[str, bytes]]:
    """(title, content) of each file. Raises Encrypted, Truncated, ZipBomb."""
    import py7zr  # lazily, as all readers: few archives are 7z
    from py7zr.exceptions import ArchiveError, PasswordRequired

    keeper = _keeper(budget, len(data))
    try:
        with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
            if archive.needs_password():
                raise Encrypted(name=name)
            _modest(archive, name)
            for _ in archive.files:
                budget.entry()
            archive.extractall(factory=keeper)
    except PasswordRequired as error:
        raise Encrypted(name=name) from error
    except Problem:
        raise
    except MemoryError as error:
        raise ZipBomb(name=name) from error
    # The declared border: the library parses an untrusted header by hand, and trips over a broken one in any manner.
    except (ArchiveError, lzma.LZMAError, zlib.error, EOFError, OSError, LookupError, ArithmeticError) as error:
        raise Truncated(name=name) from error
    except (ValueError, TypeError, AttributeError, AssertionError, RuntimeError, NotImplementedError) as error:
        raise Truncated(name=name) from error
    yield from ((title, file.getvalue()) for title, file in keeper.files)


def _keeper(budget: Budget, packed: int) -> Any:
    """What the library writes the files into: memory, each part counted before it is kept."""
    from py7zr.io import Py7zIO, WriterFactory

    class Kept(io.BytesIO, Py7zIO):
        def write(self, part: Any) -> int:
            budget.part(len(part), self.tell() + len(part), packed)
            return super().write(part)

        def size(self) -> int:
            return len(self.getbuffer())

        def close(self) -> None:
            """Kept until it is handed on."""

    class Keeper(WriterFactory):
        def __init__(self) -> None:
            self.files: list[tuple[str, io.BytesIO]] = []

        def create(self, filename: str) -> Kept:
            kept = Kept()
            self.files.append((filename, kept))
            return kept

    return Keeper()


def _modest(archive: Any, name: str) -> None:
    """Refuses an archive whose coders ask for more memory than all that may be unpacked."""
    streams = getattr(archive.header, "main_streams", None)
    for folder in streams.unpackinfo.folders if streams else ():
        for coder in folder.coders:
            if _memory(coder["method"], coder["properties"] or b"") > limits.ZIP_BYTES:
                raise ZipBomb(name=name)


def _memory(method: bytes, properties: bytes) -> int:
    """Bytes that a coder takes to unpack; 0 where it takes little whatever is asked."""
    if method in (_LZMA, _PPMD) and len(properties) >= 5:
        return int.from_bytes(properties[1:5], "little")
    if method == _LZMA2 and properties:
        return (2 | properties[0] & 1) << (properties[0] // 2 + 11)
    return 0
