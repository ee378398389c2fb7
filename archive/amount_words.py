"""The amounts people ask for: >500, >=1,000, 500-800, 500元以上, 1万以上, over 500."""

from __future__ import annotations

import re
from decimal import Decimal

from archive.errors import BadAmount

#: Which bound of a Query the figure sets: at_least, above, at_most, below.
Bounds = dict[str, Decimal]

_FIGURE = r"-?\d[\d,]*(?:\.\d+)?\s*(?:[万千亿]|k(?![a-z]))?"
_COIN = r"\s*(?:元|块钱?|圆|(?:rmb|cny|yuan)\b)"
_START, _END = r"(?<![0-9A-Za-z.,/-])", r"(?![0-9A-Za-z.,/-]|\s*[年月日号天])"
_TIMES = {"万": Decimal(10_000), "千": Decimal(1_000), "k": Decimal(1_000), "亿": Decimal(100_000_000)}
_BOTH = ("at_least", "at_most")
_SIGNS = {
    ">=": ("at_least",), "≥": ("at_least",), "≧": ("at_least",), "<=": ("at_most",), "≤": ("at_most",),
    "≦": ("at_most",), ">": ("above",), "<": ("below",), "=": _BOTH,
}  # fmt: skip
#: 民法典 Art 1259: 以上, 以下, 以内 include the figure; 超过, 不满 do not.
_SAID = {
    "大于等于": "at_least", "不低于": "at_least", "不少于": "at_least", "至少": "at_least", "at least": "at_least",
    "小于等于": "at_most", "不超过": "at_most", "不高于": "at_most", "至多": "at_most", "最多": "at_most",
    "at most": "at_most", "up to": "at_most", "超过": "above", "大于": "above", "高于": "above", "多于": "above",
    "more than": "above", "over": "above", "above": "above", "不满": "below", "小于": "below", "低于": "below",
    "少于": "below", "less than": "below", "under": "below", "below": "below",
}  # fmt: skip
_AFTER = {"及以上": "at_least", "以上": "at_least", "and up": "at_least", "及以下": "at_most", "以下": "at_most"} | {
    "以内": "at_most", "之内": "at_most"
}  # fmt: skip

_SIGNED = re.compile(rf"(?P<sign>[<>]=|[<>=≥≤≧≦])\s*[¥$]?\s*(?:(?P<n>{_FIGURE})(?:{_COIN})?{_END}|(?P<bad>\S*))", re.I)
_SPOKEN = re.compile(rf"(?P<op>{'|'.join(_SAID)})\s*[¥$]?\s*(?P<n>{_FIGURE})(?:{_COIN})?{_END}", re.I)
_TAILED = re.compile(rf"{_START}[¥$]?\s*(?P<n>{_FIGURE})(?:{_COIN})?\s*(?P<op>{'|'.join(_AFTER)})", re.I)
_RANGE = re.compile(
    rf"{_START}(?P<mark>[¥$])?(?P<a>{_FIGURE})(?P<coin>{_COIN})?\s*(?P<sep>-|~|[—–]+|至|到|\.\.+|\bto\b)\s*[¥$]?"
    rf"(?P<b>{_FIGURE})(?P<coin2>{_COIN})?{_END}",
    re.I,
)
_EXACT = re.compile(
    rf"{_START}(?:(?:[¥$]|金额:?|总额:?|合计:?)\s*(?P<n>{_FIGURE})(?:{_COIN})?|(?P<m>{_FIGURE}){_COIN}){_END}", re.I
)


def marked(text: str) -> tuple[Bounds, str]:
    """Amounts that can be nothing else, by a sign or a word before them, and the text (NFKC) without them.

    Raises BadAmount for a sign without a figure.
    """
    bounds: Bounds = {}

    def signed(m: re.Match[str]) -> str:
        if m["n"] is None:
            raise BadAmount(words=m[0])
        return _bind(bounds, _SIGNS[m["sign"]], m["n"])

    text = _SIGNED.sub(signed, text)
    text = _SPOKEN.sub(lambda m: _bind(bounds, (_SAID[m["op"].lower()],), m["n"]), text)
    return bounds, _TAILED.sub(lambda m: _bind(bounds, (_AFTER[m["op"].lower()],), m["n"]), text)


def plain(text: str) -> tuple[Bounds, str]:
    """Ranges and sums of money, to be read after the dates: 500-800, 500元, ¥500. Raises BadAmount for 800至500."""
    bounds: Bounds = {}

    def ranged(m: re.Match[str]) -> str:
        low, high = _value(m["a"]), _value(m["b"])
        if m["b"][-1] in _TIMES and m["a"][-1] not in _TIMES and low * _times(m["b"]) <= high:
            low *= _times(m["b"])  # 1-2万 is 1万 to 2万, 500-1万 is not
        money = m["mark"] or m["coin"] or m["coin2"] or m["sep"] != "-"
        if not money and (low > high or m["a"].startswith("0") or m["b"].startswith("0")):
            return m[0]  # 010-8888: a number with a hyphen
        if low > high:
            raise BadAmount(words=m[0])
        bounds.update(at_least=low, at_most=high)
        return " "

    text = _RANGE.sub(ranged, text)
    return bounds, _EXACT.sub(lambda m: _bind(bounds, _BOTH, m["n"] or m["m"]), text)


def _bind(bounds: Bounds, which: tuple[str, ...], figure: str) -> str:
    value = _value(figure)
    for bound in which:
        tighter = max if bound in ("at_least", "above") else min
        bounds[bound] = tighter(value, bounds.get(bound, value))
    return " "


def _times(figure: str) -> Decimal:
    return _TIMES.get(figure[-1].lower(), Decimal(1))


def _value(figure: str) -> Decimal:
    """1,000.50 or 1.5万 as money. Raises BadAmount for misplaced separators and sums beyond 15 digits."""
    digits = figure.rstrip("万千亿kK ")
    whole = digits.partition(".")[0].lstrip("-")
    if len(digits) > 18 or ("," in whole and not re.fullmatch(r"\d{1,3}(?:,\d{3})+", whole)):
        raise BadAmount(words=figure)
    return Decimal(digits.replace(",", "")) * _times(figure)
