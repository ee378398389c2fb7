"""Small Chinese receipts that have no form: taxi slips, 定额发票, toll slips."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from archive.document import Kind
from archive.money import from_capitals
from intake.draft import Draft
from intake.fields import parse_date
from intake.paper_train import read_train
from intake.printed import PrintedRow, printed_rows
from intake.reading import Found
from intake.rows import Span, Word

#: How sure a value is at its own label, near it, and by its shape alone. Below 0.8 the sender is asked.
AT_LABEL, NEAR, BY_SHAPE = 0.95, 0.85, 0.7


def _label(*words: str) -> re.Pattern[str]:
    """A pattern for labels whose characters may stand apart."""
    return re.compile("|".join(r"\s{0,4}".join(word) for word in words))


#: Kind, its tell-tale words, and how many different ones must be there.
_SORTS: tuple[tuple[Kind, re.Pattern[str], int], ...] = (
    (Kind.QUOTA, re.compile(r"定额"), 1),
    (Kind.TAXI, re.compile(r"出租|上车|下车|里程|等候|单价|车号|证号|电召|燃油|计程|时间"), 3),
    (Kind.TOLL, re.compile(r"通行费|过路|过桥|收费站|车道|入口|出口|车型|收费员|高速"), 3),
)
#: A form with one of these is no slip, whatever words it holds.
_FORM = re.compile(r"价税合计|纳税人识别号|社会信用代码|购买方|销售方|电子发票|回单")

_CODE = re.compile(r"(?<!\d)(\d{12}|\d{10})(?!\d)")
_NUMBER = re.compile(r"(?<!\d)(\d{8})(?!\d)")
_CODE_LABEL, _NUMBER_LABEL, _DATE_LABEL = _label("代码"), _label("号码", "票号"), _label("日期")
_SHORT_DATE = re.compile(r"(?<!\d)(\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
_SUM_LABEL = _label("实收", "金额", "合计", "总计", "收费额", "票价", "应收", "通行费")
_PER_UNIT = _label("单价", "里程", "公里", "等候", "时间", "燃油", "附加", "时速", "重量", "车型")
_MONEY = re.compile(
    r"(?P<sign>[¥$Y]?)\s?(?<![\d.:])(?P<sum>\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,6}(?:\.\d{1,2})?)\s?(?P<unit>元?)"
    r"(?![\d.:/%]|公里|[kK][mM])"
)
_CAPITALS = re.compile(r"[零壹贰叁肆伍陆柒捌玖拾佰仟万圆元角分整正]{2,}")
_TITLE = re.compile(r"[一-龥()]{0,14}(?:发票|收据|通行费票据)(?!代码|号码|专用章|联|专用)")


@dataclass(frozen=True, slots=True)
class _Sum:
    """A figure that may be the amount, with how much speaks for it."""

    amount: Decimal
    where: Span
    sure: float


def find(words: Sequence[Word]) -> Found | None:
    """The slip these words print, or None when it is no slip of a known sort."""
    rows = printed_rows(words)
    tight = "\n".join("".join(row.text.split()) for row in rows)
    if not rows or _FORM.search(tight):
        return None
    ticket = read_train(rows)
    if ticket:
        return ticket.found()
    sort = next((kind for kind, tells, least in _SORTS if len(set(tells.findall(tight))) >= least), None)
    if sort is None:
        return None
    draft = Draft("ocr", sort, text="\n".join(row.text for row in rows))
    _numbers(draft, rows)
    if sort is Kind.QUOTA:
        _face_value(draft, rows)
    else:
        _day(draft, rows)
        _amount(draft, rows)
    title = next((row.where(m.start(), m.end()) for row in rows if (m := _TITLE.search(row.text))), None)
    draft.put("type", title.kept.replace(" ", "") if title else None, title, AT_LABEL)
    return draft.found() if {"total", "number"} & draft.values.keys() else None


def _numbers(draft: Draft, rows: Sequence[PrintedRow]) -> None:
    """Code and number at their labels; without labels, a code followed in the next rows by eight digits."""
    for row in rows:
        for label, pattern, name in ((_CODE_LABEL, _CODE, "code"), (_NUMBER_LABEL, _NUMBER, "number")):
            said = label.search(row.text)
            value = pattern.search(row.text, said.end()) if said else None
            if value and not (name == "number" and parse_date(value[1])):
                draft.put(name, value[1], row.where(value.start(), value.end()), AT_LABEL)
    for index, row in enumerate(rows):
        if "code" not in draft.values and _CODE.fullmatch(row.text.strip()):
            draft.put("code", row.text.strip(), row.where(), BY_SHAPE)
        if "code" in draft.values and "number" not in draft.values:
            for near in rows[index : index + 3]:
                if _NUMBER.fullmatch(near.text.strip()) and not parse_date(near.text):
                    draft.put("number", near.text.strip(), near.where(), BY_SHAPE)


def _day(draft: Draft, rows: Sequence[PrintedRow]) -> None:
    """The date at its label or the only one there is; two-figure years only at the label, and never surely."""
    days: list[tuple[date, Span, bool]] = []
    short: tuple[date, Span] | None = None
    for index, row in enumerate(rows):
        near = any(_DATE_LABEL.search(r.text) for r in rows[max(0, index - 1) : index + 2])
        if day := parse_date(row.text):
            days.append((day, row.where(), near))
        elif near and (match := _SHORT_DATE.search(row.text)):
            written = parse_date(f"20{match[1]}-{match[2]}-{match[3]}")
            short = short or ((written, row.where(match.start(), match.end())) if written else None)
    labelled = [d for d in days if d[2]] or days
    if len({d[0] for d in labelled}) == 1:
        day, where, near = labelled[0]
        draft.put("date", day, where, AT_LABEL if near else NEAR)
    elif short and not days:
        draft.put("date", short[0], short[1], BY_SHAPE)


def _amount(draft: Draft, rows: Sequence[PrintedRow]) -> None:
    """The amount beside its label, or a line off it, as printers shift; rival figures make it unsure."""
    sums = [found for index in range(len(rows)) for found in _sums(rows, index)]
    words = _in_words(rows)
    if words:
        sums = [s for s in sums if s.amount == words[0]] or [_Sum(words[0], words[1], NEAR)]
    best = max(sums, key=lambda s: (s.sure, s.amount), default=None)
    if best is None:
        return
    rivals = {s.amount for s in sums if s.sure >= best.sure}
    draft.put("total", best.amount, best.where, best.sure if len(rivals) == 1 else BY_SHAPE)


def _sums(rows: Sequence[PrintedRow], index: int) -> list[_Sum]:
    """The figures in one row that may be the amount; rates, distances and surcharges are none."""
    row = rows[index]
    near = any(_SUM_LABEL.search(r.text) for r in rows[max(0, index - 1) : index + 2])
    found = []
    for match in _MONEY.finditer(row.text):
        before = row.text[: match.start()]
        marked = bool(match["sign"] or match["unit"])
        if not (marked or "." in match["sum"]) or _PER_UNIT.search(before):
            continue
        here = bool(_SUM_LABEL.search(before))
        sure = AT_LABEL if here and marked else NEAR if here or (near and marked) else BY_SHAPE if near or marked else 0
        if sure:
            amount = Decimal(match["sum"].replace(",", ""))
            found.append(_Sum(amount, row.where(match.start(), match.end()), sure))
    return found


def _in_words(rows: Sequence[PrintedRow]) -> tuple[Decimal, Span] | None:
    """The first amount in words on the slip (伍拾元)."""
    for row in rows:
        for match in _CAPITALS.finditer(row.text):
            try:
                amount = from_capitals(match[0])
            except ValueError:
                continue
            if amount > 0:
                return amount, row.where(match.start(), match.end())
    return None


def _face_value(draft: Draft, rows: Sequence[PrintedRow]) -> None:
    """A 定额发票 states its value in words; a figure with a sign confirms it or stands in for it, less surely."""
    words = _in_words(rows)
    figures = {
        Decimal(m["sum"].replace(",", "")): row.where(m.start(), m.end())
        for row in rows
        for m in _MONEY.finditer(row.text)
        if m["sign"] or m["unit"]
    }
    if words:
        draft.put("total", words[0], words[1], AT_LABEL if not figures or words[0] in figures else BY_SHAPE)
        draft.put("capitals", words[1].kept, words[1], AT_LABEL)
    elif len(figures) == 1:
        amount, where = figures.popitem()
        draft.put("total", amount, where, BY_SHAPE)
