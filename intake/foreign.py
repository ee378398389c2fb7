"""Foreign invoices and receipts (English labels): number, date, parties, net, tax, total, currency."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from archive.document import Kind
from archive.money import parse_amount
from intake.draft import Draft
from intake.fields import fold, parse_foreign_date
from intake.form import Form
from intake.rows import GAP, Row, Span, span

_NUMBER = re.compile(
    r"(?:tax\s*)?(?:invoice|receipt|bill|credit\s*note)\s*(?:number|num|no|nr|id|#|№)\s*[.:#]*\s*#?\s*([A-Z0-9][A-Z0-9_/.-]{2,30})",
    re.IGNORECASE,
)
_NUMBER_LABEL = re.compile(
    r"(?:invoice|receipt|bill|credit\s*note)\s*(?:number|num|no|nr|id|#)\s*[.:#]*$", re.IGNORECASE
)
_LONE_NUMBER = re.compile(r"#?(?=.*\d)[A-Za-z0-9][A-Za-z0-9_/.-]{2,30}")
_NUMBER_BARE = re.compile(r"\b(?:invoice|receipt)\s*[:#]+\s*#?\s*([A-Z0-9][A-Z0-9_/-]{2,30})", re.IGNORECASE)
_DATE = re.compile(
    r"(?:invoice|issue|receipt|bill|billing|tax)\s*date|date\s*of\s*issue|date\s*issued|date\s*paid|payment\s*date|issued(?:\s*on)?\s*:",
    re.IGNORECASE,
)
_ANY_DATE = re.compile(r"(?<!due )(?<!order )(?<!ship )(?<!delivery )(?<!payment )\bdate\b\s*:?", re.IGNORECASE)
_DUE = re.compile(r"date\s*due|due\s*(?:date|by|on)|payment\s*due", re.IGNORECASE)
_MARKS = r"US\$|HK\$|A\$|C\$|S\$|[$€£¥₹]|Rs\.?|USD|EUR|GBP|INR|HKD|JPY|SGD|AUD|CAD|CHF|RM"
#: 1,234.56 and 1.234,56 and, beside a currency, 12,000. A percentage is no amount.
_FIGURE = re.compile(
    rf"(?P<minus>[-−(])?\s*(?P<mark>{_MARKS})?\s*(?P<inner>[-−])?"
    r"(?P<figure>\d{1,3}(?:,\d{2,3})*\.\d{2}|\d+\.\d{2}|\d{1,3}(?:\.\d{3})*,\d{2}|(?(mark)\d{1,3}(?:,\d{3})+|(?!)))(?![\d%.,]\d?)"
    rf"(?:\s*(?P<after>{_MARKS}))?",
    re.IGNORECASE,
)
#: Words for the total, the surest first: what is still due may be less than what was charged.
_TOTALS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"grand\s*total|total\s*for\s*this\s*invoice|invoice\s*total|total\s*payable|total[^\d]{0,20}incl",
        r"^\W*total(?:\s*amount)?(?:\s*due)?(?:\s*\([A-Z]{3}\))?\b(?!\s*(?:tax|vat|gst|discount|savings|items?|qty))",
        r"amount\s*due|balance\s*due|amount\s*payable|amount\s*paid|total\s*paid",
    )
)
_NET = re.compile(
    r"sub\s*-?\s*total|net\s*(?:amount|total)|total\s*(?:before\s*tax|net)|total[^\d]{0,20}excl|amount\s*before\s*tax|taxable\s*amount|service\s*charges",
    re.IGNORECASE,
)
_TAX = re.compile(
    r"^\W*(?:(?:total|sales|state|local|service|estimated)\s*)*(?:tax|vat|gst|hst|iva|mwst|sst|consumption\s*tax)\b(?!\s*(?:invoice|id|no|reg|number|point|#))",
    re.IGNORECASE,
)
_SELLER = re.compile(
    r"(?:sold\s*by|seller|vendor|supplier|service\s*provider|from|billed?\s*from|issued\s*by|merchant)\s*:\s*(.*)|^sold\s*by\s+(.+)",
    re.IGNORECASE,
)
_BUYER = re.compile(
    r"(?:bill(?:ed|ing)?\s*(?:to)?\s*(?:address)?|sold\s*to|customer(?:\s*name)?|buyer|client|invoice(?:d)?\s*to|purchaser)\s*(?:address)?\s*:?\s*(.*)$",
    re.IGNORECASE,
)
_BILL_TO = re.compile(
    r"^(?:bill(?:ed|ing)?\s*(?:to)?\s*(?:address)?|sold\s*to|customer(?:\s*name)?|buyer|client|invoiced?\s*to|purchaser)\s*(?:address)?\s*(?::|$)",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"\b(?:Inc|LLC|Ltd|Limited|Corp|Corporation|GmbH|Pvt|PLC|LLP|S\.?A|B\.?V|Pty|AG|Co)\b\.?", re.IGNORECASE
)
_TAX_ID = re.compile(
    r"(?:VAT(?:/TIN)?|TIN|GSTIN|GST|ABN|EIN|tax\s*id|VAT\s*reg\w*)\s*(?:no|number|id)?\s*[.:#]*\s*((?=[A-Z-]*\d)[A-Z0-9-]{8,20})",
    re.IGNORECASE,
)
_NOT_SELLERS = re.compile(r"payment|remit|questions|amount|date|number", re.IGNORECASE)
_NOT_A_NAME = re.compile(
    r"\d|:|invoice|receipt|statement|\bbill\b|page|original|copy|\bdate\b|thank|total|tax", re.IGNORECASE
)
_LETTERHEAD = 8  # rows or cells from the top that may be one
_CURRENCIES = {"US$": "USD", "$": "USD", "HK$": "HKD", "A$": "AUD", "C$": "CAD", "S$": "SGD", "€": "EUR", "£": "GBP"}
_CURRENCIES |= {"¥": "JPY", "₹": "INR", "RS": "INR", "RS.": "INR", "RM": "MYR"}
_SPOKEN = (
    (re.compile(r"\bUS dollars?\b|\bUSD\b", re.IGNORECASE), "USD"),
    (re.compile(r"\beuros?\b|\bEUR\b", re.IGNORECASE), "EUR"),
    (re.compile(r"\bpounds? sterling\b|\bGBP\b", re.IGNORECASE), "GBP"),
    (re.compile(r"\bIndian rupees?\b|\brupees?\b|\bINR\b|\bRs\.? ?-?\d", re.IGNORECASE), "INR"),
    (re.compile(r"\bHKD\b|\bHong Kong dollars?\b", re.IGNORECASE), "HKD"),
    (re.compile(r"\bJPY\b|\bJapanese yen\b", re.IGNORECASE), "JPY"),
    (re.compile(r"\bSGD\b|\bMYR\b|\bAUD\b|\bCAD\b|\bCHF\b|\bCNY\b"), ""),
)
_TILL = re.compile(r"\bchange\b|cashier|tender")
_NAMES = re.compile(r"\b(invoice|receipt|bill|statement|credit note)\b", re.IGNORECASE)


def is_foreign(forms: Sequence[Form]) -> bool:
    """Mostly Latin letters, and the words of an invoice or receipt with a total."""
    text = " ".join(form.text for form in forms)
    chinese = sum("一" <= c <= "龥" for c in text)
    latin = sum(c.isascii() and c.isalpha() for c in text)
    return (
        latin > 4 * chinese
        and bool(_NAMES.search(text))
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
    _date_anywhere(draft, forms)
    draft.put("currency", _currency(text, draft), sure=0.9)
    return draft


def _type(form: Form) -> str:
    """receipt or credit note where a line near the top says just that; invoice otherwise."""
    lines = [row.printed(0, len(row.text)).lower() for row in form.rows]
    for line in lines[:_LETTERHEAD]:
        if re.fullmatch(r"(?:payment |sales |official )?receipt|credit note", line):
            return line.split()[-1] if "receipt" in line else line
    till = any(_TILL.search(line) for line in lines)  # tills print `tax invoice` on what everyone calls a receipt
    return "invoice" if not till and any("invoice" in line for line in lines) else "receipt"


def _facts(draft: Draft, row: Row, following: Sequence[Row]) -> None:
    """Number, dates and tax id of one row, or of the row under it."""
    cells = _cells(row)
    for index, (cell, start) in enumerate(cells):
        if _NUMBER_LABEL.search(cell.kept):
            beside = [c for c, _ in cells[index + 1 : index + 2]]
            under = [
                s for r in following[:1] for s, _ in _cells(r) if s.box[0] < cell.box[2] and s.box[2] > cell.box[0]
            ]
            value = next((s for s in [*beside, *under] if _LONE_NUMBER.fullmatch(s.text)), None)
            draft.put("number", value.text.lstrip("#") if value else None, value, 0.95)
        for pattern in (_NUMBER, _NUMBER_BARE):
            match = pattern.search(cell.kept)
            if match and any(c.isdigit() for c in match[1]):
                draft.put("number", match[1], cell, 0.95)
        if match := _DATE.search(cell.kept):
            _put_date(draft, "date", cell, cell.kept[match.end() :], row, start, following)
        if match := _DUE.search(cell.kept):
            day = parse_foreign_date(cell.kept[match.end() :]) or parse_foreign_date(row.printed(start, len(row.text)))
            draft.note("due_date", day.isoformat() if day else None)
        if match := _TAX_ID.search(cell.kept):
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
            if (match := _ANY_DATE.search(text)) and (day := parse_foreign_date(text[match.end() :])):
                draft.put("date", day, span(row, 0, len(row.text)), 0.8)
    for row in forms[0].rows[:_LETTERHEAD]:
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
    for pattern in _TOTALS:
        for row in form.rows:
            text = row.printed(0, len(row.text))
            if pattern.search(text) and not _NET.search(text):
                _put_last(draft, "total", row)
    for row in form.rows:
        text = row.printed(0, len(row.text))
        if _NET.search(text):
            _put_last(draft, "amount_excl_tax", row)
        elif _TAX.search(text):
            _put_last(draft, "tax", row)
    _from_table(draft, form)


def _put_last(draft: Draft, name: str, row: Row) -> None:
    figures = list(_FIGURE.finditer(row.printed(0, len(row.text))))
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
        figures = [v for m in _FIGURE.finditer(text) if (v := _value(m)) is not None]
        if len(figures) == 3 and re.match(r"\W*total\b", text, re.IGNORECASE) and figures[0] + figures[1] == figures[2]:
            where = span(row, 0, len(row.text))
            draft.put("amount_excl_tax", figures[0], where, 0.85)
            draft.put("tax", figures[1], where, 0.85)


def _parties(draft: Draft, form: Form) -> None:
    cells = [(s, row) for row in form.rows for s, _ in _cells(row)]
    for index, (cell, _) in enumerate(cells):
        if match := _SELLER.search(cell.kept):
            name = _named(match[1] or match[2] or "") or _company_under(cells, index)
            draft.put("seller_name", name, cell, 0.85)
        if _BILL_TO.search(cell.kept):
            rest = _BILL_TO.sub("", cell.kept)
            draft.put("buyer_name", _named(rest) or _first_under(cells, index), cell, 0.85)
    if "seller_name" not in draft.values:
        named = next((s for s, _ in cells if _COMPANY.search(s.kept) and s.kept != draft.get("buyer_name")), None)
        draft.put("seller_name", _named(named.kept) if named else None, named, 0.6)
    for cell, _ in cells[:_LETTERHEAD]:  # the letterhead: the first words that are neither title nor figures
        if not _NOT_A_NAME.search(cell.kept) and len(re.findall(r"[A-Za-z]", cell.kept)) >= 3:
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
    near = [s for s in _under(cells, index) if not _NOT_SELLERS.search(s.kept)]
    sure = next((s for s in near if _COMPANY.search(s.kept)), near[0] if near else None)
    return _named(sure.kept) if sure else None


def _currency(text: str, draft: Draft) -> str:
    """The currency spoken of or marked beside the figures; US dollars for a bare $."""
    for pattern, code in _SPOKEN:
        if match := pattern.search(text):
            return code or match[0].upper()
    marks = [m["mark"] or m["after"] for m in _FIGURE.finditer(text) if m["mark"] or m["after"]]
    return next((_CURRENCIES.get(m.upper(), m.upper()) for m in marks), "CNY" if "¥" in text else "USD")
