"""谁还没批: who has what waiting, and since when; and what is to be completed, or was rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from archive.access import Person, Right, may, may_see
from archive.approval import Case, deciders
from archive.digest import waits_since as since
from archive.item import Item, ItemState
from archive.money import thousands
from archive.period import Period
from archive.question import Question
from archive.words import Text, same
from handlers.cards import hit_card
from handlers.context import Context
from handlers.message import Choice, Reply

SHOWN = 12  # people in one answer
CARDS = 8


@dataclass(frozen=True, slots=True)
class Waiting:
    """One person, or several of whom any may decide, and what waits for them."""

    names: str
    count: int
    amount: Decimal  # CNY only
    oldest: str  # item id
    since: datetime  # UTC


async def listed(ctx: Context, asker: Person, question: Question) -> tuple[Reply, list[dict[str, object]]]:
    """The list a question asks for, as words and as data."""
    if question.subject == "who_waits":
        return await waiting(ctx, asker, question)
    state = ItemState.DOUBTFUL if question.subject == "incomplete" else ItemState.REJECTED
    return await in_state(ctx, asker, question, state)


async def waiting(ctx: Context, asker: Person, question: Question) -> tuple[Reply, list[dict[str, object]]]:
    """Everything of the company by right; else what the asker sent, and what waits for them."""
    people = await ctx.people.all()
    pairs = [
        p for p in await ctx.vault.open_cases(asker.company) if may_see(asker, p[0]) and _asked(ctx, question, p[0])
    ]
    found = grouped(pairs, people)
    scope = own_only(asker)
    if not found:
        return Reply(Text("没有等待审批的单据", "Nothing awaits approval") + scope), []
    now = ctx.now()
    text = Text(f"{len(pairs)} 件等待审批：", f"{len(pairs)} await approval:")
    for each in found[:SHOWN]:
        text += _line(ctx, each, now)
    if len(found) > SHOWN:
        text += Text(f"\n另有 {len(found) - SHOWN} 人", f"\n{len(found) - SHOWN} more people")
    rows: list[dict[str, object]] = [
        {"who": w.names, "count": w.count, "amount": str(w.amount), "oldest": w.oldest, "since": w.since.isoformat()}
        for w in found
    ]
    choices = tuple(
        Choice(Text(f"打开 {w.oldest}", f"Open {w.oldest}"), say=Text(f"打开 {w.oldest}", f"show {w.oldest}"))
        for w in found[:3]
    )
    return Reply(text + scope, choices=choices), rows


def grouped(pairs: Sequence[tuple[Item, Case]], people: Sequence[Person]) -> list[Waiting]:
    """By those who may decide, who has waited longest first."""
    groups: dict[str, list[tuple[Item, Case]]] = {}
    for item, case in pairs:
        names = " / ".join(p.name for p in deciders(case, item, people)) or "—"
        groups.setdefault(names, []).append((item, case))
    made = []
    for names, found in groups.items():
        first_item, first_case = min(found, key=lambda pair: since(pair[1]))
        yuan = [item.document.total for item, _ in found if item.document.total and item.document.currency == "CNY"]
        made.append(Waiting(names, len(found), sum(yuan, Decimal(0)), first_item.id, since(first_case)))
    return sorted(made, key=lambda w: w.since)


def lasted(span_hours: float) -> Text:
    """3 小时, 2 天."""
    if span_hours < 48:
        hours = max(int(span_hours), 0)
        return Text(f"{hours} 小时", f"{hours} h")
    return Text(f"{int(span_hours // 24)} 天", f"{int(span_hours // 24)} days")


def _line(ctx: Context, w: Waiting, now: datetime) -> Text:
    wait = lasted((now - w.since).total_seconds() / 3600)
    began = f"{w.since.astimezone(ctx.zone):%m-%d %H:%M}"
    return Text(
        f"\n· {w.names}：{w.count} 件，{thousands(w.amount)} 元，最久 {wait.zh}（{w.oldest}，{began} 起）",
        f"\n· {w.names}: {w.count}, CNY {thousands(w.amount)}, the longest {wait.en} ({w.oldest}, since {began})",
    )


def _asked(ctx: Context, question: Question, item: Item) -> bool:
    """The department and the period a question names; the period is that in which it was handed in."""
    day = item.received_at.astimezone(ctx.zone).date()
    return (not question.department or item.department == question.department) and (
        question.period is None or question.period.first <= day <= question.period.last
    )


async def in_state(
    ctx: Context, asker: Person, question: Question, state: ItemState
) -> tuple[Reply, list[dict[str, object]]]:
    """Cards of what stands so, of the period (this year, unless one is named), the newest first."""
    today = ctx.now().astimezone(ctx.zone).date()
    period = question.period or Period.year(today.year)
    first, last = moments(ctx, period)
    handed = await ctx.vault.handed_in(asker.company, first, last)
    found = [i for i, _ in handed if i.state is state and may_see(asker, i) and _asked(ctx, question, i)][::-1]
    names = {p.id: p.name for p in await ctx.people.all()}
    text = Text(f"{period.label.zh}：{len(found)} 件", f"{period.label.en}: {len(found)}")
    if len(found) > CARDS:
        text += Text(f"，先列 {CARDS} 件", f", the first {CARDS}")
    rows: list[dict[str, object]] = [
        {"id": i.id, "sender": names.get(i.owner, i.owner), "state": i.state.value} for i in found
    ]
    return Reply(text + own_only(asker), tuple(hit_card(i, names) for i in found[:CARDS])), rows


def moments(ctx: Context, period: Period) -> tuple[datetime, datetime]:
    """Its first midnight and the one after its last day, by the company's clocks."""
    return (
        datetime.combine(period.first, time(), ctx.zone),
        datetime.combine(period.last + timedelta(days=1), time(), ctx.zone),
    )


def own_only(asker: Person) -> Text:
    """The sentence for whoever doesn't see the whole company; nothing for the others."""
    if may(asker, Right.SEE_ALL):
        return same("")
    if may(asker, Right.DECIDE):
        return Text("\n（只含你提交的和交你审批的单据）", "\n(only what you sent and what was laid before you)")
    return Text("\n（只含你自己提交的单据）", "\n(only what you sent yourself)")
