"""manifest.tsv and manifest.json of a package from outside: what they say, and whether the seal holds."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from archive.package.papers import FORMAT, MANIFEST_HEAD, signed_words

_LINE = re.compile(r"([^\t\n]+)\t([0-9]{1,15})\t([0-9a-f]{64})\t([0-9a-f]{64})")
_HEX = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the manifest."""

    size: int
    sha256: str
    sm3: str


@dataclass(frozen=True, slots=True)
class Seal:
    """manifest.json."""

    size: int
    sha256: str
    sm3: str
    public: str
    signature: str

    @property
    def signed(self) -> bool:
        """Whether the signature is the named key's for these digests."""
        words = signed_words(self.size, self.sha256, self.sm3)
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public)).verify(bytes.fromhex(self.signature), words)
        except (ValueError, InvalidSignature):
            return False
        return True

    @property
    def signer(self) -> str:
        """The fingerprint of its key; empty for none."""
        return fingerprint(self.public) if self.public else ""


def fingerprint(public: str) -> str:
    """The first 16 hex figures of the SHA-256 of a public key (hex), in fours. Raises ValueError."""
    digest = hashlib.sha256(bytes.fromhex(public)).hexdigest()[:16]
    return "-".join(digest[n : n + 4] for n in range(0, 16, 4))


def seal_of(data: bytes) -> Seal:
    """Raises ValueError for anything else."""
    try:
        said = json.loads(data)
        manifest, signature = said["manifest"], said["signature"]
        if said["format"] != FORMAT or signature["algorithm"] != "Ed25519":
            raise ValueError(f"{said['format']}, {signature['algorithm']}")
        seal = Seal(int(manifest["size"]), str(manifest["sha256"]), str(manifest["sm3"]), str(signature["publicKey"]),
                    str(signature["value"]))  # fmt: skip
    except (KeyError, TypeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(repr(error)) from error
    if not all(_HEX.fullmatch(word) for word in (seal.sha256, seal.sm3, seal.public, seal.signature)):
        raise ValueError("no digests")
    bytes.fromhex(seal.public)
    return seal


def manifest_of(data: bytes) -> dict[str, Listed]:
    """path → what it should be. Raises ValueError."""
    text = data.decode()
    if not text.startswith(MANIFEST_HEAD):
        raise ValueError("no heading")
    found: dict[str, Listed] = {}
    for number, line in enumerate(text[len(MANIFEST_HEAD) :].split("\n"), 2):
        if not line:
            continue
        match = _LINE.fullmatch(line)
        if match is None or match[1] in found:
            raise ValueError(f"line {number}")
        found[match[1]] = Listed(int(match[2]), match[3], match[4])
    return found


def digests_of(data: bytes) -> tuple[str, str]:
    """(SHA-256, SM3), lower-case hex."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(data)
    return hashlib.sha256(data).hexdigest(), sm3.finalize().hex()
