"""每日摘要 开/关 9:00: one message a day of what concerns a person, instead of several; what can't wait still comes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from archive.access import Person, Right, may
from archive.approval import Case
from archive.digest import Digest, Wish, digest
from archive.errors import BadDigest
from archive.item import Item
from archive.words import Text, same
from handlers.context import Context
from handlers.message import Choice, Message, Reply
from handlers.waiting import lasted

_ON = re.compile(r"(?:开启?|打开|on(?![a-z]))\s*(.*)", re.IGNORECASE | re.DOTALL)
_OFF = re.compile(r"(?:关闭?|停|off)\s*", re.IGNORECASE)
_CLOCK = re.compile(r"(?:at\s+)?(\d{1,2})(?:[:：](\d{2})|点)?")
#: Documents handed in longer ago than this are no news; what waits for a decision is found whatever its age.
BACK = timedelta(days=92)
LATE = timedelta(hours=4)  # after its time, a service that was down still says it; later it waits for the next day
_NOTHING = Text("从昨天到现在没有要你处理或关注的单据。", "Nothing since yesterday needs you.")


async def set_digest(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """开, 关, or a time; without a word, the digest as it would be now."""
    words = rest.strip()
    if not words:
        now = ctx.now()
        made = await of(ctx, asker, now - timedelta(days=1), now)
        return Reply((told(made, now) if made else _NOTHING) + await _how(ctx, asker), choices=_choices(made))
    if _OFF.fullmatch(words):
        wish = await ctx.digests.of(asker.id)
        await ctx.digests.wants(asker.id, on=False, hour=wish.hour if wish else 9, minute=wish.minute if wish else 0)
        return Reply(Text("每日摘要已关，改为逐条通知", "The daily digest is off; each thing is told by itself"))
    on = _ON.fullmatch(words)
    clock = _CLOCK.fullmatch((on[1] if on else words).strip() or "9:00")
    if not clock or int(clock[1]) > 23 or int(clock[2] or 0) > 59:
        raise BadDigest(words=words)
    hour, minute = int(clock[1]), int(clock[2] or 0)
    await ctx.digests.wants(asker.id, on=True, hour=hour, minute=minute)
    return Reply(
        Text(
            f"每日摘要已开：每个工作日 {hour}:{minute:02}。通过、催办并入摘要；驳回和请你补充的仍立即通知。",
            f"The daily digest is on: every workday at {hour}:{minute:02}. Approvals and reminders go into it; "
            "rejections and requests to complete still come at once.",
        )
    )


async def _how(ctx: Context, asker: Person) -> Text:
    wish = await ctx.digests.of(asker.id)
    if wish and wish.on:
        return Text(
            f"\n（每个工作日 {wish.hour}:{wish.minute:02} 发）", f"\n(every workday at {wish.hour}:{wish.minute:02})"
        )
    return Text("\n要每天收到，输入「每日摘要 开 9:00」", "\nTo get it daily, type “digest on 9:00”")


async def of(ctx: Context, person: Person, since: datetime, now: datetime) -> Digest:
    """What concerns this person since then."""
    people = await ctx.people.all()
    return digest(person, await pairs_of(ctx, person.company, now), people, since, now, ctx.remind_after)


async def pairs_of(ctx: Context, company: str, now: datetime) -> list[tuple[Item, Case]]:
    """What a digest of this company looks at: the last three months, and everything that waits."""
    recent = await ctx.vault.handed_in(company, now - BACK, now + timedelta(seconds=1))
    known = {item.id for item, _ in recent}
    return [*recent, *(p for p in await ctx.vault.open_cases(company) if p[0].id not in known)]


async def send_due(ctx: Context) -> int:
    """Say every digest whose time has come; each once a workday, whichever process does it. How many were said."""
    now = ctx.now()
    local = now.astimezone(ctx.zone)
    if not ctx.workdays.works(local.date()):
        return 0
    wishes, people = await ctx.digests.all(), await ctx.people.all()
    due = [p for p in people if not p.disabled and _due(wishes.get(p.id, Wish(p.id, None)), p, local)]
    said = 0
    for company in sorted({p.company for p in due}):
        pairs = await pairs_of(ctx, company, now)
        for person in (p for p in due if p.company == company):
            wish = wishes.get(person.id, Wish(person.id, None))
            made = digest(person, pairs, people, _since(ctx, wish, local), now, ctx.remind_after)
            if made and (wish.on or made.to_decide):
                reply = Reply(Text("每日摘要：\n", "Your digest:\n") + told(made, now), choices=_choices(made))
                await ctx.post.tell(person.id, reply, f"digest:{person.id}:{local.date()}")
                said += 1
            await ctx.digests.sent(person.id, local.date().isoformat())
    return said


def _due(wish: Wish, person: Person, local: datetime) -> bool:
    """Its time today has come and not long passed; on by itself for those who decide, on request for the others."""
    if wish.on is False or (wish.on is None and not may(person, Right.DECIDE)):
        return False
    at = datetime.combine(local.date(), time(wish.hour, wish.minute), local.tzinfo)
    return at <= local < at + LATE and wish.last != local.date().isoformat()


def _since(ctx: Context, wish: Wish, local: datetime) -> datetime:
    """The last one's time; a day ago at least, ten days at most."""
    day = local.date() - timedelta(days=1)
    if wish.last:
        day = max(min(datetime.fromisoformat(wish.last).date(), day), local.date() - timedelta(days=10))
    return datetime.combine(day, time(wish.hour, wish.minute), ctx.zone)


def told(d: Digest, now: datetime) -> Text:
    """A line for each thing there is."""
    lines: list[Text] = []
    if d.to_decide:
        wait = lasted((now - d.oldest).total_seconds() / 3600) if d.oldest else same("")
        late = Text(f"，{len(d.overdue)} 件超时", f", {len(d.overdue)} overdue") if d.overdue else same("")
        lines.append(
            Text(
                f"等你审批 {len(d.to_decide)} 件，最久 {wait.zh}",
                f"{len(d.to_decide)} wait for your approval, the longest {wait.en}",
            )
            + late
        )
    for ids, zh, en in (
        (d.rejected, "被驳回", "rejected"),
        (d.incomplete, "等你补充", "to be completed by you"),
        (d.passed, "已通过", "approved"),
        (d.moved, "已过一步，还在审批", "passed a step, still under way"),
        (d.under_way, "还在审批", "under way"),
    ):
        if ids:
            named = "、".join(ids[:5]) + ("…" if len(ids) > 5 else "")
            lines.append(Text(f"{zh} {len(ids)} 件：{named}", f"{len(ids)} {en}: {named}"))
    text = same("")
    for number, line in enumerate(lines):
        text += same("\n· " if number else "· ") + line
    return text


def _choices(d: Digest) -> tuple[Choice, ...]:
    open_ids: Sequence[str] = (*d.rejected, *d.incomplete)
    todo = (Choice(Text("待办", "To do"), say=Text("待办", "todo")),) if d.to_decide or open_ids else ()
    return (*todo, *(Choice(Text(f"打开 {i}", f"Open {i}"), say=Text(f"打开 {i}", f"show {i}")) for i in open_ids[:3]))


async def in_digest(ctx: Context, person: str) -> bool:
    """Whether what can wait goes into this person's digest instead of a message of its own: they asked for one."""
    wish = await ctx.digests.of(person)
    return bool(wish and wish.on)
