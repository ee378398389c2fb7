"""The master key: where it comes from, wrapping every file's key with it, and changing it for another."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from archive.errors import BadSettings, KeyMissing
from archive.words import Text
from storage.mongo import Database, border

SEAL = "seal"  # the _id in `keys` of the secret that seals the trail; it also proves a master key right


class KeyProvider(Protocol):
    """Something that wraps file keys: a file here, a cloud's key service elsewhere."""

    @property
    def id(self) -> str:
        """Which master key this is; kept beside everything it wraps."""

    def wrap(self, key: bytes) -> bytes:
        """The key, sealed."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """The key again. Raises KeyMissing when it was wrapped under another master key or altered."""


class FileKey:
    """A master key of 32 bytes held in memory. Wraps with AES key wrap (RFC 3394)."""

    def __init__(self, key: bytes, place: str) -> None:
        if len(key) != 32:
            raise KeyMissing(place=place)
        self._key = key
        self._place = place
        self.id = hashlib.sha256(b"guidang master key" + key).hexdigest()[:16]

    def wrap(self, key: bytes) -> bytes:
        return aes_key_wrap(self._key, key)

    def unwrap(self, wrapped: bytes) -> bytes:
        try:
            return aes_key_unwrap(self._key, wrapped)
        except (InvalidUnwrap, ValueError) as error:
            raise KeyMissing(place=self._place) from error

    def derived(self, purpose: str) -> bytes:
        """32 bytes for something else that every replica must know and nobody else: another for each purpose."""
        return hmac.digest(self._key, b"guidang " + purpose.encode(), "sha256")


def usual_place(data: Path) -> Path:
    """Where the key lies unless set: in `keys` beside the data folder, so that copying the one leaves the other."""
    return data.parent / "keys" / f"{data.name}.key"


async def master_key(db: Database, given: str, path: Path) -> tuple[FileKey, bool]:
    """The master key and whether it was made just now (then say: back it up).

    `given` is base64 of 32 bytes (GUIDANG_MASTER_KEY), or "" to use the file at `path`. A new key is made only for an
    archive that holds nothing. Raises KeyMissing when it doesn't fit what is held, BadSettings when it can't be read.
    """
    async with border():
        proof = await db.keys.find_one({"_id": SEAL})
    key, made = (_decoded(given, "GUIDANG_MASTER_KEY"), False) if given else _from_file(path, may_make=proof is None)
    if proof:
        key.unwrap(proof["wrapped"])
    return key, made


def _from_file(path: Path, *, may_make: bool) -> tuple[FileKey, bool]:
    try:
        return _decoded(path.read_text().strip(), str(path)), False
    except FileNotFoundError as error:
        if not may_make:
            raise KeyMissing(place=str(path)) from error
    except OSError as error:
        raise KeyMissing(place=str(path)) from error
    return make_key(path), True


def key_at(path: Path) -> FileKey:
    """The key in a file. Raises KeyMissing, BadSettings."""
    return _from_file(path, may_make=False)[0]


def make_key(path: Path) -> FileKey:
    """A new key written to a file only its owner can read. Raises FileExistsError rather than overwrite one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_bytes(32)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(base64.b64encode(key) + b"\n")
        out.flush()
        os.fsync(out.fileno())
    return FileKey(key, str(path))


def _decoded(words: str, place: str) -> FileKey:
    try:
        key = base64.b64decode(words, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise BadSettings(mistakes=Text(f"{place} 应为 32 字节的 base64", f"{place} should be the base64 of 32 bytes"))
    return FileKey(key, place)


async def rewrap(db: Database, old: KeyProvider, new: KeyProvider) -> int:
    """Wrap everything with the new master key; returns how many. Broken off, run it again: the rest is done then.

    No file is touched. Keep the old key until this has returned.
    """
    done = 0
    async with border():
        async for each in db.keys.find({"key": {"$ne": new.id}}):
            wrapped = new.wrap(old.unwrap(each["wrapped"]))
            result = await db.keys.update_one(
                {"_id": each["_id"], "wrapped": each["wrapped"]}, {"$set": {"wrapped": wrapped, "key": new.id}}
            )
            done += result.modified_count
    return done
