"""Bundles (zip, 7z, mails) → their files: names made safe, bombs refused, one archive inside another opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archive.errors import EmptyFile, OtherArchive, TooBigToRead, ZipBomb
from intake import limits
from intake.budget import Budget
from intake.mail import mail_files
from intake.names import safe_name
from intake.outlook import outlook_files
from intake.seven_zip import seven_zip_files
from intake.sniff import Carrier, sniff
from intake.zip_files import zip_files

_JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def _refused(data: bytes, name: str, budget: Budget) -> Iterator[tuple[str, bytes]]:
    raise OtherArchive(name=name)


_OPENERS: dict[Carrier, Callable[[bytes, str, Budget], Iterator[tuple[str, bytes]]]] = {
    "zip": zip_files,
    "7z": seven_zip_files,
    "mail": mail_files,
    "msg": outlook_files,
    "rar": _refused,
}


def is_bundle(data: bytes) -> bool:
    """Whether a file holds other files that are documents of their own."""
    return sniff(data) in _OPENERS


def unpack(data: bytes, name: str) -> tuple[tuple[str, bytes], ...]:
    """The files in a zip, 7z, .eml or .msg as (safe name, content), in its order; an OFD inside stays one file.

    Raises ZipBomb (too many, too large, too dense or too deeply nested), Encrypted, Truncated, TooBigToRead, EmptyFile,
    MailWithoutFiles, OtherArchive (RAR).
    """
    name = safe_name(name)
    if len(data) > limits.FILE_BYTES:
        raise TooBigToRead(name=name, size=limits.megabytes(len(data)), limit=limits.megabytes(limits.FILE_BYTES))
    files = list(_unpacked(data, name, Budget(name), limits.ZIP_NESTING, limits.MAIL_NESTING))
    if not files:
        raise EmptyFile(name=name)
    return _distinct(files)


def _unpacked(data: bytes, name: str, budget: Budget, archives: int, mails: int) -> Iterator[tuple[str, bytes]]:
    """The files of a bundle and of the bundles in it, as many levels of archives and of mails as are left."""
    for title, content in _OPENERS[sniff(data)](data, name, budget):
        if any(junk in title for junk in _JUNK):
            continue
        carrier = sniff(content)
        if carrier not in _OPENERS:
            yield safe_name(title), content
            continue
        mail = carrier in ("mail", "msg")
        left = (archives, mails - 1) if mail else (archives - 1, mails)
        if min(left) < 0:
            raise ZipBomb(name=name)
        yield from _unpacked(content, safe_name(title), budget, *left)


def _distinct(files: list[tuple[str, bytes]]) -> tuple[tuple[str, bytes], ...]:
    """Names made different where two folders held files of one name."""
    seen: dict[str, int] = {}
    result = []
    for name, content in files:
        seen[name] = seen.get(name, 0) + 1
        stem, dot, ending = name.rpartition(".")
        if seen[name] > 1:
            name = f"{stem or ending} ({seen[name]}){dot + ending if stem else ''}"
        result.append((name, content))
    return tuple(result)
