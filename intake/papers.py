"""Several papers in one picture: told apart by their sheets, then by their QR codes and titles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from intake.fields import squeeze
from intake.ocr import OcrLine, Pixels
from intake.photo import Box, Page
from intake.qr import Mark, parse

#: A sheet covers at least this part of the picture and fills its own box at least this far.
_SHEET = 0.03
_FILLED = 0.6
#: Fewer lines than this are no document: a page number, a label, a watermark.
_FEW = 3

_TITLE = re.compile(r"(发票|客票|行程单|财政票据|收费票据|回单)[)）]?$")
_NO_TITLE = re.compile(r"[::]|号码|代码|专用章|盖章|开具|查验")
_CODE_LABEL = re.compile(r"^发票代码")


@dataclass(frozen=True, slots=True)
class Paper:
    """What belongs to one document: its lines and QR codes, places as on the whole upright picture."""

    lines: tuple[OcrLine, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A line with its box in fractions; `anchor` marks the head of a document."""

    line: OcrLine
    box: Box
    anchor: bool


def apart(page: Page) -> tuple[Paper, ...]:
    """The documents on a page, in reading order. One paper with everything is the usual answer."""
    sheets = _sheets(page.image)
    pieces = _pieces(page)
    piles = [pieces]
    if len(sheets) > 1:
        on_sheets = [[p for p in pieces if _inside(_middle(p.box), sheet)] for sheet in sheets]
        speaking = [pile for pile in on_sheets if len(pile) >= _FEW]
        if len(speaking) > 1 and sum(map(len, speaking)) >= 0.8 * len(pieces):
            piles = speaking
    cut = [part for pile in piles for part in _cut(pile) if part]
    return tuple(_papers(cut, [mark for mark in page.marks if parse(mark.text)]))


def _sheets(image: Pixels) -> list[Box]:
    """Bright sheets on a darker ground; one or none when the paper fills the picture."""
    scale = 480 / max(image.shape[:2])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    _, bright = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    whole = cv2.morphologyEx(
        bright, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)
    )  # over the lines of a form, not over desk
    high, wide = whole.shape[:2]
    _, _, stats, _ = cv2.connectedComponentsWithStats(whole)
    return [
        (left / wide, top / high, (left + w) / wide, (top + h) / high)
        for left, top, w, h, filled in stats[1:].tolist()
        if filled > _SHEET * wide * high and filled > _FILLED * w * h
    ]


def _pieces(page: Page) -> list[_Piece]:
    """The page's lines, with the heads of documents among them marked: codes first, titles, then code labels."""
    width, height = page.size
    boxes = []
    for line in page.lines:
        left, top = line.quad.min(axis=0)
        right, bottom = line.quad.max(axis=0)
        boxes.append((float(left / width), float(top / height), float(right / width), float(bottom / height)))
    heads = max((_heads_by_title(page.lines, boxes), _heads_by_label(page.lines)), key=len)
    return [_Piece(line, box, i in heads) for i, (line, box) in enumerate(zip(page.lines, boxes, strict=True))]


def _heads_by_title(lines: Sequence[OcrLine], boxes: Sequence[Box]) -> set[int]:
    """Lines that are a document's title; a second one in the same row close by belongs to the first."""
    heads: list[int] = []
    for i, line in enumerate(lines):
        text = squeeze(line.text)
        if len(text) > 30 or not _TITLE.search(text) or _NO_TITLE.search(text):
            continue
        if all(_gap(boxes[i], boxes[other]) > 0.12 for other in heads):
            heads.append(i)
    return set(heads)


def _heads_by_label(lines: Sequence[OcrLine]) -> set[int]:
    return {i for i, line in enumerate(lines) if _CODE_LABEL.match(squeeze(line.text))}


def _cut(pile: list[_Piece]) -> list[list[_Piece]]:
    """Cut a pile between its heads, again and again, until each part has one: side by side first, then stacked."""
    if sum(p.anchor for p in pile) < 2:
        return [pile]
    parts = _gutter(pile) or _above_lower_head(pile)
    return [pile] if parts is None else [piece for part in parts for piece in _cut(part)]


def _gutter(pile: list[_Piece]) -> tuple[list[_Piece], list[_Piece]] | None:
    """Left and right of the widest blank column that has a head on either side."""
    best: tuple[float, float] | None = None
    reach = 0.0
    for piece in sorted(pile, key=lambda p: p.box[0]):
        if reach and piece.box[0] - reach > 0.015:
            middle = (piece.box[0] + reach) / 2
            sides = {_middle(p.box)[0] > middle for p in pile if p.anchor}
            if len(sides) == 2 and (best is None or piece.box[0] - reach > best[0]):
                best = (piece.box[0] - reach, middle)
        reach = max(reach, piece.box[2])
    if best is None:
        return None
    return [p for p in pile if _middle(p.box)[0] <= best[1]], [p for p in pile if _middle(p.box)[0] > best[1]]


def _above_lower_head(pile: list[_Piece]) -> tuple[list[_Piece], list[_Piece]] | None:
    """Above and below the first blank band over the second head: a title stands at the top of its paper."""
    tops = sorted(p.box[1] for p in pile if p.anchor)
    rise = float(np.median([p.box[3] - p.box[1] for p in pile]))
    if tops[1] - tops[0] < 2 * rise:
        return None
    edge = tops[1]
    for piece in sorted(pile, key=lambda p: -p.box[3]):
        if piece.box[1] >= edge or (piece.box[3] > edge and piece.box[1] > tops[0]):
            edge = min(edge, piece.box[1])
        elif edge - piece.box[3] > 0.8 * rise:
            break
        else:
            edge = min(edge, piece.box[1])
    above = [p for p in pile if _middle(p.box)[1] < edge]
    below = [p for p in pile if _middle(p.box)[1] >= edge]
    return (above, below) if any(p.anchor for p in above) and any(p.anchor for p in below) else None


def _papers(piles: Sequence[list[_Piece]], marks: Sequence[Mark]) -> list[Paper]:
    """The piles, each with the QR codes that are nearest to it; codes alone are papers too."""
    if not piles:
        return [Paper((), (mark,)) for mark in marks]
    rooms = [_round([p.box for p in pile]) for pile in piles]
    owners = [_nearest(mark.box, rooms) for mark in marks]
    return [
        Paper(tuple(p.line for p in pile), tuple(m for m, owner in zip(marks, owners, strict=True) if owner == i))
        for i, pile in enumerate(piles)
    ]


def _nearest(box: Box, rooms: Sequence[Box]) -> int:
    """The index of the room with the least distance from a box."""
    return min(range(len(rooms)), key=lambda i: _gap(box, rooms[i]))


def _round(boxes: Sequence[Box]) -> Box:
    """The box round all boxes."""
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _inside(point: tuple[float, float], box: Box) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def _gap(one: Box, other: Box) -> float:
    """The clear distance between two boxes, as a fraction of the picture."""
    across = max(one[0] - other[2], other[0] - one[2], 0.0)
    down = max(one[1] - other[3], other[1] - one[3], 0.0)
    return max(across, down)
