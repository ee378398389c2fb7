"""A signed value, whatever file it stands in: does it hold, is the seal a seal, and does anybody trusted vouch."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from asn1crypto import x509  # type: ignore[import-untyped]

from archive.authentic import Authenticity, Standing, Step, Trust
from archive.words import Text
from intake.certificates import name_of, says, sm3, vouched
from intake.cms import take_apart
from intake.ses import Stamp, read_stamp

#: What taking apart bytes of any form may end in.
MISSHAPEN = (ValueError, TypeError, IndexError, KeyError, AttributeError)


@dataclass
class Seen:
    """What is known of one signature so far; it ends with a standing."""

    checked: list[Step] = field(default_factory=list)
    signers: list[str] = field(default_factory=list)
    at: datetime | None = None

    def ends(self, standing: Standing, zh: str = "", en: str = "") -> Authenticity:
        """What is said of it, with the reason. Of what was changed no step holds."""
        why = (Text(zh, en),) if zh else ()
        checked = () if standing is Standing.BROKEN else tuple(self.checked)
        return Authenticity(standing, why, checked, tuple(self.signers), self.at)


def judge_value(seen: Seen, signed: bytes, content: bytes, trust: Trust) -> Authenticity:
    """A seal's signature or a signed message about the content."""
    try:
        stamp = read_stamp(signed)
    except MISSHAPEN:
        return _message(seen, signed, content, trust)
    return _sealed(seen, stamp, content, trust)


def _sealed(seen: Seen, stamp: Stamp, content: bytes, trust: Trust) -> Authenticity:
    """A seal's signature (GB/T 38540 7.3): digest, signature, seal, holder, term, then who vouches for both keys."""
    seen.signers.append(f"{stamp.seal.name}（{name_of(stamp.signer)}）")
    seen.at = stamp.at
    if stamp.digest != sm3(content) and stamp.digest != hashlib.sha256(content).digest():
        return seen.ends(Standing.BROKEN, "签章所签的内容被改动", "what the seal signs was changed")
    if not trust.certificates:
        return nobody(seen)
    seal = stamp.seal
    answers = (
        says(stamp.signer, stamp.algorithm, stamp.message, stamp.signature),
        says(seal.maker, seal.algorithm, seal.message, seal.signature),
    )
    if False in answers:
        return seen.ends(Standing.BROKEN, "签名值不成立", "the signature is not the signer's")
    if None in answers:
        return seen.ends(Standing.DIGESTS, "签名算法不认识", "the signature's algorithm is not known")
    seen.checked.append(Step.SIGNATURE)
    if not seal.may_be_pressed_by(stamp.signer.dump()):
        return seen.ends(Standing.BROKEN, "签名人不是印章的持有人", "the signer is no holder of the seal")
    seen.checked.append(Step.SEAL)
    if stamp.at is None or not seal.since <= stamp.at <= seal.until:
        return seen.ends(Standing.DIGESTS, "签章时间不在印章有效期内", "sealed outside of the seal's term")
    pool = [stamp.signer, seal.maker]
    return vouching(seen, (stamp.signer, seal.maker), pool, trust, stamp.at)


def _message(seen: Seen, signed: bytes, content: bytes, trust: Trust) -> Authenticity:
    """A signature without a seal (Type Sign): GB/T 35275 or CMS about Signature.xml; else it isn't read."""
    try:
        parts = take_apart(signed, content)
    except MISSHAPEN:
        parts = []
    if not parts or any(part.signer is None for part in parts):
        return seen.ends(Standing.DIGESTS, "签名值的格式或签名人不认识", "the signed value's form or signer is unknown")
    for part in parts:
        seen.signers.append(name_of(part.signer))
        seen.at = part.at
        if part.agrees is False or (trust.certificates and part.holds() is False):
            return seen.ends(Standing.BROKEN, "签名值不成立", "the signature does not agree with what it is of")
    if not trust.certificates:
        return nobody(seen)
    if any(part.holds() is None for part in parts):
        return seen.ends(Standing.DIGESTS, "签名算法不认识", "the signature's algorithm is not known")
    seen.checked.append(Step.SIGNATURE)
    at = seen.at or datetime.now(UTC)
    others = [c for part in parts for c in (part.signer, *part.others)]
    return vouching(seen, tuple(part.signer for part in parts), others, trust, at)


def nobody(seen: Seen) -> Authenticity:
    """Nothing is trusted: the signature of an unknown key would prove nothing, so it isn't computed."""
    return seen.ends(
        Standing.DIGESTS,
        "没有设置信任的证书，签章没有验证",
        "no trusted certificates are set, the seal was not verified",
    )


def vouching(
    seen: Seen, who: Sequence[x509.Certificate], pool: Sequence[x509.Certificate], trust: Trust, at: datetime
) -> Authenticity:
    """The last step: it passes when somebody trusted vouches for each of them at that time."""
    for certificate in who:
        if not vouched(certificate, pool, trust, at):
            name = name_of(certificate)
            return seen.ends(
                Standing.DIGESTS,
                f"「{name}」的证书不在信任之列",
                f"nobody trusted vouches for the certificate of “{name}”",
            )
    seen.checked.append(Step.CERTIFICATE)
    return seen.ends(Standing.PASSED)
