"""趋势, 结构, 比率, 账龄, 排名, 现金预测, 预算: the books of a company to an analysis's page."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.analysis import figures as names
from archive.analysis import ranking, structure, trend
from archive.analysis.figures import Figures, of, year_earlier
from archive.analysis.forecast import AHEAD, forecast, rough
from archive.analysis.owed import owed
from archive.analysis.planned import compare
from archive.analysis.ratio_table import RatioRow, table
from archive.budget import BudgetLine
from archive.errors import NoBudget, TooFewMonths
from archive.money import thousands
from archive.statements.make import Span
from archive.voucher import Voucher
from archive.words import Text, same
from handlers.context import Context
from handlers.message import Fact
from reports.analysis import ageing as ageing_page
from reports.analysis import budget as budget_page
from reports.analysis import forecast as forecast_page
from reports.analysis import ranking as ranking_page
from reports.analysis import ratios as ratios_page
from reports.analysis import structure as structure_page
from reports.analysis import trend as trend_page
from reports.head import Head
from reports.page import Page

#: Lines of the income statement whose accounts are listed.
_BROKEN_DOWN = ("营业收入", "营业成本", "销售费用", "管理费用", "研发费用", "财务费用")


@dataclass(frozen=True, slots=True)
class Study:
    """What an analysis gave: its page, how many rows, and the main figures for a card."""

    page: Page
    rows: int
    facts: tuple[Fact, ...] = ()
    flags: tuple[Text, ...] = ()


async def figures(ctx: Context, company: str) -> Figures:
    """The company's statements, to be made as they are asked for."""
    ledger = await ctx.ledgers.open(company)
    choices = await ctx.ledgers.choices(company)
    return Figures(ledger, ctx.forms, choices.inputs, choices.early)


async def _vouchers(ctx: Context, company: str, months: Sequence[str] = ()) -> list[Voucher]:
    """Of these months; without any, all of them: what is owed may be as old as the books."""
    if not months:
        return await ctx.books.records(company, "vouchers", Voucher)
    return [v for m in dict.fromkeys(months) for v in await ctx.books.records(company, "vouchers", Voucher, m)]


def _english(ctx: Context) -> dict[str, Text]:
    return {x.name: Text(x.name, x.label.en) for form in ctx.forms.forms for x in form.lines}


async def trends(ctx: Context, company: str, books: Figures, span: Span, head: Head) -> Study:
    """Twenty-four months up to the period's end, and the period compared."""
    points = await asyncio.to_thread(trend.points, books, span.months[-1])
    compared = await asyncio.to_thread(trend.compared, books, span.months)
    english = _english(ctx)
    facts = tuple(
        Fact(english.get(c.line, same(c.line)), thousands(c.now), private=True)
        for c in compared
        if c.now is not None and c.line in ("营业收入", "营业利润", "净利润", "货币资金")
    )
    return Study(trend_page.page(points, compared, english, head), len(points), facts)


async def structures(ctx: Context, company: str, books: Figures, span: Span, head: Head) -> Study:
    """Common-size statements and what their lines are made of."""
    vouchers = await _vouchers(ctx, company, span.months)
    income = structure.common_size(books, "income", span.months)
    balance = structure.common_size(books, "balance", [span.months[-1]])
    lines = {line: structure.parts(books, line, span.months) for line in _BROKEN_DOWN}
    departments = structure.by_department(books.ledger, vouchers, span.months)
    if [d.name for d in departments] == [""]:
        departments = []
    page = structure_page.page(income, balance, lines, departments, _english(ctx), head)
    return Study(page, len(income) + len(balance))


async def ratio_tables(ctx: Context, company: str, books: Figures, span: Span, head: Head) -> Study:
    """Ratios with their comparatives."""
    rows = await asyncio.to_thread(table, books, span.months)
    facts = tuple(_ratio(r) for r in rows if r.ratio.value is not None and r.ratio.key in _ON_CARD)
    return Study(ratios_page.page(rows, head), len(rows), facts)


_ON_CARD = ("current_ratio", "debt_ratio", "debtor_days", "gross_margin", "net_margin", "return_on_equity")
_SAID = {"percent": ("{:.2%}", "{:.2%}"), "times": ("{:.2f} 倍", "{:.2f}"), "days": ("{:.1f} 天", "{:.1f} days")}


def _ratio(row: RatioRow) -> Fact:
    zh, en = _SAID[row.ratio.kind]
    return Fact(row.ratio.name, Text(zh.format(row.ratio.value), en.format(row.ratio.value)))


async def ages(ctx: Context, company: str, books: Figures, span: Span, head: Head) -> Study:
    """Receivables and payables at the period's end."""
    vouchers = await _vouchers(ctx, company)
    debts = await asyncio.to_thread(owed, books.ledger, vouchers, span.months[-1])
    facts = tuple(Fact(ageing_page.NAMES[d.role], thousands(d.total), d.total != d.balance, True) for d in debts)
    page = ageing_page.page(debts, books.ledger.first, head)
    return Study(page, sum(len(d.aged) for d in debts), facts)


async def customers(ctx: Context, company: str, books: Figures, span: Span, head: Head) -> Study:
    """Customers by revenue."""
    return await _ranked(ctx, company, books, span, head, "customers")


async def vendors(ctx: Context, company: str, books: Figures, span: Span, head: Head) -> Study:
    """Suppliers by purchases."""
    return await _ranked(ctx, company, books, span, head, "purchases")


async def _ranked(ctx: Context, company: str, books: Figures, span: Span, head: Head, key: str) -> Study:
    vouchers = await _vouchers(ctx, company, (*span.months, *year_earlier(span.months)))
    made = ranking.customers if key == "customers" else ranking.suppliers
    found = await asyncio.to_thread(made, books.ledger, vouchers, span.months, year_earlier(span.months))
    revenue = of(books.lines("income", span.months), names.REVENUE) if key == "customers" else None
    facts = tuple(
        Fact(same(r.name) if r.name else ranking_page.WITHOUT, thousands(r.amount), private=True)
        for r in found.ranks[:8]
        if r.amount
    )
    return Study(ranking_page.page(key, found, revenue, head), len(found.ranks), facts)


async def forecasts(ctx: Context, company: str, books: Figures, span: Span, head: Head) -> Study:
    """Three months from the period's end. Raises TooFewMonths."""
    month = span.months[-1]
    vouchers = await _vouchers(ctx, company)
    debts = {d.role: d.aged for d in await asyncio.to_thread(owed, books.ledger, vouchers, month)}
    receivables, payables = debts.get("应收账款", ()), debts.get("应付账款", ())
    found = await asyncio.to_thread(forecast, books, receivables, payables, month)
    if found is None:
        raise TooFewMonths(month=month)
    facts = tuple(
        Fact(
            Text(f"{m} 期末现金", f"Cash, end of {m}"),
            f"{rough(r.low):,.0f} – {rough(r.high):,.0f}", private=True,
        )
        for m, r in zip(found.months, map(found.closing, range(AHEAD)), strict=True)
    )  # fmt: skip
    return Study(forecast_page.page(found, _english(ctx), head), len(found.flows), facts)


async def budgets(ctx: Context, company: str, books: Figures, span: Span, head: Head) -> Study:
    """Actual against budget, also of months the books don't have yet. Raises NoBudget."""
    lines = await ctx.books.records(company, "budgets", BudgetLine)
    vouchers = await _vouchers(ctx, company, span.months) if any(b.department for b in lines) else []
    items = compare(books, lines, vouchers, span.months)
    if not items:
        raise NoBudget(period=head.period.label)
    missing = [m for m in span.months if m not in books.ledger.months]
    page = budget_page.page(items, missing, books.ledger.last, head)
    worst = sorted((c for c in items if c.good is False), key=lambda c: -abs(c.difference or Decimal(0)))[:6]
    return Study(page, len(items), flags=tuple(_overrun(c.name or c.account, c.difference, c.share) for c in worst))


def _overrun(name: str, difference: Decimal | None, share: Decimal | None) -> Text:
    rate = f"（{share:+.1%}）" if share is not None else ""
    rate_en = f" ({share:+.1%})" if share is not None else ""
    return Text(f"{name} 差异 {difference:+,.2f}{rate}", f"{name} differs by {difference:+,.2f}{rate_en}")
