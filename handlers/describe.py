"""著录: the metadata of a 件 (DA/T 94 M1–M95) with their sources; some edited with a reason, every value kept."""

from __future__ import annotations

import re
from dataclasses import replace

from archive import metadata, reason
from archive.access import Person, Right, demand, may_see
from archive.errors import BadDescription, NotFound
from archive.keeping import Standing
from archive.metadata import ELEMENTS
from archive.trail import Entry
from archive.unit import PART_NAMES, Unit
from archive.words import Text, same
from handlers.context import Context
from handlers.message import Card, Fact, Message, Reply

_EDIT = re.compile(r"(?P<id>.+?)\s+(?P<element>M\d{1,2})\s*(?P<value>.*)", re.DOTALL)


async def describe(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """著录 G2610-0001: its metadata; 著录 G2610-0001 M27 年会 原因：补关键词: one changed."""
    words, why = reason.split(rest)
    said = _EDIT.fullmatch(words)
    if said is None and why:
        raise BadDescription(words=rest.strip())
    if said is None:
        unit = await seen(ctx, asker, words)
        await ctx.trail.add(Entry(asker.id, "viewed", f"unit:{unit.id}", ctx.now(), message.channel))
        return Reply(cards=(await card(ctx, unit, words.upper()),))
    demand(asker, Right.ARRANGE)
    unit = await ctx.units.find(asker.company, said["id"])
    state = await change(ctx, asker, unit, said["element"].upper(), said["value"], why, message.channel)
    if not state.edits:
        return Reply(Text("没有变化。", "Nothing changed."))
    last = state.edits[-1]
    name = ELEMENTS[last.element].name
    text = Text(
        f"{unit.archive_no} 的 {last.element} {name.zh} 已改：", f"{last.element} {name.en} of {unit.archive_no}: "
    )
    return Reply(text + same(f"{last.was or '—'} → {last.value or '—'}"))


async def seen(ctx: Context, asker: Person, words: str) -> Unit:
    """The 件, if the person may see it; otherwise it isn't there. Raises NotFound."""
    unit = await ctx.units.find(asker.company, words)
    if Right.SEE_ALL in asker.rights:
        return unit
    items = await ctx.vault.items([paper.item for paper in unit.papers if paper.item])
    if unit.id in {item.id for item in items} and all(may_see(asker, item) for item in items):
        return unit
    raise NotFound(item=words)


async def change(ctx: Context, who: Person, unit: Unit, element: str, value: str, why: str, channel: str) -> Standing:
    """One element edited. Raises MetadataFixed, MetadataMissing, ReasonNeeded."""
    now = ctx.now()

    def step(state: Standing) -> tuple[Standing, Entry] | None:
        stands = metadata.edited(unit.metadata, state.edits)
        made = metadata.edit(stands, element, value, who=who.id, at=now, why=why, unit=unit.archive_no)
        if made is None:
            return None
        metadata.demand(metadata.edited(stands, (made,)), unit.archive_no)
        facts = {"element": made.element, "was": made.was, "now": made.value, "reason": made.why}
        return replace(state, edits=(*state.edits, made)), Entry(who.id, "described", unit.id, now, channel, facts)

    return await ctx.standings.change(unit.id, unit.company, step)


async def card(ctx: Context, unit: Unit, asked: str = "") -> Card:
    """Every value with its element and source, the papers in order, and what was changed when."""
    facts = [Fact(same(each.number) + same(" ") + each.name, f"{value}（{each.source}）") for each, value in rows(unit)]
    own: dict[str, str] = {}
    if any(paper.item == asked for paper in unit.papers) and asked != unit.id:
        item, _ = await ctx.units.item(asked)
        own = metadata.of_item(item, unit)
        facts += [Fact(Text(f"{asked} {n}", f"{asked} {n}"), value) for n, value in own.items()]
    for paper in unit.papers:
        facts.append(
            Fact(Text(f"文件 {paper.nth}", f"File {paper.nth}"), PART_NAMES[paper.part] + same(f" {paper.title}"))
        )
    state = await ctx.standings.of(unit.id)
    flags = []
    for each in state.edits if state else ():
        when = each.at.astimezone(ctx.zone)
        flags.append(
            same(f"{when:%Y-%m-%d %H:%M} {each.who} {each.element}: {each.was or '—'} → {each.value} · {each.why}")
        )
    for term in state.resets if state else ():
        when = term.at.astimezone(ctx.zone)
        flags.append(same(f"{when:%Y-%m-%d %H:%M} {term.who} {term.was} → {term.retention} · {term.why}"))
    title = Text(f"著录 {unit.archive_no}", f"Metadata {unit.archive_no}")
    return Card(title, tuple(facts), tuple(flags), status=same(unit.title[:60]), tone="good")


def rows(unit: Unit) -> list[tuple[metadata.Element, str]]:
    """The values a 件 has, in the order of DA/T 94 App A."""
    return [(each, unit.metadata[number]) for number, each in ELEMENTS.items() if unit.metadata.get(number)]
