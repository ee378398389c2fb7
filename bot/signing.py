"""The key that signs manifests of packages: Ed25519, derived from the master key, so that nothing more is to be kept.

It proves that a manifest was made by an installation that held this master key and was not changed since. It is no
person's signature in the sense of 电子签名法, and it changes with `guidang keys rotate`.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from intake.package_seal import fingerprint
from storage.keys import FileKey


class Signer:
    """Of this installation."""

    def __init__(self, key: FileKey) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(key.derived("package signing"))
        self.public = self._key.public_key().public_bytes_raw().hex()

    @property
    def fingerprint(self) -> str:
        """Of the public key, for people to compare."""
        return fingerprint(self.public)

    def sign(self, words: bytes) -> tuple[str, str]:
        """(public key, signature) in hex."""
        return self.public, self._key.sign(words).hex()
