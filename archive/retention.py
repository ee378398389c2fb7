"""How long what must be kept: the terms of 《会计档案管理办法》 (财政部 国家档案局令第79号) 附表1 and their clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

SOURCE_DOCUMENT = "原始凭证"


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the table. `years` None means 永久; `clock` says what starts the term."""

    name: str  # 档案名称
    category: str  # 会计凭证 会计账簿 财务会计报告 其他会计资料 (Art 6)
    years: int | None
    clock: str = "year_end"  # or "scrapped": 固定资产报废清理后

    @property
    def label(self) -> str:
        """As the table prints it: 30年, 永久."""
        return "永久" if self.years is None else f"{self.years}年"

    @property
    def code(self) -> str:
        """As it stands in a 档号 (DA/T 13-2022): Y for 永久, D30, D10."""
        return "Y" if self.years is None else f"D{self.years}"

    def expires(self, fiscal_year: int) -> date | None:
        """The last day of the term; None for 永久 and for a clock that the year's end doesn't start.

        Art 14: a fixed term starts on the first day after the end of the fiscal year.
        """
        if self.years is None or self.clock != "year_end":
            return None
        return date(fiscal_year + self.years, 12, 31)


def terms(rows: Sequence[Mapping[str, object]]) -> dict[str, Term]:
    """The table by name, from rows {name, category, years (null: permanent), clock?}. Raises ValueError."""
    table: dict[str, Term] = {}
    for row in rows:
        name, years, clock = str(row["name"]), row["years"], str(row.get("clock", "year_end"))
        if clock not in ("year_end", "scrapped") or not (years is None or (isinstance(years, int) and years > 0)):
            raise ValueError(f"{name}: years {years!r}, clock {clock!r}")
        table[name] = Term(name, str(row["category"]), years if isinstance(years, int) else None, clock)
    return table
