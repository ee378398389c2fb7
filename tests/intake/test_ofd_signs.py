"""Seals of OFD files, made here by the standards and changed in every way; and real ones where they are."""

from __future__ import annotations

import io
import zipfile

import pytest

from archive.authentic import CHANGED, Standing, Step, Trust, reasons
from archive.finding import Level
from intake import doubts
from intake.authentic import judge
from intake.read import read
from intake.ses import read_stamp
from tests.intake.pki import (
    SINCE,
    Bureau,
    bureau,
    entries,
    holder,
    message,
    number,
    packed,
    seal,
    sealed,
    seq,
    stamp,
)  # fmt: skip
from tests.intake.samples import REAL, needs_real
from tests.intake.test_ofd import PAGE, ofd

SIGNS = "Doc_0/Signs/Sign_0/"
ROOT = Trust((bureau().root.certificate,))


def standing(data: bytes, trust: Trust = ROOT) -> Standing:
    found = judge(data, "发票.ofd", "ofd", trust)
    assert found is not None
    return found.standing


def changed(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    files = entries(data)
    assert old in files[name]
    return packed({**files, name: files[name].replace(old, new, 1)})


def test_a_whole_seal_with_a_trusted_root_passes_and_says_what_was_checked() -> None:
    reading = read(sealed(ofd(), bureau()), "发票.ofd", ROOT)
    assert reading.authentic is not None
    assert reading.authentic.standing is Standing.PASSED
    assert reading.authentic.checked == tuple(Step)
    assert reading.authentic.signers == ("样例发票专用章（样例省税务局）",)
    assert not any(w.code in (CHANGED, doubts.SIGNATURE) for w in reading.warnings)


def test_nobody_trusted_is_never_more_than_digests() -> None:
    reading = read(sealed(ofd(), bureau()), "发票.ofd")
    assert reading.authentic is not None
    assert reading.authentic.standing is Standing.DIGESTS
    assert Step.SIGNATURE not in reading.authentic.checked


def test_a_root_that_is_another_s_vouches_for_nobody() -> None:
    other = holder("样例根证书", ca=True)  # same name, another key
    assert standing(sealed(ofd(), bureau()), Trust((other.certificate,))) is Standing.DIGESTS


def test_trusting_signer_and_maker_themselves_is_enough() -> None:
    by = bureau()
    both = Trust((by.signer.certificate, by.maker.certificate))
    assert standing(sealed(ofd(), by), both) is Standing.PASSED
    assert standing(sealed(ofd(), by), Trust((by.signer.certificate,))) is Standing.DIGESTS


def test_a_signer_is_no_ca() -> None:
    """Whoever has a trusted seal certificate can't make certificates for others with it."""
    by = bureau()
    forger = Bureau(by.root, holder("假印章", by.signer), holder("假税务局", by.signer))
    trust = Trust((by.root.certificate, by.signer.certificate))
    assert standing(sealed(ofd(), forger), trust) is Standing.DIGESTS


def test_an_expired_certificate_doesn_t_pass() -> None:
    root = bureau().root
    late = Bureau(root, bureau().maker, holder("过期税务局", root, until=SINCE.replace(year=2021)))
    assert standing(sealed(ofd(), late)) is Standing.DIGESTS


def test_the_older_form_passes_too() -> None:
    data = sealed(ofd(), bureau(), value=lambda content: stamp(content, bureau(), newer=False))
    assert standing(data) is Standing.PASSED
    assert standing(changed(data, "DOC_0/P/content.XML", b"848.00", b"948.00")) is Standing.BROKEN


def test_a_signed_message_without_a_seal_passes_and_breaks() -> None:
    by = bureau()
    data = sealed(ofd(), by, value=lambda content: message(content, by.signer, by.root))
    found = judge(data, "发票.ofd", "ofd", ROOT)
    assert found is not None
    assert (found.standing, reasons(found).zh) == (Standing.PASSED, "")
    other = sealed(ofd(), by, value=lambda content: message(content + b" ", by.signer, by.root))
    assert standing(other) is Standing.BROKEN


def test_a_changed_sum_is_a_stop_that_names_the_file() -> None:
    data = changed(sealed(ofd(), bureau()), "DOC_0/P/content.XML", "¥848.00".encode(), "¥948.00".encode())
    reading = read(data, "发票.ofd")
    assert reading.authentic is not None
    assert reading.authentic.standing is Standing.BROKEN
    assert reading.authentic.checked == ()
    (finding,) = [w for w in reading.warnings if w.code == CHANGED]
    assert finding.level is Level.STOP
    assert "content.XML" in finding.text.zh


def test_a_missing_file_and_a_changed_list_are_broken() -> None:
    data = sealed(ofd(files={"Doc_0/Attachs/a.txt": "1"}), bureau())
    files = entries(data)
    assert standing(packed({n: c for n, c in files.items() if n != "Doc_0/Attachs/a.txt"})) is Standing.BROKEN
    # the content and its digest changed together: the stamp's digest of the list tells
    assert (
        standing(changed(data, SIGNS + "Signature.xml", b"<ofd:SignedInfo>", b"<ofd:SignedInfo> ")) is Standing.BROKEN
    )
    assert standing(changed(data, SIGNS + "Signature.xml", b"<ofd:SignedInfo>", b"<ofd:SignedInfo> "), Trust()) is (
        Standing.BROKEN
    )


def test_a_file_put_in_afterwards_or_never_covered_does_not_pass() -> None:
    data = sealed(ofd(), bureau())
    more = packed({**entries(data), "Doc_0/Attachs/original_invoice.xml": b"<a/>"})
    found = judge(more, "发票.ofd", "ofd", ROOT)
    assert found is not None
    assert found.standing is Standing.DIGESTS
    assert "original_invoice.xml" in reasons(found).zh
    assert standing(sealed(ofd(), bureau(), leave_out=("OFD.xml",))) is Standing.DIGESTS


def test_somebody_else_s_key_or_seal_is_broken() -> None:
    by, forger = bureau(), holder("样例省税务局")
    pressed = seal(by)
    # the bureau's real seal pressed by a stranger's key
    assert standing(sealed(ofd(), by, value=lambda c: stamp(c, by, pressed=pressed, signer=forger))) is Standing.BROKEN
    # a seal the maker did not sign
    fake = seal(Bureau(by.root, forger, by.signer)).replace(forger.certificate, by.maker.certificate)
    if len(forger.certificate) == len(by.maker.certificate):
        assert standing(sealed(ofd(), by, value=lambda c: stamp(c, by, pressed=fake))) is Standing.BROKEN

    # the signature of another content under the right certificate
    def crossed(content: bytes) -> bytes:
        made, other = stamp(content, by), stamp(content + b" ", by)
        mine, theirs = read_stamp(made), read_stamp(other)
        return made.replace(mine.signature, theirs.signature) if len(mine.signature) == len(theirs.signature) else b""

    data = sealed(ofd(), by, value=crossed)
    if entries(data)[SIGNS + "SignedValue.dat"]:
        assert standing(data) is Standing.BROKEN
        assert standing(data, Trust()) is Standing.DIGESTS  # nothing more was looked at


def test_a_seal_used_after_its_term_does_not_pass() -> None:
    by = bureau()
    old = seal(by, until=SINCE.replace(year=2021))
    assert standing(sealed(ofd(), by, value=lambda c: stamp(c, by, pressed=old))) is Standing.DIGESTS


@pytest.mark.parametrize("value", [b"", b"nothing", seq(number(1)), seq(number(1), number(2)), b"\x30\x80" * 200])
def test_what_can_t_be_taken_apart_is_never_more_than_digests(value: bytes) -> None:
    assert standing(sealed(ofd(), bureau(), value=lambda _: value)) is Standing.DIGESTS


def test_an_unknown_method_is_unchecked_and_a_weak_one_compared_only() -> None:
    assert standing(sealed(ofd(), bureau(), method="9.9.9")) is Standing.UNCHECKED
    assert standing(sealed(ofd(), bureau(), method="MD5")) is Standing.BROKEN  # they are SM3 digests


def test_without_a_seal_it_is_unchecked_without_a_word_on_the_card() -> None:
    reading = read(ofd(PAGE), "发票.ofd", ROOT)
    assert reading.authentic is not None
    assert reading.authentic.standing is Standing.UNCHECKED
    assert not reading.authentic.signed


def test_two_files_of_one_name_do_not_pass() -> None:
    """Which of them a program shows is its own choice."""
    out = io.BytesIO(sealed(ofd(), bureau()))
    content = entries(out.getvalue())["DOC_0/P/content.XML"]
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("DOC_0/P/content.XML", content)
    assert standing(out.getvalue()) is Standing.DIGESTS


def test_a_second_unsigned_document_in_the_package_does_not_pass() -> None:
    files = entries(sealed(ofd(), bureau(), leave_out=("OFD.xml",)))
    more = {"Doc_1/Document.xml": files["Doc_0/Document.xml"], "Doc_1/P/Content.xml": files["DOC_0/P/content.XML"]}
    body = b"<ofd:DocBody><ofd:DocRoot>/Doc_1/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    root = files["OFD.xml"].replace(b"</ofd:OFD>", body)
    assert standing(packed({**files, **more, "OFD.xml": root})) is Standing.DIGESTS


@needs_real
@pytest.mark.parametrize(
    ("name", "untrusted", "trusted"),
    [
        ("09", Standing.DIGESTS, Standing.PASSED),
        ("11", Standing.DIGESTS, Standing.PASSED),
        ("13", Standing.DIGESTS, Standing.PASSED),
        ("04", Standing.DIGESTS, Standing.DIGESTS),  # OFD.xml lies outside of the seal
        ("12", Standing.BROKEN, Standing.BROKEN),  # Document.xml was changed
    ],
)
def test_real_seals(name: str, untrusted: Standing, trusted: Standing) -> None:
    (path,) = (REAL / "ofd_invoice").glob(f"ofd_invoice_{name}_*.ofd")
    data = path.read_bytes()
    made = read_stamp(entries(data)[SIGNS + "SignedValue.dat"])
    assert standing(data, Trust()) is untrusted
    assert standing(data, Trust((made.signer.dump(), made.seal.maker.dump()))) is trusted
