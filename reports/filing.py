"""The register of filed documents (电子会计档案登记表), with the columns of DA/T 94-2022 table F.1."""

from __future__ import annotations

from collections.abc import Sequence

from archive.document import KIND_NAMES
from archive.words import Text, same
from reports.claim import Claim
from reports.head import Head
from reports.page import Column, Fact, Facts, Group, Page, Signatures, Table
from reports.sums import TOTAL

TITLE = Text("电子会计档案登记表", "Register of electronic accounting records")
SUBTITLE = Text("按 DA/T 94-2022 表 F.1", "As in DA/T 94-2022, table F.1")
COLUMNS = (
    Column("place", Text("序号", "No."), "count"),
    Column("archive_no", Text("档号", "Archive no."), weight=1.4),
    Column("document_no", Text("文件号", "Document no."), weight=1.4),
    Column("title", Text("题名", "Title"), weight=2.5),
    Column("date", Text("形成日期", "Date"), "date"),
    Column("retention", Text("保管期限", "Retention"), weight=0.6),
    Column("file", Text("电子文件名", "File"), weight=2),
    Column("count", Text("数量", "Files"), "count"),
    Column("remark", Text("备注", "Remarks")),
)
ROLES = (Text("归档人", "Filed by"), Text("档案员", "Archivist"), Text("负责人", "Approved by"))


def register(rows: Sequence[Claim], head: Head) -> Page:
    """Every filed document by 档号; those without one are not filed and not listed."""
    filed = sorted((row for row in rows if row.archive_no), key=lambda row: (row.archive_no, row.item_id))
    if not filed:
        return head.empty(TITLE, SUBTITLE)
    lines = tuple(
        (
            place,
            row.archive_no,
            row.number,
            title(row),
            row.date,
            row.retention,
            row.file_name,
            row.file_count,
            row.remark,
        )
        for place, row in enumerate(filed, 1)
    )
    files = sum(row.file_count for row in filed)
    total = (None, TOTAL, None, Text(f"{len(filed):,} 件", f"{len(filed):,} items"), None, None, None, files, None)
    facts = Facts((Fact(Text("件数", "Items"), len(filed), "count"), Fact(Text("电子文件数", "Files"), files, "count")))
    table = Table(Text("登记表", "Register"), COLUMNS, (Group(lines),), total, register=True)
    return head.page(TITLE, SUBTITLE, (facts, table, Signatures(ROLES)))


def title(row: Claim) -> Text:
    """题名: the summary as it is; without one, kind and seller (DA/T 94 F.1: a voucher's title is its 摘要)."""
    if row.summary:
        return same(row.summary)
    return KIND_NAMES[row.kind] + same(f" {row.seller}") if row.seller else KIND_NAMES[row.kind]
