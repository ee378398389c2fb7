"""Several documents printed on one page, one below the other: where each of them begins."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from intake.form import Form, to_form
from intake.invoice import numbers_on
from intake.rows import GAP, Box, Row, Word
from intake.titles import TITLES

#: How far (of the page's height) a title may stand from the number that belongs to it.
_NEAR = 0.09
#: Documents on one page begin at least this far from each other.
_APART = 0.15
_BANK = dict(TITLES)["bank"]
_FORMS = tuple(pattern for name, pattern in TITLES if name in ("electronic", "plain", "fiscal", "air"))


@dataclass(frozen=True, slots=True)
class Part:
    """A band of a page as if it were a page: its form, and the band's top and bottom on the real one."""

    form: Form
    top: float = 0.0
    bottom: float = 1.0

    def on_page(self, box: Box) -> Box:
        """A place in the band as a place on the page."""
        height = self.bottom - self.top
        return (box[0], self.top + box[1] * height, box[2], self.top + box[3] * height)


def parts_of(words: Sequence[Word]) -> list[Part]:
    """The documents of one page; usually the page itself."""
    form = to_form(words)
    starts = _starts(form)
    if len(starts) < 2:
        return [Part(form)]
    edges = [0.0, *starts[1:], 1.0]
    parts = []
    for top, bottom in itertools.pairwise(edges):
        inside = [w for w in words if top <= (w.box[1] + w.box[3]) / 2 < bottom]
        moved = [replace(w, box=_in_band(w.box, top, bottom)) for w in inside]
        if moved:
            parts.append(Part(to_form(moved), top, bottom))
    return parts


def _in_band(box: Box, top: float, bottom: float) -> Box:
    height = bottom - top
    return (box[0], (box[1] - top) / height, box[2], (box[3] - top) / height)


def _starts(form: Form) -> list[float]:
    """The upper edges of the documents on a page: at different numbers with a title, or at titles of bank receipts."""
    heads = {number: label.span.middle for label, number in reversed(numbers_on(form))}
    anchors = sorted(y for y in heads.values() if _titles_near(form, y))
    if len(anchors) < 2:
        anchors = [r.top for r in form.rows if _BANK.fullmatch(r.text.replace(GAP, ""))]
    apart = [y for i, y in enumerate(anchors) if i == 0 or y - anchors[i - 1] > _APART]
    return [_upper_edge(form, y) for y in apart] if len(apart) >= 2 else []


def _titles_near(form: Form, y: float) -> list[Row]:
    """The rows with a form's title near a height: a number in a remark has none."""
    near = (row for row in form.rows if abs(row.top - y) < _NEAR)
    return [row for row in near if any(p.search(row.text.replace(GAP, "")) for p in _FORMS)]


def _upper_edge(form: Form, anchor: float) -> float:
    """The top of what belongs to a document's head: title and labels near its number."""
    tops = [anchor, *(row.top for row in _titles_near(form, anchor))]
    for label in form.all("code", "number", "date", "check_code"):
        if abs(label.span.middle - anchor) < _NEAR:
            tops.append(label.span.box[1])
    return min(tops) - 0.002
