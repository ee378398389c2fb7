"""A package from outside, as a folder or a zip: what is in it, and reading it within bounds. Nothing is unpacked.

Every name is judged before anything is opened; links and special files are never followed; a read never gives more
bytes than it was asked for.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from archive.errors import PackageUnreadable
from archive.package.findings import PackageFinding, finding
from archive.package.names import UNSEEN
from archive.words import Text

MOST = 500_000  # files of a package
BIGGEST = 1 << 30  # bytes of one file
RATIO, SMALL = 200, 1 << 20  # unpacked : packed, for entries above SMALL
SPARE = 1 << 30  # bytes that all entries together may have beyond that
DEEPEST = 64  # folders in folders
_UTF8, _LOCKED = 0x800, 0x1
_DRIVE = re.compile(r"[A-Za-z]:")


class Tree(Protocol):
    """One package."""

    name: str
    kind: Text

    def files(self) -> tuple[dict[str, int], list[PackageFinding]]:
        """path → size of every plain file, and what is wrong with the rest."""

    def read(self, path: str, most: int) -> bytes:
        """At most so many bytes and one more. Raises OSError when the medium does not give them."""


def tree_of(place: Path) -> Tree:
    """Raises PackageUnreadable."""
    if place.is_dir():
        return Folder(place)
    try:
        return Zip(place)
    except (OSError, zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError) as error:
        why = Text("不是目录，也不是完整的 ZIP", "it is neither a folder nor a whole zip")
        raise PackageUnreadable(name=place.name, detail=why) from error


class Folder:
    """As it lies on a disc."""

    kind = Text("目录", "folder")

    def __init__(self, place: Path) -> None:
        self.name, self._place = place.name, place

    def files(self) -> tuple[dict[str, int], list[PackageFinding]]:
        found: dict[str, int] = {}
        wrong: list[PackageFinding] = []
        for path, entry in self._walk(self._place, ""):
            if len(found) >= MOST:
                return found, [*wrong, finding("too_many", self.name, str(MOST))]
            if problem := unsafe(path):
                wrong.append(problem)
            elif entry.is_symlink():
                wrong.append(finding("symlink", path))
            elif not stat.S_ISREG(mode := entry.stat(follow_symlinks=False).st_mode):
                wrong.append(finding("special", path, oct(stat.S_IFMT(mode))))
            else:
                found[path] = entry.stat(follow_symlinks=False).st_size
        return found, wrong

    def read(self, path: str, most: int) -> bytes:
        """Opened without following a link in its last step, and only while it is a plain file."""
        handle = os.open(self._place / path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(f"{path} is no plain file")
            return _bounded(file, most)

    def _walk(self, folder: Path, above: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda e: e.name):
                path = f"{above}{entry.name}"
                if entry.is_dir(follow_symlinks=False) and path.count("/") < DEEPEST:
                    yield from self._walk(folder / entry.name, f"{path}/")
                else:
                    yield path, entry


class Zip:
    """As a zip holds it; a single folder around everything is passed over."""

    kind = Text("ZIP", "zip")

    def __init__(self, place: Path) -> None:
        self.name = place.name
        self._zip = zipfile.ZipFile(place)
        self._entries: dict[str, zipfile.ZipInfo] = {}

    def files(self) -> tuple[dict[str, int], list[PackageFinding]]:
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        if len(entries) > MOST:
            return {}, [finding("too_many", self.name, f"{len(entries)} > {MOST}")]
        packed, unpacked = sum(e.compress_size for e in entries), sum(e.file_size for e in entries)
        if unpacked > RATIO * packed + SPARE:
            return {}, [finding("bomb", self.name, f"{packed} → {unpacked}")]
        around = _around([_named(entry) for entry in entries])
        found: dict[str, int] = {}
        wrong: list[PackageFinding] = []
        for entry in entries:
            path = _named(entry).removeprefix(around)
            problem = unsafe(path) or self._doubtful(entry, path)
            if problem:
                wrong.append(problem)
            elif path in found:
                wrong.append(finding("duplicate_path", path))
            else:
                found[path] = entry.file_size
                self._entries[path] = entry
        return found, wrong

    def read(self, path: str, most: int) -> bytes:
        try:
            with self._zip.open(self._entries[path]) as stream:
                return _bounded(stream, most)  # type: ignore[arg-type]
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError) as error:
            raise OSError(str(error)) from error

    def _doubtful(self, entry: zipfile.ZipInfo, path: str) -> PackageFinding | None:
        mode = entry.external_attr >> 16
        if stat.S_ISLNK(mode):
            return finding("symlink", path)
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            return finding("special", path, oct(stat.S_IFMT(mode)))
        if entry.flag_bits & _LOCKED:
            return finding("locked", path)
        if entry.file_size > SMALL and entry.file_size > RATIO * max(entry.compress_size, 1):
            return finding("bomb", path, f"{entry.compress_size} → {entry.file_size}")
        return None


def unsafe(path: str) -> PackageFinding | None:
    """What keeps a path from being one of a package: it leads out, is absolute, or is no plain name."""
    parts = path.split("/")
    wrong = (
        not path or path.startswith("/") or "\\" in path or bool(_DRIVE.match(path)) or "\0" in path
        or any(part in ("", ".", "..") for part in parts) or bool(UNSEEN.search(path)) or len(path) > 1_000
    )  # fmt: skip
    return finding("unsafe_path", path or "?") if wrong else None


def _bounded(stream: BinaryIO, most: int) -> bytes:
    parts, left = [], min(most, BIGGEST) + 1
    while left > 0 and (part := stream.read(min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _named(entry: zipfile.ZipInfo) -> str:
    """Chinese Windows writes GBK without saying so, which zipfile takes for cp437."""
    if entry.flag_bits & _UTF8:
        return entry.orig_filename
    try:
        return entry.orig_filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return entry.orig_filename


def _around(names: list[str]) -> str:
    """The one folder everything lies in, where the package's own files lie below it."""
    first = names[0].split("/")[0] + "/" if names and "/" in names[0] else ""
    inside = first and f"{first}manifest.tsv" in names and all(name.startswith(first) for name in names)
    return first if inside and first not in ("../", "./", "/") else ""
