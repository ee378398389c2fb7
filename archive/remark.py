"""What was noticed about books: a value with the places it speaks of, so that it can be counted, shown and exported."""

from __future__ import annotations

from dataclasses import dataclass

from archive.finding import Level
from archive.words import Text


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing noticed. `refs` name vouchers (2026-04 记-23), documents, accounts or serial numbers."""

    kind: str  # a stable code: unbalanced, number_gap, bad_date …
    level: Level
    refs: tuple[str, ...]
    why: Text
    row: int = 0  # of the file it was read from, from 1; 0 where it is about no single row
