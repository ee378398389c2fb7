"""Tax ids: the shape of a taxpayer number and the check character of GB 32100 (统一社会信用代码).

A wrong check character is only a warning: old and special ids of 15, 17, 18 and 20 characters are in use.
"""

from __future__ import annotations

import re
from typing import Literal

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_SHAPE = re.compile(r"[0-9A-Z]{15,20}")

Verdict = Literal["right", "wrong check", "unchecked", "not one"]


def check_character(body: str) -> str:
    """The 18th character for the first 17 of a 统一社会信用代码 (GB 32100-2015); ValueError on a foreign letter."""
    total = sum(_ALPHABET.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    return _ALPHABET[(31 - total % 31) % 31]


def verdict(tax_id: str) -> Verdict:
    """What can be said of a taxpayer number: its check character holds, fails, isn't part of its kind, or no number."""
    if not _SHAPE.fullmatch(tax_id) or not re.search(r"\d", tax_id):
        return "not one"
    if len(tax_id) != 18:
        return "unchecked"  # 15: region + organisation code, no check over the whole; 17 and 20: persons and households
    if any(c not in _ALPHABET for c in tax_id):
        return "wrong check"
    return "right" if check_character(tax_id[:17]) == tax_id[17] else "wrong check"
