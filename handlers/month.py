"""A month of vouchers as it would be filed, and its filing: drawn, sealed, numbered, a batch at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from archive import linking
from archive.arranging import Draft, Filing, Plan, gap, plan, print_of, told_of
from archive.books import BookFile
from archive.errors import NothingToArrange
from archive.hand_link import Said
from archive.item import FileRef
from archive.keeping import years
from archive.metadata import of_voucher
from archive.period import Period
from archive.shelving import FORMS, VOUCHER, Volume, class_no
from archive.unit import Paper, Part, Unit
from archive.voucher import Voucher
from handlers.context import Context
from reports.voucher_form import NAME, Booking, drawn

#: 件 that get their numbers in one transaction: few enough that nobody waits long behind it.
BATCH = 40
#: Months before and after whose vouchers may book a document of the month (linking.APART is 100 days).
BEFORE, AFTER = 4, 2
#: Imported files that are archived as they came: kind of book → 档案名称 (DA/T 94 7.7: the nearest of the table).
BOOK_KINDS = {"bank": "银行对账单", "balances": "其他辅助性账簿", "vouchers": "其他辅助性账簿"}
BOOK_TITLES = {"bank": "银行对账单", "balances": "科目余额表", "vouchers": "序时账"}

Step = Callable[[int, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Month:
    """A month's plan, and the imported files that are filed beside its vouchers."""

    plan: Plan
    files: tuple[Filing, ...] = ()
    before: tuple[str, ...] = ()  # earlier months of the year with vouchers and without a 件

    @property
    def empty(self) -> bool:
        return self.plan.empty and not self.files


@dataclass(frozen=True, slots=True)
class Outcome:
    """What filing a month did."""

    units: int
    added: int
    volumes: tuple[Volume, ...]


async def planned(ctx: Context, company: str, period: str) -> Month:
    """What would be done; nothing is. Reads the months around only. Raises NothingToArrange."""
    around = [_month(period, n) for n in range(-BEFORE, AFTER + 1)]
    vouchers = [v for each in around for v in await ctx.books.records(company, "vouchers", Voucher, each)]
    files = await _files(ctx, company, period)
    if not files and not any(v.period == period for v in vouchers):
        raise NothingToArrange(period=period, company=company)
    first = date.fromisoformat(f"{around[0]}-01")
    last = date.fromisoformat(f"{_month(around[-1], 1)}-01")
    items = [item for item, _ in await ctx.vault.span(company, _moment(ctx, first), _moment(ctx, last), None)]
    hand = await ctx.hand_links.all(company)
    far = {each.item for each in hand if each.said is Said.LINKED and each.voucher.startswith(period)}
    items += await ctx.vault.items(sorted(far - {item.id for item in items}))  # linked by hand from further away
    alive = [item for item in items if item.state.value not in ("rejected", "withdrawn")]
    links = linking.link(vouchers, alive, hand)
    members = await ctx.units.taken([item.id for item in items])
    standing = await ctx.units.arranged(company, period)
    term = ctx.archiving.table[VOUCHER]
    made = plan(company, period, vouchers, links, items, term, standing, members)
    return Month(made, files, await _before(ctx, company, period) if made.drafts else ())


async def _before(ctx: Context, company: str, period: str) -> tuple[str, ...]:
    """Earlier months of the year that wait: volumes are numbered in the order in which months are filed."""
    files = [file for file in await ctx.books.files(company) if file.kind == "vouchers" and file.state == "imported"]
    months = {p for file in files for p in file.periods if p[:4] == period[:4] and p < period}
    return tuple([p for p in sorted(months) if not await ctx.units.arranged(company, p)])


def _month(period: str, n: int) -> str:
    at = int(period[:4]) * 12 + int(period[5:]) - 1 + n
    return f"{at // 12:04}-{at % 12 + 1:02}"


def _moment(ctx: Context, day: date) -> datetime:
    return datetime.combine(day, time(), ctx.zone)


async def _files(ctx: Context, company: str, period: str) -> tuple[Filing, ...]:
    """Imported files that end with this month and aren't filed yet."""
    mine = [
        file
        for file in await ctx.books.files(company)
        if file.state == "imported" and file.kind in BOOK_KINDS and file.periods and file.periods[-1] == period
        and (file.kind == "bank" or file.counts.get("added"))
    ]  # fmt: skip
    found = [_book(ctx, file) for file in mine]
    there = await ctx.units.there([each.unit.id for each in found])
    return tuple(each for each in found if each.unit.id not in there)


def _book(ctx: Context, file: BookFile) -> Filing:
    kind = BOOK_KINDS[file.kind]
    year, month = int(file.periods[-1][:4]), int(file.periods[-1][5:])
    stretch = file.periods[0] if len(file.periods) == 1 else f"{file.periods[0]}至{file.periods[-1]}"
    title = f"{stretch} {BOOK_TITLES[file.kind]}"
    paper = Paper(1, Part.OTHER, file.file, "", file.file.name)
    return filing(
        ctx, file.company, kind, title, year, month, f"{file.company}|{kind}|{file.sha256[:16]}", (paper,),
        Period.month(year, month).last, file.file.name,
    )  # fmt: skip


def filing(
    ctx: Context, company: str, kind: str, title: str, year: int, month: int, name: str, papers: Sequence[Paper],
    formed: date | None, file_no: str = "",
) -> Filing:  # fmt: skip
    """A record of any kind of the table, ready for a number."""
    term = ctx.archiving.table[kind]
    unit = Unit(
        name, company, kind, term.category, title, file_no or title, formed, year, month, term.label,
        term.expires(year), papers=tuple(papers),
    )  # fmt: skip
    return Filing(unit, _class(ctx, unit), told={"M58": "会计核算系统导入"})


def _class(ctx: Context, unit: Unit) -> str:
    ways = ctx.archiving
    term = years(unit.retention)
    code = "Y" if term is None else f"D{term}"
    return class_no(ways.scheme, unit.company, FORMS[unit.kind], unit.year, code, ways.office)


async def carried_out(
    ctx: Context, company: str, who: str, month: Month, channel: str = "", step: Step | None = None
) -> Outcome:
    """Draw the vouchers, keep their papers, give the numbers: a batch at a time, each whole or not at all."""
    made, added = month.plan, 0
    total, units, passed = len(made.drafts) + len(month.files), 0, 0
    async for some in _batches(ctx, company, made.drafts):
        done = await ctx.units.file(some, who, ctx.now(), channel)
        units, passed = units + len(done.units), passed + len(some)
        if step:
            await step(passed, total)
    if month.files:
        units += len((await ctx.units.file(month.files, who, ctx.now(), channel)).units)
    for start in range(0, len(made.additions), BATCH):
        late = made.additions[start : start + BATCH]
        today = ctx.now().astimezone(ctx.zone).date()
        added += (await ctx.units.add(late, told_of, who, ctx.now(), today, channel)).added
    volumes = await _noted(ctx, company, who, made, channel)
    return Outcome(units, added, volumes)


async def _batches(ctx: Context, company: str, drafts: Sequence[Draft]) -> AsyncIterator[list[Filing]]:
    """In order; while one batch gets its numbers the next is drawn."""
    lots = [drafts[start : start + BATCH] for start in range(0, len(drafts), BATCH)]
    coming = asyncio.create_task(_drawn(ctx, company, lots[0])) if lots else None
    try:
        for n in range(len(lots)):
            assert coming is not None
            ready = await coming
            coming = asyncio.create_task(_drawn(ctx, company, lots[n + 1])) if n + 1 < len(lots) else None
            yield ready
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.wait([coming])


async def _drawn(ctx: Context, company: str, drafts: Sequence[Draft]) -> list[Filing]:
    """The drafts with their vouchers as PDF/A and XML, sealed."""
    known = {c.code: c for c in ctx.companies}
    name, tax_id = (known[company].name, known[company].tax_id) if company in known else (company, "")
    bookings = [Booking(name, tax_id, v, v.period) for draft in drafts for v in draft.vouchers]
    papers = iter(await ctx.offload(drawn, bookings))
    return list(await asyncio.gather(*(_held(ctx, draft, [next(papers) for _ in draft.vouchers]) for draft in drafts)))


async def _held(ctx: Context, draft: Draft, made: Sequence[tuple[bytes, bytes]]) -> Filing:
    papers: list[Paper] = []
    for n, (pdf, xml) in enumerate(made, 1):
        part = f"-{n}" if len(made) > 1 else ""
        stem = f"记账凭证_{draft.unit.year}-{draft.unit.month:02}_{draft.unit.file_no}{part}"
        files: list[FileRef] = [
            await ctx.vault.hold(pdf, f"{stem}.pdf", "application/pdf"),
            await ctx.vault.hold(xml, f"{stem}_{NAME}", "application/xml"),
        ]
        for title, file in zip(("记账凭证", "入账信息结构化数据文件"), files, strict=True):
            papers.append(Paper(len(papers) + 1, Part.VOUCHER, file, "", title))
    unit = replace(draft.unit, papers=tuple(papers))
    return Filing(
        unit, _class(ctx, unit), of_voucher(draft.vouchers, draft.items), draft.items, draft.word, draft.number,
        print_of(draft.vouchers),
    )  # fmt: skip


async def _noted(ctx: Context, company: str, who: str, made: Plan, channel: str) -> tuple[Volume, ...]:
    """The month's volumes, gaps and doubles written into their 备考表."""
    year, month = int(made.period[:4]), int(made.period[5:])
    mine = [v for v in await ctx.units.volumes(company, year) if v.kind == VOUCHER and v.month == month]
    for volume in mine:
        lines = [
            f"缺号 {gap(word, a, b)}"
            for word, a, b in made.missing
            if word == volume.word and volume.nth == 1 and a <= volume.last_no
        ]
        lines += [
            f"重号 {ref}，两张凭证合为一件" for ref in made.twice if f" {volume.word}-" in ref and volume.nth == 1
        ]
        if lines:
            await ctx.units.note(volume.id, lines, who, ctx.now(), channel)
    return tuple(v for v in await ctx.units.volumes(company, year) if v.kind == VOUCHER and v.month == month)
