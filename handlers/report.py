"""报表 …: a register of a period with totals and charts, as a file; a picture of it in the conversation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from archive import performance
from archive import period as periods
from archive.access import RIGHT_NAMES, Person, Right, may
from archive.approval import Case, Verdict
from archive.checks import title_of
from archive.errors import NotAllowed, NothingToReport, UnknownReport
from archive.item import STATE_NAMES, FileRef, Item, ItemState
from archive.made import is_made
from archive.money import thousands
from archive.period import Period
from archive.trail import Entry
from archive.words import Lang, Text, same
from handlers import analysis, financials
from handlers.context import Context
from handlers.made import Made, archive_choice, report_name
from handlers.message import Choice, Message, OutFile, Reply
from reports import catalogue
from reports.claim import Claim
from reports.head import Head
from reports.page import YUAN, Page, Paragraph
from reports.render import Format, card, render
from reports.units import find_unit

MEDIA: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "json": "application/json",
}
_FORMATS: Mapping[str, Format] = {"pdf": "pdf", "word": "docx", "docx": "docx", "excel": "xlsx", "xlsx": "xlsx"}
#: What a register holds: what stands, and what is still open; rejected and withdrawn documents are no claims.
_COUNTED = frozenset({ItemState.ARCHIVED, ItemState.PENDING})


async def report(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The report as PDF with a preview; Word and Excel are one press away, or asked for by name."""
    if financials.names_statement(rest):
        return await financials.reply(ctx, asker, message, rest)
    if analysis.names_analysis(rest):
        return await analysis.reply(ctx, asker, message, rest)
    words, format = _format_of(rest)
    made = await build(ctx, asker, words)
    data, preview = await ctx.offload(_drawn, made.page, format)
    name = f"{report_name(made, asker.lang)}.{format}"
    await ctx.trail.add(
        Entry(
            asker.id, "exported", made.key, ctx.now(), message.channel, {"period": made.period.label.zh, "as": format}
        )
    )
    text = made.page.title + same(" · ") + made.period.label + Text(f"：{made.rows} 张", f": {made.rows} documents")
    others = [f for f in ("pdf", "excel", "word") if _FORMATS[f] != format]
    plain = words.strip()
    return Reply(
        text,
        files=(
            OutFile(f"{made.key}.png", "image/png", preview, preview=True),
            OutFile(name, MEDIA[format], data),
        ),
        choices=(
            *(Choice(same(f.upper()), say=Text(f"报表 {plain} {f}", f"report {plain} {f}")) for f in others),
            *((archive_choice(made),) if may(asker, Right.KEEP) else ()),
        ),
    )


async def build(
    ctx: Context,
    asker: Person,
    words: str,
    lang: Lang | None = None,
    period: Period | None = None,
    at: datetime | None = None,
) -> Made:
    """The page for words like 上周报销. Raises UnknownReport, BadPeriod, NothingToReport.

    `at`: the moment it is to be made for, where that isn't now: how long something has waited is told as of then.
    """
    now = at or ctx.now()
    today = now.astimezone(ctx.zone).date()
    if financials.names_statement(words):
        return (await financials.asked(ctx, asker.company, words)).made(ctx, asker.name, lang or asker.lang, now)
    if analysis.names_analysis(words):
        return (await analysis.asked(ctx, asker, words, lang, now)).made()
    unit, words = find_unit(words)
    said, rest = periods.find(words, today)
    period = period or said or Period.month(today.year, today.month)
    entry = catalogue.find(rest or "expenses")
    if entry is None:
        raise UnknownReport(
            words=rest.strip(), names=catalogue.names() + same("、") + financials.names() + analysis.names()
        )
    if entry.source == "performance":
        return await _performance(ctx, asker, entry, period, lang or asker.lang, now)
    pairs, basis = await _pairs(ctx, asker.company, period)
    if entry.kept != "inventory":  # a report that was archived is no claim
        pairs = [pair for pair in pairs if not is_made(pair[0])]
    if not pairs:
        raise NothingToReport(period=period.label)
    names = {p.id: p.name for p in await ctx.people.all()}
    claims = [claim_of(item, case, names, ctx.remind_after) for item, case in pairs]
    company = next((c.name for c in ctx.companies if c.code == asker.company), asker.company)
    english = {c.name.zh: c.name for c in ctx.categories} | {ctx.no_category.zh: ctx.no_category}
    head = Head(company, period, now.astimezone(ctx.zone), asker.name, lang or asker.lang, unit or YUAN, english)
    page = entry.build(claims, head)
    return Made(_noted(page, basis, pairs), entry.key, period, len(claims))


async def _performance(
    ctx: Context, asker: Person, entry: catalogue.Entry, period: Period, lang: Lang, now: datetime
) -> Made:
    """The archive's own figures, from the records and the trail of the period."""
    first, last = _moment(ctx, period.first), _moment(ctx, period.last + timedelta(days=1))
    pairs = await ctx.vault.handed_in(asker.company, first, last)
    if not pairs:
        raise NothingToReport(period=period.label)
    done = [entry async for entry in ctx.trail.between(first, min(last, now))]
    people = frozenset(p.id for p in await ctx.people.all() if p.company == asker.company)
    measured = performance.measure(pairs, done, people, ctx.remind_after, now)
    company = next((c.name for c in ctx.companies if c.code == asker.company), asker.company)
    head = Head(company, period, now.astimezone(ctx.zone), asker.name, lang)
    return Made(entry.build(measured, head), entry.key, period, len(measured.taken))


async def made_before(ctx: Context, person: Person, file: FileRef) -> bytes:
    """A report said to this person earlier, while they may have reports. Raises NotAllowed, NotFound, Tampered."""
    if not may(person, Right.REPORT):
        raise NotAllowed(right=RIGHT_NAMES[Right.REPORT])
    return await ctx.vault.original(file)


async def _pairs(ctx: Context, company: str, period: Period) -> tuple[list[tuple[Item, Case]], Text]:
    """What was handed in within the period; when nothing was, what is dated within it. The page says which."""
    first, last = _moment(ctx, period.first), _moment(ctx, period.last + timedelta(days=1))
    found = [p for p in await ctx.vault.handed_in(company, first, last) if p[0].state in _COUNTED]
    if found:
        return found, Text("按提交日期统计", "by the date handed in")
    dated = [p for p in await ctx.vault.span(company, first, last, None) if p[0].state in _COUNTED]
    return dated, Text(
        "本期没有新提交的单据，按开票日期统计", "nothing was handed in within the period; by document date"
    )


def _moment(ctx: Context, day: date) -> datetime:
    return datetime.combine(day, time(), ctx.zone)


def _noted(page: Page, basis: Text, pairs: Sequence[tuple[Item, Case]]) -> Page:
    """The page with the line that says what was counted, and how much of it still waits for a decision."""
    open_ = [item for item, _ in pairs if item.state is ItemState.PENDING]
    text = Text(f"口径：{basis.zh}", f"Counted {basis.en}")
    if open_:
        yuan = sum((i.document.total or Decimal(0) for i in open_ if i.document.currency == "CNY"), Decimal(0))
        text += Text(
            f"；其中待审批 {len(open_)} 张，{thousands(yuan)} 元",
            f"; of these {len(open_)} documents, CNY {thousands(yuan)}, await approval",
        )
    if page.unit.size > 1:
        text += Text(
            "；各数分别四舍五入，合计可能有尾差",
            "; every figure is rounded by itself, sums may differ in the last place",
        )
    at = min(1, len(page.blocks))
    return replace(page, blocks=(*page.blocks[:at], Paragraph(text, "note"), *page.blocks[at:]))


def claim_of(item: Item, case: Case, names: Mapping[str, str], patience: timedelta) -> Claim:
    """The item as a line of a register; a decision was due when its reminder went out."""
    d = item.document
    last = next((x for x in reversed(case.decisions) if x.verdict is not Verdict.WITHDRAW), None)
    return Claim(
        item_id=item.id,
        archive_no=item.filed.archive_no if item.filed else "",
        date=d.date,
        kind=d.kind,
        type=d.type or "",
        number=d.number or "",
        seller=d.seller_name or "",
        category=item.category,
        department=item.department,
        person=names.get(item.owner, item.owner),
        net=d.amount_excl_tax,
        tax=d.tax,
        total=d.total,
        currency=d.currency,
        state=STATE_NAMES[item.state],
        received_at=item.received_at,
        decided_at=last.at if last and case.closed else None,
        decided_by=last.name if last and case.closed else "",
        due_at=case.opened_at + patience,
        summary=d.lines[0].name if d.lines else title_of(d).zh,
        retention=same(item.filed.retention) if item.filed else None,
        file_name=item.file.name,
    )


def _format_of(words: str) -> tuple[str, Format]:
    """The words without the format they name; PDF unless one is named."""
    match = re.search(rf"(?<![a-z])({'|'.join(_FORMATS)})(?![a-z])", words, re.IGNORECASE)
    if not match:
        return words, "pdf"
    return (words[: match.start()] + words[match.end() :]).strip(), _FORMATS[match[1].lower()]


def _drawn(page: Page, format: Format) -> tuple[bytes, bytes]:
    """Runs in a worker process: the file, and the small picture for the conversation."""
    return render(page, format), card(page)
