"""Chinese invoices from their printed form: 数电票, 增值税发票, 通行费, 卷票, 机打发票."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.document import Kind
from intake import codes, doubts
from intake.draft import Draft
from intake.fields import parse_check_code, parse_code, parse_date, parse_number
from intake.form import Form, Label, joined, right_of
from intake.goods import extras_of, lines_of, tables
from intake.parties import put_parties
from intake.rows import GAP, Span
from intake.sums import AT_LABEL, BY_SHAPE, complete, put_sums
from intake.titles import kind_of, titles

_RED_NUMBER = re.compile(
    r"(?:蓝字|被红冲|正数)[^\d]{0,24}?(?:代码:?(\d{10,12}))?[^\d]{0,10}?(?:号码:?)?(\d{20}|\d{8})(?!\d)"
)
_CREDIT_NOTE = re.compile(r"确认单编号:?(\d{16,24})|信息表编号:?(\d{12,24})")

_TOP_QUARTER = 0.25


def read_invoice(forms: Sequence[Form], source: str) -> Draft:
    """The invoice printed on one page or on several pages that belong together."""
    draft = Draft(source)
    first = forms[0]
    put_head(draft, first)
    for form in forms:
        put_parties(draft, form)
    for form in reversed(forms):  # the sum stands on the last page of a long list
        put_sums(draft, form)
    complete(draft)
    for form in forms:
        _goods(draft, form)
    _tail(draft, forms)
    put_title(draft, first)
    return draft


def put_head(draft: Draft, form: Form) -> None:
    """Number, code, date, check code: at their labels, or by shape in the upper right."""
    for label in form.all("number", "code", "date", "check_code", "machine"):
        value = joined(right_of(form, label), gap=6)
        if value is None:
            continue
        if label.key == "number":
            draft.put("number", parse_number(value.kept), value, AT_LABEL)
        elif label.key == "code":
            draft.put("code", parse_code(value.kept), value, AT_LABEL)
        elif label.key == "date":
            draft.put("date", parse_date(value.kept), value, AT_LABEL)
        elif label.key == "check_code":
            draft.put("check_code", parse_check_code(value.kept), value, AT_LABEL)
        else:
            draft.note("machine", value.text if value.text.isdigit() else None)
    if not {"number", "date"} <= draft.values.keys():
        _head_by_shape(draft, form)
    if len(draft.get("number") or "") == 8 and "code" not in draft.values:
        for where in (s for s in form.spans if s.middle < _TOP_QUARTER):
            if re.fullmatch(r"\d{12}|\d{10}", where.text) and codes.region(where.text):
                draft.put("code", where.text, where, BY_SHAPE)  # paper invoices print it without a label


def _head_by_shape(draft: Draft, form: Form) -> None:
    """Forms whose labels can't be extracted: the figures at the top right, one below the other, tell what they are."""
    corner = [s for s in form.spans if s.middle < 0.3 and s.box[0] > 0.5]
    for where in sorted(corner, key=lambda s: s.middle):
        digits = re.sub(r"^(?:№|No\.?)", "", where.text)
        if re.fullmatch(r"\d{12}|\d{10}", digits) and codes.region(digits):
            draft.put("code", digits, where, BY_SHAPE)
        elif re.fullmatch(r"\d{8}|\d{20}", digits) and not parse_date(digits):
            draft.put("number", digits, where, BY_SHAPE)
        else:  # the figures of a date may stand apart where 年月日 can't be read
            line = joined([s for s in corner if s.row == where.row and s.box[0] >= where.box[0]], gap=6)
            draft.put("date", parse_date(line.kept) if line else None, where, BY_SHAPE)


def _goods(draft: Draft, form: Form) -> None:
    for table in tables(form):
        draft.lines += [line for line in lines_of(table) if "详见销货清单" not in line.name]
        for key, value in extras_of(table).items():
            draft.note(key, value)


def _tail(draft: Draft, forms: Sequence[Form]) -> None:
    """Remark, the people who signed, and the blue invoice a red one reverses."""
    for form in forms:
        draft.put("remark", remark_of(form) or None)
        for label in form.all("drawer"):
            value = joined(right_of(form, label))
            draft.note("drawer", value.kept if value and len(value.text) <= 20 else None)
    everything = "".join(row.text.replace(GAP, "") for form in forms for row in form.rows)
    if red := _RED_NUMBER.search(everything):
        draft.put("blue_number", red[2])
        draft.note("blue_code", red[1])
    if note := _CREDIT_NOTE.search(everything):
        draft.note("credit_note_number", note[1] or note[2])


def remark_of(form: Form) -> str:
    """What stands in the 备注 block: right of its vertical label, below the total and above the signatures."""
    block = next((b for b in form.blocks if b.kind == "remark"), None)
    if block is None:
        labels = [x for x in form.all("remark") if "金额" not in form.rows[x.row].text]  # not the heading of a column
        values = [joined(right_of(form, label), gap=4) for label in labels]
        return next((v.kept for v in values if v), "")
    top = max((x.span.box[3] for x in form.all("figures", "capitals", "sum")), default=block.top)
    signs = [x.span.box[1] for x in form.all("drawer", "payee", "checker", "seller_seal")]
    bottom = min((y for y in signs if y > top), default=1.0)
    lines = []
    for row in form.rows:
        start = next((i for i, left in enumerate(row.lefts) if left > block.right and row.owners[i] >= 0), None)
        if start is not None and top < (row.top + row.bottom) / 2 < bottom:
            lines.append(row.printed(start, len(row.text)))
    return "\n".join(lines)


def put_title(draft: Draft, form: Form) -> None:
    """The printed title and the kind it means; without one, what number and code tell."""
    number, code = draft.get("number") or "", draft.get("code") or ""
    named = next(((name, where) for name, where in titles(form) if name in ("electronic", "plain", "air")), None)
    if named:
        _, where = named
        draft.put("type", printed_title(where), where, AT_LABEL)
        draft.kind = kind_of(where.text.replace(GAP, ""))
    elif code and (guess := codes.title(code)):
        draft.put("type", guess, sure=0.7)
        draft.kind = Kind.VAT
        draft.warnings.append(doubts.doubt(doubts.GARBLED))
    else:
        draft.kind = Kind.EINVOICE if len(number) == 20 else Kind.VAT
    if draft.kind in (Kind.EINVOICE, Kind.VAT) and (codes.is_toll(code) or "plate" in draft.extra):
        draft.kind = Kind.TOLL
    if len(number) == 20 and draft.kind is Kind.EINVOICE:
        draft.values.pop("code", None)  # 数电票 have none; ten or twelve digits nearby belong to something else


def printed_title(where: Span) -> str:
    """The title as printed, without the blanks that spread it and with the brackets invoices use."""
    return where.kept.replace(" ", "").replace("(", "（").replace(")", "）")


def numbers_on(form: Form) -> list[tuple[Label, str]]:
    """The invoice numbers that stand at their labels on a page, from top to bottom: they tell documents apart."""
    found = []
    for label in form.all("number"):
        value = joined(right_of(form, label), gap=6)
        number = parse_number(value.kept) if value else None
        if number:
            found.append((label, number))
    return found


def number_of(form: Form) -> str | None:
    """The page's invoice number: at its label, or by shape at the top right."""
    if at_label := numbers_on(form):
        return at_label[0][1]
    draft = Draft("text")
    _head_by_shape(draft, form)
    return draft.get("number") if draft.values.keys() >= {"number", "date"} else None
