"""A picture of one page of anything the archive takes: PDF, OFD, picture, XML."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageOps

from archive.document import FIELD_NAMES, Document, Line
from archive.errors import NoDocument, Problem, ReaderFailed, TooManyPixels, UnknownFormat
from archive.money import thousands
from intake.draft import MONEY
from intake.fonts import face
from intake.limits import PIXELS
from intake.picture_file import opened
from intake.read import read
from intake.sniff import sniff

_PAPER = (210.0, 140.0)  # millimetres of a drawn form: an invoice's
_INCH = 25.4
_NAME = "file"
#: The marker pens: pale blue for what was read, orange for what is in doubt.
_READ, _DOUBTFUL = (214, 232, 250), (255, 190, 110)
#: The order of a drawn form.
_SHOWN = (
    "number", "code", "date", "buyer_name", "buyer_tax_id", "seller_name", "seller_tax_id",
    "amount_excl_tax", "tax", "total", "currency",
)  # fmt: skip


class Mark(NamedTuple):
    """A box to be marked (left, top, right, bottom as fractions of the page); doubtful ones are marked strongly."""

    box: tuple[float, float, float, float]
    doubtful: bool = False


def draw(data: bytes, page: int = 0, dpi: int = 110, marks: Sequence[Mark] = ()) -> bytes:
    """A PNG of the page (from 0; a number beyond the end gives the last page), with marks on it.

    Raises ReadProblems for files that can't be opened at all (Encrypted, Truncated, UnknownFormat …).
    """
    carrier = sniff(data)
    if carrier == "pdf":
        image = _pdf(data, page, dpi)
    elif carrier == "ofd":
        image = _ofd(data, page, dpi)
    elif carrier == "image":
        image = _picture(data, page, dpi)
    elif carrier == "xml":
        image = _form(data, dpi)
    else:
        raise UnknownFormat(name=_NAME)
    if marks and carrier != "xml":  # a drawn form has places of its own
        image = _marked(image.convert("RGB"), marks)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=4)
    return out.getvalue()


def _marked(image: Image.Image, marks: Sequence[Mark]) -> Image.Image:
    """The page with each place shaded as a marker pen does: what is printed stays as dark as it was."""
    pen = Image.new("RGB", image.size, "white")
    canvas = ImageDraw.Draw(pen)
    for mark in sorted(marks, key=lambda m: m.doubtful):
        left, top, right, bottom = (min(1.0, max(0.0, edge)) for edge in mark.box)
        if right > left and bottom > top:
            box = [left * image.width - 2, top * image.height - 2, right * image.width + 2, bottom * image.height + 2]
            canvas.rectangle(box, fill=_DOUBTFUL if mark.doubtful else _READ)
    return ImageChops.multiply(image, pen)


def _pdf(data: bytes, page: int, dpi: int) -> Image.Image:
    from intake.pdfium import open_pdf, picture, use_carried_font  # lazily, as in `read`: an idle process stays small

    use_carried_font()
    pdf = open_pdf(data, _NAME)
    try:
        return picture(pdf[max(0, min(page, len(pdf) - 1))], dpi)
    finally:
        pdf.close()


def _ofd(data: bytes, page: int, dpi: int) -> Image.Image:
    """The page as it is laid out; where that can't be drawn, its text on a plain page."""
    from intake.ofd_picture import draw_leaf
    from intake.package import Package

    package = Package(data, _NAME)
    leaves = [(path, root, leaf) for path, root in package.documents() for leaf in package.pages(path, root)]
    if not leaves:
        raise NoDocument(name=_NAME)
    path, root, leaf = leaves[max(0, min(page, len(leaves) - 1))]
    try:
        return draw_leaf(package, path, root, leaf, dpi)
    except (Problem, ValueError, ArithmeticError, OSError, TypeError, IndexError):
        # odd measures or pictures: what the page says matters more than how it looks
        from intake.ofd_text import words_of

        return _plain([word.text for word in words_of(leaf, page)], dpi)


def _picture(data: bytes, page: int, dpi: int) -> Image.Image:
    """A picture file upright and no larger than an A4 page at the resolution."""
    try:
        with opened(data) as image:
            if image.width * image.height > PIXELS:
                raise TooManyPixels(name=_NAME, pixels=image.width * image.height // 10**6, limit=PIXELS // 10**6)
            image.seek(max(0, min(page, getattr(image, "n_frames", 1) - 1)))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, Image.DecompressionBombError) as error:
        raise ReaderFailed(name=_NAME, detail=str(error)[:120]) from error
    longest = round(11.7 * dpi)
    upright.thumbnail((longest, longest))
    return upright


def _form(data: bytes, dpi: int) -> Image.Image:
    """An XML invoice as a simple form: its fields and its goods."""
    reading = read(data, _NAME)
    if reading.error is not None:
        raise reading.error
    document = reading.found[0].document
    rows = [(FIELD_NAMES[name].zh, _spoken(document, name)) for name in _SHOWN if _spoken(document, name)]
    lines = [f"{label}：{text}" for label, text in rows]
    lines += ["", *(_goods(line) for line in document.lines)]
    if document.capitals:
        lines.append(f"价税合计（大写）：{document.capitals}")
    if document.remark:
        lines.append(f"备注：{document.remark}")
    return _plain(lines, dpi, document.type or "电子发票")


def _spoken(document: Document, name: str) -> str:
    value = getattr(document, name)
    if value is None:
        return ""
    return thousands(value) if name in MONEY else str(value)


def _goods(line: Line) -> str:
    parts = (line.name, line.spec, line.quantity + line.unit, line.price, line.amount, line.rate, line.tax)
    return "  ".join(part for part in parts if part)


def _plain(lines: list[str], dpi: int, title: str = "") -> Image.Image:
    """Lines of text on white paper, as many as fit on a page that grows with them up to A4's height."""
    step = dpi * 4.6 / _INCH
    margin = dpi * 8 / _INCH
    width = round(_PAPER[0] * dpi / _INCH)
    text = [part for line in lines for part in _wrapped(line, width - 2 * margin, round(step * 0.72))]
    height = round(min(max(_PAPER[1] * dpi / _INCH, (len(text) + 4) * step), 297 * dpi / _INCH))
    image = Image.new("RGB", (width, height), "white")
    canvas = ImageDraw.Draw(image)
    if title:
        canvas.text((width / 2, margin), title, font=face(round(step * 1.1)), fill=(140, 60, 30), anchor="mt")
    canvas.rectangle((margin / 2, margin / 2, width - margin / 2, height - margin / 2), outline=(140, 60, 30))
    top = margin + 2 * step
    for number, line in enumerate(text):
        if top + number * step > height - margin:
            break
        canvas.text((margin, top + number * step), line, font=face(round(step * 0.72)), fill=(20, 20, 20))
    return image


def _wrapped(line: str, width: float, size: int) -> list[str]:
    """A line cut where the paper ends."""
    letters = face(size)
    parts, current = [], ""
    for char in line[:2000]:
        if current and letters.getlength(current + char) > width:
            parts.append(current)
            current = ""
        current += char
    return [*parts, current]
