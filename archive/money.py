"""Amounts: reading them from print and from 大写 (capital figures), writing them with separators."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

DIGITS = "零壹贰叁肆伍陆柒捌玖"
CENT = Decimal("0.01")

_VALUES = {c: n for n, c in enumerate(DIGITS)} | {c: n for n, c in enumerate("〇一二三四五六七八九")}
_VALUES |= {"两": 2, "貳": 2, "贰": 2, "參": 3, "叄": 3, "陸": 6, "弍": 2, "弐": 2, "○": 0, "０": 0}
_UNITS = {"拾": 10, "佰": 100, "仟": 1000, "十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_NOISE = re.compile(r"[\s:()⊗ⓧ×✕☒¥]|人民币|整|正|CNY|RMB")
_AMOUNT = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3}){1,6}|\d{1,20})(?:\.\d{1,10})?|[+-]?\.\d{1,10}")
_CURRENCY = re.compile(r"^(?:CNY|RMB|USD|EUR|GBP|HKD|JPY|INR|Rs\.?|人民币|US\$|HK\$|[¥$€£₹])+", re.IGNORECASE)


def parse_amount(text: str) -> Decimal | None:
    """The amount a printed figure stands for: `¥1,024.53`, `￥-5.00`, `(5.00)`, `96.40元`; None if it is none.

    `***` (no tax is due) is zero, as the invoice forms use it.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).replace("−", "-").replace("–", "-")
    if plain and set(plain) == {"*"}:
        return Decimal("0.00")
    sign = ""
    if len(plain) > 2 and plain[0] == "(" and plain[-1] == ")":
        sign, plain = "-", plain[1:-1]
    if plain.startswith("-"):
        sign, plain = "-", plain[1:]
    plain = _CURRENCY.sub("", plain).removesuffix("元").removesuffix("圆")
    if not _AMOUNT.fullmatch(plain):
        return None
    try:
        return Decimal(sign + plain.replace(",", "")) if not (sign and plain[0] in "+-") else None
    except InvalidOperation:
        return None


def thousands(amount: Decimal) -> str:
    """Two places and separators: 1,024.53."""
    return f"{amount:,.2f}"


def from_capitals(text: str) -> Decimal:
    """The amount written in words (玖拾陆圆肆角, 人民币贰万元整, （负数）…); ValueError if it is not one."""
    plain = unicodedata.normalize("NFKC", text)
    negative = "负" in plain
    plain = _NOISE.sub("", plain.replace("负数", "").replace("负", ""))
    match = re.fullmatch(r"(?:(.*?)[圆元园圓])?(?:(.)角)?零?(?:(.)分)?", plain.replace("零角", ""))
    if not plain or match is None or not any(match.groups()):
        raise ValueError(f"not an amount in words: {text!r}")
    whole, tenths, cents = match.groups()
    try:
        amount = Decimal(_whole(whole)) if whole else Decimal(0)
        amount += Decimal(_VALUES[tenths]) / 10 if tenths else 0
        amount += Decimal(_VALUES[cents]) / 100 if cents else 0
        return (-amount if negative else amount).quantize(CENT)
    except (KeyError, InvalidOperation) as error:  # no numeral; or 亿亿亿…, more than money is kept with
        raise ValueError(f"not an amount in words: {text!r}") from error


def _whole(words: str) -> int:
    """Chinese numerals below 10¹⁶; KeyError on anything else."""
    total = section = digit = 0
    for c in words:
        if c in _VALUES:
            if digit:
                raise KeyError(c)
            digit = _VALUES[c]
        elif c in _UNITS:
            section += (digit or 1) * _UNITS[c]
            digit = 0
        else:
            factor = _MYRIADS[c]
            section += digit
            total = (total + section) * factor if factor == 10**8 else total + section * factor
            section = digit = 0
    return total + section + digit
