"""每周一 9:00 报表 上周报销: a schedule set by message, listed and cancelled by message."""

from __future__ import annotations

import re
from datetime import date, datetime

from archive import grammar, period, timetable
from archive.access import RIGHT_NAMES, Person, Right, demand, may
from archive.errors import BadSchedule, NotAllowed, NotFound, UnknownReport
from archive.words import Text, same
from handlers.analysis import names_analysis
from handlers.called import names_of
from handlers.context import Context
from handlers.financials import names_statement
from handlers.inspecting import wanted
from handlers.message import Choice, Message, Reply
from reports import catalogue
from reports.units import find_unit

#: What may come by itself, beside reports and questions.
_OTHERS = re.compile(
    r"(?:月结包|month-end pack|核对|对账|match\b|状态|status\b|待办|todo\b|每日摘要|digest\b"
    r"|定期审查|合规|compliance\b|到期|due\b)",
    re.IGNORECASE,
)
_REPORT = re.compile(r"(?:报表|报告|report\b)\s*(.*)", re.IGNORECASE | re.DOTALL)
_INSPECTION = re.compile(r"(?:(?:四性)?检测|inspect\b)\s*(.*)", re.IGNORECASE | re.DOTALL)
_ASK = re.compile(r"(?:问一下|问|ask\b)\s*", re.IGNORECASE)


async def set_schedule(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """Remember it; the report comes to where it was asked for, or to the group or person named."""
    plan = timetable.parse(rest)
    today = ctx.now().astimezone(ctx.zone).date()
    if report := _REPORT.fullmatch(plan.words):
        _check(report[1], today)
    elif inspection := _INSPECTION.fullmatch(plan.words):
        demand(asker, Right.INSPECT)
        wanted(inspection[1] or "全部", asker.company)
    elif not _OTHERS.match(plan.words):
        words = _ASK.sub("", plan.words, count=1)
        if not grammar.sounds(words):
            raise BadSchedule(words=rest)
        grammar.read(words, today, await names_of(ctx, asker))
    person, channel, conversation = await _whom(ctx, asker, message, plan)
    by = asker.id if person != asker.id else ""
    schedule = await ctx.schedules.add(person, channel, conversation, plan.words, plan.cron, by)
    following = next((n for i, _, n in await ctx.schedules.of(asker.id) if i == schedule), None)
    text = Text(
        "已设定时「{words}」{to}，下次 {when}。编号 {id}", "“{words}” is set{to}, next on {when}. Id {id}"
    ).filled(words=plan.words, to=timetable.target(plan.to, plan.group), when=_when(ctx, following), id=schedule)
    if following and timetable.leans_on_holidays(plan.cron):
        text += ctx.workdays.warning(following.astimezone(ctx.zone).date()) or same("")
    return Reply(
        text,
        choices=(
            _cancel(schedule),
            _pause(schedule),
            Choice(Text("全部定时", "All schedules"), say=Text("定时", "schedules")),
        ),
    )


async def _whom(ctx: Context, asker: Person, message: Message, plan: timetable.Timetable) -> tuple[str, str, str]:
    """(person, channel, conversation): a group of the settings; a colleague, with their own rights; or here."""
    if not plan.to:
        return asker.id, message.channel, message.conversation
    if group := ctx.groups.get(plan.to.lower()):
        return (asker.id, *group)
    named = [p for p in await ctx.people.all() if p.company == asker.company and plan.to in (p.name, p.id)]
    if plan.group or len(named) != 1 or named[0].disabled:
        known = "、".join(f"#{name}" for name in ctx.groups) or "—"
        raise NotFound(
            item=Text(
                f"群或同事「{plan.to}」（已登记的群：{known}）", f"group or colleague “{plan.to}” (groups: {known})"
            )
        )
    if _REPORT.match(plan.words) and not may(named[0], Right.REPORT):
        raise NotAllowed(right=RIGHT_NAMES[Right.REPORT])
    return named[0].id, message.channel, ""


def _when(ctx: Context, following: datetime | None) -> str:
    return following.astimezone(ctx.zone).strftime("%Y-%m-%d %H:%M") if following else "—"


def _check(words: str, today: date) -> None:
    """What would be refused each time it comes is refused now. Raises BadPeriod, UnknownReport."""
    if names_statement(words) or names_analysis(words):
        return
    _, name = period.find(find_unit(words)[1], today)
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
    text = Text(f"{len(held)} 个定时：", f"{len(held)} schedules:")
    for schedule, words, following in held:
        paused = Text("已暂停", "paused") if following is None else same(_when(ctx, following))
        text += same(f"\n{schedule} · {words} · ") + paused
    return Reply(text, choices=tuple(_cancel(schedule) for schedule, _, _ in held[:5]))


async def pause_schedule(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """暂停定时 编号. Only one's own."""
    return await _paused(ctx, asker, rest.strip(), paused=True)


async def resume_schedule(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """恢复定时 编号. What fell into the pause is not made up for."""
    return await _paused(ctx, asker, rest.strip(), paused=False)


async def _paused(ctx: Context, asker: Person, schedule: str, *, paused: bool) -> Reply:
    if not await ctx.schedules.pause(asker.id, schedule, paused=paused):
        raise NotFound(item=schedule or "?")
    if paused:
        resume = Choice(
            Text(f"恢复 {schedule}", f"Resume {schedule}"),
            say=Text(f"恢复定时 {schedule}", f"resume schedule {schedule}"),
        )
        return Reply(Text(f"定时 {schedule} 已暂停", f"Schedule {schedule} is paused"), choices=(resume,))
    following = next((n for i, _, n in await ctx.schedules.of(asker.id) if i == schedule.lower()), None)
    when = _when(ctx, following)
    return Reply(Text(f"定时 {schedule} 已恢复，下次 {when}", f"Schedule {schedule} runs again, next on {when}"))


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


def _pause(schedule: str) -> Choice:
    return Choice(
        Text(f"暂停 {schedule}", f"Pause {schedule}"), say=Text(f"暂停定时 {schedule}", f"pause schedule {schedule}")
    )
