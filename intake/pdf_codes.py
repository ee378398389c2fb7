"""The QR codes that lie on a PDF page as pictures of their own: found without drawing the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from intake import qr
from intake.pdf_text import View, as_shown


def codes_on(page: Any) -> tuple[qr.Mark, ...]:
    """What the page's square pictures say as QR codes, with their places on the page as it is shown."""
    view = View(page, 0)
    marks: list[qr.Mark] = []
    looked = 0
    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        box = view.fractions(view.turned(*thing.get_bounds()))
        if looked < qr.LOOKED_AT and _is_shaped(box, view):
            looked += 1
            shown = as_shown(box, page.get_rotation() // 90)
            marks += [replace(mark, box=shown) for mark in _decoded(thing)]
    return tuple(marks)


def _is_shaped(box: tuple[float, float, float, float], view: View) -> bool:
    wide, high = (box[2] - box[0]) * view.width, (box[3] - box[1]) * view.height
    return qr.is_shaped(wide, high, view.width, view.height)


def _decoded(thing: Any) -> tuple[qr.Mark, ...]:
    try:
        width, height = thing.get_px_size()
        return qr.decode(thing.get_bitmap().to_pil().convert("L")) if width * height <= qr.CODE_PIXELS else ()
    except (pdfium.PdfiumError, ValueError, OSError):  # in a coding that can't be handed out alone
        return ()
