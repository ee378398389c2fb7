"""The QR codes that lie on a PDF page as pictures of their own: found without drawing the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from intake import qr
from intake.pdf_text import View, as_shown

#: Of the page's width and height: a code is larger than a dot and smaller than a scan.
_LEAST, _MOST = 0.02, 0.4
_SQUARE = 0.2  # how far its sides may differ
_PIXELS = 4_000_000
_LOOKED_AT = 6  # square pictures on one page


def codes_on(page: Any) -> tuple[qr.Mark, ...]:
    """What the page's square pictures say as QR codes, with their places on the page as it is shown."""
    view = View(page, 0)
    marks: list[qr.Mark] = []
    looked = 0
    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        box = view.fractions(view.turned(*thing.get_bounds()))
        if looked < _LOOKED_AT and _is_code(box, view):
            looked += 1
            shown = as_shown(box, page.get_rotation() // 90)
            marks += [replace(mark, box=shown) for mark in _decoded(thing)]
    return tuple(marks)


def _is_code(box: tuple[float, float, float, float], view: View) -> bool:
    """Whether a picture has the shape and size of a code."""
    wide, high = box[2] - box[0], box[3] - box[1]
    square = abs(wide * view.width - high * view.height) < _SQUARE * high * view.height
    return square and _LEAST < wide < _MOST and _LEAST < high < _MOST


def _decoded(thing: Any) -> tuple[qr.Mark, ...]:
    try:
        width, height = thing.get_px_size()
        return qr.decode(thing.get_bitmap().to_pil().convert("L")) if width * height <= _PIXELS else ()
    except (pdfium.PdfiumError, ValueError, OSError):  # in a coding that can't be handed out alone
        return ()
