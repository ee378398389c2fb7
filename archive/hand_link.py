"""What a person says of a voucher and a document: they belong together, or don't. It outranks what was found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LONGEST = 300  # characters of a reason


class Said(StrEnum):
    """What stands between a voucher and a document by a person's word."""

    NOTHING = ""  # only what was found counts
    LINKED = "linked"
    PARTED = "parted"  # they don't belong together, whatever was found


@dataclass(frozen=True, slots=True)
class HandLink:
    """One person's word. `before`: what it took the place of, so that it can be taken back."""

    company: str
    voucher: str  # its ref: 2026-09 记-23
    item: str  # id of the archived document
    said: Said
    before: Said
    by: str  # person id
    at: datetime  # UTC
    reason: str = ""

    @property
    def id(self) -> str:
        """Its place in storage: by company, month and voucher."""
        return f"{self.company}|{self.voucher}|{self.item}"


_PERIOD = re.compile(r"((?:19|20)\d\d)\s*[-./年]?\s*(1[0-2]|0?[1-9])(?:\s*月)?(?!\d)")
_NUMBER = re.compile(r"(?:([一-鿿]{1,4}?)\s*字?\s*[-－—]?\s*)?第?\s*(\d{1,9})\s*号?$")


def voucher_ref(words: str) -> str | None:
    """`记-23 2026-09`, `2026-09 记-23`, `2026年9月 记字第23号` → 2026-09 记-23. None where it says no voucher."""
    month = _PERIOD.search(words)
    if month is None:
        return None
    rest = f"{words[: month.start()]} {words[month.end() :]}".strip().removeprefix("凭证").strip()
    number = _NUMBER.fullmatch(rest)
    if number is None:
        return None
    return f"{month[1]}-{int(month[2]):02} {number[1] or '记'}-{int(number[2])}"
