"""A PDF page's visible text as words with boxes."""

from __future__ import annotations

import ctypes
import itertools
import math
from collections import Counter
from typing import Any, NamedTuple

import pypdfium2.raw as raw  # type: ignore[import-untyped]

from intake.limits import CHARACTERS, WORDS
from intake.rows import Word

Edges = tuple[float, float, float, float]  # left, top, right, bottom; downwards


class PageText(NamedTuple):
    """A page's words, how far the page is shown turned against them, and how much of its text has no meaning."""

    words: list[Word]
    quarters: int  # clockwise
    meaningless: float  # share of characters that a font without ToUnicode leaves as mere numbers


def text_of(page: Any, number: int) -> PageText:
    """The visible words of a pdfium page, inside its CropBox, turned so that most of its text is upright."""
    text = page.get_textpage()
    handle, rect, count = text.raw, raw.FS_RECTF(), min(text.count_chars(), CHARACTERS)
    turn = _direction(handle, count)
    view = View(page, turn)
    where, pointer = ctypes.byref(rect), ctypes.c_void_p
    code_at, box_at, object_at = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetTextObject
    runs = _Runs()
    unknown = 0
    for index in range(count):
        code = code_at(handle, index)
        unknown += code in _NO_CHARACTER
        if code < 32 or 0x7F <= code < 0xA0 or code >= 0xFFFE:
            runs.end()
        elif box_at(handle, index, where) and not (code > _IDEOGRAPHS and _slanted(handle, index)):
            owner = ctypes.cast(object_at(handle, index), pointer).value
            runs.add(chr(code), view.turned(rect.left, rect.bottom, rect.right, rect.top), owner)
    text.close()
    runs.end()
    boxed = ((words, view.fractions(edges)) for words, edges in runs.done)
    seen = (Word(words, box, number) for words, box in boxed if box[2] > 0 and box[0] < 1 and box[3] > 0 and box[1] < 1)
    return PageText(
        list(itertools.islice(seen, WORDS)), (page.get_rotation() - turn) // 90 % 4, unknown / max(1, count)
    )


def as_shown(box: Edges, quarters: int) -> Edges:
    """A place in the upright text as a place on the page as it is shown: some pages are shown lying on their side."""
    for _ in range(quarters):
        left, top, right, bottom = box
        box = (1 - bottom, left, 1 - top, right)
    return box


def _direction(text: Any, count: int) -> int:
    """Which way most letters are turned, in degrees against the clock: 0, 90, 180 or 270."""
    angles = (raw.FPDFText_GetCharAngle(text, i) for i in range(0, count, max(1, count // _SAMPLED)))
    turns = Counter(round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0)
    return 90 * turns.most_common(1)[0][0] if turns else 0


_SAMPLED = 40  # letters whose direction is looked at
_NO_CHARACTER = frozenset(
    [*range(9), 11, 12, *range(14, 32), *range(0x7F, 0xA0), *range(0xE000, 0xF900), 0xFFFE, 0xFFFF]
)
_IDEOGRAPHS = 0x2E00  # only Chinese characters are ever set round a seal


def _slanted(text: Any, index: int) -> bool:
    """Whether a character is set at a slant, as the letters round a seal are."""
    angle = float(raw.FPDFText_GetCharAngle(text, index)) % (math.pi / 2)
    return 0.1 < angle < math.pi / 2 - 0.1


class View:
    """Page space → the visible page: its CropBox, turned so that the text is upright."""

    def __init__(self, page: Any, turn: int) -> None:
        left, bottom, right, top = page.get_cropbox()
        self.turn = turn
        x0, y0, x1, y1 = self.turned(left, bottom, right, top)
        self.left, self.top = x0, y0
        self.width, self.height = max(x1 - x0, 1.0), max(y1 - y0, 1.0)

    def turned(self, left: float, bottom: float, right: float, top: float) -> Edges:
        """Points as they are seen, with y downwards."""
        if self.turn == 0:
            return (left, -top, right, -bottom)
        if self.turn == 90:
            return (bottom, left, top, right)
        if self.turn == 180:
            return (-right, bottom, -left, top)
        return (-top, -right, -bottom, -left)

    def fractions(self, edges: Edges) -> Edges:
        """The same as fractions of the visible page."""
        return (
            (edges[0] - self.left) / self.width,
            (edges[1] - self.top) / self.height,
            (edges[2] - self.left) / self.width,
            (edges[3] - self.top) / self.height,
        )


class _Runs:
    """Characters joined to words: the same line, no gap, and hardly any where a new text object begins."""

    def __init__(self) -> None:
        self.done: list[tuple[str, Edges]] = []
        self.text = ""
        self.left = self.top = self.right = self.bottom = 0.0
        self.owner: int | None = None

    def add(self, char: str, edges: Edges, owner: int | None) -> None:
        """The next character in the file's order. Blanks that pdfium made up have no owner and end a word."""
        if char.isspace() and (owner is None or not self.text):
            self.end()
            return
        left, top, right, bottom = edges
        if self.text and not self._continues(left, top, right, bottom, owner):
            self.end()
        if self.text:
            self.left, self.right = min(self.left, left), max(self.right, right)
            self.top, self.bottom = min(self.top, top), max(self.bottom, bottom)
        else:
            self.left, self.top, self.right, self.bottom = edges
        self.text += char
        self.owner = owner

    def _continues(self, left: float, top: float, right: float, bottom: float, owner: int | None) -> bool:
        height = min(bottom - top, self.bottom - self.top)
        if abs(top + bottom - self.top - self.bottom) > height:
            return False
        em = max(right - left, (self.right - self.left) / len(self.text))
        return -1.5 * em < left - self.right < (0.9 if owner == self.owner else 0.12) * em

    def end(self) -> None:
        """Puts the word away."""
        if self.text.strip():
            self.done.append((self.text.rstrip(), (self.left, self.top, self.right, self.bottom)))
        self.text, self.owner = "", None
