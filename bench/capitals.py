"""大写 as invoices print it, for the papers that are made here and in the tests; the product only reads it."""

from __future__ import annotations

from decimal import Decimal

from archive.money import CENT, DIGITS

#: The largest amount written in capitals: below ten thousand 万亿.
LIMIT = Decimal(10) ** 16


def to_capitals(amount: Decimal) -> str:
    """The amount in words as invoices print it: 玖拾陆圆肆角, 贰万圆整, （负数）壹圆整.

    ValueError outside ±10¹⁶ or with more than two places.
    """
    if not amount.is_finite() or abs(amount) >= LIMIT or amount != amount.quantize(CENT):
        raise ValueError(f"can't be written in words: {amount}")
    cents = int(abs(amount) * 100)
    whole, (tenths, hundredths) = cents // 100, divmod(cents % 100, 10)
    words = f"{_read(whole)}圆" if whole or not cents else ""
    if not tenths and not hundredths:
        words += "整"
    if tenths:
        words += DIGITS[tenths] + "角"
    if hundredths:
        words += ("零" if whole and not tenths else "") + DIGITS[hundredths] + "分"
    return ("（负数）" if amount < 0 else "") + words


def _read(number: int) -> str:
    """A whole number below 10¹⁶ in capital numerals, with 零 for the gaps."""
    if number == 0:
        return "零"
    for size, name in ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾")):
        if number >= size:
            high, rest = divmod(number, size)
            gap = "零" if rest and rest < size // 10 else ""
            return _read(high) + name + gap + (_read(rest) if rest else "")
    return DIGITS[number]
