"""状态: queues, failures with a button to try again, storage, backup, keys, channels, replicas, schedules."""

from __future__ import annotations

from datetime import datetime

from archive.access import Person
from archive.errors import NotFound, NotWatched
from archive.standing import Failed, Standing, size
from archive.words import Text, same
from handlers.context import Context
from handlers.message import Card, Choice, Fact, Message, Reply
from handlers.waiting import lasted

ACTION = "retry"
SHOWN = 5  # failures with a button of their own


async def state(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """One card of how it stands, and a card for each of the newest failures."""
    if ctx.watch is None:
        raise NotWatched
    now = ctx.now()
    standing = await ctx.watch.look(now)
    warnings = standing.warnings()
    failed = tuple(_failed(ctx, each, now) for each in standing.failures[:SHOWN])
    more = len(standing.failures) - SHOWN
    text = (
        Text("运行正常", "All is well")
        if not warnings
        else Text(f"有 {len(warnings)} 处要看", f"{len(warnings)} to look at")
    )
    if more > 0:
        text += Text(f"；另有 {more} 条失败未列", f"; {more} more failures aren't shown")
    return Reply(
        text, (_card(ctx, standing), *failed), choices=(Choice(Text("刷新", "Refresh"), say=Text("状态", "status")),)
    )


async def retry(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """重试: what was given up is tried afresh. Raises NotFound when it is no failure any more."""
    if ctx.watch is None:
        raise NotWatched
    failed = message.click.subject if message.click else rest.strip()
    if not await ctx.watch.again(failed, asker.id, message.channel, ctx.now()):
        raise NotFound(item=Text("这条失败", "this failure"))
    again = Choice(Text("看状态", "See the status"), say=Text("状态", "status"))
    return Reply(Text("已重新排队，稍后看结果", "It is in the queue again"), choices=(again,))


def _card(ctx: Context, s: Standing) -> Card:
    facts = [
        Fact(q.name, Text(f"{q.waiting} 条在等" + (f"，{q.failed} 条失败" if q.failed else ""),
                          f"{q.waiting} waiting" + (f", {q.failed} failed" if q.failed else "")), bool(q.failed))
        for q in s.queues
    ]  # fmt: skip
    facts.append(Fact(Text("单据", "Documents"), Text(f"{s.documents} 件", str(s.documents))))
    if s.disk_free is not None and s.disk_size is not None:
        used = (
            Text(f"数据 {size(s.data_size)}，", f"data {size(s.data_size)}, ") if s.data_size is not None else same("")
        )
        left = Text(
            f"磁盘剩 {size(s.disk_free)} / {size(s.disk_size)}", f"{size(s.disk_free)} of {size(s.disk_size)} free"
        )
        facts.append(Fact(Text("存储", "Storage"), used + left))
    facts.append(
        Fact(
            Text("上次备份", "Last backup"),
            _clock(ctx, s.backup) if s.backup else Text("未备份", "none known"),
            s.backup is None,
        )
    )
    for key in s.keys:
        since = (
            Text(f"{key.since:%Y-%m-%d} 起", f"since {key.since:%Y-%m-%d}")
            if key.since
            else Text("由环境变量给出", "given by the environment")
        )
        until = Text(f"，{key.until:%Y-%m-%d} 到期", f", ends {key.until:%Y-%m-%d}") if key.until else same("")
        facts.append(Fact(key.name, since + until))
    for channel in s.channels:
        well = (
            Text("正常", "well")
            if channel.well
            else Text(f"试了 {channel.tries} 次没送到", f"tried {channel.tries} times in vain")
        )
        facts.append(
            Fact(
                same(channel.name),
                Text(f"{channel.waiting} 条在等 · ", f"{channel.waiting} waiting · ") + well,
                not channel.well,
            )
        )
    facts.append(Fact(Text("服务进程", "Processes"), same("、".join(name for name, _ in s.replicas) or "—")))
    for id_, words, last, following in s.schedules[:SHOWN]:
        ran = Text(f"上次 {_clock(ctx, last)}，", f"last {_clock(ctx, last)}, ") if last else same("")
        then = (
            Text(f"下次 {_clock(ctx, following)}", f"next {_clock(ctx, following)}")
            if following
            else Text("已暂停", "paused")
        )
        facts.append(Fact(Text(f"定时 {id_}", f"Schedule {id_}"), same(f"{words} · ") + ran + then))
    warnings = s.warnings()
    status = Text("要看一下", "look at this") if warnings else Text("正常", "well")
    return Card(Text("运行状态", "Status"), tuple(facts), warnings, status=status, tone="wait" if warnings else "good")


def _failed(ctx: Context, failed: Failed, now: datetime) -> Card:
    age = lasted((now - failed.at).total_seconds() / 3600)
    facts = (
        Fact(Text("代码", "Code"), failed.code or "—"),
        Fact(Text("时间", "When"), same(_clock(ctx, failed.at) + " · ") + Text(f"{age.zh}前", f"{age.en} ago")),
    )
    again = Choice(Text("重试", "Try again"), ACTION, failed.id, style="primary")
    return Card(failed.what, facts, choices=(again,), status=Text("没有办成", "given up"), tone="bad")


def _clock(ctx: Context, at: datetime) -> str:
    return at.astimezone(ctx.zone).strftime("%Y-%m-%d %H:%M")
