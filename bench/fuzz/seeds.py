"""What damage begins with: the kept corpus, and the samples on this machine by what they are."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from intake.sheet.read import could_be_book
from intake.sniff import sniff

CORPUS = Path(__file__).parents[2] / "tests" / "samples" / "fuzz"
#: Larger samples make damage slow and teach nothing more.
_LARGE = 300_000
#: Pictures are made this small, so that recognising one costs little.
_SIDE = 320

CODES = (
    "01,32,,26442000000012345678,1060.00,20260309,,A1B2",
    "01,10,033002100611,12345678,574.31,20260309,11112222333344445555,A1B2",
    "CZ-EI,1,36060125,0011223344,a1b2c3,20260309,120.00,x",
    "https://bcfp.shenzhen.chinatax.gov.cn/verify/scan?bill_num=06312345&total_amount=10600&hash=ab",
)


def seeds(reader: str, more: Path | None = None) -> Iterator[bytes]:
    """The kept files of a reader, then its samples among the project's own and in the folder `more`."""
    for path in sorted((CORPUS / reader).glob("*")):
        yield path.read_bytes()
    if reader == "code":
        yield from (code.encode() for code in CODES)
        return
    folders = [CORPUS.parent] + ([more] if more else [])
    for path in sorted(p for folder in folders for p in folder.rglob("*") if p.is_file() and CORPUS not in p.parents):
        if path.stat().st_size <= (1 << 24 if reader in ("image", "text") else _LARGE):
            data = path.read_bytes()
            if _belongs(reader, data):
                yield from _made(reader, data)


def _belongs(reader: str, data: bytes) -> bool:
    carrier = sniff(data)
    if reader == "sheet":
        return could_be_book(data)
    if reader == "judge":
        return carrier in ("ofd", "xml") or (carrier == "pdf" and b"/ByteRange" in data)
    if reader == "bundle":
        return carrier in ("zip", "7z", "mail", "msg") and not could_be_book(data)
    if reader == "xbrl":
        return carrier == "xml" and b"xbrl" in data[:4000]
    return carrier == ("pdf" if reader == "text" else reader)


def _made(reader: str, data: bytes) -> Iterator[bytes]:
    if reader == "image":
        yield from _small(data)
    elif reader == "text":
        yield from _words(data)
    else:
        yield data


def _small(data: bytes) -> Iterator[bytes]:
    """The picture small, in each format that is read."""
    from PIL import Image

    from intake.picture_file import opened

    try:
        image = opened(data).convert("RGB")
    except Exception:  # a sample that is damaged itself
        yield data[:4096]
        return
    image.thumbnail((_SIDE, _SIDE))
    for form in ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"):
        out = io.BytesIO()
        if form == "TIFF":
            image.save(out, form, save_all=True, append_images=[Image.new("L", (40, 40))], compression="tiff_lzw")
        else:
            image.quantize(16).save(out, form) if form in ("GIF", "BMP") else image.save(out, form)
        yield out.getvalue()


def _words(data: bytes) -> Iterator[bytes]:
    """A PDF's words as lines `page left top right bottom words`."""
    from intake.pdf_text import text_of
    from intake.pdfium import open_pdf

    try:
        pdf = open_pdf(data, "")
    except Exception:  # a sample that is damaged itself
        return
    words = [word for number in range(len(pdf)) for word in text_of(pdf[number], number).words]
    pdf.close()
    lines = (f"{w.page} " + " ".join(f"{edge:.4f}" for edge in w.box) + f" {w.text}" for w in words)
    yield "\n".join(lines).encode("utf-8", "replace")
