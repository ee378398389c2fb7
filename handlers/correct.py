"""The sender's own steps: fill in or correct, withdraw, restore."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from archive import checks
from archive.access import Person
from archive.approval import Case, Decision, Verdict, already, deciders, rule_for
from archive.classify import by_hand
from archive.document import FIELD_NAMES, Document
from archive.errors import ChangedMeanwhile, DuplicateDocument, DuplicateFile, NotFound, NotReady
from archive.finding import flagged
from archive.item import STATE_NAMES, Item, ItemState
from archive.taxcheck import fresh
from archive.trail import Entry
from archive.words import Text
from handlers import learning, submit, taxing
from handlers.cards import item_card
from handlers.context import Change, Context
from handlers.filled import FIELDS, category_of, corrected
from handlers.message import Click, Message, Reply


async def correct(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """更正 / 补录: new values, checked as if they had been read; complete ones go to the approver."""
    click = message.click
    assert click is not None
    before = await _own(ctx, asker, click.subject)
    document = corrected(before.document, click.values)
    category = category_of(ctx, click.values.get("category") or before.category, before.category)
    found = await submit.findings(ctx, before.company, document, before.id)
    people = await ctx.people.all()
    now = ctx.now()

    def step(item: Item, case: Case) -> Change:
        _open(ctx, item, case, click.version, {ItemState.DOUBTFUL, ItemState.REJECTED, ItemState.PENDING})
        changed = _changed(item.document, document)
        sure = dict.fromkeys(changed, "person")
        after = replace(
            item,
            document=document,
            category=category,
            classified=item.classified if category == item.category else by_hand(category, asker.id, item.classified),
            source={**item.source, **sure},
            confidence={**item.confidence, **dict.fromkeys({*changed, *_given(click.values)}, 1.0)},
            findings=submit.renewed(item.findings, found),
            version=item.version + 1,
        )
        after = fresh(after)
        missing = checks.doubtful(after.document, after.confidence)
        state = ItemState.DOUBTFUL if missing else ItemState.PENDING
        rule = rule_for(after, ctx.rules)
        made = _laid_anew(replace(case, rule=rule.name, steps=rule.steps), now)
        after = replace(after, state=state)
        if state is ItemState.PENDING:
            after = submit.laid_before(after, deciders(made, after, people))
        facts = {name: f"{_shown(item.document, name)} → {_shown(document, name)}" for name in changed}
        if category != item.category:
            facts["category"] = f"{item.category} → {category}"
        facts |= flagged(after.findings)
        entries = [Entry(asker.id, "corrected", item.id, now, message.channel, facts)]
        if state is ItemState.PENDING:
            entries.append(Entry(asker.id, "submitted", item.id, now, message.channel, {"rule": rule.name}))
        return Change(after, made, tuple(entries))

    def was_this(item: Item, case: Case) -> bool:
        open_ = item.state in (ItemState.DOUBTFUL, ItemState.PENDING)
        return open_ and item.category == category and corrected(item.document, click.values) == item.document

    change = await _changed_by(ctx, asker, before, click, step, was_this)
    await learning.learn(ctx, change.item, asker.id)
    return await _answer(ctx, asker, change)


async def withdraw(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """撤回: the sender takes it back before it is archived; it is kept and can be restored."""
    return await _move(
        ctx, asker, message, {ItemState.DOUBTFUL, ItemState.PENDING, ItemState.REJECTED}, ItemState.WITHDRAWN
    )


async def restore(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """恢复: undo a withdrawal."""
    return await _move(ctx, asker, message, {ItemState.WITHDRAWN}, ItemState.PENDING)


async def _move(ctx: Context, asker: Person, message: Message, from_: set[ItemState], to: ItemState) -> Reply:
    click = message.click
    assert click is not None
    before = await _own(ctx, asker, click.subject)
    now = ctx.now()
    people = await ctx.people.all()
    back = to is ItemState.WITHDRAWN

    def step(item: Item, case: Case) -> Change:
        _open(ctx, item, case, click.version, from_)
        state = to if back or not checks.doubtful(item.document, item.confidence) else ItemState.DOUBTFUL
        said = (
            (Decision(case.step, asker.id, asker.name, Verdict.WITHDRAW, now, channel=message.channel),) if back else ()
        )
        closed = replace(case, closed=Verdict.WITHDRAW, decisions=case.decisions + said, version=case.version + 1)
        made = closed if back else _laid_anew(case, now)
        after = replace(item, state=state, version=item.version + 1)
        if state is ItemState.PENDING:
            after = submit.laid_before(after, deciders(made, after, people))
        action = "withdrawn" if back else "restored"
        return Change(after, made, (Entry(asker.id, action, item.id, now, message.channel),))

    def was_this(item: Item, case: Case) -> bool:
        withdrawn = item.state is ItemState.WITHDRAWN
        return withdrawn if back else not withdrawn and any(d.verdict is Verdict.WITHDRAW for d in case.decisions[-1:])

    return await _answer(ctx, asker, await _changed_by(ctx, asker, before, click, step, was_this))


async def _changed_by(
    ctx: Context,
    asker: Person,
    before: Item,
    click: Click,
    step: Callable[[Item, Case], Change],
    was_this: Callable[[Item, Case], bool],
) -> Change:
    """The step taken; or what it made before, when the same click comes again after a crash: that is finished.

    Raises DuplicateFile or DuplicateDocument when another copy stands by now, with the name of its sender.
    """
    try:
        return await ctx.vault.change(click.subject, step)
    except (DuplicateDocument, DuplicateFile) as duplicate:
        other = await ctx.vault.item(duplicate.facts["item"])
        raise await submit.refusal(ctx, asker, type(duplicate), before.file.name, other) from duplicate
    except ChangedMeanwhile:
        item, case = await ctx.vault.item(click.subject), await ctx.vault.case(click.subject)
        if case.version != click.version + 1 or not was_this(item, case):
            raise
        return Change(item, case, ())


def _laid_anew(case: Case, at: datetime) -> Case:
    """The case from its first step; the time to decide begins now, and with it the wait for a reminder."""
    return replace(case, step=0, closed=None, opened_at=at, reminded_at=None, version=case.version + 1)


async def _own(ctx: Context, asker: Person, item_id: str) -> Item:
    """Only the sender corrects or withdraws; to anybody else the item isn't there."""
    item = await ctx.vault.item(item_id)
    if item.owner != asker.id or item.company != asker.company:
        raise NotFound(item=item_id)
    return item


def _open(ctx: Context, item: Item, case: Case, version: int, states: set[ItemState]) -> None:
    if item.state is ItemState.ARCHIVED:
        raise already(case, ctx.zone)
    if version != case.version:
        raise ChangedMeanwhile(item=item.id)
    if item.state not in states:
        raise NotReady(item=item.id, missing=STATE_NAMES[item.state])


async def _answer(ctx: Context, asker: Person, change: Change) -> Reply:
    item, case = change.item, change.case
    assert case is not None
    people = await ctx.people.all()
    await ctx.post.renew(item.id)
    if item.state is not ItemState.WITHDRAWN:
        await taxing.ask(ctx, item)
    if item.state is ItemState.PENDING:
        await submit.ask(ctx, item, case, people)
        text = Text(f"{item.id} 已提交审批", f"{item.id} was sent for approval")
    elif item.state is ItemState.WITHDRAWN:
        text = Text(f"{item.id} 已撤回，可以随时恢复", f"{item.id} is withdrawn; it can be restored at any time")
    else:
        missing = checks.doubtful(item.document, item.confidence)
        zh = "、".join(FIELD_NAMES[n].zh for n in missing)
        en = ", ".join(FIELD_NAMES[n].en for n in missing)
        text = Text(f"{item.id} 已更新，还缺：{zh}", f"{item.id} is updated; still missing: {en}")
    return Reply(text, (item_card(item, case, asker, people, ctx.zone, ctx.categories),))


def _given(values: Mapping[str, str]) -> set[str]:
    """Fields the sender saw in the form and sent with a value: confirmed, even where unchanged."""
    return {name for name, value in values.items() if value.strip() and name in FIELDS}


def _changed(old: Document, new: Document) -> list[str]:
    return [name for name in sorted(FIELDS) if getattr(old, name) != getattr(new, name)]


def _shown(document: Document, name: str) -> str:
    value = getattr(document, name)
    return "—" if value is None else str(value)
