"""No byte of a sealed file can be changed so that it still passes, and no nonsense makes a judge raise."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.authentic import Standing, Trust
from intake.authentic import judge
from tests.intake.pki import bureau, entries, message, packed, sealed, stamp
from tests.intake.test_ofd import ofd
from tests.intake.test_pdf_xml_signs import pdf, trust, xml_signed
from tests.intake.test_pdf_xml_signs import signed as signed_pdf

ROOT = Trust((bureau().root.certificate,))
VALUE = "Doc_0/Signs/Sign_0/SignedValue.dat"


@cache
def files(form: str) -> dict[str, bytes]:
    by = bureau()
    makers = {
        "newer": lambda content: stamp(content, by),
        "older": lambda content: stamp(content, by, newer=False),
        "message": lambda content: message(content, by.signer, by.root),
    }
    return entries(sealed(ofd(), by, value=makers[form]))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(["newer", "older", "message"]), st.data())
def test_no_changed_byte_of_a_sealed_package_passes(form: str, data: st.DataObject) -> None:
    whole = files(form)
    name = data.draw(st.sampled_from([*whole, VALUE, VALUE]))
    at = data.draw(st.integers(0, len(whole[name]) - 1))
    other = data.draw(st.integers(1, 255))
    content = bytearray(whole[name])
    content[at] ^= other
    found = judge(packed({**whole, name: bytes(content)}), "a.ofd", "ofd", ROOT)
    assert found is not None
    if name == "Doc_0/Signs/Signatures.xml" and found.standing is Standing.PASSED:
        return  # the list of signatures can't be signed; what it leads to is judged as ever
    assert found.standing is not Standing.PASSED, (name, at, other)


@cache
def whole_pdf() -> bytes:
    return signed_pdf(pdf())


@cache
def whole_xml() -> bytes:
    return xml_signed()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 1 << 20), st.integers(1, 255))
def test_no_changed_byte_of_a_signed_pdf_passes(at: int, other: int) -> None:
    data = bytearray(whole_pdf())
    start, end = data.index(b"/Contents <") + 11, data.index(b">", data.index(b"/Contents <"))
    at %= len(data)
    if start <= at < end:  # the message itself: zeros fill it up, and letters of either case are the same digits
        return
    data[at] ^= other
    found = judge(bytes(data), "a.pdf", "pdf", trust())
    assert found is not None
    assert found.standing is not Standing.PASSED, at


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.data())
def test_no_changed_figure_of_a_signed_xml_passes(data: st.DataObject) -> None:
    content = bytearray(whole_xml())
    end = content.index(b"SignedInfo")
    digits = [i for i, byte in enumerate(content[:end]) if chr(byte).isdigit() and i > 60]
    at = data.draw(st.sampled_from(digits))
    content[at] = ord("9") if content[at] != ord("9") else ord("8")
    found = judge(bytes(content), "a.xml", "xml", trust())
    assert found is not None
    assert found.standing is not Standing.PASSED, at


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.binary(max_size=400), st.sampled_from(["ofd", "pdf", "xml"]))
def test_nonsense_is_unchecked(data: bytes, carrier: str) -> None:
    for trusted in (Trust(), ROOT):
        for shaped in (
            data,
            b"%PDF-1.7 /ByteRange [0 5 9 3]" + data,
            b"<a><SignatureValue>" + data + b"</SignatureValue></a>",
        ):
            found = judge(shaped, "a", carrier, trusted)
            assert found is not None
            assert found.standing is Standing.UNCHECKED
