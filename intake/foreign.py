"""Foreign invoices and receipts (English labels): number, date, parties, net, tax, total, currency."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from archive.document import Kind
from archive.money import parse_amount
from intake.draft import Draft
from intake.fields import fold, parse_foreign_date
from intake.foreign_words import (
    ANY_DATE,
    BETWEEN,
    BILL_TO,
    COMPANY,
    CURRENCIES,
    DATE,
    DUE,
    FIGURE,
    LETTERHEAD,
    LONE_NUMBER,
    NAMES,
    NET,
    NOT_A_NAME,
    NOT_SELLERS,
    NUMBER,
    NUMBER_BARE,
    NUMBER_LABEL,
    SELLER,
    SPOKEN,
    TAX,
    TAX_ID,
    TILL,
    TOTALS,
)
from intake.form import Form
from intake.goods import lines_of, tables
from intake.rows import GAP, Row, Span, span

#: How sure the seller is where another one had a hand in it.
UNSURE = 0.7


def is_foreign(forms: Sequence[Form]) -> bool:
    """Mostly Latin letters, and the words of an invoice or receipt with a total."""
    text = " ".join(form.text for form in forms)
    chinese = sum("一" <= c <= "龥" for c in text)
    latin = sum(c.isascii() and c.isalpha() for c in text)
    return (
        latin > 4 * chinese
        and bool(NAMES.search(text))
        and bool(re.search(r"total|amount|balance|paid", text, re.IGNORECASE))
    )


def number_on(form: Form) -> str | None:
    """The number of the foreign invoice this page belongs to, if it states one: tells documents in one file apart."""
    if not is_foreign([form]):
        return None
    draft = Draft("text")
    for index, row in enumerate(form.rows):
        _facts(draft, row, form.rows[index + 1 : index + 3])
    number: str | None = draft.get("number")
    return number


def read_foreign(forms: Sequence[Form], source: str) -> Draft:
    """An English invoice. Its columns are read one by one: a value stands beside or below its label."""
    draft = Draft(source, Kind.FOREIGN)
    text = "\n".join(form.text for form in forms)
    draft.put("type", _type(forms[0]), sure=0.9)
    for form in forms:
        for index, row in enumerate(form.rows):
            _facts(draft, row, form.rows[index + 1 : index + 3])
        _amounts(draft, form)
        _parties(draft, form)
        draft.lines += [line for table in tables(form, foreign=True) for line in lines_of(table)]
    _date_anywhere(draft, forms)
    draft.put("currency", _currency(text, draft), sure=0.9)
    if BETWEEN.search(text) and "seller_name" in draft.values:
        draft.confidence["seller_name"] = min(draft.confidence["seller_name"], UNSURE)
    return draft


def _type(form: Form) -> str:
    """receipt or credit note where a line near the top says just that; invoice otherwise."""
    lines = [row.printed(0, len(row.text)).lower() for row in form.rows]
    for line in lines[:LETTERHEAD]:
        if re.fullmatch(r"(?:payment |sales |official )?receipt|credit note", line):
            return line.split()[-1] if "receipt" in line else line
    till = any(TILL.search(line) for line in lines)  # tills print `tax invoice` on what everyone calls a receipt
    return "invoice" if not till and any("invoice" in line for line in lines) else "receipt"


def _facts(draft: Draft, row: Row, following: Sequence[Row]) -> None:
    """Number, dates and tax id of one row, or of the row under it."""
    cells = _cells(row)
    for index, (cell, start) in enumerate(cells):
        if NUMBER_LABEL.search(cell.kept):
            beside = [c for c, _ in cells[index + 1 : index + 2]]
            under = [
                s for r in following[:1] for s, _ in _cells(r) if s.box[0] < cell.box[2] and s.box[2] > cell.box[0]
            ]
            value = next((s for s in [*beside, *under] if LONE_NUMBER.fullmatch(s.text)), None)
            draft.put("number", value.text.lstrip("#") if value else None, value, 0.95)
        for pattern in (NUMBER, NUMBER_BARE):
            match = pattern.search(cell.kept)
            if match and any(c.isdigit() for c in match[1]):
                draft.put("number", match[1], cell, 0.95)
        if match := DATE.search(cell.kept):
            _put_date(draft, "date", cell, cell.kept[match.end() :], row, start, following)
        if match := DUE.search(cell.kept):
            day = parse_foreign_date(cell.kept[match.end() :]) or parse_foreign_date(row.printed(start, len(row.text)))
            draft.note("due_date", day.isoformat() if day else None)
        if match := TAX_ID.search(cell.kept):
            draft.note("seller_tax_number", match[1])


def _put_date(draft: Draft, name: str, cell: Span, rest: str, row: Row, start: int, following: Sequence[Row]) -> None:
    day = parse_foreign_date(rest) or parse_foreign_date(row.printed(start, len(row.text)))
    for under in following:
        if day is None:
            near = [s for s, _ in _cells(under) if s.box[0] < cell.box[2] and s.box[2] > cell.box[0]]
            day = next((d for s in near if (d := parse_foreign_date(s.kept))), None)
    draft.put(name, day, cell, 0.95)


def _date_anywhere(draft: Draft, forms: Sequence[Form]) -> None:
    for form in forms:
        for row in form.rows:
            text = row.printed(0, len(row.text))
            if (match := ANY_DATE.search(text)) and (day := parse_foreign_date(text[match.end() :])):
                draft.put("date", day, span(row, 0, len(row.text)), 0.8)
    for row in forms[0].rows[:LETTERHEAD]:
        draft.put("date", parse_foreign_date(row.printed(0, len(row.text))), span(row, 0, len(row.text)), 0.6)


def _cells(row: Row) -> list[tuple[Span, int]]:
    """The row's pieces between wide gaps, with where each begins."""
    pieces, begin = [], 0
    for i in range(len(row.text) + 1):
        if i == len(row.text) or row.text[i] == GAP:
            if i > begin:
                pieces.append((span(row, begin, i), begin))
            begin = i + 1
    return pieces


def _amounts(draft: Draft, form: Form) -> None:
    """Net, tax and total: the last figure of the row whose words name them; the surest words win."""
    for pattern in TOTALS:
        for row in form.rows:
            text = row.printed(0, len(row.text))
            if pattern.search(text) and not NET.search(text):
                _put_last(draft, "total", row)
    for row in form.rows:
        text = row.printed(0, len(row.text))
        if NET.search(text):
            _put_last(draft, "amount_excl_tax", row)
        elif TAX.search(text):
            _put_last(draft, "tax", row)
    _from_table(draft, form)


def _put_last(draft: Draft, name: str, row: Row) -> None:
    figures = list(FIGURE.finditer(row.printed(0, len(row.text))))
    if figures:
        draft.put(name, _value(figures[-1]), span(row, 0, len(row.text)), 0.9)


def _value(match: re.Match[str]) -> Decimal | None:
    sign = "-" if match["minus"] or match["inner"] else ""
    figure = match["figure"]
    if re.search(r",\d{2}$", figure):  # 1.234,56
        figure = figure.replace(".", "").replace(",", ".")
    return parse_amount(sign + figure.replace(",", ""))


def _from_table(draft: Draft, form: Form) -> None:
    """A totals row under a heading with Price, Tax and Total: three figures of which the first two make the third."""
    for row in form.rows:
        text = row.printed(0, len(row.text))
        figures = [v for m in FIGURE.finditer(text) if (v := _value(m)) is not None]
        if len(figures) == 3 and re.match(r"\W*total\b", text, re.IGNORECASE) and figures[0] + figures[1] == figures[2]:
            where = span(row, 0, len(row.text))
            draft.put("amount_excl_tax", figures[0], where, 0.85)
            draft.put("tax", figures[1], where, 0.85)


def _parties(draft: Draft, form: Form) -> None:
    cells = [(s, row) for row in form.rows for s, _ in _cells(row)]
    for index, (cell, _) in enumerate(cells):
        if match := SELLER.search(cell.kept):
            name = _named(match[1] or match[2] or "") or _company_under(cells, index)
            draft.put("seller_name", name, cell, 0.85)
        if BILL_TO.search(cell.kept):
            rest = BILL_TO.sub("", cell.kept)
            draft.put("buyer_name", _named(rest) or _first_under(cells, index), cell, 0.85)
    if "seller_name" not in draft.values:
        named = next((s for s, _ in cells if COMPANY.search(s.kept) and s.kept != draft.get("buyer_name")), None)
        draft.put("seller_name", _named(named.kept) if named else None, named, 0.6)
    for cell, _ in cells[:LETTERHEAD]:  # the letterhead: the first words that are neither title nor figures
        if not NOT_A_NAME.search(cell.kept) and len(re.findall(r"[A-Za-z]", cell.kept)) >= 3:
            draft.put("seller_name", _named(cell.kept), cell, 0.5)


def _named(text: str) -> str | None:
    """A name freed of its separators and of `ATTN:`; None if nothing like a name is left."""
    name = re.sub(r"^(?:ATTN|Attention)\s*:?\s*", "", fold(text).strip(" :;-"), flags=re.IGNORECASE).strip(" ,:;")
    return name if re.search(r"[A-Za-z]{2}", name) and len(name) < 80 else None


def _under(cells: Sequence[tuple[Span, Row]], index: int) -> list[Span]:
    """The next cells below one, starting at its left edge."""
    head = cells[index][0]
    near = [
        s
        for s, _ in cells
        if 0 < s.middle - head.middle < 6 * head.height and abs(s.box[0] - head.box[0]) < 3 * head.em
    ]
    return sorted(near, key=lambda s: s.middle)


def _first_under(cells: Sequence[tuple[Span, Row]], index: int) -> str | None:
    return next((name for s in _under(cells, index)[:2] if (name := _named(s.kept))), None)


def _company_under(cells: Sequence[tuple[Span, Row]], index: int) -> str | None:
    near = [s for s in _under(cells, index) if not NOT_SELLERS.search(s.kept)]
    sure = next((s for s in near if COMPANY.search(s.kept)), near[0] if near else None)
    return _named(sure.kept) if sure else None


def _currency(text: str, draft: Draft) -> str:
    """The currency spoken of or marked beside the figures; US dollars for a bare $."""
    for pattern, code in SPOKEN:
        if match := pattern.search(text):
            return code or match[0].upper()
    marks = [m["mark"] or m["after"] for m in FIGURE.finditer(text) if m["mark"] or m["after"]]
    return next((CURRENCIES.get(m.upper(), m.upper()) for m in marks), "CNY" if "¥" in text else "USD")
