"""待办: what waits for this person, and what they sent that is still open; and the reminders that go by themselves."""

from __future__ import annotations

from dataclasses import replace

from archive.access import Person
from archive.approval import Case, deciders
from archive.item import Item, ItemState
from archive.trail import Entry
from archive.words import Text
from handlers import submit
from handlers.cards import item_card
from handlers.context import Change, Context
from handlers.message import Message, Reply

SHOWN = 10


async def todo(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The cards that wait for the asker, oldest first."""
    people = await ctx.people.all()
    waiting: list[tuple[Item, Case]] = []
    for item, case in await ctx.vault.open_cases(asker.company):
        mine = item.owner == asker.id and item.state in (ItemState.DOUBTFUL, ItemState.REJECTED)
        if mine or (item.state is ItemState.PENDING and asker.id in {p.id for p in deciders(case, item, people)}):
            waiting.append((item, case))
    if not waiting:
        return Reply(Text("没有待办,都处理完了。", "Nothing waits for you."))
    cards = tuple(item_card(i, c, asker, people, ctx.zone, ctx.categories) for i, c in waiting[:SHOWN])
    more = len(waiting) - len(cards)
    text = Text(f"待办 {len(waiting)} 件", f"{len(waiting)} waiting for you")
    if more:
        text += Text(f",先列最早的 {len(cards)} 件:", f", the {len(cards)} oldest first:")
    return Reply(text, cards)


async def remind(ctx: Context, company: str) -> int:
    """Remind the deciders of every case that has waited too long since it was opened or last reminded."""
    people = await ctx.people.all()
    now = ctx.now()
    reminded = 0
    for item, case in await ctx.vault.open_cases(company):
        since = case.reminded_at or (case.decisions[-1].at if case.decisions else case.opened_at)
        if item.state is not ItemState.PENDING or now - since < ctx.remind_after:
            continue

        def step(item: Item, case: Case) -> Change:
            entry = Entry("system", "reminded", item.id, now, "", {"step": str(case.step + 1)})
            return Change(replace(item, version=item.version + 1), replace(case, reminded_at=now), (entry,))

        change = await ctx.vault.change(item.id, step)
        assert change.case is not None
        hours = int((now - case.opened_at).total_seconds() // 3600)
        for person in deciders(change.case, change.item, people):
            card = item_card(change.item, change.case, person, people, ctx.zone, ctx.categories)
            text = Text(
                f"{item.id} 已等了 {hours} 小时,请审批", f"{item.id} has waited {hours} hours for your approval"
            )
            key = f"remind:{item.id}@{now.isoformat()}:{person.id}"
            await ctx.post.tell(person.id, Reply(text, (card,)), key, "approvals")
        reminded += 1
    return reminded


async def resend(ctx: Context, company: str) -> None:
    """Ask again for every open case: after a crash between record and message nobody is left unasked."""
    people = await ctx.people.all()
    for item, case in await ctx.vault.open_cases(company):
        if item.state is ItemState.PENDING:
            await submit.ask(ctx, item, case, people)
