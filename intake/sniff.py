"""What a file is, by its content and never by its name."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Literal

Carrier = Literal["pdf", "ofd", "zip", "7z", "rar", "mail", "msg", "xml", "image", "html", "text", "empty", "unknown"]

_PICTURES = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
)
_HEIF = re.compile(rb"^....ftyp(?:heic|heix|heim|heis|hevc|hevx|mif1|msf1|avif|avis)", re.DOTALL)
_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_BLANK = b"\xef\xbb\xbf \r\n\t\x00"
_SEVEN_ZIP, _RAR, _COMPOUND = b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Old Office files are compounds too; only a mail has this storage.
_MAIL_PROPERTIES = "__properties_version1.0".encode("utf-16-le")
#: A mail begins with its headers, folded lines among them.
_HEADERS = re.compile(rb"(?:[!-9;-~]{2,60}:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){3}")
_OF_MAILS = re.compile(rb"^(?:from|to|received|mime-version|return-path|message-id):", re.IGNORECASE | re.MULTILINE)
#: A PDF may carry some bytes before its header.
_PDF_HEAD = 1024


def sniff(data: bytes) -> Carrier:
    """The carrier of a file. An OFD is a zip with OFD.xml in it; HTML saved as something else is told apart."""
    if not data.strip(_BLANK):
        return "empty"
    if data.startswith(_SEVEN_ZIP):
        return "7z"
    if data.startswith(_RAR):
        return "rar"
    if data.startswith(_COMPOUND):
        return "msg" if _MAIL_PROPERTIES in data else "unknown"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "ofd" if _holds_ofd(data) else "zip"
    if data.startswith(_PICTURES) or _HEIF.match(data) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return "image"
    head = _as_ascii(data)
    if _HEADERS.match(head) and len(_OF_MAILS.findall(data[:65536])) >= 2:
        return "mail"
    if b"%PDF-" in data[:_PDF_HEAD]:  # after the bundles, which may hold one unpacked
        return "pdf"
    if _HTML.search(head) and b"<EInvoice" not in head:
        return "html"
    if head.startswith(b"<") and re.match(rb"<[?!A-Za-z_]", head):
        return "xml"
    return "text" if _is_text(data) else "unknown"


def _as_ascii(data: bytes) -> bytes:
    """The beginning of a file without byte order mark and, for UTF-16, without its zeros."""
    head = data[:2048]
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")):
        head = head.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").replace(b"\x00", b"")
    return head.lstrip(_BLANK)


def _holds_ofd(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _is_package(archive.namelist()[:5000])
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return b"OFD.xml" in data[:4096]  # cut off, but it was one


def _is_package(names: Sequence[str]) -> bool:
    """Whether OFD.xml lies at the top, or in the one folder that holds all: an OFD unpacked and packed again."""
    tops = {name.lower().lstrip("/") for name in names if "__MACOSX" not in name}
    if "ofd.xml" in tops:
        return True
    folders = {name.partition("/")[0] for name in tops}
    return len(folders) == 1 and f"{next(iter(folders))}/ofd.xml" in tops


def _is_text(data: bytes) -> bool:
    head = data[:4096]
    if b"\x00" in head:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            head.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(head) - 4:
                continue
        return sum(c < 32 and c not in (9, 10, 13) for c in head) < len(head) / 50
    return False
