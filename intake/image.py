"""Pictures → documents: the QR code first, then quick recognition, then a second look at what is in doubt."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from PIL import Image

from archive.document import Kind
from archive.errors import NoDocument
from intake import doubts, limits, papers, photo, qr, second_look, slips, tills
from intake.arithmetic import settled
from intake.coded import with_code, with_own_number, with_title
from intake.engines import engines
from intake.layout import find
from intake.ocr import Engines, OcrLine, Pixels
from intake.papers import Paper
from intake.picture_file import frames, is_blank
from intake.reading import Found, Place, Reading
from intake.rows import Word
from intake.spelling import mended

#: A form with fewer lines than this is not worth a careful look when nothing was recognised.
_SPEAKING = 8
#: Pixels that are kept: a page's smallest print is still 20 pixels high, and memory stays below 1 GB.
_KEPT = 16_000_000


def read_image(data: bytes, name: str) -> Reading:
    """Every document in a picture file, a TIFF page by page.

    Raises UnknownFormat, HeicPhoto, TooManyPixels, Truncated, ReaderFailed, and NoDocument when nothing was found.
    """
    found: list[Found] = []
    pages = 0
    unread: list[int] = []
    began = time.process_time()
    for page, frame in enumerate(frames(data, name)):
        late = page >= limits.PICTURE_PAGES or time.process_time() - began > limits.RECOGNISING
        new = () if late else read_picture(frame, name, page)
        if not new and not is_blank(frame):
            unread.append(page)
        found += new
        pages = page + 1
    if not found:
        raise NoDocument(name=name)
    return Reading(name, "image", tuple(found), pages, tuple(doubts.unread(unread)))


def read_picture(image: Image.Image, name: str, page: int, by: Engines | None = None) -> tuple[Found, ...]:
    """The documents in one picture or drawn page, each with its own places; none when nothing was recognised.

    `by` names other engines than this process's own.
    """
    pixels = _pixels(image)
    both = by or engines()
    sheet = photo.upright(pixels, qr.decode(np.ascontiguousarray(pixels[:, :, ::-1])), both.quick)
    found = (_read_paper(paper, sheet, page, both) for paper in papers.apart(sheet))
    return tuple(one for one in found if one is not None)


def _pixels(image: Image.Image) -> Pixels:
    """Blue-green-red on white paper: what is transparent counts as paper."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        glass = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", glass.size, "white"), glass)
    if image.mode.startswith("I;16"):  # deep grey from a scanner: the upper half of each value
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    shrink = (_KEPT / (image.width * image.height)) ** 0.5
    if shrink < 1:
        image = image.resize((max(1, int(image.width * shrink)), max(1, int(image.height * shrink))))
    return np.ascontiguousarray(np.asarray(image.convert("RGB"), np.uint8)[:, :, ::-1])


def _read_paper(paper: Paper, sheet: photo.Page, page: int, both: Engines) -> Found | None:
    """One paper's document: quick, then whatever is in doubt again, then all of it if something vital is missing."""
    view = _View(paper.lines, paper, sheet, page)
    if both.tiered and view.found:
        view = _second(view, paper, both)
    if both.tiered and view.lacking:
        whole = _View(_all_again(sheet, paper, both), paper, sheet, page)
        if whole.found and len(whole.missing) <= len(view.missing):
            view = whole
    return view.finished()


def _second(view: _View, paper: Paper, both: Engines) -> _View:
    """The view with its doubtful lines read again; what the engines dispute is marked unsure."""
    which = view.lines_of(second_look.doubtful(view.found, view.words))
    if not which:
        return view
    lines = second_look.again(view.sheet.image, view.lines, which, both.careful)
    closer = _View(lines, paper, view.sheet, view.page)
    if closer.found is None or view.found is None:
        return view
    disputed = second_look.disputed(view.found, closer.found)
    closer.found = replace(closer.found, confidence={**closer.found.confidence, **disputed})
    return closer


def _all_again(sheet: photo.Page, paper: Paper, both: Engines) -> tuple[OcrLine, ...]:
    """The careful engine's own reading of the paper's part of the picture."""
    left, top, right, bottom = photo.outline(paper.lines, sheet.size)
    width, height = sheet.size
    x, y = max(0, int((left - 0.02) * width)), max(0, int((top - 0.02) * height))
    part = sheet.image[y : int((bottom + 0.02) * height) + 1, x : int((right + 0.02) * width) + 1]
    offset = np.array([x, y], np.float32)
    return tuple(
        replace(line, quad=line.quad + offset) for line in photo.lines_of(np.ascontiguousarray(part), both.careful)
    )


def _read(words: tuple[Word, ...]) -> Found | None:
    """The reader that fits: slips first, for forms print their words too; foreign print is a till's or an invoice."""
    found = slips.find(words) or find(words, "ocr")
    if found and found.document.kind is not Kind.FOREIGN:
        return found
    till = tills.find(words) if found is None or tills.is_till(words) else None
    return till or found


class _View:
    """One reading of a paper: its lines as words, the document in them, and the way back to the picture."""

    def __init__(self, lines: tuple[OcrLine, ...], paper: Paper, sheet: photo.Page, page: int) -> None:
        self.lines, self.sheet, self.page = lines, sheet, page
        self.words, self.made_of = mended(photo.words(lines, page, photo.slope(lines, sheet.size)))
        self.codes = {Place(page, mark.box): payload for mark in paper.marks if (payload := qr.parse(mark.text))}
        found = _read(self.words)
        for place, payload in self.codes.items():
            found = with_code(found, payload, place)
        self.found: Found | None = settled(with_title(with_own_number(found))) if found else None

    def lines_of(self, words: Iterable[int]) -> list[int]:
        """The lines that some words are made of."""
        return sorted({line for word in words for line in self.made_of[word]})

    @property
    def missing(self) -> tuple[str, ...]:
        """Vital fields that are absent."""
        return second_look.missing(self.found.document) if self.found else ("everything",)

    @property
    def lacking(self) -> bool:
        """Whether reading everything carefully may still help."""
        if self.found is None:
            return len(self.lines) >= _SPEAKING
        return bool({"number", "date", "total", "seller_name"} & set(self.missing))

    def finished(self) -> Found | None:
        """The document with its places on the picture as it was sent."""
        if self.found is None:
            return None
        places = {}
        for name, place in self.found.places.items():
            hits = second_look.under(place, self.words)
            if place in self.codes or hits:
                lines = [self.lines[i] for i in self.lines_of(hits)]
                box = place.box if place in self.codes else photo.outline(lines, self.sheet.size)
                places[name] = Place(self.page, photo.original(box, self.sheet.quarters))
        return replace(self.found, places=places, pages=(self.page, self.page))
