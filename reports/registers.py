"""The reimbursement register (报销登记表): every document of a period, with totals and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from archive.document import KIND_NAMES
from archive.words import Text, same
from reports.claim import Claim
from reports.head import Head
from reports.page import (
    EACH_CURRENCY,
    Block,
    Carry,
    Chart,
    Column,
    Fact,
    Facts,
    Group,
    Page,
    Paragraph,
    Row,
    Series,
    Signatures,
    Table,
    Unit,
)
from reports.sums import (
    GROSS,
    SUBTOTAL,
    TAX,
    TOTAL,
    Sum,
    added,
    by_currency,
    currency_title,
    ranked,
    summary,
    unread,
)

TITLE = Text("报销登记表", "Reimbursement register")
SUBTITLE = Text("按类别、部门、人员汇总及逐张登记", "Totals by category, department and person, and every document")
NO_CATEGORY = Text("未分类", "Unclassified")
NO_DEPARTMENT = Text("未填部门", "No department")
NO_PERSON = Text("未填人员", "No person")
EARLIER, LATER = Text("期前", "earlier"), Text("期后", "later")
UNREAD = Text(
    "另有 {count} 张单据未读出金额，未计入合计。", "{count} document(s) without a legible amount are not in the totals."
)
SEVERAL = Text("不同币种分别小计，不相加。", "Each currency has its own subtotal; currencies are never added up.")

COLUMNS = (
    Column("archive_no", Text("档号/编号", "File no."), weight=1.2),
    Column("date", Text("日期", "Date"), "date"),
    Column("kind", Text("票种", "Type"), weight=0.8),
    Column("number", Text("号码", "Number"), weight=1.4),
    Column("seller", Text("销售方", "Seller"), weight=2.5),
    Column("category", Text("类别", "Category"), weight=0.8),
    Column("department", Text("部门", "Department"), weight=0.8),
    Column("person", Text("报销人", "Claimant"), weight=0.8),
    Column("net", Text("不含税", "Net"), "money"),
    TAX,
    GROSS,
    Column("state", Text("状态", "State"), weight=0.6),
)


def expenses(rows: Sequence[Claim], head: Head) -> Page:
    """The monthly reimbursement register: figures, charts, totals by category, department, person; every document."""
    if not rows:
        return head.empty(TITLE, SUBTITLE)
    main = next(iter(by_currency(rows).values()))
    blocks: tuple[Block, ...] = (
        figures(rows),
        *_charts(main, head, len(main) < len(rows)),
        *_summaries(rows, head),
        listing(Text("逐张登记", "Register"), rows, head),
        *remarks(rows),
        Signatures(),
    )
    return head.page(TITLE, SUBTITLE, blocks, unit_of(rows, head))


def unit_of(rows: Sequence[Claim], head: Head) -> Unit:
    """The head's unit where all money is in yuan; otherwise each line speaks for itself."""
    return head.unit if {row.currency for row in rows} <= {"CNY"} else EACH_CURRENCY


def figures(rows: Sequence[Claim]) -> Facts:
    """The headline: how many documents and how much, a figure for each currency."""
    facts = [Fact(Text("单据张数", "Documents"), len(rows), "count")]
    currencies = by_currency(rows)
    for code, found in currencies.items():
        mark = same(f" {code}") if len(currencies) > 1 else same("")
        whole = added(found)
        facts.append(Fact(Text("价税合计", "Total") + mark, whole.total, "money"))
        if len(currencies) == 1:
            facts.append(Fact(Text("不含税", "Net"), whole.net, "money"))
            facts.append(Fact(Text("税额", "Tax"), whole.tax, "money"))
    people = len({row.person for row in rows if row.person})
    return Facts((*facts, Fact(Text("报销人数", "Claimants"), people, "count")))


def listing(title: Text, rows: Sequence[Claim], head: Head) -> Table:
    """Every document by date, one group for each currency."""
    currencies = by_currency(rows)
    several = len(currencies) > 1
    groups = tuple(
        Group(
            tuple(_line(row, head) for row in in_order(found)),
            currency_title(code, several),
            _sum_line(SUBTOTAL + same(f" {code}"), added(found)) if several else None,
        )
        for code, found in currencies.items()
    )
    total = None if several else _sum_line(TOTAL, added(rows))
    carry: Mapping[str, Carry] = {"net": "sum", "tax": "sum", "total": "sum"}
    return Table(title, COLUMNS, groups, total, register=True, carry=carry)


def in_order(rows: Sequence[Claim]) -> list[Claim]:
    """By date, then number; undated ones last."""
    return sorted(rows, key=lambda row: (row.date is None, row.date or date.min, row.archive_no, row.item_id))


def remarks(rows: Sequence[Claim]) -> tuple[Paragraph, ...]:
    """What a reader must know about the totals."""
    notes = []
    if missing := unread(rows):
        notes.append(Paragraph(UNREAD.filled(count=missing), "note"))
    if len({row.currency for row in rows}) > 1:
        notes.append(Paragraph(SEVERAL, "note"))
    return tuple(notes)


def _line(row: Claim, head: Head) -> Row:
    category = head.name(row.category, NO_CATEGORY)
    return (
        row.archive_no or row.item_id,
        row.date,
        KIND_NAMES[row.kind],
        row.number,
        row.seller,
        category,
        head.name(row.department, same("")),
        head.name(row.person, same("")),
        row.net,
        row.tax,
        row.total,
        row.state,
    )


def _sum_line(name: Text, whole: Sum) -> Row:
    count = Text(f"{whole.count:,} 张", f"{whole.count:,} documents")
    return (name, None, None, None, count, None, None, None, whole.net, whole.tax, whole.total, None)


def _summaries(rows: Sequence[Claim], head: Head) -> tuple[Table, ...]:
    category, department, person = Text("类别", "Category"), Text("部门", "Department"), Text("报销人", "Person")
    return (
        summary(Text("按类别汇总", "By category"), category, rows, lambda row: row.category, head, NO_CATEGORY),
        summary(Text("按部门汇总", "By department"), department, rows, lambda row: row.department, head, NO_DEPARTMENT),
        summary(Text("按报销人汇总", "By person"), person, rows, lambda row: row.person, head, NO_PERSON),
    )


def _charts(rows: Sequence[Claim], head: Head, several: bool) -> tuple[Chart, ...]:
    """Charts of the main currency; its code stands in the title where there are more."""
    mark = same(f" ({rows[0].currency})") if several else same("")
    categories = ranked(rows, lambda row: row.category)
    departments = ranked(rows, lambda row: row.department)
    days = by_time(rows, head)
    return (
        Chart(
            "bar",
            Text("各类别金额", "Amount by category") + mark,
            tuple(head.name(name, NO_CATEGORY) for name, _, _ in categories),
            (Series(GROSS.heading, tuple(part.total for _, part, _ in categories)),),
        ),
        Chart(
            "pie",
            Text("各部门占比", "Share by department") + mark,
            tuple(head.name(name, NO_DEPARTMENT) for name, _, _ in departments),
            (Series(GROSS.heading, tuple(part.total for _, part, _ in departments)),),
        ),
        Chart(
            "line",
            Text("金额走势", "Amount over time") + mark,
            tuple(label for label, _ in days),
            (Series(GROSS.heading, tuple(total for _, total in days)),),
        ),
    )


def by_time(rows: Sequence[Claim], head: Head) -> list[tuple[Text, Decimal]]:
    """Totals by day (up to 31 days), by week (up to 26) or by month, steps without documents as nothing.

    Documents dated outside the period (handed in late) stand before or after it; undated ones are left out.
    """
    first, last = head.period.first, head.period.last
    span = (last - first).days + 1
    found = {_step(first + timedelta(days=step), first, span): Decimal(0) for step in range(span)}
    before, after = Decimal(0), Decimal(0)
    for row in rows:
        total = row.total or Decimal(0)
        if row.date is None:
            continue
        if row.date < first:
            before += total
        elif row.date > last:
            after += total
        else:
            found[_step(row.date, first, span)] += total
    inside = [(same(label), total) for label, total in found.items()]
    return [*([(EARLIER, before)] if before else []), *inside, *([(LATER, after)] if after else [])]


def _step(day: date, first: date, span: int) -> str:
    if span <= 31:
        return f"{day:%m-%d}"
    if span <= 182:
        start = max(day - timedelta(days=day.weekday()), first)
        return f"{start:%m-%d}"
    return f"{day:%Y-%m}"
