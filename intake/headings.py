"""Parties named by a heading written from left to right: over their column, or at the left of their rows."""

from __future__ import annotations

import re
from typing import Literal

from intake.form import Form, Label, level
from intake.rows import Span

Side = Literal["buyer", "seller"]

_HEADING = re.compile(
    r"(?:(购买方|购货方|购货单位|购方|买方|受票方)|(销售方|销货方|销货单位|销方|卖方|开票方))(?:信息)?:?"
)
#: A heading is no further from its rows than so many times their height.
_NEAR = 8


def headed(form: Form, label: Label) -> Side | None:
    """Whose label it is by such headings; None where the page hasn't one for each side, or none stands near enough.

    A heading at the left belongs to the rows nearest to it, one that stands over the label to everything below it, up
    to the next.
    """
    heads = [(span, side) for span in form.spans if (side := _side(span)) and not _begins_a_label(span, form)]
    if {side for _, side in heads} != {"buyer", "seller"}:
        return None
    beside = [(span, side) for span, side in heads if span.box[2] <= label.span.box[0] + label.span.em / 2]
    rows = [(span, side) for span, side in beside if not _is_over_a_column(span, form)]
    if rows:
        rows = [head for head in rows if abs(head[0].middle - label.span.middle) < _NEAR * label.span.height]
        if not rows:
            return None
        near = min(rows, key=lambda head: (round(abs(head[0].middle - label.span.middle), 2), -head[0].box[2]))
        return near[1]
    above = [(span, side) for span, side in heads if span.middle < label.span.middle and not level(span, label.span)]
    lowest = max((span for span, _ in above), key=lambda span: span.middle, default=None)
    if lowest is None or label.span.middle - lowest.middle > _NEAR * label.span.height:
        return None
    row = [(span, side) for span, side in above if level(span, lowest)]
    return min(row, key=lambda head: abs(head[0].box[0] - label.span.box[0]))[1]


def _side(span: Span) -> Side | None:
    match = _HEADING.fullmatch(span.text.replace(" ", ""))
    return None if match is None else "buyer" if match[1] else "seller"


def _begins_a_label(span: Span, form: Form) -> bool:
    """Whether it is but the beginning of one, as in a remark: 购买方地址:, 销方开户银行:."""
    others = (x.span for x in form.labels if x.key not in ("name", "tax_id") and x.span.row == span.row)
    return any(-0.5 * span.em < x.box[0] - span.box[2] < span.em for x in others)


def _is_over_a_column(span: Span, form: Form) -> bool:
    """Whether labels of the parties begin under the heading's own left half: then it isn't a cell at their left."""
    middle = (span.box[0] + span.box[2]) / 2
    labels = form.all("name", "tax_id")
    return any(span.box[0] - span.em <= x.span.box[0] <= middle and x.span.middle > span.middle for x in labels)
