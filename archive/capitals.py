"""Amounts in Chinese capitals (大写), as vouchers and invoices write them: 壹佰零叁元伍分, 壹万元整."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


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
        said += _DIGITS[jiao] + "角"  # 支付结算办法 附一: after a round 元 the 零 may be left out
    elif said:
        said += "零"
    return said + (_DIGITS[fen] + "分" if fen else "整")


def _whole(number: int) -> str:
    high, low = divmod(number, 10**8)
    if not high:
        return _below(low)
    return _below(high) + "亿" + (("零" if low < 10**7 else "") + _below(low) if low else "")


def _below(number: int) -> str:
    """A number below 10^8."""
    high, low = divmod(number, 10**4)
    if not high:
        return _group(low)
    return _group(high) + "万" + (("零" if low < 1000 else "") + _group(low) if low else "")


def _group(number: int) -> str:
    said, zero = "", False
    for at in range(3, -1, -1):
        digit = number // 10**at % 10
        if digit:
            said += ("零" if zero and said else "") + _DIGITS[digit] + _PLACES[at]
        zero = not digit
    return said
