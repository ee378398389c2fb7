"""案卷: the volumes of a year, and of one its cover, list, 备考表 and spine as a PDF."""

from __future__ import annotations

import re

from archive.access import Person
from archive.errors import NotFound
from archive.shelving import Volume
from archive.trail import Entry
from archive.words import Text, same
from handlers.context import Context
from handlers.message import Card, Choice, Fact, Message, OutFile, Reply
from reports.binding import Binding, bound

SHOWN = 40


async def volumes(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """案卷 2026: the list; 案卷 GD01-KJ·JZ·2026·D30-0001: one, with what binds it."""
    said = rest.strip()
    year = re.fullmatch(r"(20\d\d)年?", said)
    if said and not year:
        return await _one(ctx, asker, message, said)
    found = await ctx.units.volumes(asker.company, int(year[1]) if year else None)
    if not found:
        return Reply(Text("还没有案卷。请先「整理」一个月。", "There are no volumes yet; arrange a month first."))
    text = Text(f"{len(found)} 卷：", f"{len(found)} volumes:")
    for volume in found[-SHOWN:]:
        count = Text(f"，{volume.count} 件，{volume.retention}", f", {volume.count} units, {volume.retention}")
        text += same(f"\n· {volume.id} ") + volume.title + count
    last = found[-1]
    say = Text(f"案卷 {last.id}", f"volumes {last.id}")
    return Reply(text, choices=(Choice(Text("封面、目录（最后一卷）", "Cover and list of the last"), say=say),))


async def _one(ctx: Context, asker: Person, message: Message, name: str) -> Reply:
    volume = next((v for v in await ctx.units.volumes(asker.company) if v.id == name), None)
    if volume is None:
        raise NotFound(item=name)
    data = await binding(ctx, asker, volume)
    await ctx.trail.add(Entry(asker.id, "exported", f"volume:{volume.id}", ctx.now(), message.channel, {"as": "pdf"}))
    numbers = f"{volume.word}-{volume.first_no}~{volume.last_no}" if volume.word else "—"
    facts = (
        Fact(Text("件数", "Units"), str(volume.count)),
        Fact(Text("起讫号码", "Numbers"), numbers),
        Fact(Text("起讫日期", "Dates"), f"{volume.first or '—'} – {volume.last or '—'}"),
        Fact(Text("保管期限", "Retention"), f"{volume.retention}（{volume.expires or '—'}）"),
    )
    card = Card(volume.title, facts, tuple(same(note) for note in volume.notes), status=same(volume.id), tone="good")
    return Reply(cards=(card,), files=(OutFile(f"{volume.id}.pdf", "application/pdf", data),))


async def binding(ctx: Context, who: Person, volume: Volume) -> bytes:
    """封面, 卷内目录, 备考表, 脊背 as PDF."""
    company = next((c.name for c in ctx.companies if c.code == volume.company), volume.company)
    units = tuple(await ctx.units.contents(volume.id))
    today = ctx.now().astimezone(ctx.zone).date()
    made: bytes = await ctx.offload(bound, Binding(company, volume.company, volume, units, today, who.name))
    return made
