"""Certificates and bare signatures, international and GM (SM2 with SM3): does this key say that, and who vouches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import gmalg  # type: ignore[import-untyped]
from asn1crypto import algos, core, x509  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from gmalg.errors import GMError  # type: ignore[import-untyped]

from archive.authentic import Trust

#: GB/T 33560: SM3 digests, SM2 keys on their curve, and SM2 signatures over SM3.
SM3, SM2_CURVE, SM2_SIGN = "1.2.156.10197.1.401", "1.2.156.10197.1.301", "1.2.156.10197.1.501"
#: GM/T 0009: the signer's name inside Z where no other is agreed.
_USER = b"1234567812345678"
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "1.2.840.113549.1.1.11": hashes.SHA256, "1.2.840.113549.1.1.12": hashes.SHA384,
    "1.2.840.113549.1.1.13": hashes.SHA512, "1.2.840.10045.4.3.2": hashes.SHA256,
    "1.2.840.10045.4.3.3": hashes.SHA384, "1.2.840.10045.4.3.4": hashes.SHA512,
}  # fmt: skip
_LONGEST = 6  # certificates in a chain


def sm3(data: bytes) -> bytes:
    """SM3 (GB/T 32905), 32 bytes."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def load(der: bytes) -> x509.Certificate:
    """Raises ValueError for what is no certificate."""
    certificate = x509.Certificate.load(der, strict=True)
    certificate.subject.native, certificate.not_valid_after  # noqa: B018  lazily parsed: what is broken shows now
    return certificate


def name_of(certificate: x509.Certificate) -> str:
    """What the certificate calls its holder: common name, else organisation."""
    names = certificate.subject.native
    found = names.get("common_name") or names.get("organization_name") or certificate.subject.human_friendly
    return str(found if isinstance(found, str) else found[0])[:80]


def says(certificate: x509.Certificate, algorithm: str, message: bytes, signature: bytes) -> bool | None:
    """Whether the holder signed the message; None for an algorithm (dotted id) we don't know or don't take."""
    key = certificate["tbs_certificate"]["subject_public_key_info"]
    if algorithm == SM2_SIGN:
        return sm2_says(bytes(key["public_key"].contents[1:]), message, signature)
    wanted = _HASHES.get(algorithm)
    if wanted is None:
        return None
    try:
        public = serialization.load_der_public_key(key.dump())
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, message, padding.PKCS1v15(), wanted())
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, message, ec.ECDSA(wanted()))
        else:
            return None
    except InvalidSignature:
        return False
    except (ValueError, UnsupportedAlgorithm):
        return None
    return True


@lru_cache(maxsize=256)  # 33 ms each, and the same seals and issuers come again and again
def sm2_says(point: bytes, message: bytes, signature: bytes) -> bool:
    """SM2 (GB/T 32918.2) over SM3 by the key at an uncompressed point; the signature as DER (r, s) or as 64 bytes."""
    try:
        r, s = _pair(signature)
        return bool(gmalg.SM2(uid=_USER, pk=point).verify(message, r, s))
    except (GMError, ValueError, TypeError, OverflowError):
        return False


def _pair(signature: bytes) -> tuple[bytes, bytes]:
    if len(signature) == 64:
        return signature[:32], signature[32:]
    r, s = algos.DSASignature.load(signature, strict=True).native.values()
    return int(r).to_bytes(32, "big"), int(s).to_bytes(32, "big")


def vouched(leaf: x509.Certificate, others: Sequence[x509.Certificate], trust: Trust, at: datetime) -> bool:
    """Whether a chain leads from the leaf to a trusted certificate, each valid at that time and allowed its part.

    A certificate that is trusted itself needs nobody to vouch for it. Revocation lists are not looked at.
    """
    usage = leaf.key_usage_value
    if usage is not None and not {"digital_signature", "non_repudiation"} & usage.native:
        return False
    anchors = [load(der) for der in trust.certificates]
    return _valid(leaf, at) and _leads(leaf, [*anchors, *others], {a.sha256 for a in anchors}, at, 0)


def _leads(
    child: x509.Certificate, pool: Sequence[x509.Certificate], trusted: set[bytes], at: datetime, depth: int
) -> bool:
    if child.sha256 in trusted:
        return True
    if depth >= _LONGEST:
        return False
    return any(
        issuer.sha256 != child.sha256
        and issuer.subject == child.issuer
        and _may_issue(issuer, depth)
        and _valid(issuer, at)
        and _issued(child, issuer)
        and _leads(issuer, pool, trusted, at, depth + 1)
        for issuer in pool
    )


def _may_issue(issuer: x509.Certificate, below: int) -> bool:
    """RFC 5280 4.2.1.9 and 4.2.1.3: a CA by its own word, with so many CAs below it at most, that may sign them."""
    basic, usage = issuer.basic_constraints_value, issuer.key_usage_value
    if basic is None or not basic["ca"].native:
        return False
    most = basic["path_len_constraint"].native
    return (most is None or below <= most) and (usage is None or "key_cert_sign" in usage.native)


def _valid(certificate: x509.Certificate, at: datetime) -> bool:
    return bool(certificate.not_valid_before <= at <= certificate.not_valid_after)


def _issued(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    algorithm = child["signature_algorithm"]["algorithm"].dotted
    return (
        says(issuer, algorithm, child["tbs_certificate"].dump(), bytes(child["signature_value"].contents[1:])) is True
    )


def children(der: bytes) -> list[core.Any]:
    """The elements of a DER SEQUENCE, each to be parsed when it is used. Raises ValueError."""
    return list(core.SequenceOf.load(der, spec=core.Any, strict=True))
