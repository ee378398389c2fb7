"""Writing a package to a folder: every file digested as it goes, the manifest last, the folder only when whole."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from cryptography.hazmat.primitives import hashes

from archive.errors import FolderNotEmpty, FolderNotWritten
from archive.package.names import MANIFEST, SEAL
from archive.package.papers import FORMAT, MANIFEST_HEAD, manifest_line, signed_words

T = TypeVar("T")
#: (public key, signature) in hex of the words to be signed.
Sign = Callable[[bytes], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Written:
    """What the package came to. The digests are the manifest's: print them on what both sides sign."""

    files: int
    size: int
    sha256: str
    sm3: str


class _Stream:
    """A file that grows, and its digests."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = open(path, "xb")  # noqa: SIM115  closed by `close`
        self._sha256, self._sm3 = hashlib.sha256(), hashes.Hash(hashes.SM3())
        self.size = 0

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._sha256.update(data)
        self._sm3.update(data)
        self.size += len(data)

    def close(self, *, sure: bool = False) -> tuple[int, str, str]:
        """`sure`: on the disk when this returns; a file the manifest names is found out otherwise."""
        if sure:
            self._file.flush()
            os.fsync(self._file.fileno())
        self._file.close()
        return self.size, self._sha256.hexdigest(), self._sm3.finalize().hex()


class PackageFolder:
    """Written beside its place and moved there at the end; broken off, it is begun anew."""

    def __init__(self, place: Path, sign: Sign) -> None:
        """Raises FolderNotEmpty, FolderNotWritten."""
        self._place, self._sign = place, sign
        self._part = place.with_name(f"{place.name}.part")
        self._streams: dict[str, _Stream] = {}
        self._files = self._size = 0
        try:
            if place.exists() and (not place.is_dir() or any(place.iterdir())):
                raise FolderNotEmpty(place=str(place))
            if self._part.exists():
                shutil.rmtree(self._part)
            self._part.mkdir(parents=True)
            self._manifest = _Stream(self._part / MANIFEST)
            self._manifest.write(MANIFEST_HEAD.encode())
        except OSError as error:
            raise self._problem(error) from error

    async def write(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Whole files, in this order. Raises FolderNotWritten."""

        def work() -> None:
            for path, data in files:
                self._whole(path, data)

        await self._apart(work)

    async def append(self, rows: Sequence[tuple[str, bytes]]) -> None:
        """More of files that grow, by path; each is ended by `end`. Raises FolderNotWritten."""

        def work() -> None:
            for path, data in rows:
                if path not in self._streams:
                    self._streams[path] = _Stream(self._part / path)
                self._streams[path].write(data)

        await self._apart(work)

    async def end(self) -> Written:
        """The growing files, the manifest and its seal; the folder is in its place when this returns."""
        return await self._apart(self._ended)

    async def drop(self) -> None:
        """Nothing is left of it."""
        await asyncio.to_thread(shutil.rmtree, self._part, True)

    def _whole(self, path: str, data: bytes) -> None:
        stream = _Stream(self._part / path)
        stream.write(data)
        self._noted(path, *stream.close())

    def _noted(self, path: str, size: int, sha256: str, sm3: str) -> None:
        self._manifest.write(manifest_line(path, size, sha256, sm3))
        self._files += 1
        self._size += size

    def _ended(self) -> Written:
        for path, stream in self._streams.items():
            self._noted(path, *stream.close())
        size, sha256, sm3 = self._manifest.close(sure=True)
        public, signature = self._sign(signed_words(size, sha256, sm3))
        seal: Mapping[str, object] = {
            "format": FORMAT, "files": self._files, "bytes": self._size,
            "manifest": {"path": MANIFEST, "size": size, "sha256": sha256, "sm3": sm3},
            "signature": {"algorithm": "Ed25519", "publicKey": public, "value": signature},
        }  # fmt: skip
        (self._part / SEAL).write_text(json.dumps(seal, ensure_ascii=False, indent=1) + "\n", "utf-8")
        if self._place.exists():
            self._place.rmdir()
        os.rename(self._part, self._place)
        return Written(self._files, self._size, sha256, sm3)

    async def _apart(self, work: Callable[[], T]) -> T:
        """On a thread: the loop goes on answering."""
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            raise self._problem(error) from error

    def _problem(self, error: OSError) -> FolderNotWritten:
        return FolderNotWritten(place=str(error.filename or self._place), detail=error.strerror or str(error))
