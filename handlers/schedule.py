"""每周一 9:00 报表 上周报销: a schedule set by message, listed and cancelled by message."""

from __future__ import annotations

import re
from datetime import date

from archive import period, timetable
from archive.access import Person
from archive.errors import BadSchedule, NotFound, UnknownReport
from archive.words import Text
from handlers.analysis import names_analysis
from handlers.context import Context
from handlers.financials import names_statement
from handlers.message import Choice, Message, Reply
from reports import catalogue


async def set_schedule(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """Remember it; the report comes to where it was asked for."""
    plan = timetable.parse(rest)
    report = re.fullmatch(r"(?:报表|报告|report\b)\s*(.*)", plan.words, re.IGNORECASE | re.DOTALL)
    if report is None:
        raise BadSchedule(words=rest)
    _check(report[1], ctx.now().astimezone(ctx.zone).date())
    schedule = await ctx.schedules.add(asker.id, message.channel, message.conversation, plan.words, plan.cron)
    following = next((n for i, _, n in await ctx.schedules.of(asker.id) if i == schedule), None)
    when = following.astimezone(ctx.zone).strftime("%Y-%m-%d %H:%M") if following else "—"
    text = Text(
        f"已设定时「{plan.words}」，下次 {when}。编号 {schedule}",
        f"“{plan.words}” is set, next on {when}. Id {schedule}",
    )
    return Reply(
        text, choices=(_cancel(schedule), Choice(Text("全部定时", "All schedules"), say=Text("定时", "schedules")))
    )


def _check(words: str, today: date) -> None:
    """What would be refused each time it comes is refused now. Raises BadPeriod, UnknownReport."""
    if names_statement(words) or names_analysis(words):
        return
    _, name = period.find(words, today)
    if name.strip() and catalogue.find(name) is None:
        raise UnknownReport(words=name.strip(), names=catalogue.names())


async def list_schedules(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """What comes by itself for the asker, with the next time."""
    held = await ctx.schedules.of(asker.id)
    if not held:
        return Reply(
            Text(
                "没有定时。例：每周一 9:00 报表 上周报销",
                "No schedules. Example: every monday 9:00 report expenses last week",
            )
        )
    lines = [
        f"{schedule} · {words} · {following.astimezone(ctx.zone):%Y-%m-%d %H:%M}"
        if following
        else f"{schedule} · {words}"
        for schedule, words, following in held
    ]
    head = Text(f"{len(held)} 个定时：\n", f"{len(held)} schedules:\n")
    body = "\n".join(lines)
    return Reply(head + Text(body, body), choices=tuple(_cancel(schedule) for schedule, _, _ in held[:5]))


async def cancel_schedule(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """取消定时 编号. Only one's own."""
    schedule = rest.strip()
    if not await ctx.schedules.cancel(asker.id, schedule):
        raise NotFound(item=schedule or "?")
    return Reply(Text(f"定时 {schedule} 已取消", f"Schedule {schedule} is cancelled"))


def _cancel(schedule: str) -> Choice:
    return Choice(
        Text(f"取消 {schedule}", f"Cancel {schedule}"), say=Text(f"取消定时 {schedule}", f"cancel schedule {schedule}")
    )
