"""Amounts in Chinese capitals (大写), as vouchers and invoices write them: 壹佰零叁元伍分, 壹万元整."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def capitals(amount: Decimal) -> str:
    """An amount from 0 to below 10^16, in 元角分. Raises ValueError outside."""
    fen = int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))
    if not 0 <= fen < 10**18:
        raise ValueError(amount)
    yuan, rest = divmod(fen, 100)
    said = _whole(yuan) + "元" if yuan else ""
    jiao, fen = divmod(rest, 10)
    if not rest:
        return (said or "零元") + "整"
    if jiao:
        said += ("零" if yuan and yuan % 10 == 0 else "") + _DIGITS[jiao] + "角"
    elif said:
        said += "零"
    return said + (_DIGITS[fen] + "分" if fen else "整")


def _whole(number: int) -> str:
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    said, skipped = "", False
    for at in range(len(groups) - 1, -1, -1):
        group = groups[at]
        if not group:
            skipped = True
            continue
        if said and (skipped or group < 1000):
            said += "零"
        said += _group(group) + _GROUPS[at]
        skipped = False
    return said


def _group(number: int) -> str:
    said, zero = "", False
    for at in range(3, -1, -1):
        digit = number // 10**at % 10
        if digit:
            said += ("零" if zero and said else "") + _DIGITS[digit] + _PLACES[at]
        zero = not digit
    return said
