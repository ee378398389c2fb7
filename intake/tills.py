"""Till receipts in English and other Latin print: shop, date, total, currency, receipt number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.document import Kind
from intake.draft import Draft
from intake.fields import parse_foreign_date
from intake.printed import PrintedRow, printed_rows
from intake.reading import Found
from intake.rows import Span, Word

SURE, LIKELY, UNSURE = 0.95, 0.85, 0.7

_MONEY = re.compile(r"(?<![\d.,])-?(?:\d{1,3}(?:,\d{3})+|\d{1,7})[.]\s?\d{2}(?![\d%])")
#: What the total's line says, the surest first, and what only looks like it.
_TOTALS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"grand\s*total|amount\s*(?:due|payable)|total\s*(?:due|payable|to\s*pay)|balance\s*due|nett?\s*total",
        r"round\w*\s*d?\s*total|total\s*(?:after|incl)|total\s*sales?\s*\(?\s*incl|total\s*amount|total\s*\(?(?:rm|usd|eur|gbp|sgd|hkd|aud)",
        r"(?<!sub)(?<!sub[\s-])total",
    )
)
_NOT_TOTAL = re.compile(
    r"sub[\s-]*total|total\s*(?:qty|quantity|items?|disc\w*|savings?|saved|tax|gst|vat|sst|points?|excl\w*|sales?\s*\(?\s*excl)"
    r"|(?:tax|gst|vat|sst|item|qty)\w*\s*total|excluding|rounding",
    re.IGNORECASE,
)
_PAID = re.compile(
    r"^\W*(?:cash|tender\w*|amount\s*tendered|paid|payment|visa|master\s*card|credit|debit|card)\b", re.IGNORECASE
)
_CHANGE = re.compile(r"^\W*change\b", re.IGNORECASE)

_SIGNS = (
    ("MYR", re.compile(r"\bRM\s?\d|\(RM\)|\bRM\b|\bSDN\b|\bMYR\b")),
    ("SGD", re.compile(r"S\$|\bSGD\b|\bPTE\b")),
    ("HKD", re.compile(r"HK\$|\bHKD\b")),
    ("AUD", re.compile(r"\bAUD\b|\bABN\b")),
    ("GBP", re.compile(r"£|\bGBP\b")),
    ("EUR", re.compile(r"€|\bEUR\b")),
    ("USD", re.compile(r"\$|\bUSD\b")),
)
#: Currencies of countries that write the month first; elsewhere 03/04 is the third of April.
_MONTH_FIRST = frozenset({"USD"})

_NUMBER = re.compile(
    r"(?:tax\s*invoice|invoice|inv|receipt|rcpt|bill|doc(?:ument)?|check|ticket|trans(?:action)?|order)\s*(?:no|num(?:ber)?|id|#)?\s*[.:#]+\s*"
    r"(?P<number>(?=[A-Z0-9/\-]*\d)[A-Z0-9][A-Z0-9/\-]{2,24})",
    re.IGNORECASE,
)
_SHOP = re.compile(
    r"\b(?:sdn|bhd|ltd|limited|inc|llc|llp|plc|pte|gmbh|co|corp|company|trading|enterprise|restaurant|restoran|cafe|coffee|store|shop|mart"
    r"|market|supermarket|hotel|pharmacy|kedai|syarikat|perniagaan|bakery|station|hardware|stationery)\b",
    re.IGNORECASE,
)
_NO_SHOP = re.compile(
    r"invoice|receipt|bill|tel|fax|gst|\bno\b|jalan|\bjln\b|street|road|avenue|www|@|thank|welcome|date|cashier",
    re.IGNORECASE,
)
_PARTY = re.compile(
    r"(?:bil+(?:ed)?|sold|ship(?:ped)?|invoiced?)\s*(?:to|by)\b|due\s*date|date\s*due|payment\s*terms|purchase\s*order"
    r"|invoice\s*date|billing\s*period",
    re.IGNORECASE,
)
_SHORT_DATE = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class _Figure:
    """An amount at the end of a row."""

    amount: Decimal
    where: Span
    label: str


def find(words: Sequence[Word]) -> Found | None:
    """The till receipt these words print, or None: Latin print with a total and several amounts."""
    rows = printed_rows(words)
    everything = "\n".join(row.text for row in rows)
    letters, chinese = len(re.findall(r"[A-Za-z]", everything)), len(re.findall(r"[一-龥]", everything))
    if letters < 40 or chinese > 0.25 * letters:
        return None
    figures = _figures(rows)
    draft = Draft("ocr", Kind.FOREIGN, pages=(words[0].page, words[0].page), text=everything)
    _total(draft, figures)
    if "total" not in draft.values:
        return None
    currency = next((name for name, sign in _SIGNS if sign.search(everything)), None)
    if currency:
        draft.put("currency", currency, sure=LIKELY)
    _day(draft, rows, currency)
    _number(draft, rows)
    _seller(draft, rows)
    draft.put("type", "receipt", sure=LIKELY)
    return draft.found()


def is_till(words: Sequence[Word]) -> bool:
    """Whether this can be a till's print: an invoice names the party it is made out to, or when it is due."""
    return not any(_PARTY.search(word.text) for word in words)


def _figures(rows: Sequence[PrintedRow]) -> list[_Figure]:
    """Each row's last amount with what stands before it; a label alone takes the figure of the row below."""
    figures = []
    label_above = ""
    for row in rows:
        text = row.text
        matches = list(_MONEY.finditer(row.text))
        if matches:
            last = matches[-1]
            amount = Decimal(re.sub(r"[,\s]", "", last[0]))
            label = text[: matches[0].start()].strip()
            figures.append(_Figure(amount, row.where(last.start(), last.end()), label or label_above))
            label_above = ""
        else:
            label_above = text.strip()
    return figures


def _total(draft: Draft, figures: Sequence[_Figure]) -> None:
    """The total by its words; what was paid less the change confirms it."""
    paid = [f.amount for f in figures if _PAID.search(f.label)]
    change = [f.amount for f in figures if _CHANGE.search(f.label)]
    spent = {p - c for p in paid for c in change} | (set(paid) if not change else set())
    for words in _TOTALS:
        said = [f for f in figures if words.search(f.label) and not _NOT_TOTAL.search(f.label)]
        if said:
            proved = [f for f in said if f.amount in spent]
            best = proved[0] if proved else max(said, key=lambda f: f.amount)
            agreed = len({f.amount for f in said}) == 1
            draft.put("total", best.amount, best.where, SURE if proved else LIKELY if agreed else UNSURE)
            return
    if len(spent) == 1 and change:
        amount = spent.pop()
        where = next((f.where for f in figures if f.amount == amount), None)
        draft.put("total", amount, where, UNSURE)


def _day(draft: Draft, rows: Sequence[PrintedRow], currency: str | None) -> None:
    """The date, at the word date or the only one. 03/04 without a country to go by is left doubtful."""
    month_first = currency in _MONTH_FIRST
    found = []
    for row in rows:
        day = parse_foreign_date(row.text, month_first=month_first)
        if day:
            short = _SHORT_DATE.search(row.text)
            open_to_doubt = (
                bool(short) and max(int(short[1]), int(short[2])) <= 12 and short[1] != short[2] if short else False
            )
            doubtful = open_to_doubt and (currency is None or month_first)
            found.append((day, row.where(), bool(re.search("date", row.text, re.IGNORECASE)), doubtful))
    named = [f for f in found if f[2]] or found
    if not named:
        return
    day, where, labelled, doubtful = named[0]
    alone = len({f[0] for f in named}) == 1
    draft.put("date", day, where, UNSURE if doubtful or not alone else SURE if labelled else LIKELY)


def _number(draft: Draft, rows: Sequence[PrintedRow]) -> None:
    for row in rows:
        match = _NUMBER.search(row.text)
        if match and not parse_foreign_date(match["number"]):
            draft.put("number", match["number"], row.where(match.start("number"), match.end("number")), LIKELY)


def _seller(draft: Draft, rows: Sequence[PrintedRow]) -> None:
    """The shop is named at the top: the first row that says company, else the first that is a name at all."""
    names = []
    for row in rows[:8]:
        text = row.text
        letters = len(re.findall(r"[A-Za-z]", text))
        if letters >= 4 and letters >= 0.6 * len(text.replace(" ", "")) and not _NO_SHOP.search(text):
            names.append(row)
    for row in [r for r in names if _SHOP.search(r.text)] + names[:1]:
        draft.put("seller_name", row.where().kept, row.where(), LIKELY)
