"""An OFD page's text objects as words with boxes."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from intake.limits import WORDS
from intake.package import Leaf, numbers
from intake.rows import Word, width

#: A step this much wider than a character's own width separates two words in one TextCode.
_LEAP = 1.7


def words_of(leaf: Leaf, number: int) -> list[Word]:
    """The words of a page and its templates, in fractions of the page."""
    words: list[Word] = []
    for root in (*leaf.templates, leaf.root):
        for element in root.iter("{*}TextObject"):
            words += _words(element, leaf, number)
            if len(words) > WORDS:
                return words[:WORDS]
    return words


def texts_by_id(leaf: Leaf) -> dict[str, str]:
    """Object id → its text: what custom tags point to."""
    return {e.get("ID", ""): text_of(e) for e in leaf.root.iter("{*}TextObject")}


def text_of(element: etree._Element) -> str:
    """All TextCodes of a text object, joined."""
    return "".join((code.text or "").strip() for code in element.iter("{*}TextCode"))


def _words(element: etree._Element, leaf: Leaf, page: int) -> Iterator[Word]:
    boundary = numbers(element.get("Boundary"))
    size = (numbers(element.get("Size")) or [3.0])[0]
    ctm = numbers(element.get("CTM"))
    scale_x, scale_y = (abs(ctm[0]) or 1.0, abs(ctm[3]) or 1.0) if len(ctm) == 6 else (1.0, 1.0)
    shift_x, shift_y = (ctm[4], ctm[5]) if len(ctm) == 6 else (0.0, 0.0)
    if len(boundary) != 4:
        return
    stretch = (numbers(element.get("HScale")) or [1.0])[0] or 1.0
    x, y = 0.0, size
    for code in element.iter("{*}TextCode"):
        text = (code.text or "").strip("\r\n")
        x = (numbers(code.get("X")) or [x])[0]
        y = (numbers(code.get("Y")) or [y])[0]
        top = boundary[1] + shift_y + (y - size * 0.88) * scale_y
        for part, left, right in _runs(text, x, size * stretch, steps(code.get("DeltaX"), len(text))):
            box = (
                (boundary[0] + shift_x + left * scale_x - leaf.frame[0]) / leaf.frame[2],
                (top - leaf.frame[1]) / leaf.frame[3],
                (boundary[0] + shift_x + right * scale_x - leaf.frame[0]) / leaf.frame[2],
                (top + size * scale_y - leaf.frame[1]) / leaf.frame[3],
            )
            if part.strip() and box[2] > 0 and box[0] < 1 and box[3] > 0 and box[1] < 1:
                yield Word(part, box, page)


def _runs(text: str, x: float, size: float, deltas: list[float]) -> Iterator[tuple[str, float, float]]:
    """Pieces of a TextCode that stand together, with their left and right edges."""
    begin, left, place = 0, x, x
    for index, char in enumerate(text):
        own = size * width(char) / 2
        step = deltas[index] if index < len(deltas) else own
        if index + 1 == len(text) or step > _LEAP * max(own, 0.5 * size):
            yield text[begin : index + 1], left, place + own
            begin, left = index + 1, place + step
        place += step


def steps(text: str | None, count: int) -> list[float]:
    """DeltaX with its repeats written out: `g 3 2.5 4` is 2.5 2.5 2.5 4; no more than the text has characters."""
    parts = (text or "").split()
    result: list[float] = []
    index = 0
    while index < len(parts) and len(result) < count:
        if parts[index] == "g":
            repeat, step = (
                numbers(" ".join(parts[index + 1 : index + 2])),
                numbers(" ".join(parts[index + 2 : index + 3])),
            )
            if repeat and step:
                result += [step[0]] * min(int(repeat[0]), count)
            index += 3
        else:
            result += numbers(parts[index])
            index += 1
    return result[:count]
