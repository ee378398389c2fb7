"""利用登记: each use with 利用人、利用时间、利用方式、名称、档号 (DA/T 94-2022 12.3), and the loans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from archive.borrowing import MODE_NAMES, STATE_NAMES, Loan, Use
from archive.words import Lang, Text, same
from reports.page import Column, Fact, Facts, Group, Page, Row, Table

TITLE = Text("会计档案利用登记", "Register of uses of accounting archives")
_USES = (
    Column("who", Text("利用人", "Used by"), weight=0.8),
    Column("at", Text("利用时间", "Time"), weight=1.2),
    Column("mode", Text("利用方式", "Way"), weight=0.8),
    Column("title", Text("名称", "Name"), weight=1.8),
    Column("archive_no", Text("档号", "Archive no."), weight=1.8),
    Column("loan", Text("借阅编号", "Loan"), weight=0.9),
)
_LOANS = (
    Column("loan", Text("借阅编号", "Loan"), weight=0.9),
    Column("who", Text("利用人", "Borrower"), weight=0.8),
    Column("archive_no", Text("档号", "Archive no."), weight=1.7),
    Column("reason", Text("理由", "Reason"), weight=1.5),
    Column("decided", Text("批准人", "Decided by"), weight=0.8),
    Column("until", Text("期限", "Until"), weight=1.1),
    Column("state", Text("状态", "State"), weight=0.9),
    Column("views", Text("查阅", "Views"), "count"),
    Column("copies", Text("复制", "Copies"), "count"),
)


def register(
    loans: Sequence[Loan], uses: Sequence[Use], names: Mapping[str, str], company: str, year: int,
    made_at: datetime, made_by: str, zone: ZoneInfo, lang: Lang = "zh",
) -> Page:  # fmt: skip
    """The register of a year as a page; `names`: person id → name."""

    def told(at: datetime | None) -> str:
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""

    used: tuple[Row, ...] = tuple(
        (names.get(u.who, u.who), told(u.at),
         MODE_NAMES[u.mode] + (Text(f"（第 {u.page} 页）", f" (page {u.page})") if u.page else same("")),
         u.title, u.archive_no, u.loan)
        for u in sorted(uses, key=lambda u: u.at)
    )  # fmt: skip
    lent: tuple[Row, ...] = tuple(
        (x.id, names.get(x.by, x.by), x.archive_no, x.reason, names.get(x.decided_by, x.decided_by),
         told(x.until - timedelta(seconds=1) if x.until else None), STATE_NAMES[x.state], x.views, x.copies)
        for x in sorted(loans, key=lambda x: x.id)
    )  # fmt: skip
    facts = Facts(
        (
            Fact(Text("借阅（次）", "Loans"), len(lent), "count"),
            Fact(Text("利用（次）", "Uses"), len(used), "count"),
        )
    )
    blocks = (facts, Table(TITLE, _USES, (Group(used),), register=True),
              Table(Text("借阅", "Loans"), _LOANS, (Group(lent),)))  # fmt: skip
    period = Text(f"{year} 年", str(year))
    return Page(TITLE, period, company, period, made_at, made_by, blocks, lang)
