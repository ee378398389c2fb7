"""Whether a document's seals and signatures hold: what was checked, what came of it, and never more than that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from archive.finding import Finding, Level
from archive.words import Text

#: Findings: the bytes were changed after they were sealed; digests hold but nobody vouches for the seal.
CHANGED, UNVOUCHED = "I20", "I21"


class Standing(StrEnum):
    """The four things that can be said, the worst first."""

    BROKEN = "broken"  # a digest, a signature or the seal does not agree with the file
    UNCHECKED = "unchecked"  # nothing was checked: no signature, or none we can read
    DIGESTS = "digests"  # what is signed is unchanged, but who signed it isn't established
    PASSED = "passed"  # digests, signature, certificate up to a trusted one, and all of the file is covered


STANDING_NAMES: Mapping[Standing, Text] = {
    Standing.PASSED: Text("通过", "passed"),
    Standing.DIGESTS: Text("摘要一致，签章未验", "digests agree, seal not verified"),
    Standing.UNCHECKED: Text("未验签", "signature not verified"),
    Standing.BROKEN: Text("不一致", "does not agree"),
}
_ORDER = tuple(Standing)


class Step(StrEnum):
    """What can be checked of a signature. Revocation isn't among them: nothing is fetched."""

    DIGESTS = "digests"
    SIGNATURE = "signature"
    SEAL = "seal"  # the seal itself, by its maker's signature (GB/T 38540)
    CERTIFICATE = "certificate"  # up to one of the trust store
    COVERAGE = "coverage"  # nothing in the file lies outside of what is signed


@dataclass(frozen=True, slots=True)
class Trust:
    """Certificates (DER) that are trusted: issuers, or signers themselves. Empty: nobody is."""

    certificates: tuple[bytes, ...] = ()


NOBODY = Trust()


@dataclass(frozen=True, slots=True)
class Authenticity:
    """What is known of a file's signatures. `signers` and `signed_at` are claims of the file unless it passed."""

    standing: Standing
    why: tuple[Text, ...] = ()
    checked: tuple[Step, ...] = ()  # what was checked and held
    signers: tuple[str, ...] = ()
    signed_at: datetime | None = None  # UTC

    @property
    def signed(self) -> bool:
        """Whether there is a signature at all."""
        return self != UNSIGNED


UNSIGNED = Authenticity(Standing.UNCHECKED, (Text("文件里没有电子签名", "the file bears no electronic signature"),))


def together(each: Sequence[Authenticity]) -> Authenticity:
    """Several signatures of one file: as good as the worst of them, and checked is what was checked of all."""
    if not each:
        return UNSIGNED
    worst = min(each, key=lambda a: _ORDER.index(a.standing))
    times = [a.signed_at for a in each if a.signed_at]
    return Authenticity(
        worst.standing,
        tuple(dict.fromkeys(why for a in each if a.standing is worst.standing for why in a.why)),
        tuple(step for step in Step if all(step in a.checked for a in each)),
        tuple(dict.fromkeys(name for a in each for name in a.signers)),
        max(times, default=None),
    )


def findings(authentic: Authenticity | None) -> tuple[Finding, ...]:
    """What a reader is told of it: a changed file can't go on; digests alone are worth knowing."""
    if authentic is None:
        return ()
    why = reasons(authentic)
    if authentic.standing is Standing.BROKEN:
        text = Text(f"签章与内容不一致：{why.zh}", f"The seal does not agree with the content: {why.en}")
        return (Finding(CHANGED, Level.STOP, text),)
    if authentic.standing is Standing.DIGESTS:
        text = Text(f"摘要一致，签章未验：{why.zh}", f"Digests agree, the seal is not verified: {why.en}")
        return (Finding(UNVOUCHED, Level.NOTE, text),)
    return ()


def reasons(authentic: Authenticity) -> Text:
    """All reasons as one line."""
    return Text("；".join(w.zh for w in authentic.why), "; ".join(w.en for w in authentic.why))


def plain(authentic: Authenticity | None) -> dict[str, object]:
    """As plain values, for `--json`; nothing known is 未验签."""
    known = authentic or Authenticity(Standing.UNCHECKED, (Text("没有检查过签名", "no signature was looked for"),))
    why = reasons(known)
    return {
        "standing": known.standing.value,
        "zh": STANDING_NAMES[known.standing].zh,
        "en": STANDING_NAMES[known.standing].en,
        "checked": [step.value for step in known.checked],
        "signers": list(known.signers),
        "signed_at": known.signed_at.isoformat() if known.signed_at else None,
        "why": {"zh": why.zh, "en": why.en},
    }
