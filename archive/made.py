"""A made report as a document of the archive: its kind and term, its series, and when a new version is due.

The report is itself an accounting record (79号令 Art 6: 财务会计报告, 其他会计资料) and is kept with the data it was
drawn from. One series is one report of one period in one language and unit; the same data is never kept twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from archive.item import Item
from archive.period import Period
from archive.retention import Term

#: What a report is kept as: a statement of account, the inventory of the archive, or other material.
Kept = Literal["statement", "inventory", "other"]
SHORTER = "月度、季度、半年度财务会计报告"
ANNUAL = "年度财务会计报告"
INVENTORY = "会计档案保管清册"
#: 附表1 names no term for what is merely 具有保存价值 (Art 6); ten years is the shortest of its group.
OTHER = Term("其他会计资料", "其他会计资料", 10)
#: The form of a 档号 by category (DA/T 13-2022 levels in pinyin capitals).
FORMS: Mapping[str, str] = {"财务会计报告": "BG", "其他会计资料": "QT"}


@dataclass(frozen=True, slots=True)
class Series:
    """Which report of which period it is, in which language and unit; `key` as in the reports' catalogue."""

    key: str
    period: Period
    lang: str
    unit: int

    @property
    def number(self) -> str:
        """The document number all versions share, e.g. BB-expenses-20261001-20261031-zh-1."""
        return f"BB-{self.key}-{self.period.first:%Y%m%d}-{self.period.last:%Y%m%d}-{self.lang}-{self.unit}"


def named(first: date, last: date) -> tuple[Period, str]:
    """The stretch by the name it has as a month, quarter, half or year, else by its days; and the words for it.

    The words (2026-09, 2026Q3, 2026H1, 2026, 2026-09-01至2026-09-09) are read back by whatever reads periods.
    """
    year, quarter, half = first.year, (first.month + 2) // 3, 1 if first.month < 7 else 2
    names = (
        (Period.month(year, first.month), f"{first:%Y-%m}"),
        (Period.quarter(year, quarter), f"{year}Q{quarter}"),
        (Period.half(year, half), f"{year}H{half}"),
        (Period.year(year), f"{year}"),
    )
    fits = ((period, words) for period, words in names if (period.first, period.last) == (first, last))
    return next(fits, (Period.days(first, last), f"{first}至{last}"))


def term_of(kept: Kept, period: Period, terms: Mapping[str, Term]) -> Term:
    """How long it is kept: annual statements for ever, others ten years (附表1 rows 8 and 9). Raises KeyError."""
    if kept == "statement":
        annual = (period.first.month, period.first.day, period.last.month, period.last.day) == (1, 1, 12, 31)
        return terms[ANNUAL if annual else SHORTER]
    return terms[INVENTORY] if kept == "inventory" else OTHER


def data_digest(data: Mapping[str, Any]) -> str:
    """SHA-256 of what a report says, whoever made it and whenever; lower-case hex."""
    said = {name: value for name, value in data.items() if name not in ("made_at", "made_by", "period")}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def latest(versions: Sequence[Item]) -> Item | None:
    """The version that stands: the last one filed."""
    return max(versions, key=lambda item: (version_of(item), item.id), default=None)


def version_of(item: Item) -> int:
    """Which version of its series it is, from 1; 0 for what is no made report."""
    number = item.document.extra.get("version", "0")
    return int(number) if number.isdecimal() else 0


def is_made(item: Item) -> bool:
    """Whether it is a report made here, and so no claim and no source document."""
    return version_of(item) > 0
