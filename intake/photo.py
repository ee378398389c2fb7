"""What only pictures need: which way is up, how far the rows lean, and lines → words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from intake.ocr import Ocr, OcrLine, Pixels, Quad, ordered, read_quads
from intake.qr import Mark
from intake.rows import Word

#: A code turned further than this from a right angle says nothing about the paper.
_CROOKED = 30
#: How many of the longest lines are tried upside down, and the score above which nobody doubts they stand upright.
_PROBES = 5
_UPRIGHT = 0.88
#: A picture longer than this many times its width is a ribbon.
_RIBBON = 3.0
#: Lines at least this many times as long as high tell the slope of the paper.
_LONG = 6.0
#: A lean below this (0.2°), or within the lines' own scatter, is none: the finder's corners are whole pixels.
_LEVEL = 0.004
#: Blank edge left round the text, as a fraction of the paper.
_MARGIN = 0.03

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Page:
    """A picture stood upright, with its lines. `quarters`: how often it was turned by 90° anticlockwise."""

    image: Pixels
    lines: tuple[OcrLine, ...]
    marks: tuple[Mark, ...]  # boxes in fractions of the upright picture
    quarters: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return int(self.image.shape[1]), int(self.image.shape[0])


def upright(image: Pixels, marks: Sequence[Mark], ocr: Ocr) -> Page:
    """Stand the picture up: by its QR code where there is one, otherwise by how its lines lie and read."""
    turns = [round(mark.turn / 90) for mark in marks if abs(mark.turn - 90 * round(mark.turn / 90)) <= _CROOKED]
    if turns:
        quarters = max(set(turns), key=turns.count) % 4
        page = _turned(Page(image, (), tuple(marks)), quarters)
        return replace(page, lines=lines_of(page.image, ocr))
    page = Page(image, lines_of(image, ocr), tuple(marks))
    if _sideways(page.lines):
        page = _turned(page, 1)  # engines turn standing strips the same way, so the scores hold
        return _reread(page if _reads_well(page, ocr) else _turned(page, 2), ocr)
    return page if _reads_well(page, ocr) else _reread(_turned(page, 2), ocr)


def lines_of(image: Pixels, ocr: Ocr) -> tuple[OcrLine, ...]:
    """Every line of a picture. A long one (a chat's screenshot, a till's ribbon) is read piece by piece, for finders
    shrink what they are shown to its longest side; a line at a cut belongs to the piece that holds its middle."""
    long, short = max(image.shape[:2]), min(image.shape[:2])
    if long <= _RIBBON * short:
        return ocr.lines(image)
    axis = 0 if image.shape[0] == long else 1
    count = round(long / (1.5 * short))
    edges = np.linspace(0, long, count + 1)
    found: list[OcrLine] = []
    for start, end in pairwise(edges):
        low, high = int(max(0, start - short / 8)), int(min(long, end + short / 8))
        piece = image[low:high] if axis == 0 else image[:, low:high]
        offset = np.array([0, low] if axis == 0 else [low, 0], np.float32)
        for line in ocr.lines(np.ascontiguousarray(piece)):
            quad = line.quad + offset
            if start <= float(quad[:, 1 - axis].mean()) < end:
                found.append(replace(line, quad=quad))
    return tuple(found)


def _sideways(lines: Sequence[OcrLine]) -> bool:
    """Whether most of the text runs up or down the picture."""
    lying = sum(w for w, h in map(_extent, lines) if w >= h)
    standing = sum(h for w, h in map(_extent, lines) if h > 1.5 * w)
    return standing > 1.5 * lying


def _reads_well(page: Page, ocr: Ocr) -> bool:
    """Whether the longest lines read better as they stand than upside down."""
    probes = sorted(page.lines, key=lambda line: -_extent(line)[0])[:_PROBES]
    now = sum(line.score for line in probes)
    if not probes or now >= _UPRIGHT * len(probes):
        return True
    over = read_quads(ocr, page.image, [np.roll(line.quad, 2, axis=0) for line in probes])
    return now >= sum(line.score for line in over)


def _turned(page: Page, quarters: int) -> Page:
    """The page turned anticlockwise by `quarters` right angles, its places with it; the texts are kept."""
    image, lines, marks = page.image, page.lines, page.marks
    for _ in range(quarters % 4):
        width = float(image.shape[1])
        image = np.ascontiguousarray(np.rot90(image))
        lines = tuple(replace(line, quad=ordered(_anticlockwise(line.quad, width))) for line in lines)
        marks = tuple(replace(m, box=(m.box[1], 1 - m.box[2], m.box[3], 1 - m.box[0]), turn=m.turn - 90) for m in marks)
    return Page(image, lines, marks, (page.quarters + quarters) % 4)


def _reread(page: Page, ocr: Ocr) -> Page:
    """The page read anew, now that it stands the other way: what was noise upside down may be a title."""
    return replace(page, lines=lines_of(page.image, ocr))


def _anticlockwise(quad: Quad, width: float) -> Quad:
    return np.stack([quad[:, 1], width - quad[:, 0]], axis=1).astype(np.float32)


def _extent(line: OcrLine) -> tuple[float, float]:
    """Width and height of a line along its own sides."""
    quad = line.quad
    return float(np.linalg.norm(quad[1] - quad[0])), float(np.linalg.norm(quad[3] - quad[0]))


@dataclass(frozen=True, slots=True)
class Slope:
    """How the rows of a page lie: dy/dx = level + fan·(y - middle). `fan` is the perspective of a photo."""

    level: float = 0.0
    fan: float = 0.0
    middle: tuple[float, float] = (0.0, 0.0)

    def flat(self, points: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Points (n, 2) in pixels moved to where they would lie on a straight page."""
        x, y = points[:, 0] - self.middle[0], points[:, 1] - self.middle[1]
        rise = self.level + self.fan * y
        return np.stack([x + self.level * y + self.middle[0], y - rise * x + self.middle[1]], axis=1).astype(np.float32)


def slope(lines: Sequence[OcrLine], size: tuple[int, int]) -> Slope:
    """The slope that most long lines share (weighted medians: a few odd lines don't matter)."""
    long = [line for line in lines if _extent(line)[0] >= _LONG * _extent(line)[1]]
    middle = (size[0] / 2, size[1] / 2)
    if len(long) < 3:
        return Slope(middle=middle)
    quads = np.stack([line.quad for line in long]).astype(np.float64)
    run = (quads[:, 1] + quads[:, 2] - quads[:, 0] - quads[:, 3]) / 2
    rises, weights = run[:, 1] / run[:, 0], run[:, 0]
    level = _median(rises, weights)
    if abs(level) < max(_LEVEL, _median(abs(rises - level), weights)):
        level = 0.0
    height = quads[:, :, 1].mean(axis=1) - middle[1]
    usable = (abs(rises - level) < 0.06) & (abs(height) > 0.1 * size[1])
    if usable.sum() < 6:
        return Slope(level, 0.0, middle)
    fit = np.polyfit(height[usable], rises[usable], 1, w=np.sqrt(weights[usable]))
    if abs(fit[0]) * middle[1] < _LEVEL:
        return Slope(level, 0.0, middle)
    return Slope(float(fit[1]), float(fit[0]), middle)


def _median(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> float:
    order = np.argsort(values)
    heaped = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(heaped, heaped[-1] / 2)])


def words(lines: Sequence[OcrLine], page: int, shape: Slope) -> tuple[Word, ...]:
    """The lines, in their order, as the layout reader takes them: on straightened paper that ends where they end."""
    if not lines:
        return ()
    flat = [shape.flat(line.quad) for line in lines]
    corners = np.concatenate(flat)
    start = corners.min(axis=0)
    span = np.maximum(corners.max(axis=0) - start, 1.0)
    start, span = start - _MARGIN * span, span * (1 + 2 * _MARGIN)
    found = []
    for line, quad in zip(lines, flat, strict=True):
        corner = (quad - start) / span
        left, right = float(corner[[0, 3], 0].mean()), float(corner[[1, 2], 0].mean())
        top, bottom = float(corner[[0, 1], 1].mean()), float(corner[[2, 3], 1].mean())
        found.append(Word(line.text, (left, top, right, bottom), page, line.score))
    return tuple(found)


def original(box: Box, quarters: int) -> Box:
    """A box on the upright picture → the same place on the picture as it was sent (fractions both)."""
    for _ in range(quarters % 4):
        box = (1 - box[3], box[0], 1 - box[1], box[2])
    return box


def outline(lines: Sequence[OcrLine], size: tuple[int, int]) -> Box:
    """The box round some lines, as fractions of the upright picture; the whole of it where there are none."""
    if not lines:
        return 0.0, 0.0, 1.0, 1.0
    corners = np.concatenate([line.quad for line in lines])
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return float(left / size[0]), float(top / size[1]), float(right / size[0]), float(bottom / size[1])
