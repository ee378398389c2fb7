"""How long approvals take (审批时效): per approver, and what is still waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from archive.words import Text
from reports.claim import Claim
from reports.head import Head
from reports.page import Block, Chart, Column, Fact, Facts, Group, Page, Row, Series, Signatures, Table
from reports.sums import TOTAL, by

TITLE = Text("审批时效表", "Approval times")
SUBTITLE = Text("从收到到决定的小时数", "Hours from receipt to decision")
NOBODY = Text("未记录审批人", "Approver not recorded")
AVERAGE, MEDIAN = Text("平均小时", "Average hours"), Text("中位小时", "Median hours")
OVERDUE = Text("超时", "Overdue")
YES = Text("是", "yes")
COLUMNS = (
    Column("approver", Text("审批人", "Approver"), weight=2),
    Column("count", Text("已审批", "Decided"), "count"),
    Column("average", AVERAGE, "number"),
    Column("median", MEDIAN, "number"),
    Column("longest", Text("最长小时", "Longest"), "number"),
    Column("overdue", OVERDUE, "count"),
)
WAITING = (
    Column("item", Text("编号", "Item")),
    Column("received", Text("收到时间", "Received"), "date"),
    Column("seller", Text("销售方", "Seller"), weight=2),
    Column("person", Text("报销人", "Claimant")),
    Column("total", Text("价税合计", "Total"), "money"),
    Column("currency", Text("币种", "Currency"), weight=0.5),
    Column("hours", Text("已等小时", "Hours so far"), "number"),
    Column("overdue", OVERDUE, weight=0.5),
)


def approvals(rows: Sequence[Claim], head: Head) -> Page:
    """Per approver: how many, how fast, how many late; and the documents waiting when the report was made."""
    decided = [row for row in rows if row.received_at and row.decided_at]
    waiting = [row for row in rows if row.received_at and not row.decided_at]
    if not decided and not waiting:
        return head.empty(TITLE, SUBTITLE)
    groups = sorted(by(decided, lambda row: row.decided_by).items(), key=lambda entry: (-len(entry[1]), entry[0]))
    people = tuple((head.name(name, NOBODY), found) for name, found in groups)
    timed = any(row.due_at for row in rows)  # without time limits nothing can be late, and nothing is said about it
    blocks: tuple[Block, ...] = (
        _facts(decided, waiting, head.made_at, timed),
        *([_chart(people)] if people else []),
        *([_table(people, decided, timed)] if people else []),
        *([_queue(waiting, head, timed)] if waiting else []),
        Signatures(),
    )
    return head.page(TITLE, SUBTITLE, blocks)


def hours(row: Claim, now: datetime | None = None) -> Decimal:
    """From receipt to decision, or to `now` where none was made; one place."""
    end = row.decided_at or now
    if row.received_at is None or end is None:
        return Decimal(0)
    seconds = Decimal((end - row.received_at).total_seconds())
    return (seconds / 3600).quantize(Decimal("0.1"), ROUND_HALF_UP)


def late(row: Claim, now: datetime) -> bool:
    """Decided, or still waiting, after its due time."""
    return row.due_at is not None and (row.decided_at or now) > row.due_at


def _mean(values: Sequence[Decimal]) -> Decimal:
    return (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _middle(values: Sequence[Decimal]) -> Decimal:
    return median(values).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _facts(decided: Sequence[Claim], waiting: Sequence[Claim], now: datetime, timed: bool) -> Facts:
    took = [hours(row) for row in decided]
    facts = [Fact(Text("已审批", "Decided"), len(decided), "count")]
    if took:
        facts += [Fact(AVERAGE, _mean(took), "number"), Fact(MEDIAN, _middle(took), "number")]
    facts.append(Fact(Text("待审批", "Waiting"), len(waiting), "count"))
    if timed:
        facts.append(Fact(OVERDUE, sum(late(row, now) for row in (*decided, *waiting)), "count"))
    return Facts(tuple(facts))


def _chart(people: Sequence[tuple[Text, Sequence[Claim]]]) -> Chart:
    times = [[hours(row) for row in found] for _, found in people]
    return Chart(
        "bar",
        Text("各审批人用时（小时）", "Hours by approver"),
        tuple(name for name, _ in people),
        (Series(AVERAGE, tuple(map(_mean, times))), Series(MEDIAN, tuple(map(_middle, times)))),
        "number",
    )


def _table(people: Sequence[tuple[Text, Sequence[Claim]]], decided: Sequence[Claim], timed: bool) -> Table:
    rows = tuple(_line(name, found) for name, found in people)
    whole = Table(Text("按审批人", "By approver"), COLUMNS, (Group(rows),), _line(TOTAL, decided), register=True)
    return whole if timed else _without_last(whole)


def _without_last(table: Table) -> Table:
    groups = tuple(replace(group, rows=tuple(row[:-1] for row in group.rows)) for group in table.groups)
    return replace(table, columns=table.columns[:-1], groups=groups, total=table.total[:-1] if table.total else None)


def _line(name: Text, found: Sequence[Claim]) -> Row:
    took = [hours(row) for row in found]
    overdue = sum(row.decided_at is not None and late(row, row.decided_at) for row in found)
    return (name, len(found), _mean(took), _middle(took), max(took), overdue)


def _queue(waiting: Sequence[Claim], head: Head, timed: bool) -> Table:
    """What waits, longest first."""
    rows = tuple(
        (
            row.archive_no or row.item_id,
            row.received_at.astimezone(head.made_at.tzinfo) if row.received_at else None,
            row.seller,
            head.name(row.person, Text("", "")),
            row.total,
            row.currency,
            hours(row, head.made_at),
            YES if late(row, head.made_at) else None,
        )
        for row in sorted(waiting, key=lambda row: (-hours(row, head.made_at), row.item_id))
    )
    whole = Table(Text("待审批单据", "Waiting"), WAITING, (Group(rows),))
    return whole if timed else _without_last(whole)
