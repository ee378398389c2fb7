"""Buyer and seller on a form: names and tax ids, told apart by labels, blocks or position."""

from __future__ import annotations

import re
from collections.abc import Sequence

from intake.blocks import Block
from intake.draft import Draft
from intake.fields import TAX_ID, parse_tax_id
from intake.form import Form, Label, joined, level, right_of
from intake.headings import Side, headed
from intake.rows import Span

_CHINESE = re.compile(r"[一-龥]")
_MASKED_ID = re.compile(r"[0-9A-Z*]{8,20}")
_NAMED: dict[str, tuple[Side, str]] = {
    "buyer_name": ("buyer", "name"),
    "seller_name": ("seller", "name"),
    "buyer_tax_id": ("buyer", "tax_id"),
    "seller_tax_id": ("seller", "tax_id"),
}
_SIDES: dict[str, Side] = {"buyer": "buyer", "payer": "buyer", "seller": "seller", "payee": "seller"}
#: Two labels further apart than this (of the page's height) stand one below the other, otherwise side by side.
_APART = 0.1
#: A label this far above or below the only named block belongs to the other one.
_OFF = 0.06


def put_parties(draft: Draft, form: Form, only: Side | None = None) -> None:
    """Names and tax ids of both parties, as far as the page tells them; tickets name `only` the buyer."""
    for label in form.all(*_NAMED):
        side, what = _NAMED[label.key]
        _put(draft, form, label, side, what)
    for what in ("name", "tax_id"):
        labels = form.all(what)
        for label in labels:
            _put(draft, form, label, only or side_of(form, label, labels), what)
    if only is None and not {"buyer_name", "seller_name"} & draft.values.keys():
        _by_shape(draft, form)


def side_of(form: Form, label: Label, peers: Sequence[Label]) -> Side:
    """Whose label it is: the block to its left decides, else its heading, else the order among its peers."""
    blocks = [b for b in form.blocks if b.kind in _SIDES and b.left < label.span.box[0]]
    if blocks:
        near = min(blocks, key=lambda b: (round(_off(b, label), 2), label.span.box[0] - b.right))
        side = _SIDES[near.kind]
        alone = len({_SIDES[b.kind] for b in form.blocks if b.kind in _SIDES}) == 1
        if alone and (_off(near, label) > _OFF or any(_between(p, near, label) for p in peers)):
            return "seller" if side == "buyer" else "buyer"  # recognition lost the other block's name
        return side
    if heading := headed(form, label):
        return heading
    named = [x for x in form.all("buyer_name", "seller_name") if x.span.middle <= label.span.middle + label.span.height]
    if named:  # 卷票, 机动车: a tax id follows the name of its party
        last = max(named, key=lambda x: (round(x.span.middle, 2), x.span.box[0] <= label.span.box[0], x.span.box[0]))
        return "buyer" if last.key == "buyer_name" else "seller"
    others = [p for p in peers if p is not label]
    if not others:
        return "buyer" if label.span.middle < 0.5 else "seller"
    other = max(others, key=lambda p: abs(p.span.middle - label.span.middle))
    if abs(other.span.middle - label.span.middle) > _APART:
        return "buyer" if label.span.middle < other.span.middle else "seller"
    other = max(others, key=lambda p: abs(p.span.box[0] - label.span.box[0]))
    return "buyer" if label.span.box[0] < other.span.box[0] else "seller"


def _off(block: Block, label: Label) -> float:
    """How far above or below a block a label stands, with a line's grace."""
    middle, grace = label.span.middle, label.span.height
    return max(0.0, block.top - grace - middle, middle - block.bottom - grace)


def _between(peer: Label, block: Block, label: Label) -> bool:
    """Whether a label of the same sort stands in the same line, nearer to the block."""
    return peer is not label and level(peer.span, label.span) and block.right <= peer.span.box[0] < label.span.box[0]


def _put(draft: Draft, form: Form, label: Label, side: Side, what: str) -> None:
    spans = right_of(form, label)
    if what == "tax_id":
        value = joined(spans, gap=1.5)
        draft.put(f"{side}_tax_id", _tax_id(value.text) if value else None, value, 0.97)
        return
    value = joined(_first_line([s for s in spans if _is_name(s.text)]), gap=1.5)
    if value and f"{side}_name" not in draft.values:
        draft.put(f"{side}_name", _wrapped(form, label, value), value, 0.97)


def _tax_id(text: str) -> str | None:
    found = parse_tax_id(text)
    if found is None and (masked := _MASKED_ID.fullmatch(text)) and any(c.isdigit() for c in text):
        return masked[0]
    return found


def _is_name(text: str) -> bool:
    """Words that can be a name: Chinese or Latin letters, not only figures."""
    return bool(_CHINESE.search(text) or re.search(r"[A-Za-z]{2}", text)) and not TAX_ID.fullmatch(text)


def _first_line(names: Sequence[Span]) -> list[Span]:
    """The upper line of a name that is set in two lines beside its label."""
    column = [s for s in names if abs(s.box[0] - names[0].box[0]) < 1.2 * s.em]
    top = min(column, key=lambda s: s.middle, default=None)
    return [top, *(s for s in names if s is not top and s.row == top.row)] if top else []


def _wrapped(form: Form, label: Label, value: Span) -> str:
    """A name with its further lines, which begin under the first and before the next label."""
    under_it = (x.span for x in form.labels if x.span.middle > value.box[3] and x.span != label.span)
    stop = min((x.box[1] for x in under_it if _overlap(x, label.span, value)), default=1.0)
    name, last = value.kept, value
    for s in sorted(form.spans, key=lambda s: s.middle):
        under = last.box[3] - 0.4 * last.height <= s.box[1] < last.box[3] + 0.8 * last.height
        if under and s.middle < stop and abs(s.box[0] - value.box[0]) < 1.2 * value.em and _CHINESE.search(s.text):
            name, last = name + s.kept, s
    return name


def _overlap(one: Span, label: Span, value: Span) -> bool:
    return one.box[0] < value.box[2] and one.box[2] > label.box[0] - 2 * label.em


def _by_shape(draft: Draft, form: Form) -> None:
    """Forms without readable labels: a name stands above its tax id; the buyer is above or to the left."""
    ids = sorted((s for s in form.spans if TAX_ID.fullmatch(s.text) and _is_party_id(s.text)), key=lambda s: s.middle)
    if len(ids) == 1:
        seller = ids[0].middle > 0.5 or ids[0].box[0] > 0.5  # a person buys without a tax id
        sides: list[Side] = ["seller" if seller else "buyer"]
    else:
        sides = ["buyer", "seller"]
    beside = len(ids) > 1 and ids[1].middle - ids[0].middle < _APART
    ids = sorted(ids[:2], key=lambda s: s.box[0]) if beside else ids
    middle = (ids[0].box[0] + ids[1].box[0]) / 2 if beside else 1.0
    for side, where in zip(sides, ids, strict=False):
        draft.put(f"{side}_tax_id", where.text, where, 0.8)
        left = (
            (middle, 1.0) if side == "seller" and beside else (0.0, middle if beside else where.box[0] + 3 * where.em)
        )
        name = _name_above(form, where, left)
        draft.put(f"{side}_name", name.kept if name else None, name, 0.8)


def _name_above(form: Form, where: Span, left: tuple[float, float]) -> Span | None:
    """The nearest words above a tax id that begin in a part of the page and can be a name."""
    above = [
        s
        for s in form.spans
        if 0 < where.middle - s.middle < 5 * where.height
        and left[0] <= s.box[0] < left[1]
        and len(_CHINESE.findall(s.text)) >= 2
    ]
    return max(above, key=lambda s: s.middle, default=None)


def _is_party_id(text: str) -> bool:
    """Eighteen characters or an old fifteen: twenty digits are a check code or a number."""
    return len(text) in (15, 17, 18) and not (text.isdigit() and len(text) == 17)
