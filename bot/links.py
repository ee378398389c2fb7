"""Signed links to our own server: for one person, one file, a quarter of an hour; where files don't leave directly.

A link is `/f/<token>`; the token is the sealed (person, file, name, media type, until). It is a key and no more: the
person's right is asked again when it is opened, and the first browser that opens it is the only one that may.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from archive.access import Person
from archive.errors import FileLinkExpired
from handlers.message import OutFile

LASTS = timedelta(minutes=15)
_NONCE = 12


class Links:
    """Makes and reads links."""

    def __init__(self, secret: bytes, address: str, now: Callable[[], datetime]) -> None:
        """`secret`: at least 32 bytes that every replica has; `address`: of our server, as people reach it."""
        self.safe = address.startswith("https://")
        self._box = AESGCM(hashlib.sha256(b"guidang links" + secret).digest())
        self._address, self._now = address.rstrip("/"), now

    def make(self, person: Person, out: OutFile) -> str:
        """The address of a stored file for this person."""
        until = int((self._now() + LASTS).timestamp())
        words = json.dumps([person.id, out.file, out.name, out.media_type, until], ensure_ascii=False).encode()
        nonce = secrets.token_bytes(_NONCE)
        token = base64.urlsafe_b64encode(nonce + self._box.encrypt(nonce, words, None)).decode().rstrip("=")
        return f"{self._address}/f/{token}"

    def read(self, token: str) -> tuple[str, OutFile, datetime]:
        """(person id, file, its end) behind a token. Raises FileLinkExpired for one that is past, forged or broken."""
        try:
            sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            words = self._box.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
            person, file, name, media_type, until = json.loads(words)
        except (ValueError, InvalidTag) as error:
            raise FileLinkExpired() from error
        if self._now().timestamp() > until:
            raise FileLinkExpired()
        ends = datetime.fromtimestamp(until, UTC)
        return str(person), OutFile(str(name), str(media_type), file=str(file)), ends
