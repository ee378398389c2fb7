"""Who did what to a voucher and when: lines of the accounting system's own log (操作日志)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of the log, in the company's own time as printed, without a zone."""

    on: date
    time: str  # 22:31:05; "" where the log tells no hour
    who: str
    action: str  # 制单, 审核, 记账 …, as printed
    voucher: str  # its ref: 2026-04 记-23
    row: int = 0

    @staticmethod
    def told(at: datetime, who: str, action: str, voucher: str, row: int = 0) -> Posting:
        """Of a moment."""
        return Posting(at.date(), f"{at:%H:%M:%S}", who, action, voucher, row)

    @property
    def at(self) -> datetime:
        """The moment; the day's beginning where no hour is told."""
        return datetime.combine(self.on, time.fromisoformat(self.time) if self.time else time())

    @property
    def period(self) -> str:
        """The voucher's month: 2026-04."""
        return self.voucher.split(" ")[0]

    @property
    def core(self) -> tuple[object, ...]:
        """The same line in another export."""
        return (self.on, self.time, self.who, self.action, self.voucher)
