"""7z archives and mails: their files come out as from a zip, within the same limits."""

import contextlib
import io
import random
from email.message import EmailMessage
from email.policy import SMTP

import py7zr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import (
    EmptyFile,
    Encrypted,
    MailWithoutFiles,
    OtherArchive,
    OutlookPacked,
    ReadProblem,
    TooDeep,
    Truncated,
    ZipBomb,
)
from intake import limits
from intake.read import read
from intake.sniff import sniff
from intake.unpack import is_bundle, unpack
from tests.intake.compound import outlook_mail
from tests.intake.samples import sample
from tests.intake.test_unpack import zipped

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40_000)
LOGO = b"\x89PNG\r\n\x1a\n" + bytes(400)


def seven(files: dict[str, bytes], password: str | None = None) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password) as archive:
        for name, content in files.items():
            archive.writestr(content, name)
    return out.getvalue()


def mail(files: dict[str, bytes], text: str = "见附件", html: str = "", pasted: bytes = b"") -> bytes:
    message = EmailMessage(SMTP)
    message["From"], message["To"], message["Subject"] = "发票 <a@example.com>", "b@example.com", "您的电子发票"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
        if pasted:
            message.get_payload()[1].add_related(pasted, "image", "png", cid="<pic1>")
    for name, content in files.items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def test_a_7z_gives_its_files() -> None:
    data = seven({"发票/一.xml": b"<a/>", "子/二.pdf": b"%PDF-2", "__MACOSX/._x": b"x"})
    assert sniff(data) == "7z"
    assert unpack(data, "月底.7z") == (("一.xml", b"<a/>"), ("二.pdf", b"%PDF-2"))


def test_a_locked_a_cut_and_an_empty_7z_have_their_names() -> None:
    with pytest.raises(Encrypted):
        unpack(seven({"a.xml": b"<a/>"}, password="x"), "a.7z")
    with pytest.raises(EmptyFile):
        unpack(seven({}), "a.7z")
    whole = seven({"a.xml": random.Random(1).randbytes(3000)})
    for length in (6, 20, 40, len(whole) // 2, len(whole) - 5):
        with pytest.raises(Truncated):
            unpack(whole[:length], "a.7z")


def test_7z_bombs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZipBomb):
        unpack(seven({"a.bin": bytes(30 << 20)}), "a.7z")  # dense
    with pytest.raises(ZipBomb):
        unpack(seven({"b.7z": seven({"c.7z": seven({"a.xml": b"<a/>"})})}), "a.7z")
    with monkeypatch.context() as patched:
        patched.setattr(limits, "ZIP_ENTRIES", 3)
        with pytest.raises(ZipBomb):
            unpack(seven({f"{i}.xml": b"<a/>" for i in range(4)}), "a.7z")


def test_a_7z_whose_dictionary_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ZIP_BYTES", 1 << 20)
    with pytest.raises(ZipBomb):
        unpack(seven({"a.xml": b"<a/>"}), "a.7z")


def test_a_mail_gives_its_attachments_and_not_its_logo() -> None:
    html = '<html><body><img src="cid:pic1">您好</body></html>'
    data = mail({"电子发票.pdf": b"%PDF-1", "数据.xml": b"<a/>"}, html=html, pasted=LOGO)
    assert sniff(data) == "mail"
    assert unpack(data, "转发.eml") == (("电子发票.pdf", b"%PDF-1"), ("数据.xml", b"<a/>"))


def test_a_photo_pasted_into_a_mail_is_taken_where_nothing_is_attached() -> None:
    html = '<html><body><img src="cid:pic1"></body></html>'
    assert [content for _, content in unpack(mail({}, html=html, pasted=PICTURE), "a.eml")] == [PICTURE]
    for bare in (mail({}, html=html, pasted=LOGO), mail({}), mail({}, html="<a href='https://x/发票'>下载</a>")):
        with pytest.raises(MailWithoutFiles):
            unpack(bare, "a.eml")


def test_a_mail_in_a_mail_and_an_archive_in_a_mail_are_opened() -> None:
    inner = EmailMessage(SMTP)
    inner["From"], inner["To"], inner["Subject"] = "a@example.com", "b@example.com", "发票"
    inner.set_content("x")
    inner.add_attachment(b"%PDF-1", maintype="application", subtype="pdf", filename="里.pdf")
    outer = EmailMessage(SMTP)
    outer["From"], outer["To"], outer["Subject"] = "a@example.com", "b@example.com", "转发"
    outer.set_content("x")
    outer.add_attachment(inner)
    outer.add_attachment(zipped({"外.xml": b"<a/>"}), maintype="application", subtype="zip", filename="a.zip")
    assert unpack(outer.as_bytes(), "a.eml") == (("里.pdf", b"%PDF-1"), ("外.xml", b"<a/>"))
    assert unpack(zipped({"m.eml": mail({"发票.pdf": b"%PDF-1"})}), "a.zip") == (("发票.pdf", b"%PDF-1"),)
    deep = mail({"发票.pdf": b"%PDF-1"})
    for _ in range(6):
        deep = mail({"m.eml": deep})
    with pytest.raises(ZipBomb):
        unpack(deep, "a.eml")


@pytest.mark.parametrize(
    "header",
    [
        b'filename="=?GB18030?B?t6LGsS5wZGY=?="',
        b"filename*=UTF-8''%E5%8F%91%E7%A5%A8.pdf",
        'filename="发票.pdf"'.encode("gb18030"),
        'filename="发票.pdf"'.encode(),
    ],
)
def test_attachment_names_as_chinese_mailers_write_them(header: bytes) -> None:
    data = (
        b"From: a@example.com\r\nTo: b@example.com\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: application/pdf\r\nContent-Disposition: attachment; " + header + b"\r\n\r\n%PDF-1.7"
    )
    ((name, _),) = unpack(data, "a.eml")
    assert name == "发票.pdf"


def test_parts_without_end_are_an_error_of_ours() -> None:
    head = b"From: a@example.com\r\nTo: b@example.com\r\nMIME-Version: 1.0\r\n"
    nest = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (i, i) for i in range(3000))
    with pytest.raises((TooDeep, MailWithoutFiles)):
        unpack(head + nest, "a.eml")


def test_an_outlook_mail_gives_its_attachments() -> None:
    pdf = sample("dev_11")
    data = outlook_mail(
        {"电子发票.pdf": pdf, "logo.png": LOGO, "转发": {"里.xml": b"<a/>"}}, pasted=frozenset({"logo.png"})
    )
    assert sniff(data) == "msg"
    assert unpack(data, "a.msg") == (("电子发票.pdf", pdf), ("里.xml", b"<a/>"))
    with pytest.raises(MailWithoutFiles):
        unpack(outlook_mail({}), "a.msg")


def test_a_cut_outlook_mail_and_an_old_office_file() -> None:
    data = outlook_mail({"a.pdf": sample("dev_11")})
    with pytest.raises(Truncated):
        unpack(data[:4000] + "__properties_version1.0".encode("utf-16-le"), "a.msg")
    assert sniff(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) == "unknown"


def test_a_rar_says_what_to_do() -> None:
    data = b"Rar!\x1a\x07\x01\x00" + bytes(60)
    assert is_bundle(data)
    with pytest.raises(OtherArchive) as caught:
        unpack(data, "a.rar")
    assert "7Z" in caught.value.say("zh")


_WHOLE = (
    seven({"a.xml": b"<a>1</a>" * 50, "b.txt": b"x"}),
    outlook_mail({"a.pdf": b"%PDF" * 40, "b": {"c.xml": b"<c/>"}}),
    mail({"电子发票.pdf": b"%PDF-1" * 30}),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_WHOLE), st.lists(st.tuples(st.integers(0, 1 << 16), st.binary(max_size=4)), max_size=6))
def test_damaged_bundles_end_in_files_or_an_error_of_ours(data: bytes, damage: list[tuple[int, bytes]]) -> None:
    spoiled = bytearray(data)
    for at, part in damage:
        spoiled[8 + at % len(data) : 8 + at % len(data) + len(part)] = part
    if is_bundle(bytes(spoiled)):
        with contextlib.suppress(ReadProblem):
            unpack(bytes(spoiled), "a")


def test_attachments_in_outlooks_own_wrapping_say_what_to_do() -> None:
    packed = b"\x78\x9f\x3e\x22" + bytes(200)
    letter = EmailMessage(SMTP)
    letter["From"], letter["To"], letter["Subject"] = "a@example.com", "b@example.com", "发票"
    letter.set_content("见附件")
    letter.add_attachment(packed, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    with pytest.raises(OutlookPacked) as caught:
        unpack(letter.as_bytes(), "a.eml")
    assert "winmail.dat" in caught.value.say("zh")
    assert "as HTML" in caught.value.say("en")
    assert isinstance(read(packed, "winmail.dat").error, OutlookPacked)
    letter.add_attachment(b"<a/>", maintype="text", subtype="xml", filename="a.xml")
    assert unpack(letter.as_bytes(), "a.eml") == (("a.xml", b"<a/>"),), "what can be read is read"


def test_a_mail_that_is_the_receipt_itself_says_what_to_do() -> None:
    html = "<table><tr><td>发票号码：26339990001234567890</td><td>价税合计 ¥100.00</td></tr></table>"
    with pytest.raises(MailWithoutFiles) as caught:
        unpack(mail({}, html=html), "a.eml")
    assert "打印成 PDF" in caught.value.say("zh")
    assert "print a mail" in caught.value.say("en")
