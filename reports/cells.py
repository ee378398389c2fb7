"""One cell as words: thousands separators, dates and shares the same in every renderer."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from archive.words import Lang, Text
from reports.page import YUAN, Cell, CellKind, Unit

CENT = Decimal("0.01")

# Characters that print nothing, turn text round or can't be encoded; data comes from files nobody vouches for.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
_BLANK = re.compile("[\t\r]+")


def clean(words: str) -> str:
    """Words without hidden characters; tabs as spaces, line breaks kept."""
    return _BLANK.sub(" ", _HIDDEN.sub("", words))


def scaled(amount: Decimal | int, unit: Unit) -> Decimal:
    """An amount in the page's unit, rounded half up to two places (the way Chinese ledgers round)."""
    return (Decimal(amount) / unit.size).quantize(CENT, ROUND_HALF_UP) + 0  # + 0: no minus before nothing


def money(amount: Decimal | int, unit: Unit = YUAN) -> str:
    """`1,234.50`; negatives with a minus sign."""
    return f"{scaled(amount, unit):,}"


def percent(share: Decimal | int) -> str:
    """`12.5%` for Decimal("0.125")."""
    return f"{(Decimal(share) * 100).quantize(Decimal('0.1'), ROUND_HALF_UP) + 0:,}%"


def day(value: date) -> str:
    """`2026-10-01`, and the minute for a datetime."""
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else value.isoformat()


def said(cell: Cell, kind: CellKind, lang: Lang, unit: Unit = YUAN) -> str:
    """The cell as it is printed; empty for None."""
    if cell is None:
        return ""
    if isinstance(cell, Text):
        return clean(cell.to(lang))
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, date):
        return day(cell)
    if kind == "money":
        return money(cell, unit)
    if kind == "percent":
        return percent(cell)
    if kind == "nth":
        return str(cell)
    return f"{cell:,}"
