"""Signatures in XML: XMLDSig by signxml, and the tax bureau's own block, which is shown but can't be checked.

How the bureau's block (TaxBureauSignature: Reference, SignatureAlgorithm SM3withSM2, DETACH) forms the bytes it signs
isn't published, so it is never more than 未验签.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from archive.authentic import UNSIGNED, Authenticity, Standing, Step, Trust
from archive.words import Text
from intake.certificates import load, name_of
from intake.markup import first, parse
from intake.seals import MISSHAPEN, Seen, nobody, vouching

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_XADES_TIME = "{*}SigningTime"
#: Nothing of these leaves a part of the document out, but the signature itself.
_WHOLE = frozenset({
    "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
})  # fmt: skip


def judge_xml(data: bytes, name: str, trust: Trust) -> Authenticity:
    """What the document's signature is worth. Raises ReadProblems and ValueError for what can't be taken apart."""
    root = parse(data, name)
    signatures = [e for e in root.iter(f"{_DS}Signature") if e.find(f"{_DS}SignedInfo") is not None]
    if len(signatures) > 1:
        return Authenticity(Standing.UNCHECKED, (Text("有多个签名", "there are several signatures"),))
    if signatures:
        return _judge(data, trust)
    if next(root.iter("{*}SignatureValue"), None) is None:
        return UNSIGNED
    seen = Seen(signers=[name_of(c) for c in _certificates(first(root, "KeyInfo", "X509Certificate"))[:1]])
    return seen.ends(
        Standing.UNCHECKED,
        "税务局签名（TaxBureauSignature）的签名原文规则未公开，无法验证",
        "how the tax bureau's signature is formed isn't published, so it can't be verified",
    )


def _judge(data: bytes, trust: Trust) -> Authenticity:
    """XMLDSig. The document is parsed anew as it is: comments and blanks are part of what is signed."""
    from signxml.exceptions import InvalidInput, InvalidSignature

    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True))
    signature = next(root.iter(f"{_DS}Signature"))
    texts = [e.text or "" for e in signature.iter(f"{_DS}X509Certificate")]
    certificates = [c for text in texts for c in _certificates(text)]
    told = next((e.text for e in signature.iter(_XADES_TIME)), None)
    seen = Seen(signers=[name_of(c) for c in certificates[:1]], at=_time(told))
    try:
        who = _verified(root, certificates)
    except InvalidSignature:
        return seen.ends(Standing.BROKEN, "签名与内容不一致", "the signature does not agree with the content")
    except (InvalidInput, ValueError) as error:
        why = str(error)[:80]
        return seen.ends(Standing.UNCHECKED, f"这种 XML 签名不认识（{why}）", f"this XML signature isn't known ({why})")
    seen.checked += [Step.DIGESTS, Step.SIGNATURE]
    if not _whole(root, signature):
        return seen.ends(Standing.DIGESTS, "签名没有覆盖整个文件", "the signature doesn't cover the whole file")
    seen.checked.append(Step.COVERAGE)
    if who is None:
        return seen.ends(Standing.DIGESTS, "签名里没有证书", "the signature names no certificate")
    seen.signers = [name_of(who)]
    if not trust.certificates:
        return nobody(seen)
    return vouching(seen, [who], certificates, trust, seen.at or datetime.now(UTC))


def _verified(root: etree._Element, certificates: Sequence[Any]) -> Any | None:
    """The certificate whose key made the signature; None where a bare key did. Raises signxml's errors."""
    from signxml.exceptions import InvalidSignature
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    references = len(list(next(root.iter(f"{_DS}SignedInfo")).iter(f"{_DS}Reference")))
    config = SignatureConfiguration(require_x509=False, expect_references=references)
    if not certificates:
        XMLVerifier().verify(root, expect_config=config, validate_schema=False)
        return None
    failed: InvalidSignature | None = None
    for certificate in certificates:
        pem = base64.encodebytes(certificate.dump()).decode()
        pem = f"-----BEGIN CERTIFICATE-----\n{pem}-----END CERTIFICATE-----\n"
        try:
            XMLVerifier().verify(root, x509_cert=pem, expect_config=config, validate_schema=False)
        except InvalidSignature as error:
            failed = error
        else:
            return certificate
    assert failed is not None
    raise failed


def _whole(root: etree._Element, signature: etree._Element) -> bool:
    """Whether one of the references is the whole document, with nothing cut out but the signature."""
    names = {"", *(f"#{root.get(name)}" for name in ("Id", "ID", "id") if root.get(name))}
    for reference in signature.iter(f"{_DS}Reference"):
        cuts = {t.get("Algorithm") for t in reference.iter(f"{_DS}Transform")}
        if reference.get("URI") in names and cuts <= _WHOLE:
            return True
    return False


def _certificates(text: str) -> list[Any]:
    try:
        return [load(base64.b64decode("".join(text.split()), validate=True))] if text else []
    except (*MISSHAPEN, binascii.Error):
        return []


def _time(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None
