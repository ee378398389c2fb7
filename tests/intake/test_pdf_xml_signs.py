"""Signed PDFs and XML: good, changed, added to, signed twice, by SM2; nobody trusted unless named."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from asn1crypto import keys, x509  # type: ignore[import-untyped]
from cryptography import x509 as cx509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, sign_pdf, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from reportlab.pdfgen import canvas
from signxml import XMLSigner, methods  # type: ignore[attr-defined]

from archive.authentic import Standing, Step, Trust
from intake.authentic import judge
from intake.read import read
from tests.house import drawn
from tests.intake.pki import bureau, message

Key = rsa.RSAPrivateKey
NOW = datetime.now(UTC)


def certificate(name: str, key: Key, issuer: str, by: Key, *, ca: bool = False, days: int = 365) -> cx509.Certificate:
    def named(words: str) -> cx509.Name:
        return cx509.Name([cx509.NameAttribute(NameOID.COMMON_NAME, words)])

    usage = cx509.KeyUsage(
        digital_signature=not ca, content_commitment=not ca, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        cx509.CertificateBuilder().subject_name(named(name)).issuer_name(named(issuer)).public_key(key.public_key())
        .serial_number(cx509.random_serial_number()).not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(NOW + timedelta(days=days)).add_extension(cx509.BasicConstraints(ca, None), True)
        .add_extension(usage, True).sign(by, hashes.SHA256())
    )  # fmt: skip


def der(made: cx509.Certificate) -> bytes:
    return made.public_bytes(serialization.Encoding.DER)


@cache
def house() -> tuple[Key, cx509.Certificate, Key, cx509.Certificate]:
    """(root key, root, signer key, signer)."""
    root, signer = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    made = certificate("样例根", root, "样例根", root, ca=True)
    return root, made, signer, certificate("样例开票平台", signer, "样例根", root)


def trust() -> Trust:
    return Trust((der(house()[1]),))


def pdf() -> bytes:
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(400, 200), pageCompression=0)
    page.drawString(40, 150, "Invoice 24119990000015696478 total 848.00")
    page.save()
    return out.getvalue()


def signed(data: bytes, field: str = "Signature1") -> bytes:
    _, _, key, made = house()
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(der(made)), signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )  # fmt: skip
    out = sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), PdfSignatureMetadata(field_name=field), signer=signer)
    return out.getvalue()  # type: ignore[no-any-return]


def standing(data: bytes, carrier: str, who: Trust | None = None) -> Standing:
    found = judge(data, f"a.{carrier}", carrier, trust() if who is None else who)
    assert found is not None
    return found.standing


def test_a_signed_pdf_passes_with_its_root_only() -> None:
    data = signed(pdf())
    found = judge(data, "a.pdf", "pdf", trust())
    assert found is not None
    assert found.standing is Standing.PASSED
    assert found.checked == (Step.DIGESTS, Step.SIGNATURE, Step.CERTIFICATE, Step.COVERAGE)
    assert found.signers == ("样例开票平台",)
    assert standing(data, "pdf", Trust()) is Standing.DIGESTS
    assert standing(data, "pdf", Trust((bureau().root.certificate,))) is Standing.DIGESTS
    assert standing(data, "pdf", Trust((der(house()[3]),))) is Standing.PASSED


@pytest.mark.parametrize("who", [Trust(), trust()])
def test_a_changed_pdf_is_broken_whoever_is_trusted(who: Trust) -> None:
    data = signed(pdf())
    assert b"848.00" in data
    assert standing(data.replace(b"848.00", b"948.00", 1), "pdf", who) is Standing.BROKEN


def test_a_page_changed_by_an_appended_revision_is_broken() -> None:
    data = signed(pdf())
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    page = writer.root["/Pages"]["/Kids"][0]
    stream = generic.StreamObject(stream_data=b"BT /F1 12 Tf 40 150 Td (total 9848.00) Tj ET")
    page["/Contents"] = writer.add_object(stream)
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(data)
    assert standing(out.getvalue(), "pdf") is Standing.BROKEN


def test_a_second_signature_leaves_the_first_one_whole() -> None:
    assert standing(signed(signed(pdf()), "Signature2"), "pdf") is Standing.PASSED


def test_bytes_behind_the_end_are_not_covered() -> None:
    assert standing(signed(pdf()) + b"\n% more\n", "pdf") is not Standing.PASSED


def test_a_pdf_without_a_signature_and_one_cut_off() -> None:
    assert standing(pdf(), "pdf") is Standing.UNCHECKED
    assert standing(signed(pdf())[:-900], "pdf") is not Standing.PASSED


def gm_signed(base: bytes, room: int = 3000) -> bytes:
    """A PDF with an SM2 message (GB/T 35275) in /Contents, over all the rest of the file."""
    head = base + b"\n90 0 obj <</Type/Sig/ByteRange[0 %010d %010d %010d]/Contents"
    tail = b">> endobj\n%%EOF\n"
    start = len(head % (0, 0, 0))
    again = start + 2 * room + 2
    head = head % (start, again, len(tail))
    value = message(head + tail, bureau().signer, bureau().root)
    return head + b"<" + value.hex().encode().ljust(2 * room, b"0") + b">" + tail


def test_sm2_in_a_pdf() -> None:
    data = gm_signed(pdf().replace(b"%%EOF", b"% EOF").replace(b"%", b"%%"))
    root = Trust((bureau().root.certificate,))
    assert standing(data, "pdf", root) is Standing.PASSED
    assert standing(data, "pdf", Trust()) is Standing.DIGESTS
    assert standing(data.replace(b"848.00", b"948.00"), "pdf", Trust()) is Standing.BROKEN
    assert standing(data + b"more", "pdf", root) is Standing.DIGESTS


def xml_signed(*, reference: str = "") -> bytes:
    _, _, key, made = house()
    root = etree.fromstring(drawn("xml_01")[1])
    root.set("Id", "whole")
    data = root.find("{*}EInvoiceData")
    assert data is not None
    data.set("Id", "part")
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    cert = made.public_bytes(serialization.Encoding.PEM)
    signer = XMLSigner(method=methods.enveloped)
    done = signer.sign(root, key=private, cert=cert.decode(), reference_uri=reference or None)
    return etree.tostring(done, xml_declaration=True, encoding="UTF-8")


def test_xmldsig_over_the_whole_invoice() -> None:
    data = xml_signed()
    reading = read(data, "a.xml", trust())
    assert reading.authentic is not None
    assert reading.authentic.standing is Standing.PASSED
    assert reading.found[0].document.number
    assert not reading.found[0].warnings
    assert standing(data, "xml", Trust()) is Standing.DIGESTS
    assert b"742.00" in data
    assert standing(data.replace(b"742.00", b"942.00"), "xml", Trust()) is Standing.BROKEN


def test_xmldsig_over_a_part_does_not_pass() -> None:
    assert standing(xml_signed(reference="#part"), "xml") is Standing.DIGESTS


def test_the_bureau_s_own_block_is_unchecked_whoever_is_trusted() -> None:
    reading = read(drawn("xml_02")[1], "a.xml", trust())
    assert reading.authentic is not None
    assert (reading.authentic.standing, reading.authentic.signed) == (Standing.UNCHECKED, True)
