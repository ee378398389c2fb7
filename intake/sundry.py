"""Other papers with a title: hotel bills, receipts, tax certificates, customs payments, trip sheets, approvals."""

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
from intake.trips import trips_of

_TITLE = re.compile(
    r"[一-龥()\-·A-Za-z]{0,20}(?:专用缴款书|完税证明|完税凭证|缴税付款凭证|收款收据|收据|结账单|结帐单|水单|账单|消费单|行程单|对账单"
    r"|送货单|出库单|入库单|报销单|付款通知书?|缴费通知单?|保险单|小票|销售单|费用明细|明细单"
    r"|(?:账户|交易|历史|往来)(?:交易)?(?:明细|流水)(?:清单|单|表)?|(?:审批|申请|报销|请款|付款|用款|借款|呈批|验收)(?:单|表|书)|借支单|借条|请示)"
)
#: Kind → its title, of papers that have a kind of their own.
_KINDS = (
    (Kind.CUSTOMS, re.compile(r"海关.*缴款书")),
    (Kind.STATEMENT, re.compile(r"(?:银行|账户|客户|余额)?.*对账单|(?:账户|交易|历史).*(?:明细|流水).*")),
    (Kind.TRIP, re.compile(r"(?!.*航空).*行程单")),
    (Kind.APPROVAL, re.compile(r".*(?:报销单|审批[单表]|申请[单表书]|请款单|用款[单表]|借款单|呈批表|借支单|请示)")),
)
#: Words beside a title that make sure what it means where no sum is stated.
_BESIDE = {
    Kind.STATEMENT: re.compile(r"账号|户名|余额|开户"),
    Kind.APPROVAL: re.compile(r"申请人|报销人|经办人?|审批|审核|批准|部门|主管|领导"),
}
_ACCOUNT = re.compile(rf"(?:账{GAP}?号|卡号){GAP}?:?{GAP}?([0-9*]{{8,30}})")
_HOLDER = re.compile(rf"(?:户{GAP}?名|账户名称|客户名称|单位名称){GAP}?:?{GAP}?([^\t:]{{2,40}})")
_CLOSING = re.compile(r"(?:期末|本期|账户|当前)余额")
_TRIPS = re.compile(r"共计?(\d{1,4})[笔单]行程")
_PERSON = re.compile(rf"(?:申请人|报销人|经办人){GAP}?:?{GAP}?([一-龥·]{{2,8}})")
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
_DATE = re.compile(r"(?<!起止)(?:日期|时间)|填发")
_SPAN = re.compile(r"(?:起止|账单|对账|查询)(?:日期|期间|区间|时间|周期)|期间")
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
    """A paper whose title is known and that states a sum, or is surely a statement or an approval; None otherwise."""
    titled = _title(forms[0])
    if titled is None:
        return None
    draft = Draft(source, _kind(titled.kept, forms))
    draft.put("type", printed_title(titled), titled, 0.9)
    for form in forms:
        for row in form.rows:
            _row(draft, row, titled)
    if draft.kind is Kind.TRIP:
        draft.lines = [line for form in forms for line in trips_of(form)]
    if draft.kind is Kind.STATEMENT:
        _of_account(draft, forms)
    else:
        _total(draft, forms)
    if draft.kind in _BESIDE:
        return draft if any(_BESIDE[draft.kind].search(form.text) for form in forms) else None
    return draft if "total" in draft.values else None


def _kind(title: str, forms: Sequence[Form]) -> Kind:
    """What the title names. An itinerary of flights has no trips by car."""
    plain = title.replace(" ", "").replace(GAP, "")
    kind = next((kind for kind, pattern in _KINDS if pattern.fullmatch(plain)), Kind.OTHER)
    flown = kind is Kind.TRIP and not any(re.search(r"起点|上车|里程|网约|打车|出行|快车", form.text) for form in forms)
    return Kind.OTHER if flown else kind


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
    period = _SPAN.search(text) if draft.kind in (Kind.STATEMENT, Kind.TRIP) else None
    if period:
        draft.note("period", row.printed(period.end(), len(text)).strip(" :：\t"))
    if (match := _DATE.search(text)) and not (period and match.end() >= period.start()):
        draft.put("date", parse_date(row.printed(match.end(), len(text))), span(row, match.start(), len(text)), 0.8)
    if match := _TRIPS.search(text):
        draft.note("trips", match[1])
    if draft.kind is Kind.APPROVAL and (match := _PERSON.search(text)):
        draft.note("applicant", match[1])
    for start, end in _pieces(text) if draft.kind not in (Kind.STATEMENT, Kind.APPROVAL) else ():
        piece = span(row, start, end)
        known = (titled.kept, draft.get("buyer_name"))
        if _COMPANY.fullmatch(piece.text) and piece.middle < _UPPER and piece.kept not in known:
            draft.put("seller_name", piece.kept, piece, 0.7)


def _of_account(draft: Draft, forms: Sequence[Form]) -> None:
    """Whose account a statement is of, and its last balance; the sums of its columns are no total of it."""
    for form in forms:
        for row in form.rows:
            if match := _ACCOUNT.search(row.text):
                draft.note("account", match[1])
            if match := _HOLDER.search(row.text):
                where = span(row, match.start(1), match.end(1))
                draft.put("buyer_name", where.kept, where, 0.85)
            label = _CLOSING.search(row.text)
            if label and (figure := _MONEY.search(row.text, label.end())):
                draft.note("closing_balance", str(parse_amount(figure[1])))


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
