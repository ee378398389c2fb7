"""报表 … 并归档, or the button under a report: the report becomes a document of the archive, with its data."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from archive import made
from archive.access import Person, Right, demand
from archive.approval import Case, Decision, Verdict
from archive.document import Document
from archive.errors import BadRequest, NothingToKeep, ReportChanged
from archive.item import FileRef, Item, ItemState, Rendition
from archive.trail import Entry
from archive.words import Lang, Text, same
from handlers.cards import item_card
from handlers.context import Context
from handlers.made import Made, report_name
from handlers.message import Message, Reply
from handlers.report import MEDIA, build, report
from reports import catalogue
from reports.page import SIZES
from reports.render import render
from reports.to_json import plain

RULE = "报表归档"
#: As long a button archives the report as it was made then; later, as it is made now, if its data is still the same.
PRESSED_WITHIN = timedelta(days=7)
#: 报表 2026-09 报销 并归档; 归档 alone names the register of what is archived.
_AND_KEEP = re.compile(r"[\s,，]*(?:并归档|并存档|and\s+(?:archive|file)(?:\s+it)?)\s*$", re.IGNORECASE)


async def reported(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """报表 …: the report; with 并归档 it is archived at once."""
    words, asked = _AND_KEEP.subn("", rest)
    if not asked:
        return await report(ctx, asker, message, rest)
    demand(asker, Right.KEEP)
    return await kept(ctx, asker, message, await build(ctx, asker, words))


async def keep(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The press, or the words 归档报表 报销 2026-10. Raises ReportChanged, NothingToKeep, ChangedMeanwhile."""
    if message.click is None:
        if not rest.strip():
            raise NothingToKeep(report="—")
        return await kept(ctx, asker, message, await build(ctx, asker, rest))
    asked = _asked(message.click.subject)
    period, days = made.named(asked.first, asked.last)
    words = f"{asked.key} {days} {SIZES[asked.unit].name.zh}"
    fresh = timedelta() <= ctx.now() - asked.at <= PRESSED_WITHIN
    again = await build(ctx, asker, words, asked.lang, period, asked.at if fresh else None)
    if made.data_digest(plain(again.page))[:16] != asked.digest:
        raise ReportChanged(report=again.page.title, period=period.label)
    return await kept(ctx, asker, message, again)


async def kept(ctx: Context, asker: Person, message: Message, made_now: Made) -> Reply:
    """File it, and say where it is."""
    before = await _standing(ctx, asker, made_now)
    item = await filed(ctx, asker, message, made_now)
    if before and item.id == before.id:
        head = Text("数据没有变化，已在档案中", "The same data is in the archive")
    elif before:
        nth = made.version_of(item)
        head = Text(f"已归档为第 {nth} 版，替代 {before.id}", f"Archived as version {nth}, after {before.id}")
    else:
        head = Text("已归档", "Archived")
    return await _said(ctx, asker, item, head)


async def filed(ctx: Context, asker: Person, message: Message, made_now: Made) -> Item:
    """The report as it stands in the archive: filed now, or before where the data is the same.

    A new version names the one it takes the place of. Raises ChangedMeanwhile when somebody files it meanwhile.
    """
    page, data = made_now.page, made.data_digest(plain(made_now.page))
    standing = await _standing(ctx, asker, made_now)
    if standing and standing.document.extra.get("data") == data:
        return standing
    paper: bytes = await ctx.offload(render, page, "pdf")
    figures = json.dumps(plain(page), ensure_ascii=False, indent=1).encode()
    name = report_name(made_now, page.lang)
    files = (
        await ctx.vault.hold(paper, f"{name}.pdf", MEDIA["pdf"]),
        await ctx.vault.hold(figures, f"{name}.json", MEDIA["json"]),
    )
    item = await _item(ctx, asker, message, made_now, files, standing)
    now = item.received_at
    case = Case(item.id, item.id, RULE, (), now, decisions=(_pressed(asker, message, item),), closed=Verdict.APPROVE)
    facts = {"report": made_now.key, "period": made_now.period.label.zh, "data": data, "version": str(_next(standing))}
    facts |= {"replaces": standing.id} if standing else {}
    trail = (Entry(asker.id, "archived", item.id, now, message.channel, facts),)
    as_kept = catalogue.kept_as(made_now.key)
    return await ctx.vault.keep_made(item, case, trail, as_kept, made_now.period, standing.id if standing else "")


async def _standing(ctx: Context, asker: Person, made_now: Made) -> Item | None:
    """The version that stands."""
    series = made.Series(made_now.key, made_now.period, made_now.page.lang, made_now.page.unit.size)
    return made.latest([i for i in await ctx.vault.numbered(asker.company, [series.number]) if made.is_made(i)])


async def _item(
    ctx: Context, asker: Person, message: Message, made_now: Made, files: tuple[FileRef, FileRef], before: Item | None
) -> Item:
    """The record: PDF/A first, its data beside it. Its title is the report's, its date the last day of the period."""
    page, now = made_now.page, ctx.now()
    extra = {"version": str(_next(before)), "data": made.data_digest(plain(page)), "report": made_now.key}
    extra |= {"replaces": before.id} if before else {}
    title = f"{page.title.to(page.lang)} {made_now.period.label.to(page.lang)}"
    series = made.Series(made_now.key, made_now.period, page.lang, page.unit.size)
    document = Document(
        type=title, number=series.number, date=made_now.period.last, seller_name=page.company, extra=extra
    )
    item_id = await ctx.vault.new_id(now)
    return Item(
        id=item_id,
        company=asker.company,
        owner=asker.id,
        department=asker.department,
        file=files[0],
        part=0,
        document=document,
        state=ItemState.ARCHIVED,
        received_at=now,
        origin=message.id,
        text=" ".join((title, page.subtitle.to(page.lang), page.company, page.unit.name.to(page.lang))),
        case=item_id,
        seen_by=frozenset({asker.id}),
        carrier="pdf",
        renditions=(Rendition(files[1], 0, "json", now, asker.id, message.id),),
    )


def _pressed(asker: Person, message: Message, item: Item) -> Decision:
    return Decision(0, asker.id, asker.name, Verdict.APPROVE, item.received_at, channel=message.channel)


def _next(before: Item | None) -> int:
    return made.version_of(before) + 1 if before else 1


async def _said(ctx: Context, asker: Person, item: Item, head: Text) -> Reply:
    filed = item.filed
    assert filed is not None
    ends = Text(f"，到 {filed.expires}", f", until {filed.expires}") if filed.expires else same("")
    where = Text(
        f"：{item.id}，档号 {filed.archive_no}，{filed.category}，保管 {filed.retention}",
        f": {item.id}, archive no. {filed.archive_no}, kept {filed.retention}",
    )
    card = item_card(item, await ctx.vault.case(item.id), asker, await ctx.people.all(), ctx.zone, ctx.categories)
    return Reply(head + where + ends + Text("。", "."), (card,))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a button's subject says."""

    key: str
    first: date
    last: date
    lang: Lang
    unit: int
    at: datetime
    digest: str


def _asked(subject: str) -> _Asked:
    """Raises BadRequest for what no button of ours says."""
    parts = subject.split("|")
    try:
        key, first, last, lang, unit, moment, digest = parts
        at = datetime.fromtimestamp(int(moment) / 1000, UTC)
        found = _Asked(
            key,
            date.fromisoformat(first),
            date.fromisoformat(last),
            "en" if lang == "en" else "zh",
            int(unit),
            at,
            digest,
        )
    except (ValueError, OverflowError, OSError) as error:
        raise BadRequest from error
    if found.unit not in SIZES or found.last < found.first or not key.isidentifier():
        raise BadRequest
    return found
