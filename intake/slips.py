"""Small Chinese receipts that have no form: taxi slips, 定额发票, paper train tickets, toll slips."""

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
from intake.reading import Found
from intake.rows import GAP, Row, Span, Word, span, to_rows

#: How sure a value is at its own label, near it, and by its shape alone. Below 0.8 the sender is asked.
AT_LABEL, NEAR, BY_SHAPE = 0.95, 0.85, 0.7

_SORTS: tuple[tuple[Kind, re.Pattern[str], int], ...] = (
    # kind, its tell-tale words, how many different ones must be there
    (Kind.QUOTA, re.compile(r"定额(?:发票|专用|统一)|定额"), 1),
    (
        Kind.TAXI,
        re.compile(r"出租(?:汽)?车|上车|下车|里程|等候|单价|车号|证号|电召|燃油附加|计程|状态[:实]"),
        3,
    ),
    (Kind.TOLL, re.compile(r"通行费|过路|过桥|收费站|车道|入口|出口|车型|收费员|高速公路"), 3),
)
#: A form with these is no slip, whatever words it holds.
_FORM = re.compile(r"价税合计|纳税人识别号|统一社会信用代码|购买方|销售方|电子发票\(")

_CODE = re.compile(r"(?<!\d)(\d{12}|\d{10})(?!\d)")
_NUMBER = re.compile(r"(?<!\d)(\d{8})(?!\d)")
_CODE_LABEL, _NUMBER_LABEL = re.compile(r"代码"), re.compile(r"(?:发票)?号码|票号")
_DATE_LABEL = re.compile(r"日期")
_SHORT_DATE = re.compile(r"(?<!\d)(\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
_SUM_LABEL = re.compile(r"实收|总金额|合计|总计|金额|收费额|收费金额|票价|应收|交易额")
_MONEY = re.compile(
    r"(?P<sign>[¥$Y]?)(?P<sum>(?:\d{1,3}(?:,\d{3})+|\d{1,6})(?:\.\d{1,2})?)(?P<unit>元?)(?![\d.:/%]|公里|km|KM)"
)
_CAPITALS = re.compile(r"[零壹贰叁肆伍陆柒捌玖拾佰仟万圆元角分整正]{2,}")
_PER_UNIT = re.compile(r"单价|里程|公里|km|等候|时间|燃油|附加")


@dataclass(frozen=True, slots=True)
class _Sum:
    """A figure that may be the amount, with how much speaks for it."""

    amount: Decimal
    where: Span
    sure: float


def find(words: Sequence[Word]) -> Found | None:
    """The slip these words print, or None when it is no slip of a known sort."""
    rows = to_rows(w for w in words if w.text.strip())
    everything = "\n".join(row.text.replace(GAP, "") for row in rows)
    if not rows or _FORM.search(everything):
        return None
    draft = Draft("ocr", pages=(rows[0].page, rows[0].page), text="\n".join(r.printed(0, len(r.text)) for r in rows))
    ticket = _train(rows, everything)
    if ticket:
        return ticket.found()
    sort = next((kind for kind, tells, least in _SORTS if len(set(tells.findall(everything))) >= least), None)
    if sort is None:
        return None
    draft.kind = sort
    _numbers(draft, rows)
    if sort is Kind.QUOTA:
        _face_value(draft, rows)
    else:
        _day(draft, rows)
        _amount(draft, rows)
    title = next((s for row in rows for s in _titles(row)), None)
    if title:
        draft.put("type", title.kept.replace(" ", ""), title, AT_LABEL)
    return draft.found() if "total" in draft.values or "number" in draft.values else None


def _titles(row: Row) -> list[Span]:
    return [
        span(row, m.start(), m.end())
        for m in re.finditer(r"[一-龥()]{0,14}(?:发票|收据|通行费票据|客票)(?!代码|号码|专用章|联)", row.text)
    ]


def _numbers(draft: Draft, rows: Sequence[Row]) -> None:
    """Code and number at their labels; without labels, a code followed in the next rows by eight digits."""
    for row in rows:
        for label, pattern, name in ((_CODE_LABEL, _CODE, "code"), (_NUMBER_LABEL, _NUMBER, "number")):
            said = label.search(row.text)
            value = pattern.search(row.text, said.end()) if said else None
            if value and not parse_date(value[1] if name == "number" else ""):
                draft.put(name, value[1], span(row, value.start(), value.end()), AT_LABEL)
    for index, row in enumerate(rows):
        code = _CODE.fullmatch(row.text.replace(GAP, ""))
        if code and "code" not in draft.values:
            draft.put("code", code[1], span(row, 0, len(row.text)), BY_SHAPE)
        if "code" in draft.values and "number" not in draft.values:
            for near in rows[index : index + 3]:
                number = _NUMBER.fullmatch(near.text.replace(GAP, ""))
                if number and not parse_date(number[1]):
                    draft.put("number", number[1], span(near, 0, len(near.text)), BY_SHAPE)


def _day(draft: Draft, rows: Sequence[Row]) -> None:
    """The date at its label or the only one there is; two-figure years only at the label, and never surely."""
    days: list[tuple[date, Span, bool]] = []
    for index, row in enumerate(rows):
        day = parse_date(row.text.replace(GAP, " "))
        near = any(_DATE_LABEL.search(r.text) for r in rows[max(0, index - 1) : index + 2])
        if day:
            days.append((day, span(row, 0, len(row.text)), near))
        elif near and (short := _SHORT_DATE.search(row.text)):
            written = parse_date(f"20{short[1]}-{short[2]}-{short[3]}")
            if written:
                draft.put("date", written, span(row, short.start(), short.end()), BY_SHAPE)
    labelled = [d for d in days if d[2]] or days
    if len({d[0] for d in labelled}) == 1:
        draft.values.pop("date", None)
        draft.put("date", labelled[0][0], labelled[0][1], AT_LABEL if labelled[0][2] else NEAR)


def _amount(draft: Draft, rows: Sequence[Row]) -> None:
    """The amount beside its label, or a line off it, as printers shift; rival figures make it unsure."""
    sums: list[_Sum] = []
    for index, row in enumerate(rows):
        for match in _MONEY.finditer(row.text):
            marked = bool(match["sign"] or match["unit"])
            if not (marked or "." in match["sum"]) or _PER_UNIT.search(row.text[: match.start()]):
                continue
            here = bool(_SUM_LABEL.search(row.text[: match.start()]))
            near = any(_SUM_LABEL.search(r.text) for r in rows[max(0, index - 1) : index + 2])
            sure = (
                AT_LABEL
                if here and marked
                else NEAR
                if here or (near and marked)
                else BY_SHAPE
                if near or marked
                else 0.0
            )
            if sure:
                figure = Decimal(match["sum"].replace(",", ""))
                sums.append(_Sum(figure, span(row, match.start(), match.end()), sure))
    words = _in_words(rows)
    if words is not None:
        sums = [s for s in sums if s.amount == words] or sums
    best = max(sums, key=lambda s: (s.sure, s.amount), default=None)
    if best is None:
        return
    rivals = {s.amount for s in sums if s.sure >= best.sure}
    draft.put("total", best.amount, best.where, best.sure if len(rivals) == 1 else BY_SHAPE)


def _in_words(rows: Sequence[Row]) -> Decimal | None:
    """The first amount in words on the slip."""
    found = _words(rows)
    return found[0] if found else None


def _words(rows: Sequence[Row]) -> tuple[Decimal, Span] | None:
    for row in rows:
        for match in _CAPITALS.finditer(row.text.replace(GAP, "\t")):
            try:
                amount = from_capitals(match[0])
            except ValueError:
                continue
            if amount > 0:
                return amount, span(row, match.start(), match.end())
    return None


def _face_value(draft: Draft, rows: Sequence[Row]) -> None:
    """A 定额发票 states its value in words (伍拾元); figures with a sign confirm it or stand in for it."""
    words = _words(rows)
    figures = {
        Decimal(m["sum"].replace(",", "")): span(row, m.start(), m.end())
        for row in rows
        for m in _MONEY.finditer(row.text)
        if m["sign"] in ("¥", "$") or m["unit"]
    }
    if words:
        draft.put("total", words[0], words[1], AT_LABEL if not figures or words[0] in figures else BY_SHAPE)
        draft.put("capitals", words[1].kept, words[1], AT_LABEL)
    elif len(figures) == 1:
        amount, where = figures.popitem()
        draft.put("total", amount, where, BY_SHAPE)


_TRAIN = re.compile(r"(?<![A-Z0-9])([GDCZTKSYL]\d{1,4}|\d{4})次?(?![A-Z0-9])")
_DEPARTS = re.compile(r"((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日\D{0,2}(\d{1,2}:\d\d)?开?")
_STATION = re.compile(r"([一-龥]{2,8})站")
_FARE = re.compile(r"[¥$Y]?(\d{1,5}(?:\.\d{1,2})?)元")
_TICKET = re.compile(r"(?<![A-Z0-9])([A-Z]\d{6}|\d{2,3}[A-Z]\d{6}|[A-Z]\d{2}[A-Z]\d{6})(?!\d)")
_SEAT = re.compile(r"(\d{1,2}车(?:无座|\d{1,3}[A-F]?号?(?:[上中下]铺?)?))")
_SEATS = re.compile(r"商务座|特等座|一等座|二等座|无座|硬座|硬卧|软卧|软座|动卧")


def _train(rows: Sequence[Row], everything: str) -> Draft | None:
    """A paper train ticket (蓝票, 红票): train, stations, time of departure, fare. Its date is the day of travel."""
    flat = everything.replace("\n", " ")
    leaves = _DEPARTS.search(flat)
    fare = _FARE.search(flat)
    train = _TRAIN.search(flat[: leaves.start()] if leaves else flat)
    if not (leaves and fare and train and (_SEATS.search(flat) or "车" in flat) and re.search(r"站|开|检票|售", flat)):
        return None
    draft = Draft("ocr", Kind.RAIL, text=everything, pages=(rows[0].page, rows[0].page))
    for row in rows:
        text = row.text.replace(GAP, "\t")
        if where := _DEPARTS.search(text.replace("\t", "")):
            day = parse_date(where[0])
            draft.put("date", day, span(row, 0, len(row.text)), NEAR)
            draft.note("travel_date", day.isoformat() if day else None)
        if match := _FARE.search(text):
            draft.put("total", Decimal(match[1]), span(row, match.start(), match.end()), AT_LABEL)
        if match := _TICKET.search(text):
            draft.put("number", match[1], span(row, match.start(), match.end()), NEAR)
        if match := _TRAIN.search(text):
            draft.note("train", match[1])
        for match in _STATION.finditer(text):
            draft.note("departure" if "departure" not in draft.extra else "destination", match[1])
        if match := _SEAT.search(text):
            draft.note("seat", match[1])
    draft.put("type", "火车票", sure=NEAR)
    return draft
