"""Fiscal e-receipts (财政电子票据) from their printed form: receipts of public bodies, without tax."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.document import Kind
from archive.money import from_capitals, parse_amount
from intake.draft import Draft
from intake.fields import parse_date
from intake.form import Form, joined, right_of
from intake.goods import lines_of, tables
from intake.invoice import remark_of
from intake.parties import put_parties
from intake.rows import Span
from intake.sums import AT_LABEL, capitals_in, money_in
from intake.titles import titles

_DIGITS = re.compile(r"\d{6,24}")
_AMOUNT = re.compile(r"-?\d[\d,]*\.\d{1,2}|-?\d{1,3}(?:,\d{3})+|-?\d+")
_WHOLE = re.compile(r"(?:CNY|RMB|人民币)?¥?-?\d[\d,]*(?:\.\d{1,2})?元?")


def read_fiscal(form: Form, source: str) -> Draft:
    """The receiver (收款单位) is the seller, the payer (交款人) the buyer; there is no tax."""
    draft = Draft(source, Kind.FISCAL)
    for label in form.all("number", "code", "date", "check_code"):
        where = joined(right_of(form, label), gap=3)
        if where is None:
            continue
        if label.key in ("number", "code"):
            match = _DIGITS.search(where.text)
            draft.put(label.key, match[0] if match else None, where, AT_LABEL)
        elif label.key == "date":
            draft.put("date", parse_date(where.kept), where, AT_LABEL)
        elif re.fullmatch(r"[0-9A-Za-z]{4,20}", where.text):
            draft.put("check_code", where.text, where, AT_LABEL)
    put_parties(draft, form)
    for label in form.all("seller_seal"):
        where = joined(right_of(form, label))
        draft.put("seller_name", where.kept if where else None, where, AT_LABEL)
    put_totals(draft, form, ("figures", "capitals"))
    draft.lines = [line for table in tables(form) for line in lines_of(table)]
    draft.put("remark", remark_of(form))
    named = [where for name, where in titles(form) if name == "fiscal"]
    if named:
        title = named[0].kept.replace(" ", "").replace("(", "（").replace(")", "）")
        draft.put("type", title, named[0], AT_LABEL)
    return draft


def put_totals(draft: Draft, form: Form, keys: Sequence[str]) -> None:
    """The total at its labels, figures before words.

    Where a picture was recognised the words win: figures in a grid of 千百十元角分 lose their point.
    """
    labels = [label for key in keys for label in form.all(key)]
    for label in reversed(labels) if draft.source == "ocr" else labels:
        _put_total(draft, right_of(form, label))


def _put_total(draft: Draft, spans: Sequence[Span]) -> None:
    words = capitals_in(spans)
    if words:
        draft.put("capitals", words.kept, words, AT_LABEL)
    if words and draft.source == "ocr":
        draft.put("total", from_capitals(words.text), words, 0.85)
    for where in [*money_in(spans), *(s for s in spans if _WHOLE.fullmatch(s.text))][:1]:
        match = _AMOUNT.search(where.text)
        draft.put("total", parse_amount(match[0]) if match else None, where, AT_LABEL)
    if words:
        draft.put("total", from_capitals(words.text), words, 0.85)
