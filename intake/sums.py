"""The sums of a Chinese form: net, tax and total, in figures and in words, at labels or by shape."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from archive.money import from_capitals, parse_amount
from intake.draft import MONEY, Draft
from intake.form import Form, level, right_of
from intake.rows import Span

_MONEY = re.compile(r"[¥$]?-?[¥$]?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{1,2}(?!\d|%)|-?¥-?\d[\d,]*(?![\d.%])|\*{2,}")
_CAPITAL = re.compile(r"(?:\(?负数?\)?)?[零壹贰叁肆伍陆柒捌玖拾佰仟万亿圆元角分整正]{2,}")

#: How sure a value is that stands at its label, one taken by shape and position alone, and one worked out.
AT_LABEL, BY_SHAPE, COMPUTED = 0.97, 0.8, 0.6


def put_sums(draft: Draft, form: Form) -> None:
    """合计 gives net and tax, 小写 the total, 大写 the total in words."""
    for label in form.all("figures"):
        _put_money(draft, "total", money_in(right_of(form, label)), AT_LABEL)
    for label in form.all("capitals"):
        words = capitals_in(right_of(form, label))
        if words:
            draft.put("capitals", words.kept, words, AT_LABEL)
        _put_money(draft, "total", money_in(right_of(form, label)), AT_LABEL)
    for label in form.all("sum"):
        _net_and_tax(draft, money_in(right_of(form, label)), AT_LABEL)
    for label in form.all("net", "tax_amount"):
        name = "amount_excl_tax" if label.key == "net" else "tax"
        _put_money(draft, name, money_in(right_of(form, label)), AT_LABEL)
    if not form.all("figures", "capitals"):
        _total_by_shape(draft, form)
    if "amount_excl_tax" not in draft.values:
        _net_by_shape(draft, form)
    if "capitals" in draft.values:
        draft.put("total", _in_words(draft.get("capitals")), sure=min(BY_SHAPE, draft.confidence["capitals"]))


def _total_by_shape(draft: Draft, form: Form) -> None:
    """Without labels the amount in words marks the total's line."""
    words = capitals_in(form.spans)
    if words is not None:
        draft.put("capitals", words.kept, words, BY_SHAPE)
        beside = [s for s in form.spans if level(s, words) and s.box[0] > words.box[2]]
        _put_money(draft, "total", money_in(beside), BY_SHAPE)


def _net_by_shape(draft: Draft, form: Form) -> None:
    """The line with a ¥ above the amount in words holds net and tax; they must make the total, if that is known."""
    words = capitals_in(form.spans)
    upper = [s for s in money_in(form.spans) if words and s.middle < words.middle and not level(s, words)]
    above = [s for s in upper if "¥" in s.text]
    if not above:
        return
    lowest = max(above, key=lambda s: s.middle)
    figures = [s for s in money_in(form.spans) if level(s, lowest)]
    parts = [parse_amount(match[0]) or Decimal(0) for s in figures[:2] if (match := _MONEY.search(s.text))]
    if len(parts) == 2 and draft.get("total") in (None, sum(parts)):
        _net_and_tax(draft, figures, BY_SHAPE)


def complete(draft: Draft) -> None:
    """The one of net, tax and total that wasn't read follows from the other two, and is marked as unsure."""
    net, tax, total = (draft.get(name) for name in MONEY)
    sure = min([COMPUTED, *(draft.confidence[name] for name in MONEY if name in draft.confidence)])
    if net is not None and tax is not None:
        draft.put("total", net + tax, sure=sure)
    elif total is not None and net is not None:
        draft.put("tax", total - net, sure=sure)
    elif total is not None and tax is not None:
        draft.put("amount_excl_tax", total - tax, sure=sure)


def _net_and_tax(draft: Draft, figures: list[Span], sure: float) -> None:
    if figures and "amount_excl_tax" not in draft.values:
        _put_money(draft, "amount_excl_tax", figures[:1], sure)
        _put_money(draft, "tax", figures[1:2], sure)


def _put_money(draft: Draft, name: str, figures: list[Span], sure: float) -> None:
    for figure in figures[:1]:
        match = _MONEY.search(figure.text)
        draft.put(name, parse_amount(match[0]) if match else None, figure, sure)


def money_in(spans: Sequence[Span]) -> list[Span]:
    """The spans that hold an amount with decimals, or the stars that stand for no tax."""
    return [s for s in spans if _MONEY.search(s.text)]


def capitals_in(spans: Sequence[Span]) -> Span | None:
    """The first span that is an amount in words, cut to it."""
    for where in spans:
        match = _CAPITAL.search(where.text.lstrip("⊗ⓧ"))
        if match and _in_words(match[0]) is not None:
            kept = match[0].replace("(负数)", "（负数）")
            return replace(where, text=match[0], kept=kept)
    return None


def _in_words(words: str) -> Decimal | None:
    try:
        return from_capitals(words)
    except ValueError:
        return None
