"""The signatures of a PDF: what pyHanko makes of them, what was added afterwards, and who vouches. SM2 by ourselves."""

from __future__ import annotations

import asyncio
import binascii
import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from archive.authentic import Authenticity, Standing, Step, Trust, together
from archive.words import Text
from intake.certificates import name_of
from intake.seals import Seen, judge_value, nobody, vouching

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
_GM = bytes.fromhex("2a811ccf55")  # 1.2.156.10197: every GM object identifier begins so
_MOST = 20
_WEAK = frozenset({"md5", "sha1"})


def judge_pdf(data: bytes, name: str, trust: Trust) -> Authenticity:
    """What the file's signatures are worth. Raises pyHanko's errors and ValueError for what can't be taken apart."""
    values = list(_values(data))
    if len(values) > _MOST:
        return Authenticity(Standing.UNCHECKED, (Text("签名太多", "too many signatures"),))
    ours = [value for value in values if _GM in value[0]]
    each = [_judge_gm(signed, content, whole, trust) for signed, content, whole in ours]
    if len(ours) < len(values) or not values:
        each += _by_pyhanko(data, trust)
    return together(each)


def _values(data: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """(signed value, signed bytes, whether that is the whole file) of each signature."""
    for found in _RANGE.finditer(data):
        start, length, again, rest = (int(number) for number in found.groups())
        if not start + length < again <= again + rest <= len(data):
            continue
        gap = data[start + length : again].strip()
        if not (gap.startswith(b"<") and gap.endswith(b">")):
            continue
        try:
            signed = binascii.unhexlify(b"".join(gap[1:-1].split()))
        except (binascii.Error, ValueError):
            continue
        whole = start == 0 and again + rest == len(data)
        yield signed, data[start : start + length] + data[again : again + rest], whole


def _judge_gm(signed: bytes, content: bytes, whole: bool, trust: Trust) -> Authenticity:
    """SM2 (GB/T 35275 or a seal's signature): pyHanko doesn't know it."""
    seen = Seen()
    verdict = judge_value(seen, _unpadded(signed), content, trust)
    if verdict.standing is not Standing.PASSED:
        return verdict
    if not whole:
        return seen.ends(Standing.DIGESTS, "签名没有覆盖整个文件", "the signature doesn't cover the whole file")
    seen.checked = [Step.DIGESTS, *seen.checked, Step.COVERAGE]
    return seen.ends(Standing.PASSED)


def _unpadded(signed: bytes) -> bytes:
    """/Contents is filled up with zeros: the DER value says how long it is."""
    from asn1crypto import parser  # type: ignore[import-untyped]

    _, _, _, header, contents, trailer = parser.parse(signed, strict=False)
    return bytes(header + contents + trailer)


def _by_pyhanko(data: bytes, trust: Trust) -> list[Authenticity]:
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(data), strict=False)
    if reader.encrypted:
        reader.decrypt(b"")
    signatures = list(reader.embedded_regular_signatures)
    fields = {signature.field_name for signature in signatures}
    return [_judge(signature, fields, trust) for signature in signatures]


def _judge(signature: Any, fields: set[str], trust: Trust) -> Authenticity:
    status = _status(signature)
    told = status.signer_reported_dt
    seen = Seen(signers=[name_of(signature.signer_cert)], at=told.astimezone(UTC) if told else None)
    if not status.intact:
        return seen.ends(Standing.BROKEN, "签名后内容被改动", "the content was changed after it was signed")
    if not status.valid:
        return seen.ends(Standing.BROKEN, "签名值不成立", "the signature is not the signer's")
    seen.checked += [Step.DIGESTS, Step.SIGNATURE]
    if added := _added(status, fields):
        return seen.ends(*added)
    seen.checked.append(Step.COVERAGE)
    if status.md_algorithm.lower() in _WEAK:
        return seen.ends(Standing.DIGESTS, "摘要算法太弱", "the digest is weak")
    if not trust.certificates:
        return nobody(seen)
    who, others = signature.signer_cert, list(signature.other_embedded_certs)
    return vouching(seen, [who], others, trust, seen.at or datetime.now(UTC))


def _status(signature: Any) -> Any:
    """pyHanko's findings; who vouches is asked afterwards, so to pyHanko the signer vouches for itself.

    It brings its own loop, so it gets a thread of its own: the caller may have one that runs.
    """
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    itself = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(async_validate_pdf_signature(signature, itself))).result()


def _added(status: Any, fields: set[str]) -> tuple[Standing, str, str] | None:
    """What stands in the file beside what was signed; None where nothing does that matters.

    A later signature and what proves its certificates (ISO 32000-2 12.8.4) may be added; anything else may not.
    """
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if status.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return None
    level = status.modification_level
    if level is not None and (level >= ModificationLevel.ANNOTATIONS or not status.docmdp_ok):
        return Standing.BROKEN, "签名后追加过内容", "something was added after it was signed"
    revision = status.coverage is SignatureCoverageLevel.ENTIRE_REVISION
    if level is None or level is ModificationLevel.NONE or not revision:
        return Standing.DIGESTS, "签名没有覆盖整个文件", "the signature doesn't cover the whole file"
    if level is ModificationLevel.FORM_FILLING and status.diff_result.changed_form_fields - fields:
        return Standing.DIGESTS, "签名后填写过表单", "form fields were filled in after it was signed"
    return None
