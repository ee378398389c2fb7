"""Putting a rule before those who decide it: the proposal is kept, tried out, and each of them gets its card."""

from __future__ import annotations

import asyncio

from archive.access import Person
from archive.rulebook import RuleVersion, Wanted, may_decide, propose
from archive.words import Text
from handlers.context import Context
from handlers.message import Message, Reply
from handlers.rule_cards import effect_of, proposal_card


async def put_forward(ctx: Context, asker: Person, message: Message, wanted: Wanted, ground: str = "") -> Reply:
    """The proposal, by `asker`. The same message again, after a crash, proposes nothing new."""
    book = await ctx.rulebooks.book(asker.company)
    made = next((v for v in book.versions if v.origin == message.id), None)
    if made is None:
        at, built_in = ctx.now(), [rule.id for rule in ctx.built_in]
        made = await ctx.rulebooks.propose(
            asker.company,
            lambda book: propose(book, wanted, asker, at, built_in=built_in, origin=message.id, ground=ground),
            message.channel,
        )
        book = await ctx.rulebooks.book(asker.company)
    effect = await effect_of(ctx, book, made)
    deciders = [p for p in await ctx.people.all() if may_decide(made, p)]
    text = Text(
        f"{asker.name} 提出归类规则 {made.rule} 第 {made.version} 版，请审批",
        f"{asker.name} proposes rule {made.rule} v{made.version}, for your approval",
    )
    await asyncio.gather(
        *(
            ctx.post.tell(
                person.id, Reply(text, (proposal_card(ctx, book, made, effect, person),)),
                f"rule:{made.company}:{made.rule}@{made.version}:{person.id}", "approvals",
            )
            for person in deciders
        )
    )  # fmt: skip
    return Reply(_told(made, deciders), (proposal_card(ctx, book, made, effect, asker),))


def _told(made: RuleVersion, deciders: list[Person]) -> Text:
    if not deciders:
        return Text(
            f"已提出 {made.rule} 第 {made.version} 版，但没有别人能审批：请管理员给另一位财务经理或档案员的角色",
            f"{made.rule} v{made.version} is proposed, but nobody else can approve it: another finance manager or an "
            "archivist is needed",
        )
    names = "、".join(p.name for p in deciders)
    return Text(
        f"已提出 {made.rule} 第 {made.version} 版，待 {names} 批准后生效",
        f"{made.rule} v{made.version} is proposed; in force once {names} approves",
    )
