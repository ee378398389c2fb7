"""待办: what waits for this person, and what they sent that is still open; and the reminders that go by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from archive.access import Person, Right, may
from archive.approval import Case, deciders
from archive.errors import ChangedMeanwhile
from archive.item import Item, ItemState
from archive.rulebook import may_decide
from archive.trail import Entry
from archive.words import Text, same
from handlers import submit
from handlers.cards import item_card
from handlers.context import Change, Context
from handlers.digest import in_digest
from handlers.message import Choice, Message, Reply

PAGE = 10
_RULES = (Choice(Text("规则", "Rules"), say=Text("规则", "rules")),)
Pairs = Sequence[tuple[Item, Case]]


async def todo(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """One page of the cards that wait for the asker, oldest first; the others are buttons away."""
    people = await ctx.people.all()
    waiting = await ctx.vault.with_sender(asker.company, asker.id)
    for item, case in await ctx.vault.open_cases(asker.company):
        if asker.id in {p.id for p in deciders(case, item, people)}:
            waiting.append((item, case))
    waiting.sort(key=lambda pair: _place(pair[0]))
    rules = await _rules(ctx, asker)
    if not waiting and not rules:
        return Reply(Text("没有待办，都处理完了。", "Nothing waits for you."))
    if not waiting:
        return Reply(_rules_text(rules), choices=_RULES)
    start = _start(waiting, message.click.subject if message.click else "")
    shown = waiting[start : start + PAGE]
    cards = tuple(item_card(i, c, asker, people, ctx.zone, ctx.categories) for i, c in shown)
    text = Text(f"待办 {len(waiting)} 件", f"{len(waiting)} waiting for you")
    if len(waiting) > PAGE:
        last = start + len(shown)
        text += Text(f"，从最早的排起，第 {start + 1}–{last} 件：", f", oldest first, showing {start + 1}–{last}:")
    text += same("\n") + _rules_text(rules) if rules else same("")
    return Reply(text, cards, choices=(*_pages(waiting, start), *(_RULES if rules else ())))


async def _rules(ctx: Context, asker: Person) -> int:
    """How many proposed rules of sorting wait for the asker's word."""
    if not may(asker, Right.DECIDE_RULE):
        return 0
    book = await ctx.rulebooks.book(asker.company)
    return sum(may_decide(version, asker) for version in book.waiting())


def _rules_text(waiting: int) -> Text:
    return Text(f"有 {waiting} 条归类规则等你审批，请看「规则」", f"{waiting} proposed rules wait for you, see “rules”")


def _place(item: Item) -> str:
    """Where it stands in the list. A page is named by the place it comes after, not by a number: what was decided on
    the page before must not make it skip as many.
    """
    return f"{item.received_at.isoformat(timespec='milliseconds')} {item.id}"


def _start(waiting: Pairs, after: str) -> int:
    """The first to be shown after a place; the last page when nothing comes after it any more."""
    start = sum(_place(item) <= after for item, _ in waiting)
    return start if start < len(waiting) else max(0, len(waiting) - PAGE)


def _pages(waiting: Pairs, start: int) -> tuple[Choice, ...]:
    choices: list[Choice] = []
    if start:
        before = _place(waiting[start - PAGE - 1][0]) if start > PAGE else ""
        choices.append(Choice(Text("上一页", "Previous"), action="todo", subject=before))
    if start + PAGE < len(waiting):
        last = _place(waiting[start + PAGE - 1][0])
        choices.append(Choice(Text("下一页", "Next"), action="todo", subject=last))
    return tuple(choices)


async def remind(ctx: Context, company: str) -> int:
    """Remind the deciders of every case that has waited too long since it was opened or last reminded."""
    people = await ctx.people.all()
    now = ctx.now()
    reminded = 0
    for item, case in await ctx.vault.open_cases(company):
        if now - _since(case) < ctx.remind_after:
            continue

        def step(item: Item, case: Case) -> Change:
            if item.state is not ItemState.PENDING or now - _since(case) < ctx.remind_after:
                raise ChangedMeanwhile(item=item.id)  # decided, or reminded by another replica, since it was listed
            entry = Entry("system", "reminded", item.id, now, "", {"step": str(case.step + 1)})
            laid = submit.laid_before(item, deciders(case, item, people))  # who got the role later has it from now on
            return Change(replace(laid, version=item.version + 1), replace(case, reminded_at=now), (entry,))

        try:
            change = await ctx.vault.change(item.id, step)
        except ChangedMeanwhile:
            continue
        assert change.case is not None
        hours = int((now - case.opened_at).total_seconds() // 3600)
        for person in deciders(change.case, change.item, people):
            if await in_digest(ctx, person.id):
                continue
            card = item_card(change.item, change.case, person, people, ctx.zone, ctx.categories)
            text = Text(
                f"{item.id} 已等了 {hours} 小时，请审批", f"{item.id} has waited {hours} hours for your approval"
            )
            key = f"remind:{item.id}@{now.isoformat()}:{person.id}"
            await ctx.post.tell(person.id, Reply(text, (card,)), key, "approvals")
        reminded += 1
    return reminded


def _since(case: Case) -> datetime:
    """When the wait for the next reminder began."""
    decided = case.decisions[-1].at if case.decisions else case.opened_at
    return max(case.opened_at, decided, case.reminded_at or case.opened_at)


async def resend(ctx: Context, company: str) -> None:
    """Ask for every open case those who were not asked yet: after a crash between record and message, for what a
    command took in beside the service, and when somebody got the role later."""
    people = await ctx.people.all()
    for item, case in await ctx.vault.open_cases(company):
        await submit.ask(ctx, item, case, people)
