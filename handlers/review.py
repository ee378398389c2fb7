"""定期审查: the checklist of the archive's duties as a card and a PDF; 审查记录 notes what is done outside."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from archive import review
from archive.access import Person
from archive.arranging import unit_id
from archive.authentic import Standing as Seals
from archive.document import Kind
from archive.errors import BadDescription
from archive.finding import Level
from archive.item import Item, ItemState, TaxOutcome
from archive.keeping import short
from archive.period import Period
from archive.review import MARKS, OUTSIDE, Mark, Point
from archive.trail import Entry
from archive.voucher import Voucher
from archive.words import Text
from handlers.context import Context
from handlers.kept import dates
from handlers.message import Card, Fact, Message, OutFile, Reply
from reports.head import Head
from reports.render import render
from reports.review import page

ABOUT = "compliance:"
_INVOICES = frozenset({Kind.EINVOICE, Kind.VAT, Kind.TOLL, Kind.RAIL, Kind.AIR})


async def points(ctx: Context, company: str, today: date) -> list[Point]:
    """Every check, over all the company's records: made for a schedule, its cost grows with the archive."""
    found: list[Point] = []
    open_ = await dates(ctx, company, today)
    found += review.dates(open_)
    found.append(await _unarranged(ctx, company, today))
    unchecked, failing, gaps, lacking = await _walked(ctx, company)
    pending = [item for item, _ in await ctx.vault.open_cases(company)]
    found += review.items(unchecked, pending, failing)
    found.append(review.held(await ctx.holds.of(company), today))
    found.append(
        review.listed(
            "retention", Text("保管期限有缺口", "gaps in retention"), gaps, "79号令附表1；第十五条"
        )
    )  # fmt: skip
    found.append(
        review.listed(
            "metadata", Text("编制人、审核人缺失", "makers or checkers missing"), lacking, "DA/T 94 M43、M45", Mark.LOOK
        )
    )  # fmt: skip
    found.append(await _unsigned(ctx, company))
    found.append(review.people(p for p in await ctx.people.all() if p.company == company))
    found += review.outside(await noted(ctx, company), today)
    found.append(_rules(ctx))
    found.append(review.laws(ctx.archiving.laws, today))
    return found


async def _unarranged(ctx: Context, company: str, today: date) -> Point:
    """Months that are over and have vouchers without a 件."""
    months = sorted({p for f in await ctx.books.files(company) if f.kind == "vouchers" for p in f.periods})
    left = []
    for period in months:
        if period >= f"{today:%Y-%m}":
            continue
        standing = await ctx.units.arranged(company, period)
        vouchers = await ctx.books.records(company, "vouchers", Voucher, period)
        missing = {unit_id(company, period, v.word, v.number) for v in vouchers} - set(standing)
        if missing:
            left.append(f"{period}（{len(missing)}）")
    return review.listed("unarranged", Text("没有归档的凭证", "vouchers not filed"), left, "DA/T 94 8.1", Mark.LOOK)


async def _walked(ctx: Context, company: str) -> tuple[list[Item], list[Item], list[str], list[str]]:
    """Once over all units: invoices nobody checked, documents whose checks fail, short terms, missing makers."""
    unchecked: list[Item] = []
    failing: list[Item] = []
    gaps: list[str] = []
    lacking: list[str] = []
    batch: list[str] = []
    async for unit in ctx.units.select(company):
        gaps += [u.archive_no for u in short((unit,), ctx.archiving.least)]
        if unit.kind == "记账凭证" and not (unit.metadata.get("M43") and unit.metadata.get("M45")):
            lacking.append(unit.archive_no)
        batch += [paper.item for paper in unit.papers if paper.item]
        if len(batch) > 200:
            await _look(ctx, batch, unchecked, failing)
            batch = []
    await _look(ctx, batch, unchecked, failing)
    return unchecked, failing, gaps, lacking


async def _look(ctx: Context, ids: Sequence[str], unchecked: list[Item], failing: list[Item]) -> None:
    for item in await ctx.vault.items(list(dict.fromkeys(ids))):
        if item.state is ItemState.ARCHIVED and item.document.kind in _INVOICES and item.tax_check is None:
            unchecked.append(item)
        bad = item.tax_check is not None and item.tax_check.outcome is not TaxOutcome.GENUINE
        forged = item.authentic is not None and item.authentic.standing is Seals.BROKEN
        if bad or forged or any(f.level is Level.STOP for f in item.findings):
            failing.append(item)


async def _unsigned(ctx: Context, company: str) -> Point:
    """Registers of hand-over, keeping, destruction and appraisal without a signature in their metadata (M67)."""
    found: list[str] = []
    for volume in await ctx.units.volumes(company):
        if volume.kind.endswith(("清册", "鉴定意见书")):
            found += [u.archive_no for u in await ctx.units.contents(volume.id) if not u.metadata.get("M67")]
    return review.listed(
        "unsigned", Text("没有签字的清册、意见书", "registers and opinions not signed"), found, "79号令第十八、二十四条"
    )


def _rules(ctx: Context) -> Point:
    """The approval rules as they are applied now: they must be there to be looked at (财会〔2024〕11号 Art 16–17)."""
    names = "、".join(f"{rule.name}（{len(rule.steps)} 步）" for rule in ctx.rules)
    return Point("rules", Text("审批规则", "approval rules"), Mark.GOOD if ctx.rules else Mark.BAD, Text(names, names),
                 "财会〔2024〕11号第十六、十七条")  # fmt: skip


async def noted(ctx: Context, company: str) -> dict[str, date]:
    """What was noted as done outside: code → the last day."""
    done: dict[str, date] = {}
    for link in await ctx.trail.about(f"{ABOUT}{company}", 500):
        code = link.entry.facts.get("what", "")
        if code in OUTSIDE and (on := link.entry.facts.get("on")):
            done[code] = max(done.get(code, date.min), date.fromisoformat(on))
    return done


async def review_now(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """定期审查: the card of what isn't in order, and the whole as PDF."""
    now = ctx.now().astimezone(ctx.zone)
    found = await points(ctx, asker.company, now.date())
    company = next((c.name for c in ctx.companies if c.code == asker.company), asker.company)
    head = Head(company, Period.day(now.date()), now, asker.name, asker.lang)
    data = await ctx.offload(render, page(found, head), "pdf")
    await ctx.trail.add(
        Entry(asker.id, "reviewed", f"{ABOUT}{asker.company}", ctx.now(), message.channel, _facts(found))
    )
    name = f"定期审查_{now:%Y-%m-%d}.pdf"
    return Reply(cards=(_card(found, now.date()),), files=(OutFile(name, "application/pdf", data),))


def _facts(found: Sequence[Point]) -> dict[str, str]:
    return {mark.value: str(count) for mark, count in Counter(point.mark for point in found).items()}


def _card(found: Sequence[Point], today: date) -> Card:
    facts = tuple(Fact(p.name, MARKS[p.mark], flagged=p.mark is Mark.BAD) for p in found)
    flags = tuple(Text(f"{p.name.zh}：{_cut(p.detail.zh)}（{p.rule}）", f"{p.name.en}: {_cut(p.detail.en)} ({p.rule})")
                  for p in found if p.mark is not Mark.GOOD)  # fmt: skip
    mark = review.worst(found)
    title = Text(f"定期审查 {today}", f"Compliance review {today}")
    tone = {Mark.BAD: "bad", Mark.GOOD: "good"}.get(mark, "wait")
    return Card(title, facts, flags, status=MARKS[mark], tone=tone)  # type: ignore[arg-type]


def _cut(words: str) -> str:
    return words if len(words) <= 160 else words[:159] + "…"


async def note(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """审查记录 drill 2026-11-01 说明: what was done outside, kept in the trail."""
    today = ctx.now().astimezone(ctx.zone).date()
    code, on, words = noting(rest, today)
    await keep_note(ctx, asker.id, asker.company, code, on, words, message.channel)
    name = OUTSIDE[code][0]
    return Reply(Text(f"已记录：{on} {name.zh}", f"Noted: {name.en} on {on}"))


def noting(said: str, today: date) -> tuple[str, date, str]:
    """(code, day, words). Raises BadDescription."""
    names = {code: code for code in OUTSIDE} | {name.zh: code for code, (name, _, _) in OUTSIDE.items()}
    match = re.fullmatch(r"\s*(\S+)(?:\s+(\d{4}-\d{2}-\d{2}))?\s*(.*)", said, re.DOTALL)
    try:
        assert match is not None
        on = date.fromisoformat(match[2]) if match[2] else today
        if match[1] not in names or on > today:
            raise ValueError
    except (ValueError, AssertionError) as error:
        raise BadDescription(words=said.strip()) from error
    return names[match[1]], on, match[3].strip()


async def keep_note(ctx: Context, who: str, company: str, code: str, on: date, words: str, channel: str) -> None:
    """One entry of the trail; nothing else is written."""
    facts = {"what": code, "on": on.isoformat()} | ({"words": words[:200]} if words else {})
    await ctx.trail.add(Entry(who, "noted", f"{ABOUT}{company}", ctx.now(), channel, facts))
