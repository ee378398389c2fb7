"""Other papers with a title and a sum: hotel bills, trip lists, receipts, tax certificates, customs payment slips."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from archive.document import Kind
from archive.money import parse_amount
from intake.draft import Draft
from intake.fields import parse_date
from intake.form import Form
from intake.invoice import printed_title
from intake.rows import GAP, Row, Span, span
from intake.sums import capitals_in
from intake.titles import titles

_TITLE = re.compile(
    r"[一-龥()\-·A-Za-z]{0,20}(?:专用缴款书|完税证明|完税凭证|缴税付款凭证|收款收据|收据|结账单|结帐单|水单|账单|消费单|行程单|对账单"
    r"|送货单|出库单|入库单|报销单|付款通知书?|缴费通知单?|保险单|小票|销售单|费用明细|明细单)"
)
_SUM = re.compile(
    r"价税合计|合计金额|金额合计|税款金额合计|总计|合计|共计|总金额|实收|应付|实付|消费总额|金额\(小写\)|\(小写\)"
)
_MONEY = re.compile(r"¥?(-?\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|-?\d+\.\d{1,2}|-?\d+(?=元))(?!\d)")
_NUMBER = re.compile(
    r"(?:单据?号码?|编号|票号|收据号|订单号|流水号|缴款书号码|凭证号码|NO\.?|No\.?)"
    + GAP
    + r"?:?"
    + GAP
    + r"?([A-Za-z0-9][A-Za-z0-9()-]{4,40})"
)
_DATE = re.compile(r"日期|时间|填发")
_FROM = re.compile(
    r"(?:收款单位|收款方|销售单位|商户名称|商家|酒店名称|缴款单位名称)(?:\((?:盖?章|公章)\))?:"
    + GAP
    + r"?([^\t:]{2,40})"
)
_COLON = rf"(?:{GAP}?:{GAP}?|{GAP})"
_TO = re.compile(
    rf"(?:付款单位|付款方|交款单位|今收到|缴款单位(?:\(人\))?{GAP}?(?:名称)?|纳税人名称|客户名称|客户)"
    + _COLON
    + r"([^\t:]{2,40})"
)
_COMPANY = re.compile(r"[一-龥()A-Za-z·]{2,30}(?:公司|酒店|宾馆|饭店|餐厅|商店|超市|事务所|医院|大学|中心|店)$")
_UPPER = 0.35


def read_sundry(forms: Sequence[Form], source: str) -> Draft | None:
    """A paper whose title is known and that states a sum; None otherwise."""
    titled = _title(forms[0])
    if titled is None:
        return None
    draft = Draft(source, Kind.OTHER)
    draft.put("type", printed_title(titled), titled, 0.9)
    for form in forms:
        for row in form.rows:
            _row(draft, row, titled)
    _total(draft, forms)
    return draft if "total" in draft.values else None


def is_titled(form: Form) -> bool:
    """Whether a page begins a document: its upper part bears the title of a receipt, a contract or another paper.

    An invoice's title alone begins none: the second page and the list of goods bear it too.
    """
    return any(name not in ("electronic", "plain") for name, _ in titles(form)) or _title(form) is not None


def _title(form: Form) -> Span | None:
    """The largest piece of the upper page that is such a title as a whole."""
    found = []
    for row in form.rows:
        if row.top > _UPPER:
            continue
        for start, end in _pieces(row.text):
            if _TITLE.fullmatch(row.text[start:end]):
                found.append(span(row, start, end))
    return max(found, key=lambda s: s.height, default=None)


def _pieces(text: str) -> list[tuple[int, int]]:
    """Where the pieces between gaps begin and end."""
    return [(m.start(), m.end()) for m in re.finditer(rf"[^{GAP}]+", text)]


def _row(draft: Draft, row: Row, titled: Span) -> None:
    text = row.text
    for name, pattern, sure in (("seller_name", _FROM, 0.85), ("buyer_name", _TO, 0.85), ("number", _NUMBER, 0.8)):
        match = pattern.search(text)
        if match and (name != "number" or any(c.isdigit() for c in match[1])):
            where = span(row, match.start(1), match.end(1))
            draft.put(name, where.kept, where, sure)
    if match := _DATE.search(text):
        draft.put("date", parse_date(row.printed(match.end(), len(text))), span(row, match.start(), len(text)), 0.8)
    for start, end in _pieces(text):
        piece = span(row, start, end)
        known = (titled.kept, draft.get("buyer_name"))
        if _COMPANY.fullmatch(piece.text) and piece.middle < _UPPER and piece.kept not in known:
            draft.put("seller_name", piece.kept, piece, 0.7)


def _total(draft: Draft, forms: Sequence[Form]) -> None:
    """The last figure that stands at a word for the sum; an amount in words confirms or replaces it."""
    best: tuple[Decimal, Span] | None = None
    for form in forms:
        for row in form.rows:
            match = _SUM.search(row.text)
            figures = list(_MONEY.finditer(row.text, match.end())) if match else []
            amount = parse_amount(figures[0][1]) if figures else None
            if amount is not None:
                best = (amount, span(row, figures[0].start(1), figures[0].end(1)))
        if words := capitals_in(form.spans):
            draft.put("capitals", words.kept, words, 0.85)
    if best:
        draft.put("total", best[0], best[1], 0.8)
