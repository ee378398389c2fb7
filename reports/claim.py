"""One line of a register: a document as the reports see it, with who handed it in and how it was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from archive.document import Kind
from archive.words import Text

PENDING = Text("待审", "pending")


@dataclass(frozen=True, slots=True)
class Claim:
    """One document. Money in `currency`; None means not printed or not read: left out of sums, and counted."""

    item_id: str
    archive_no: str = ""  # 档号; empty before filing
    date: date | None = None  # 开票日期 / 形成日期
    kind: Kind = Kind.OTHER
    type: str = ""  # the printed title
    number: str = ""
    seller: str = ""
    category: str = ""
    department: str = ""
    person: str = ""
    net: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None
    currency: str = "CNY"
    state: Text = PENDING
    received_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    due_at: datetime | None = None  # when the decision was due; None: no time limit
    summary: str = ""  # 题名 / 摘要
    retention: Text | None = None  # 保管期限
    file_name: str = ""
    file_count: int = 1
    remark: str = ""
