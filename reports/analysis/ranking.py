"""客户排名 and 供应商排名 as pages: amounts, shares, and the same of last year."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from archive.analysis.figures import change
from archive.analysis.ranking import Rank, Ranking
from archive.words import Text, same
from reports.analysis.words import cents, money, note, percent, share
from reports.head import Head
from reports.page import Block, Chart, Column, Fact, Facts, Group, Page, Row, Series, Signatures, Table

TITLES: Mapping[str, Text] = {
    "customers": Text("客户排名", "Customers by revenue"),
    "purchases": Text("供应商排名", "Suppliers by purchases"),
}
SUBTITLES: Mapping[str, Text] = {
    "customers": Text("营业收入（不含税）按客户，取自凭证", "Revenue net of tax by customer, from the vouchers"),
    "purchases": Text("采购额（含进项税）按供应商", "Purchases with input tax by supplier, from the vouchers"),
}
WITHOUT = Text("（凭证没有写明）", "(the voucher names nobody)")
#: Parties listed; the rest is summed.
MOST = 50


def page(key: str, ranking: Ranking, statement: Decimal | None, head: Head) -> Page:
    """`statement`: 营业收入 of the income statement, to tie customers to; None for suppliers."""
    whole, ranks = ranking.total, [r for r in ranking.ranks if r.amount]
    top = ranks[:10]
    facts = (
        Fact(Text("合计", "Total"), cents(whole), "money"),
        Fact(Text("家数", "Parties"), sum(bool(r.name) for r in ranks), "count"),
        Fact(
            Text("前五名占比", "Share of the first five"),
            _share(sum((r.amount for r in top[:5]), Decimal(0)), whole),
            "percent",
        ),
    )
    blocks: list[Block] = [Facts(facts)]
    if top:
        series = (Series(Text("金额", "Amount"), tuple(r.amount for r in top)),)
        blocks.append(Chart("bar", Text("前十名", "The first ten"), tuple(_name(r) for r in top), series))
    blocks.append(_table(key, ranking, ranks))
    if statement is not None:
        gap = whole - statement
        blocks.append(
            note(
                f"合计与本期利润表营业收入 {statement:,.2f} 相符。",
                f"Ties to revenue of the income statement, {statement:,.2f}.",
            )
            if not gap
            else note(
                f"【不符】与本期利润表营业收入 {statement:,.2f} 相差 {gap:,.2f}（没有凭证的月份不在排名内）。",
                f"[Does not tie] differs by {gap:,.2f} from revenue of the income statement, {statement:,.2f} (months "
                "without vouchers are not ranked).",
            )
        )
    blocks.append(
        note(
            "对方取自凭证分录的往来单位，没有的取摘要里的单位名称。",
            "The party is that of the voucher's entries, else the organisation its words name.",
        )
    )
    return head.page(TITLES[key], SUBTITLES[key], (*blocks, Signatures()))


def _table(key: str, ranking: Ranking, ranks: list[Rank]) -> Table:
    columns = (
        Column("rank", Text("名次", "Rank"), "count"),
        Column("party", Text("单位", "Party"), weight=3.0),
        Column("vouchers", Text("凭证", "Vouchers"), "count"),
        money("amount", "金额", "Amount"),
        percent("share", "占比", "Share"),
        percent("cumulated", "累计占比", "Cumulated"),
        money("earlier", "上年同期", "Year earlier"),
        percent("change", "同比", "On year"),
        Column("last", Text("最近日期", "Last date"), "date"),
    )
    whole, run = ranking.total, Decimal(0)
    rows: list[Row] = []
    for place, r in enumerate(ranks[:MOST], 1):
        run += r.amount
        rows.append(
            (
                place,
                _name(r),
                r.vouchers,
                cents(r.amount),
                _share(r.amount, whole),
                _share(run, whole),
                cents(r.earlier),
                share(change(r.amount, r.earlier)),
                r.last,
            )
        )
    rest = [*ranks[MOST:], *(r for r in ranking.ranks if not r.amount)]
    if rest:
        amount = sum((r.amount for r in rest), Decimal(0))
        earlier = _earlier(rest)
        name = Text(f"其余 {len(rest)} 家", f"{len(rest)} others")
        rows.append(
            (
                None,
                name,
                sum(r.vouchers for r in rest),
                cents(amount),
                _share(amount, whole),
                _share(whole, whole),
                cents(earlier),
                share(change(amount, earlier)),
                None,
            )
        )
    earlier = _earlier(ranking.ranks)
    total: Row = (
        None,
        Text("合计", "Total"),
        sum(r.vouchers for r in ranking.ranks),
        cents(whole),
        _share(whole, whole),
        None,
        cents(earlier),
        share(change(whole, earlier)),
        None,
    )
    return Table(TITLES[key], columns, (Group(tuple(rows)),), total, register=True)


def _earlier(ranks: list[Rank]) -> Decimal | None:
    known = [r.earlier for r in ranks if r.earlier is not None]
    return sum(known, Decimal(0)) if known else None


def _name(r: Rank) -> Text:
    return same(r.name) if r.name else WITHOUT


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return (part / whole).quantize(Decimal("0.0001")) if whole > 0 else None
