"""整理 2025: the year's 总账, 明细账 and 日记账, made of its vouchers and balances once its months are filed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from archive.account_book import Book, books
from archive.arranging import Filing
from archive.balance import Balance
from archive.errors import NothingToArrange
from archive.keeping import years
from archive.period import Period
from archive.shelving import FORMS, class_no
from archive.unit import Paper, Part, Unit
from archive.voucher import Voucher
from handlers.context import Context
from reports.account_book import drawn


@dataclass(frozen=True, slots=True)
class Year:
    """The books that aren't filed yet, those that are, and the months that must be filed before."""

    year: int
    books: tuple[Book, ...]
    standing: int
    open_months: tuple[str, ...]
    over: bool  # the fiscal year has ended: before, its books still grow

    @property
    def ready(self) -> bool:
        """Whether anything is to be filed, and may be."""
        return bool(self.books) and self.over and not self.open_months


async def planned_year(ctx: Context, company: str, year: int) -> Year:
    """What would be filed. Raises NothingToArrange for a year without vouchers."""
    vouchers: list[Voucher] = []
    balances: list[Balance] = []
    waiting: list[str] = []
    for month in range(1, 13):
        period = f"{year}-{month:02}"
        mine = await ctx.books.records(company, "vouchers", Voucher, period)
        balances += await ctx.books.records(company, "balances", Balance, period)
        if mine and not await ctx.units.arranged(company, period):
            waiting.append(period)
        vouchers += mine
    if not vouchers:
        raise NothingToArrange(period=str(year), company=company)
    made = books(year, vouchers, balances)
    there = await ctx.units.there([_name(company, book) for book in made])
    left = tuple(book for book in made if _name(company, book) not in there)
    over = ctx.now().astimezone(ctx.zone).year > year
    return Year(year, left, len(there), tuple(waiting), over)


def _name(company: str, book: Book) -> str:
    return f"{company}|{book.kind}|{book.year}" + (f"|{book.code}" if book.code else "")


async def carried_out_year(ctx: Context, company: str, who: str, year: Year, channel: str = "") -> int:
    """File the year's books, one transaction each; how many are new. What waits for its months files nothing."""
    if not year.ready:
        return 0
    return sum([await _filed(ctx, company, who, book, channel) for book in year.books])


async def _filed(ctx: Context, company: str, who: str, book: Book, channel: str) -> int:
    name = next((c.name for c in ctx.companies if c.code == company), company)
    last = Period.year(book.year).last
    data = await ctx.offload(drawn, book, name, datetime.combine(last, time(), ctx.zone))
    file = await ctx.vault.hold(data, f"{book.title.replace(' ', '_')}.pdf", "application/pdf")
    term, ways = ctx.archiving.table[book.kind], ctx.archiving
    count = years(term.label)
    code = "Y" if count is None else f"D{count}"
    unit = Unit(
        _name(company, book), company, book.kind, term.category, book.title, book.code or book.kind, last, book.year, 0,
        term.label, term.expires(book.year), papers=(Paper(1, Part.OTHER, file, "", book.title),),
    )  # fmt: skip
    shelf = class_no(ways.scheme, company, FORMS[book.kind], book.year, code, ways.office)
    return len(
        (await ctx.units.file([Filing(unit, shelf, told={"M58": "归档 Guidang"})], who, ctx.now(), channel)).units
    )
