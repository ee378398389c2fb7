"""A PDF page's visible text as words with boxes."""

from __future__ import annotations

import ctypes
import math
from typing import Any

import pypdfium2.raw as raw  # type: ignore[import-untyped]

from intake.rows import Word


def words_of(page: Any, number: int) -> list[Word]:
    """The visible words of a pdfium page, inside its CropBox and as it is turned."""
    view = _View(page)
    text = page.get_textpage()
    runs = _Runs(view, number)
    rect = raw.FS_RECTF()
    where = ctypes.byref(rect)
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text.raw, index)
        if raw.FPDFText_GetLooseCharBox(text.raw, index, where) and not view.oblique(text.raw, index):
            owner = ctypes.cast(raw.FPDFText_GetTextObject(text.raw, index), ctypes.c_void_p).value
            runs.add(code, (rect.left, rect.bottom, rect.right, rect.top), owner)
    text.close()
    runs.end()
    return runs.done


class _View:
    """Page space → fractions of the visible page: its CropBox, turned by its rotation."""

    def __init__(self, page: Any) -> None:
        left, bottom, right, top = page.get_cropbox()
        self.left, self.bottom = left, bottom
        self.width, self.height = max(right - left, 1.0), max(top - bottom, 1.0)
        self.turn = page.get_rotation()

    def oblique(self, text: Any, index: int) -> bool:
        """Whether a character is set at a slant, as the letters round a seal are."""
        angle = float(raw.FPDFText_GetCharAngle(text, index)) % (math.pi / 2)
        return 0.1 < angle < math.pi / 2 - 0.1

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        x0, x1 = (left - self.left) / self.width, (right - self.left) / self.width
        y0, y1 = (bottom - self.bottom) / self.height, (top - self.bottom) / self.height
        if self.turn == 90:
            return (y0, x0, y1, x1)
        if self.turn == 180:
            return (1 - x1, y0, 1 - x0, y1)
        if self.turn == 270:
            return (1 - y1, 1 - x1, 1 - y0, 1 - x0)
        return (x0, 1 - y1, x1, 1 - y0)


class _Runs:
    """Characters joined to words: the same line, no gap, and no gap at all where a new text object begins."""

    def __init__(self, view: _View, page: int) -> None:
        self.view, self.page = view, page
        self.done: list[Word] = []
        self.text = ""
        self.box = (0.0, 0.0, 0.0, 0.0)
        self.owner: int | None = None

    def add(self, code: int, edges: tuple[float, float, float, float], owner: int | None) -> None:
        if code in (0, 0xFFFE, 0xFFFF) or code < 32 or 0x7F <= code < 0xA0:
            self.end()
            return
        char = chr(code)
        if char.isspace() and (owner is None or not self.text):
            self.end()
            return
        box = self.view.box(*edges)
        if self.text and not self._continues(box, owner):
            self.end()
        self.box = _union(self.box, box) if self.text else box
        self.text += char
        self.owner = owner

    def _continues(self, box: tuple[float, float, float, float], owner: int | None) -> bool:
        height = min(box[3] - box[1], self.box[3] - self.box[1])
        if abs(box[1] + box[3] - self.box[1] - self.box[3]) > height:
            return False
        em = max(box[2] - box[0], (self.box[2] - self.box[0]) / len(self.text))
        gap = box[0] - self.box[2]
        return -1.5 * em < gap < (0.9 if owner == self.owner else 0.12) * em

    def end(self) -> None:
        if self.text.strip() and self.box[2] > 0 and self.box[0] < 1 and self.box[3] > 0 and self.box[1] < 1:
            self.done.append(Word(self.text.rstrip(), self.box, self.page))
        self.text, self.owner = "", None


def _union(
    one: tuple[float, float, float, float], two: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    return (min(one[0], two[0]), min(one[1], two[1]), max(one[2], two[2]), max(one[3], two[3]))
