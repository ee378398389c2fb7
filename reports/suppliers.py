"""The supplier ranking (供应商统计): who was paid most, with count, money, share and last date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from archive.words import Text, same
from reports.claim import Claim
from reports.head import Head, share
from reports.page import Block, Chart, Column, Group, Page, Row, Series, Signatures, Table
from reports.registers import figures, remarks, unit_of
from reports.sums import (
    COUNT,
    GROSS,
    NET,
    SHARE,
    SUBTOTAL,
    TAX,
    TOTAL,
    Sum,
    added,
    by_currency,
    currency_title,
    ranked,
)

TITLE = Text("供应商统计表", "Suppliers")
SUBTITLE = Text("按销售方汇总，金额从大到小", "By seller, largest total first")
NO_SELLER = Text("未读出销售方", "Seller not read")
REST = Text("其余 {count} 家", "{count} others")
COLUMNS = (
    Column("rank", Text("名次", "Rank"), "count"),
    Column("seller", Text("销售方", "Seller"), weight=3),
    COUNT,
    NET,
    TAX,
    GROSS,
    SHARE,
    Column("last", Text("最近日期", "Last date"), "date"),
)


def suppliers(rows: Sequence[Claim], head: Head, top: int = 50) -> Page:
    """The `top` sellers of each currency; the rest in one line, so that the total is whole."""
    if not rows:
        return head.empty(TITLE, SUBTITLE)
    currencies = by_currency(rows)
    several = len(currencies) > 1
    groups = tuple(_group(code, found, several, head, top) for code, found in currencies.items())
    everything = added(rows)
    total = None if several else _line(None, TOTAL, everything, everything, None)
    main = next(iter(currencies.values()))
    sums = ranked(main, lambda row: row.seller)
    chart = Chart(
        "bar",
        Text("销售方金额", "Amount by seller") + (same(f" ({main[0].currency})") if several else same("")),
        tuple(head.name(name, NO_SELLER) for name, _, _ in sums),
        (Series(GROSS.heading, tuple(part.total for _, part, _ in sums)),),
    )
    table = Table(Text("销售方汇总", "By seller"), COLUMNS, groups, total, register=True)
    blocks: tuple[Block, ...] = (figures(rows), chart, table, *remarks(rows), Signatures())
    return head.page(TITLE, SUBTITLE, blocks, unit_of(rows, head))


def _group(code: str, rows: Sequence[Claim], several: bool, head: Head, top: int) -> Group:
    whole, sums = added(rows), ranked(rows, lambda row: row.seller)
    lines = [
        _line(place, head.name(name, NO_SELLER), part, whole, _last(found))
        for place, (name, part, found) in enumerate(sums[:top], 1)
    ]
    rest = [row for _, _, found in sums[top:] for row in found]
    if rest:
        lines.append(_line(None, REST.filled(count=len(sums) - top), added(rest), whole, _last(rest)))
    subtotal = _line(None, SUBTOTAL + same(f" {code}"), whole, whole, None) if several else None
    return Group(tuple(lines), currency_title(code, several), subtotal)


def _last(rows: Sequence[Claim]) -> date | None:
    return max((row.date for row in rows if row.date), default=None)


def _line(rank: int | None, name: Text, part: Sum, whole: Sum, last: date | None) -> Row:
    return (rank, name, part.count, part.net, part.tax, part.total, share(part.total, whole.total), last)
