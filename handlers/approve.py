"""Approve and reject: the first click decides, in one transaction; everybody concerned hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from archive.access import Person, may_see
from archive.approval import VERDICT_NAMES, Case, Verdict, decide, deciders
from archive.errors import AlreadyDecided, ChangedMeanwhile, NotAllowed, NotFound, NotGenuine, NotReady
from archive.item import Item, ItemState
from archive.relations import REVERSED, reversed_by
from archive.taxcheck import bar
from archive.trail import Entry
from archive.words import Text
from handlers import submit
from handlers.cards import item_card, money
from handlers.context import Change, Context
from handlers.digest import in_digest
from handlers.message import Click, Message, Reply


async def approve(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """通过: the open step is approved; the last one files the item."""
    return await _say(ctx, asker, message, _clicked(message), Verdict.APPROVE)


async def reject(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """驳回: back to the sender with a reason."""
    return await _say(ctx, asker, message, _clicked(message), Verdict.REJECT)


def _clicked(message: Message) -> Click:
    assert message.click is not None  # the table sends only clicks here
    return message.click


async def _say(ctx: Context, asker: Person, message: Message, click: Click, verdict: Verdict) -> Reply:
    now = ctx.now()
    people = await ctx.people.all()

    def step(item: Item, case: Case) -> Change:
        if item.company != asker.company or (case.closed and not _concerns(asker, item, case, people)):
            raise NotFound(item=item.id)
        if item.state is not ItemState.PENDING and not case.closed:
            raise NotReady(item=item.id, missing=Text("提交人的确认", "the sender's confirmation"))
        reason = click.values.get("reason", "")
        made = decide(
            case, item, asker, verdict,
            version=click.version, at=now, reason=reason, channel=message.channel, zone=ctx.zone,
        )  # fmt: skip
        if asker.id not in {p.id for p in deciders(case, item, people)}:
            raise NotAllowed(right=Text("审批这一件", "approve this one"))
        if verdict is Verdict.APPROVE and (why := bar(item)):
            raise NotGenuine(item=item.id, why=why.text)
        state = ItemState.REJECTED if made.closed is Verdict.REJECT else item.state
        after = submit.laid_before(replace(item, state=state, version=item.version + 1), deciders(made, item, people))
        action = "approved" if verdict is Verdict.APPROVE else "rejected"
        facts = {"step": str(case.step + 1), "rule": case.rule} | ({"reason": reason} if reason else {})
        if made.closed:
            facts["closed"] = made.closed.value
        entry = Entry(asker.id, action, item.id, now, message.channel, facts)
        return Change(after, made, (entry,), file_it=made.closed is Verdict.APPROVE)

    try:
        change = await ctx.vault.change(click.subject, step)
        item, case = change.item, change.case
    except (AlreadyDecided, ChangedMeanwhile):
        item, case = await ctx.vault.item(click.subject), await ctx.vault.case(click.subject)
        await ctx.post.renew(item.id)
        if not _was_ours(case, asker, verdict, click.version):
            raise
    assert case is not None
    await _spread(ctx, asker, item, case, verdict)
    return Reply(_told(item, case, verdict))


def _concerns(asker: Person, item: Item, case: Case, people: Sequence[Person]) -> bool:
    """Whether a closed case may be named to this person: they may see the item, or could have decided its last step."""
    step = case.step - 1 if case.closed is Verdict.APPROVE else case.step
    before = replace(case, closed=None, step=step, decisions=case.decisions[:-1])
    return may_see(asker, item) or asker in deciders(before, item, people)


def _was_ours(case: Case, asker: Person, verdict: Verdict, version: int) -> bool:
    """The same click come again, after a crash or a double press: its work is finished, not refused."""
    last = case.decisions[-1] if case.decisions else None
    return bool(last and last.person == asker.id and last.verdict is verdict and case.version == version + 1)


async def _reverse(ctx: Context, red: Item) -> None:
    """The blue invoice that an archived red one reverses says so from now on; its sender hears of it."""
    at = ctx.now()

    def step(blue: Item, case: Case) -> Change:
        if any(f.code == REVERSED and f.facts.get("red") == red.id for f in blue.findings):
            raise ChangedMeanwhile(item=blue.id)  # said before
        found = reversed_by(red, blue)
        entry = Entry("system", "reversed", blue.id, at, "", {"red": red.id, "net": found.facts["net"]})
        return Change(replace(blue, findings=(*blue.findings, found)), None, (entry,))

    for blue in await ctx.vault.numbered(red.company, [red.document.blue_number or ""]):
        try:
            kept = (await ctx.vault.change(blue.id, step)).item
        except ChangedMeanwhile:
            continue
        await ctx.post.renew(kept.id)
        text = Text(f"{kept.id} ", f"{kept.id}: ") + kept.findings[-1].text
        await ctx.post.tell(kept.owner, Reply(text), f"reversed:{kept.id}:{red.id}")


async def _spread(ctx: Context, asker: Person, item: Item, case: Case, verdict: Verdict) -> None:
    people = await ctx.people.all()
    if item.filed and item.document.is_red:
        await _reverse(ctx, item)
    if case.closed:
        await asyncio.gather(ctx.post.renew(item.id), _tell_owner(ctx, asker, item, case, verdict, people))
    else:
        await asyncio.gather(ctx.post.renew(item.id), submit.ask(ctx, item, case, people))


async def _tell_owner(
    ctx: Context, asker: Person, item: Item, case: Case, verdict: Verdict, people: Sequence[Person]
) -> None:
    owner = next((p for p in people if p.id == item.owner), None)
    if verdict is Verdict.REJECT:
        await _tell_earlier(ctx, asker, item, case)
    if owner is None or (verdict is Verdict.APPROVE and await in_digest(ctx, owner.id)):
        return
    said = VERDICT_NAMES[verdict]
    reason = case.decisions[-1].reason
    text = Text(
        f"{asker.name} {said.zh}了你的 {item.id}（{money(item)}）" + (f"：{reason}" if reason else ""),
        f"{asker.name} {said.en} your {item.id} ({money(item)})" + (f": {reason}" if reason else ""),
    )
    card = item_card(item, case, owner, people, ctx.zone, ctx.categories)
    await ctx.post.tell(owner.id, Reply(text, (card,)), f"outcome:{case.id}@{case.version}")


async def _tell_earlier(ctx: Context, asker: Person, item: Item, case: Case) -> None:
    """Who had approved an earlier step of what is rejected now hears of it, and why."""
    reason = case.decisions[-1].reason
    earlier = {d.person for d in case.decisions[-1 - case.step : -1]} - {asker.id, item.owner} if case.step else set()
    text = Text(
        f"你通过的 {item.id}（{money(item)}）被 {asker.name} 驳回：{reason}",
        f"{item.id} ({money(item)}), which you approved, was rejected by {asker.name}: {reason}",
    )
    for person in sorted(earlier):
        await ctx.post.tell(person, Reply(text), f"rejected-later:{case.id}@{case.version}:{person}")


def _told(item: Item, case: Case, verdict: Verdict) -> Text:
    if item.filed:
        return Text(f"已通过并归档：{item.filed.archive_no}", f"Approved and archived: {item.filed.archive_no}")
    if verdict is Verdict.REJECT:
        return Text(f"已驳回 {item.id}，提交人会收到原因", f"{item.id} rejected; the sender gets your reason")
    return Text(
        f"已通过第 {case.step}/{len(case.steps)} 步，已转下一位",
        f"Step {case.step}/{len(case.steps)} approved; the next one has it",
    )
