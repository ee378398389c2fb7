"""WeCom's envelope (AES-256-CBC, sha1 signature), the files of the 智能机器人, and our own seal for what is shared.

https://developer.work.weixin.qq.com/document/path/90968: the plain text is 16 random bytes, the length in network
order, the message, and whom it is for; padded as PKCS#7 to 32, which is not AES's own block.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import struct
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PAD = 32
_HEAD = 16  # random bytes before the length
_NONCE = 12


class BadEnvelope(Exception):
    """It can't be opened: another key, another receiver, or not what it should be. Says nothing of its content."""


def signature(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """sha1 over the four, sorted."""
    joined = "".join(sorted((token, timestamp, nonce, encrypted)))
    return hashlib.sha1(joined.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def signed_by(token: str, timestamp: str, nonce: str, encrypted: str, given: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(signature(token, timestamp, nonce, encrypted).encode(), given.encode("utf-8", "replace"))


def aes_key(written: str) -> bytes:
    """The 32 bytes of an EncodingAESKey or of a file's `aeskey`. Raises BadEnvelope."""
    try:
        key = base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadEnvelope("the key is not base64") from error
    if len(key) != 32:
        raise BadEnvelope("the key has not 32 bytes")
    return key


def opened(key: bytes, encrypted: str, receiver: str) -> bytes:
    """The message in an envelope that is for this receiver (the corp id). Raises BadEnvelope."""
    try:
        data = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadEnvelope("not base64") from error
    plain = decrypted(key, data)
    if len(plain) < _HEAD + 4:
        raise BadEnvelope("too short")
    (length,) = struct.unpack(">I", plain[_HEAD : _HEAD + 4])
    message, whom = plain[_HEAD + 4 : _HEAD + 4 + length], plain[_HEAD + 4 + length :]
    if len(message) != length or not hmac.compare_digest(whom, receiver.encode()):
        raise BadEnvelope("for another receiver")
    return message


def sealed(key: bytes, message: bytes, receiver: str) -> str:
    """The envelope of a message; what WeCom's servers do, and the check of the callback."""
    plain = secrets.token_bytes(_HEAD) + struct.pack(">I", len(message)) + message + receiver.encode()
    return base64.b64encode(encrypted(key, plain)).decode()


def decrypted(key: bytes, data: bytes) -> bytes:
    """AES-256-CBC with the key's first half as IV, PKCS#7 to 32 taken off. Raises BadEnvelope."""
    if not data or len(data) % 16:
        raise BadEnvelope("not whole blocks")
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = cipher.update(data) + cipher.finalize()
    pad = plain[-1]
    if not 1 <= pad <= PAD or plain[-pad:] != bytes([pad]) * pad:
        raise BadEnvelope("wrong padding")
    return plain[:-pad]


def encrypted(key: bytes, plain: bytes) -> bytes:
    """The other way round."""
    pad = PAD - len(plain) % PAD
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return cipher.update(plain + bytes([pad]) * pad) + cipher.finalize()


class Seal:
    """What replicas share through the database (tokens, keys of files, frames) is ciphertext there.

    The key comes from a secret of WeCom's that every replica has and the database has not.
    """

    def __init__(self, secret: str, about: str) -> None:
        self._box = AESGCM(hashlib.sha256(b"guidang wecom " + about.encode() + b"\0" + secret.encode()).digest())

    def shut(self, value: Any) -> bytes:
        """Any JSON value as bytes that only we can read."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._box.encrypt(nonce, json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), None)

    def open(self, data: bytes) -> Any:
        """The value again. Raises BadEnvelope for what another secret sealed."""
        try:
            return json.loads(self._box.decrypt(data[:_NONCE], data[_NONCE:], None))
        except (InvalidTag, ValueError) as error:
            raise BadEnvelope("sealed with another secret") from error
