"""Laying an item before those who decide: its findings, who sees it, and the card each of them gets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from archive import checks, relations
from archive.access import Person, Role, may_see
from archive.approval import Case, deciders
from archive.document import Document
from archive.errors import DuplicateDocument, DuplicateFile
from archive.finding import Finding
from archive.item import Item
from archive.words import Text
from handlers.cards import item_card, money
from handlers.context import Context
from handlers.message import Reply


async def findings(ctx: Context, company: str, document: Document, own: str = "") -> tuple[Finding, ...]:
    """The checks on its face, and the look at what the company holds beside it. `own`: the document's item, if any."""
    names = [c.name for c in ctx.companies]
    tax_ids = [c.tax_id for c in ctx.companies if c.tax_id]
    found = checks.run(document, names, tax_ids, ctx.now().astimezone(ctx.zone).date())
    others = [item for item in await ctx.vault.numbered(company, relations.numbers(document)) if item.id != own]
    return found + relations.run(document, others)


def renewed(old: tuple[Finding, ...], new: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Reader warnings about sources stay; what the face checks say is said afresh, and a reading error is settled."""
    from_checks = {"missing", "sum", "lines", "capitals", "tax_id", "buyer", "future", "outdated", "cross_year"}
    from_checks |= relations.CODES
    kept = (f for f in old if f.code not in from_checks and not f.code.startswith("R"))
    return (*kept, *new)


def laid_before(item: Item, people: Sequence[Person]) -> Item:
    """The item, seen by these people too."""
    return replace(item, seen_by=item.seen_by | {p.id for p in people})


async def refusal(
    ctx: Context, asker: Person, kind: type[DuplicateFile] | type[DuplicateDocument], name: str, standing: Item
) -> DuplicateFile | DuplicateDocument:
    """What the sender of a second copy hears: who sent the first one, by name, and when by our clocks.

    Whoever can't open that one is sent to its sender instead.
    """
    who = next((p.name for p in await ctx.people.all() if p.id == standing.owner), standing.owner)
    when = standing.received_at.astimezone(ctx.zone).strftime("%Y-%m-%d %H:%M")
    hidden = not may_see(asker, standing)
    return kind(name=name, number=standing.document.number, who=who, when=when, item=standing.id, hidden=hidden)


async def ask(ctx: Context, item: Item, case: Case, people: Sequence[Person]) -> None:
    """Tell everyone who may decide the open step. The key makes a repeat harmless."""
    owner = next((p.name for p in people if p.id == item.owner), item.owner)
    asked = deciders(case, item, people)
    if not asked:
        await _tell_admins(ctx, item, case)

    async def tell(person: Person) -> None:
        text = Text(
            f"{owner} 提交了 {item.document.seller_name or ''} {money(item)}，请审批",
            f"{owner} sent {item.document.seller_name or ''} {money(item)} for your approval",
        )
        card = item_card(item, case, person, people, ctx.zone, ctx.categories)
        await ctx.post.tell(person.id, Reply(text, (card,)), f"ask:{case.id}@{case.version}:{person.id}", "approvals")

    await asyncio.gather(*map(tell, asked))


async def _tell_admins(ctx: Context, item: Item, case: Case) -> None:
    """Nobody can decide the open step: without a word to those who give roles it would wait for ever."""
    text = Text(
        f"{item.id} 没有人可以审批（规则「{case.rule}」第 {case.step + 1} 步），请给合适的人加上审批角色",
        f"Nobody can decide {item.id} (rule “{case.rule}”, step {case.step + 1}); please give somebody the role",
    )
    for admin in await ctx.people.having(Role.ADMIN, item.company):
        await ctx.post.tell(admin.id, Reply(text), f"nobody:{case.id}@{case.version}:{admin.id}")
