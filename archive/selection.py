"""Which units are meant: 2025, 2025-09, 凭证 or another kind, a volume, a 档号, or an item's number."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from archive.unit import Unit
from archive.words import Text

#: Words for a kind → 档案门类 of the retention table (79号令 Art 6).
CATEGORIES = {
    "凭证": "会计凭证",
    "会计凭证": "会计凭证",
    "vouchers": "会计凭证",
    "账簿": "会计账簿",
    "会计账簿": "会计账簿",
    "books": "会计账簿",
    "报告": "财务会计报告",
    "财务会计报告": "财务会计报告",
    "reports": "财务会计报告",
    "其他": "其他会计资料",
    "其他会计资料": "其他会计资料",
    "other": "其他会计资料",
}
_YEAR = re.compile(r"(?:19|20)[0-9]{2}年?度?")
_MONTH = re.compile(r"((?:19|20)[0-9]{2})[-/年]([0-9]{1,2})月?")
_ITEM = re.compile(r"[A-Z]{1,3}[0-9]{4}-[0-9]{4,}", re.IGNORECASE)
_PIECE = re.compile(r".+·.+-[0-9]{4}-[0-9]{4}")
_VOLUME = re.compile(r".+·.+-[0-9]{4}")
_ALL = frozenset({"全部", "all", ""})


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a company's archive is meant; nothing set means all of it. Units of months 0 belong to their year."""

    company: str
    year: int = 0
    month: int = 0
    category: str = ""
    volume: str = ""
    unit: str = ""  # a unit's id or 档号

    @property
    def text(self) -> Text:
        """As it is said."""
        if self.unit or self.volume:
            return Text(self.unit or self.volume, self.unit or self.volume)
        when = f"{self.year}-{self.month:02d}" if self.month else str(self.year) if self.year else ""
        zh = " ".join(filter(None, (when, self.category))) or "全部"
        return Text(zh, zh if zh != "全部" else "everything")

    def holds(self, unit: Unit) -> bool:
        """Whether the unit is one of these."""
        return (
            unit.company == self.company
            and (not self.year or unit.year == self.year)
            and (not self.month or unit.month == self.month)
            and (not self.category or unit.category == self.category)
            and (not self.volume or (unit.volume or unit.archive_no.rpartition("-")[0]) == self.volume)
            and (not self.unit or self.unit in (unit.id, unit.archive_no))
        )


def selection(words: str, company: str) -> Selection | None:
    """The selection the words name; None for words that name none."""
    found = Selection(company)
    for word in words.split():
        more = _one(word, found)
        if more is None:
            return None
        found = more
    return found


def _one(word: str, so_far: Selection) -> Selection | None:
    if word.lower() in _ALL:
        return so_far
    if category := CATEGORIES.get(word.lower()):
        return replace(so_far, category=category)
    if _YEAR.fullmatch(word):
        return replace(so_far, year=int(word[:4]))
    if month := _MONTH.fullmatch(word):
        return replace(so_far, year=int(month[1]), month=int(month[2])) if 1 <= int(month[2]) <= 12 else None
    if _ITEM.fullmatch(word):
        return replace(so_far, unit=word.upper())
    if _PIECE.fullmatch(word) or "|" in word:
        return replace(so_far, unit=word)
    return replace(so_far, volume=word) if _VOLUME.fullmatch(word) else None
