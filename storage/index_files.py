"""Whether the files of an embedded index are as they were written.

tantivy trusts its files: a byte changed in the middle of one makes it abort the whole process. Each file ends with the
CRC-32 of its content, so it is compared once, when the file is first met; the files never change afterwards.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path

META = "meta.json"


def check(folder: Path, sound: set[str]) -> None:
    """Look at every file not yet named in `sound` and name it there. Raises ValueError, OSError, struct.error."""
    for file in _files(folder):
        if file.name not in sound:
            try:
                _compare(file)
            except FileNotFoundError:
                continue  # merged away by another process just now
            sound.add(file.name)


def _files(folder: Path) -> Iterator[Path]:
    """What meta.json names: anything else is left over from an unfinished write, and means nothing."""
    for segment in json.loads((folder / META).read_bytes())["segments"]:
        name, deletes = segment["segment_id"].replace("-", ""), segment.get("deletes")
        for file in folder.glob(f"{name}.*"):
            if file.suffix != ".del" or (deletes and file.name == f"{name}.{deletes['opstamp']}.del"):
                yield file


def _compare(file: Path) -> None:
    with file.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as data:
        size, _magic = struct.unpack("<II", data[-8:])
        footer = json.loads(data[-8 - size : -8])
        with memoryview(data) as view, view[: -8 - size] as content:
            if zlib.crc32(content) != footer["crc"]:
                raise ValueError(f"{file.name} was changed")
