"""到期 2026: what falls due and what blocks it; 延长: a longer term after appraisal; 打印清单; the monthly notice."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

from archive import deadlines, reason
from archive.access import Person, Right, may
from archive.errors import TermTooShort
from archive.holds import WHY_NAMES
from archive.keeping import Standing, reset, to_print
from archive.trail import Entry
from archive.unit import Unit
from archive.words import Text, same
from handlers.context import Context
from handlers.kept import Due, dates, due, last_day
from handlers.message import Choice, Message, Reply

SHOWN = 20


async def list_due(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """到期 2026: 件 whose term ends by the end of the period, and the deadlines that are near."""
    today = message.at.astimezone(ctx.zone).date()
    until = last_day(rest, today)
    found = await due(ctx, asker.company, until)
    text = due_text(found, until)
    open_ = await dates(ctx, asker.company, today)
    for each in open_:
        if each.stage is not deadlines.Stage.AHEAD:
            text += same("\n· ") + each.text
    return Reply(text)


def due_text(found: list[Due], until: date) -> Text:
    """How many, and the first of them with their blocks."""
    blocked = sum(bool(each.blocked) for each in found)
    if not found:
        return Text(f"到 {until} 没有到期的档案。", f"Nothing falls due by {until}.")
    text = Text(
        f"到 {until} 到期 {len(found)} 件，其中 {blocked} 件不能销毁（冻结或未结清）：",
        f"{len(found)} fall due by {until}, {blocked} of them may not be destroyed (held or unsettled):",
    )
    for each in found[:SHOWN]:
        text += same(f"\n· {each.unit.archive_no} {each.unit.title[:24]} {each.unit.retention} {each.unit.expires}")
        for block in each.blocked:
            text += Text("；", "; ") + block.why
    if len(found) > SHOWN:
        more = len(found) - SHOWN
        text += Text(f"\n另有 {more} 件，用 guidang due 看全部。", f"\n{more} more; guidang due lists all.")
    return text


async def extend(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """延长 档号 40年 原因：仍有价值: the term set anew after appraisal; what it was stays in its history."""
    words, why = reason.split(rest)
    found = re.fullmatch(r"(.+?)\s+(永久|permanent|\d{1,3}\s*(?:年|years?)?)", words.strip(), re.IGNORECASE)
    if found is None:
        raise TermTooShort(item=words or "—", now="—", wanted="—")
    unit = await ctx.units.find(asker.company, found[1])
    made = await set_term(ctx, asker, unit, found[2], why, message.channel)
    last = made.resets[-1]
    return Reply(
        Text(
            f"{unit.archive_no} 的保管期限由 {last.was} 改为 {last.retention}。",
            f"The term of {unit.archive_no} is {last.retention} now; it was {last.was}.",
        )
    )


async def set_term(ctx: Context, asker: Person, unit: Unit, label: str, why: str, channel: str) -> Standing:
    """Raises TermTooShort, ReasonNeeded."""
    now = ctx.now()
    plain = await ctx.units.unit(unit.id)

    def step(state: Standing) -> tuple[Standing, Entry]:
        stands = plain if not state.resets else replace(
            plain, retention=state.resets[-1].retention, expires=state.resets[-1].expires
        )  # fmt: skip
        made = reset(stands, label, who=asker.id, at=now, why=why)
        entry = Entry(asker.id, "term_set", unit.id, now, channel,
                      {"was": made.was, "now": made.retention, "reason": made.why})  # fmt: skip
        return replace(state, resets=(*state.resets, made)), entry

    return await ctx.standings.change(unit.id, unit.company, step)


async def print_list(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """打印清单 2026: what has to lie on paper as well under the policy (79号令 Art 8⑥)."""
    today = message.at.astimezone(ctx.zone).date()
    year = last_day(rest, today).year
    found = [unit async for unit in permanent(ctx, asker.company, year)]
    if not found:
        return Reply(Text(f"{year} 年没有需要打印的档案。", f"Nothing of {year} has to be printed."))
    text = Text(
        f"{year} 年需打印并随纸质保管的永久档案 {len(found)} 件（79号令第八条第六项）：",
        f"{len(found)} permanent records of {year} to print and keep on paper as well (Order 79, Art 8⑥):",
    )
    for unit in found[:SHOWN]:
        text += same(f"\n· {unit.archive_no} {unit.title}")
    return Reply(text)


async def permanent(ctx: Context, company: str, year: int) -> AsyncIterator[Unit]:
    """Of a year, what is to be printed. By volumes, since a term is the volume's; and what was set to 永久 since."""
    for volume in await ctx.units.volumes(company, year):
        if volume.retention == "永久":
            for unit in to_print(await ctx.units.contents(volume.id), ctx.archiving.paper):
                yield unit


async def notify(ctx: Context, company: str) -> int:
    """The monthly notice to the company's archivists: what falls due within the year, holds, deadlines; once a month,
    and not before anything is filed.
    """
    now = ctx.now().astimezone(ctx.zone)
    until = date(now.year + 1, now.month, monthrange(now.year + 1, now.month)[1])
    archivists = [p for p in await ctx.people.all() if p.company == company and may(p, Right.RETAIN)]
    if not archivists or not await ctx.units.volumes(company):
        return 0
    found, open_ = await due(ctx, company, until), await dates(ctx, company, now.date())
    holds = await ctx.holds.of(company)
    text = Text(f"{now:%Y-%m} 档案保管提醒\n", f"Retention notice {now:%Y-%m}\n") + due_text(found, until)
    for hold in holds:
        name = WHY_NAMES[hold.why]
        text += Text(f"\n· 冻结 {hold.id} {name.zh}：{hold.scope}", f"\n· hold {hold.id} {name.en}: {hold.scope}")
    for each in open_:
        if each.stage is not deadlines.Stage.AHEAD:
            text += same("\n· ") + each.text
    choices = (Choice(Text("定期审查", "Review"), say=Text("定期审查", "compliance")),)
    for person in archivists:
        await ctx.post.tell(
            person.id, Reply(text, choices=choices), f"retention:{company}:{now:%Y-%m}:{person.id}", "reports"
        )
    return len(archivists)
