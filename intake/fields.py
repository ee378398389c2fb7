"""Text → values, pure: tidy print, dates, invoice numbers and codes, tax ids."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

#: Printed punctuation that keeps its full width in names and titles.
_WIDE = frozenset("（），：；！？～、。")
#: CJK Radicals Supplement characters that NFKC leaves alone but PDF fonts map common characters to.
_RADICALS = str.maketrans(
    "⺠⻔⻋⻚⻓⻅⻢⻛⻝⻜⻬⻩⻥⻨⻰⻳⺟⻄⻉⺁⻤⻣⻘", "民门车页长见马风食飞齐黄鱼麦龙龟母西贝厂鬼骨青"
)
_RADICALS[ord("−")] = ord("-")  # the minus sign proper
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]"
)

_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*日|(?!\d))")
_SPACED = re.compile(r"(?<!\d)((?:19|20)\d\d)\s+(\d{1,2})\s+(\d{1,2})(?!\d)")
_PACKED = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?:\d{6}|\d{9})?(?!\d)")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WORD_MONTH = "(" + "|".join(_MONTHS) + r")[a-z]*\.?"
_MONTH_FIRST = re.compile(_WORD_MONTH + r"\s*(\d{1,2})(?:st|nd|rd|th)?\s*,?\s*((?:19|20)\d\d)", re.IGNORECASE)
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[\s\-/.]*" + _WORD_MONTH + r"[\s\-/.,]*((?:19|20)\d\d|\d\d(?!\d))", re.IGNORECASE
)
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.]((?:19|20)\d\d|\d\d)(?!\d)")

NUMBER = re.compile(r"(?<!\d)(\d{20}|\d{8})(?!\d)")  # 数电票 twenty digits, older invoices eight
CODE = re.compile(r"(?<!\d)(\d{12}|\d{10})(?!\d)")
CHECK_CODE = re.compile(r"(?<!\d)(\d{20}|\d{5} ?\d{5} ?\d{5} ?\d{5})(?!\d)")
TAX_ID = re.compile(r"(?<![0-9A-Z])(?=[0-9A-Z]*\d)([0-9A-Z]{15}|[0-9A-Z]{17,18}|[0-9A-Z]{20})(?![0-9A-Z])")


def fold(text: str) -> str:
    """For comparing and matching: one width, no radicals, no invisible characters, single blanks."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text).translate(_RADICALS))
    return " ".join(plain.split())


def tidy(text: str) -> str:
    """For keeping: one width and no radicals; full-width punctuation, roman numerals, ㎡ and the like as printed."""
    plain = _INVISIBLE.sub("", text).translate(_RADICALS)
    return " ".join("".join(unicodedata.normalize("NFKC", c) if _other_form(c) else c for c in plain).split())


def _other_form(char: str) -> bool:
    """Whether a character is another form of one in use: full or half width, a radical, a compatibility ideograph."""
    if char in _WIDE:
        return False
    return "\u2e80" <= char <= "\u2fdf" or "\uf900" <= char <= "\ufaff" or "\uff00" <= char <= "\uffef"


def squeeze(text: str) -> str:
    """Folded and without any blanks: what labels are matched on."""
    return fold(text).replace(" ", "")


def parse_date(text: str) -> date | None:
    """The first date in Chinese or ISO order: 2024年1月19日, 2026-03-09, 20240119, maybe with a time."""
    plain = fold(text)
    for pattern in (_ISO, _SPACED, _PACKED):
        for match in pattern.finditer(plain):
            found = _day(*match.groups())
            if found:
                return found
    return None


def parse_foreign_date(text: str, *, month_first: bool = False) -> date | None:
    """The first date in any common order; 03/04/2025 is day first unless told otherwise or impossible."""
    plain = fold(text)
    if found := parse_date(plain):
        return found
    if match := _MONTH_FIRST.search(plain):
        return _day(match[3], str(_month(match[1])), match[2])
    if match := _DAY_FIRST.search(plain):
        return _day(_century(match[3]), str(_month(match[2])), match[1])
    for match in _NUMERIC.finditer(plain):
        first, second, year = match[1], match[2], _century(match[3])
        orders = (
            [(year, first, second), (year, second, first)]
            if month_first
            else [(year, second, first), (year, first, second)]
        )
        for order in orders:
            if found := _day(*order):
                return found
    return None


def _month(word: str) -> int:
    return _MONTHS.index(word[:3].lower()) + 1


def _century(year: str) -> str:
    return year if len(year) == 4 else f"20{year}"


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def parse_number(text: str) -> str | None:
    """An invoice number of 20 or 8 digits standing alone in the text."""
    match = NUMBER.search(fold(text)) or NUMBER.search(squeeze(text))
    return match[1] if match else None


def parse_code(text: str) -> str | None:
    """An invoice code of 12 or 10 digits."""
    match = CODE.search(fold(text)) or CODE.search(squeeze(text))
    return match[1] if match else None


def parse_check_code(text: str) -> str | None:
    """A 校验码 of 20 digits, blanks removed."""
    match = CHECK_CODE.search(fold(text))
    return match[1].replace(" ", "") if match else None


def parse_tax_id(text: str) -> str | None:
    """A taxpayer number (15, 17, 18 or 20 characters), upper case; its check character is not judged here."""
    match = TAX_ID.search(squeeze(text).upper())
    return match[1] if match else None
