"""Who did what to a voucher and when: lines of the accounting system's own log (操作日志)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of the log."""

    at: datetime  # as printed: the company's own time, without a zone
    who: str
    action: str  # 制单, 审核, 记账 …, as printed
    voucher: str  # its ref: 2026-04 记-23
    row: int = 0
