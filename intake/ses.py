"""An electronic seal's signature taken apart: GB/T 38540-2020, and GM/T 0031-2014 before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import core, x509  # type: ignore[import-untyped]

from intake.certificates import children, load, sm3


@dataclass(frozen=True, slots=True)
class Seal:
    """The seal that was pressed: made and signed by its maker for the certificates it names."""

    name: str
    maker: x509.Certificate
    algorithm: str
    message: bytes
    signature: bytes
    holders: frozenset[bytes]  # certificates (DER), or their SM3 digests, that may press it
    since: datetime
    until: datetime

    def may_be_pressed_by(self, certificate: bytes) -> bool:
        """Whether the certificate (DER) is among those the seal was made for."""
        return bool(self.holders & {certificate, sm3(certificate)})


@dataclass(frozen=True, slots=True)
class Stamp:
    """SES_Signature: the digest of Signature.xml, when and by whom it was signed, and with which seal."""

    digest: bytes
    at: datetime | None  # UTC, as the signer says
    signer: x509.Certificate
    algorithm: str
    message: bytes
    signature: bytes
    seal: Seal


def read_stamp(der: bytes) -> Stamp:
    """Raises ValueError for what is no SES_Signature."""
    top = children(der)
    inner = children(top[0].dump())
    if len(top) >= 4:  # GB/T 38540: the certificate stands beside what is signed
        certificate, algorithm, signature = top[1], top[2], top[3]
    elif len(top) == 2 and len(inner) >= 7:  # GM/T 0031: inside of it
        certificate, algorithm, signature = inner[5], inner[6], top[1]
    else:
        raise ValueError("no SES_Signature")
    return Stamp(
        _bits(inner[3]), _time(inner[2]), load(_octets(certificate)), _id(algorithm), top[0].dump(), _bits(signature),
        _seal(inner[1].dump()),
    )  # fmt: skip


def _seal(der: bytes) -> Seal:
    parts = children(der)
    info = parts[0].dump()
    newer = len(parts) >= 4
    maker, algorithm, signature = parts[1:4] if newer else children(parts[1].dump())[:3]
    # GM/T 0031 signs seal, certificate and algorithm together, GB/T 38540 the seal alone
    message = info if newer else _sequence(info, maker.dump(), algorithm.dump())
    properties = children(children(info)[2].dump())
    listed = properties[3] if newer else properties[2]
    since, until = (_time(value) for value in properties[-2:])
    if since is None or until is None:
        raise ValueError("a seal without a term")
    return Seal(
        str(properties[1].parse().native)[:80], load(_octets(maker)), _id(algorithm), message, _bits(signature),
        frozenset(_holder(each) for each in children(listed.dump())), since, until,
    )  # fmt: skip


def _holder(listed: core.Any) -> bytes:
    """A certificate as it is, or {type, digest} where only digests are listed."""
    value = listed.parse()
    if isinstance(value, core.OctetString):
        return bytes(value.native)
    return _octets(children(listed.dump())[1])


def _sequence(*parts: bytes) -> bytes:
    whole: bytes = core.Sequence(contents=b"".join(parts)).dump()
    return whole


def _octets(value: core.Any) -> bytes:
    parsed = value.parse()
    if not isinstance(parsed, core.OctetString):
        raise ValueError("an OCTET STRING was expected")
    return bytes(parsed.native)


def _bits(value: core.Any) -> bytes:
    parsed = value.parse()
    if not isinstance(parsed, core.BitString) or not parsed.contents:
        raise ValueError("a BIT STRING was expected")
    return bytes(parsed.contents[1:])


def _id(value: core.Any) -> str:
    parsed = value.parse()
    if not isinstance(parsed, core.ObjectIdentifier):
        raise ValueError("an OBJECT IDENTIFIER was expected")
    return str(parsed.dotted)


def _time(value: core.Any) -> datetime | None:
    """A moment in UTC; GM/T 0031 puts it as characters or a time stamp into a BIT STRING: the first is read."""
    parsed = value.parse()
    if isinstance(parsed, core.UTCTime | core.GeneralizedTime):
        at: datetime = parsed.native
        return at.astimezone(UTC)
    try:
        words = bytes(parsed.contents[1:]).decode("ascii").rstrip("Z")[:14]
        return datetime.strptime(words, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except (ValueError, AttributeError):
        return None
