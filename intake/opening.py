"""Whether a file opens: by the program that would show it, as far as is needed to know (四性检测 3-2)."""

from __future__ import annotations

import io
import zipfile
import zlib

from PIL import UnidentifiedImageError

from archive.errors import Problem
from archive.four_properties.evidence import Opening
from archive.words import Text
from intake.limits import PIXELS, ZIP_BYTES, ZIP_ENTRIES
from intake.markup import parse
from intake.picture_file import opened
from intake.sniff import sniff

_DAMAGED = Text("文件损坏", "it is damaged")
_SMALL = 64  # pixels of the picture a JPEG is decoded to: a broken one breaks there too


def opening(data: bytes) -> Opening:
    """What it is by its content, and why it doesn't open; other carriers than those we draw are only named."""
    carrier = sniff(data)
    try:
        if carrier == "pdf":
            return _pdf(data)
        if carrier == "ofd":
            return _ofd(data)
        if carrier == "xml":
            parse(data, "")
        if carrier == "image":
            return _picture(data)
    except Problem as problem:
        return Opening(carrier, Text(problem.why.zh or problem.what.filled(name="").zh, problem.why.en))
    if carrier == "empty":
        return Opening(carrier, Text("空文件", "it is empty"))
    return Opening(carrier)


def _pdf(data: bytes) -> Opening:
    from intake.pdfium import open_pdf  # lazily: most of what is looked at is no PDF

    document = open_pdf(data, "")
    try:
        pages = len(document)
    finally:
        document.close()
    return Opening("pdf", pages=pages) if pages else Opening("pdf", _DAMAGED)


def _ofd(data: bytes) -> Opening:
    """Every entry is unpacked: each has a checksum of its own."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            if len(entries) > ZIP_ENTRIES or sum(entry.file_size for entry in entries) > ZIP_BYTES:
                return Opening("ofd", Text("展开后太大", "it is too large unpacked"))
            if package.testzip() is not None:
                return Opening("ofd", _DAMAGED)
            root = next(entry for entry in entries if entry.filename.lower().endswith("ofd.xml"))
            parse(package.read(root), "OFD.xml")
            pages = sum("/pages/" in entry.filename.lower() and entry.filename.endswith(".xml") for entry in entries)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        OSError,
        NotImplementedError,
        RuntimeError,
        StopIteration,
    ):
        return Opening("ofd", _DAMAGED)
    return Opening("ofd", pages=pages)


def _picture(data: bytes) -> Opening:
    try:
        with opened(data) as image:
            if image.width * image.height > PIXELS:
                return Opening("image", Text("像素太多", "it has too many pixels"))
            image.draft("L", (_SMALL, _SMALL))
            image.load()
            frames = int(getattr(image, "n_frames", 1))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        return Opening("image", _DAMAGED)
    return Opening("image", pages=frames)
