"""Learning from corrections: each is counted, and what several people agree on is suggested to finance managers."""

from __future__ import annotations

import asyncio

from archive.access import Right, may
from archive.classify import Basis
from archive.item import Item
from archive.lessons import Correction, Lesson, first_ripe, things
from archive.words import Text
from handlers.context import Context
from handlers.message import Reply
from handlers.rule_cards import suggestion_card


async def learn(ctx: Context, item: Item, by: str) -> None:
    """Count a category that a person chose for the item; suggest a rule once enough people have chosen alike.

    Only counted, once for an item: the same correction again adds nothing. No rule is made by it.
    """
    if item.classified is None or item.classified.basis is not Basis.PERSON:
        return
    made = Correction(item.id, item.category, by, ctx.now())
    lessons = await ctx.lessons.learn(item.company, things(item.document), made)
    lesson = first_ripe(lessons, item.category)
    if lesson is not None and not await _covered(ctx, item, lesson):
        await _offer(ctx, lesson, item.category)


async def _covered(ctx: Context, item: Item, lesson: Lesson) -> bool:
    """Whether a rule of the company's own says so already, in force or waiting."""
    book = await ctx.rulebooks.book(item.company)
    return any(
        v.category == item.category and v.basis is lesson.basis and lesson.match in v.matches
        for v in (*book.in_force(), *book.waiting())
    )


async def _offer(ctx: Context, lesson: Lesson, category: str) -> None:
    """To every finance manager, once: the key of the message makes a repeat harmless."""
    key = lesson.key
    card = suggestion_card(ctx, lesson, category, f"{key}:{category}")
    text = Text(
        "几次更正指向同一条归类规则，要提交审批吗？", "Several corrections point to one rule. Shall it be proposed?"
    )
    finance = [p for p in await ctx.people.all() if p.company == lesson.company and may(p, Right.PROPOSE_RULE)]
    await asyncio.gather(
        *(ctx.post.tell(p.id, Reply(text, (card,)), f"lesson:{key}:{category}:{p.id}") for p in finance)
    )
