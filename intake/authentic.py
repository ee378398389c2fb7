"""The one door for seals and signatures: bytes → what they are worth. It never raises, nor says more than was seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from archive.authentic import NOBODY, UNSIGNED, Authenticity, Standing, Trust, findings
from archive.words import Text
from intake.doubts import SIGNATURE, doubt
from intake.reading import Reading


def judge(data: bytes, name: str, carrier: str, trust: Trust = NOBODY) -> Authenticity | None:
    """What the signatures of an OFD, PDF or XML file are worth; None for a carrier that bears none. Picklable."""
    judging = _JUDGES.get(carrier)
    if judging is None:
        return None
    try:
        return judging(data, name, trust)
    # The declared border: whatever an untrusted signature makes our libraries trip over, it was not verified.
    except Exception as error:  # the border: a judge that fails has judged nothing
        kind = type(error).__name__
        return Authenticity(
            Standing.UNCHECKED, (Text(f"签名读不懂（{kind}）", f"the signature can't be read ({kind})"),)
        )


def judged(reading: Reading, data: bytes, trust: Trust) -> Reading:
    """The reading with what its signatures are worth, said once."""
    authentic = judge(data, reading.name, reading.carrier, trust)
    if authentic is None:
        return reading
    found = tuple(replace(f, warnings=tuple(w for w in f.warnings if w.code != SIGNATURE)) for f in reading.found)
    kept = tuple(w for w in reading.warnings if w.code != SIGNATURE)
    unseen = (doubt(SIGNATURE),) if authentic.standing is Standing.UNCHECKED and authentic.signed else ()
    return replace(reading, found=found, warnings=(*kept, *unseen, *findings(authentic)), authentic=authentic)


def _ofd(data: bytes, name: str, trust: Trust) -> Authenticity:
    from intake.ofd_signs import judge_ofd  # lazily, as all readers: an idle process stays small

    return judge_ofd(data, name, trust)


def _pdf(data: bytes, name: str, trust: Trust) -> Authenticity:
    if b"/ByteRange" not in data:  # readable wherever there is a signature: unsigned files cost nothing
        return UNSIGNED
    from intake.pdf_signs import judge_pdf

    return judge_pdf(data, name, trust)


def _xml(data: bytes, name: str, trust: Trust) -> Authenticity:
    if b"SignatureValue" not in data and b"SignatureValue" not in data.replace(b"\x00", b""):  # UTF-16
        return UNSIGNED
    from intake.xml_signs import judge_xml

    return judge_xml(data, name, trust)


_JUDGES: dict[str, Callable[[bytes, str, Trust], Authenticity]] = {"ofd": _ofd, "pdf": _pdf, "xml": _xml}
