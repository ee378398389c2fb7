"""What a month leaves open: approvals, incomplete documents, findings of 核对, bank accounts not reconciled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from archive.finding import Level
from archive.reconcile import Reconciliation
from archive.remark import Remark
from archive.words import Text, same
from reports.head import Head
from reports.page import Block, Column, Fact, Facts, Group, Page, Paragraph, Table

TITLE = Text("未结事项", "Open items")
_SHOWN = 200  # findings on paper; guidang match lists all


@dataclass(frozen=True, slots=True)
class Open:
    """One document that waits: for whom, since when."""

    id: str
    date: date | None
    seller: str
    total: Decimal | None
    currency: str
    sender: str
    waits_for: str
    days: int


def open_items(
    pending: Sequence[Open], incomplete: Sequence[Open], remarks: Sequence[Remark],
    reconciled: Sequence[Reconciliation], why_not: Text | None, head: Head,
) -> Page:  # fmt: skip
    """The page; `why_not`: why the books could not be checked."""
    looked = [r for r in remarks if r.level is not Level.NOTE]
    blocks: list[Block] = [
        Facts(
            (
                Fact(Text("待审批", "Awaiting approval"), len(pending), "count"),
                Fact(Text("待补充", "To be completed"), len(incomplete), "count"),
                Fact(Text("核对待处理", "Findings"), len(looked), "count"),
                Fact(
                    Text("未调平账户", "Accounts not reconciled"), sum(bool(r.difference) for r in reconciled), "count"
                ),
            )
        )
    ]
    blocks += _documents(Text("等待审批的单据", "Documents awaiting approval"), pending)
    blocks += _documents(Text("待补充的单据", "Documents to be completed"), incomplete)
    blocks += [_findings([*looked, *(r for r in remarks if r.level is Level.NOTE)])] if remarks else []
    blocks += [_banks(reconciled)] if reconciled else []
    if why_not:
        blocks.append(Paragraph(why_not, "note"))
    if len(blocks) == 1:
        blocks.append(Paragraph(Text("没有未结事项。", "Nothing is open."), "heading"))
    return head.page(TITLE, Text("审批、补充、核对、银行", "approvals, completion, matching, bank"), tuple(blocks))


def _documents(title: Text, found: Sequence[Open]) -> list[Block]:
    if not found:
        return []
    columns = (
        Column("id", Text("编号", "Id")), Column("date", Text("日期", "Date"), "date"),
        Column("seller", Text("销售方", "Seller"), weight=2), Column("total", Text("价税合计", "Total"), "money"),
        Column("sender", Text("提交人", "Sender")), Column("who", Text("等谁", "Waits for")),
        Column("days", Text("天数", "Days"), "count"),
    )  # fmt: skip
    rows = tuple((o.id, o.date, o.seller, o.total, o.sender, o.waits_for, o.days) for o in found)
    return [Table(title, columns, (Group(rows),))]


def _findings(found: Sequence[Remark]) -> Table:
    columns = (Column("refs", Text("凭证/单据", "Reference")), Column("why", Text("事项", "Finding"), weight=3))
    rows = [(same("、".join(r.refs[:3])), r.why) for r in found[:_SHOWN]]
    if len(found) > _SHOWN:
        more = len(found) - _SHOWN
        rows.append((same(""), Text(f"另有 {more} 处，见 guidang match", f"{more} more; see guidang match")))
    return Table(Text("核对发现", "Findings of matching"), columns, (Group(tuple(rows)),))


def _banks(found: Sequence[Reconciliation]) -> Table:
    columns = (
        Column("account", Text("科目", "Account")), Column("bank", Text("账号尾号", "Bank account")),
        Column("books", Text("企业账面", "Books"), "money"), Column("statement", Text("银行对账单", "Bank"), "money"),
        Column("adjusted", Text("调节后", "Adjusted"), "money"),
        Column("difference", Text("差额", "Difference"), "money"),
    )  # fmt: skip
    rows = tuple((r.account, f"…{r.bank_account[-4:]}", r.books, r.bank, r.adjusted_books, r.difference) for r in found)
    return Table(Text("银行存款余额调节", "Bank reconciliation"), columns, (Group(rows),))
