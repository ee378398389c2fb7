"""Signed messages: CMS (RFC 5652) and its GM cousin GB/T 35275, which differs in its object identifiers only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import cms, core, parser, x509  # type: ignore[import-untyped]

from intake.certificates import SM2_SIGN, SM3, load, says, sm3

Digest = Callable[[bytes], bytes]
DIGESTS: dict[str, Digest] = {
    SM3: sm3,
    "2.16.840.1.101.3.4.2.1": lambda data: hashlib.sha256(data).digest(),
    "2.16.840.1.101.3.4.2.2": lambda data: hashlib.sha384(data).digest(),
    "2.16.840.1.101.3.4.2.3": lambda data: hashlib.sha512(data).digest(),
}
#: GB/T 35275 signers name SM2 by its family or by SM2 with SM3.
_SM2 = frozenset({SM2_SIGN, "1.2.156.10197.1.301.1", "1.2.156.10197.1.301"})
_RSA, _SHA2 = (
    "1.2.840.113549.1.1.1",
    {
        "2.16.840.1.101.3.4.2.1": "1.2.840.113549.1.1.11",
        "2.16.840.1.101.3.4.2.2": "1.2.840.113549.1.1.12",
        "2.16.840.1.101.3.4.2.3": "1.2.840.113549.1.1.13",
    },
)


@dataclass(frozen=True, slots=True)
class Signed:
    """One signer's part of a message, taken apart. `agrees`: the digest in it is the content's; None: not known."""

    signer: x509.Certificate | None
    others: tuple[x509.Certificate, ...]
    algorithm: str
    messages: tuple[bytes, ...]  # what may have been signed
    signature: bytes
    agrees: bool | None
    at: datetime | None

    def holds(self) -> bool | None:
        """Whether the signer's key made it; None for an unknown algorithm or without a certificate."""
        if self.signer is None:
            return None
        answers = [says(self.signer, self.algorithm, message, self.signature) for message in self.messages]
        return True if True in answers else None if None in answers else False


def take_apart(der: bytes, content: bytes) -> list[Signed]:
    """Each signer of a signed message about the content, which lies beside it or in it. Raises ValueError."""
    data = cms.SignedData.load(_contents(der)[1], strict=True)
    pool = [load(choice.chosen.dump()) for choice in data["certificates"] if choice.name == "certificate"]
    held = data["encap_content_info"]
    inside = _inside(held)
    return [_signed(signer, pool, content, inside) for signer in data["signer_infos"]]


def _inside(held: cms.EncapsulatedContentInfo) -> bytes | None:
    """The content that lies in the message itself; None where it lies beside it."""
    parts = _contents(held.dump())
    return bytes(core.OctetString.load(parts[1]).native) if len(parts) > 1 else None


def _contents(der: bytes) -> list[bytes]:
    """What each element of a SEQUENCE holds: with GM identifiers asn1crypto doesn't know what to make of [0]."""
    kind, method, tag, _, inner, _ = parser.parse(der, strict=True)
    if (kind, method, tag) != (0, 1, core.Sequence.tag):
        raise ValueError("no sequence")
    parts: list[bytes] = []
    while inner:
        _, _, _, header, contents, trailer = parser.parse(inner)
        parts.append(bytes(contents))
        inner = inner[len(header) + len(contents) + len(trailer) :]
    return parts


def _signed(info: cms.SignerInfo, pool: Sequence[x509.Certificate], content: bytes, inside: bytes | None) -> Signed:
    method = info["digest_algorithm"]["algorithm"].dotted
    digest = DIGESTS.get(method)
    signer = next((c for c in pool if _is(info["sid"], c)), None)
    others = tuple(c for c in pool if c is not signer)
    agrees: bool | None = None
    at = None
    messages: tuple[bytes, ...] = (content,)
    if digest is not None:
        messages = (content, digest(content))
        agrees = None if inside is None else inside in messages
        attributes = {a["type"].native: a["values"][0] for a in info["signed_attrs"]}
        if attributes:
            told = bytes(attributes["message_digest"].native)
            meant = [digest(m) for m in messages]
            agrees = told in meant and agrees is not False
            messages = (info["signed_attrs"].untag().dump(),)
            at = _time(attributes.get("signing_time"))
    algorithm = info["signature_algorithm"]["algorithm"].dotted
    algorithm = SM2_SIGN if algorithm in _SM2 else _SHA2.get(method, algorithm) if algorithm == _RSA else algorithm
    return Signed(signer, others, algorithm, messages, bytes(info["signature"].native), agrees, at)


def _is(sid: cms.SignerIdentifier, certificate: x509.Certificate) -> bool:
    if sid.name == "issuer_and_serial_number":
        chosen = sid.chosen
        return bool(
            chosen["serial_number"].native == certificate.serial_number and chosen["issuer"] == certificate.issuer
        )
    return bool(sid.chosen.native == certificate.key_identifier)


def _time(value: core.Asn1Value | None) -> datetime | None:
    native = value.native if value is not None else None
    return native.astimezone(UTC) if isinstance(native, datetime) else None
