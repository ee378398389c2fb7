"""验签: an item's seals and signatures judged anew from its original, by whom is trusted now."""

from __future__ import annotations

from dataclasses import replace

from archive.access import Person, may_see
from archive.approval import Case
from archive.authentic import CHANGED, STANDING_NAMES, UNSIGNED, UNVOUCHED, Authenticity, Standing, findings, reasons
from archive.errors import NotFound
from archive.item import Item
from archive.trail import Entry
from archive.words import Text
from handlers.cards import item_card
from handlers.context import Change, Context
from handlers.message import Message, Reply
from intake.authentic import judge
from intake.doubts import SIGNATURE, doubt
from intake.sniff import sniff


async def signature(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """验签 G2610-0042: the result, with its finding and its trail entry; cards are renewed."""
    item_id = rest.strip().upper()
    item = await ctx.vault.item(item_id)
    if not may_see(asker, item):
        raise NotFound(item=item_id)
    data = await ctx.vault.original(item.file)
    found: Authenticity | None = await ctx.offload(judge, data, item.file.name, sniff(data), ctx.trust)
    authentic = found or UNSIGNED
    now = ctx.now()

    def step(item: Item, case: Case) -> Change:
        others = tuple(f for f in item.findings if f.code not in (CHANGED, UNVOUCHED, SIGNATURE))
        unseen = (doubt(SIGNATURE),) if authentic.standing is Standing.UNCHECKED and authentic.signed else ()
        new = (*others, *unseen, *findings(authentic))
        after = replace(item, authentic=authentic, findings=new, version=item.version + 1)
        facts = {"signature": STANDING_NAMES[authentic.standing].zh, "reason": reasons(authentic).zh}
        entry = Entry(asker.id, "signature_checked", item.id, now, message.channel, facts)
        return Change(after, case, (entry,))

    change = await ctx.vault.change(item_id, step)
    await ctx.post.renew(item_id)
    said, why = STANDING_NAMES[authentic.standing], reasons(authentic)
    text = Text(f"{item_id} 验签：{said.zh}", f"{item_id} signature: {said.en}")
    if why.zh:
        text += Text(f"（{why.zh}）", f" ({why.en})")
    case, people = await ctx.vault.case(item_id), await ctx.people.all()
    return Reply(text, (item_card(change.item, case, asker, people, ctx.zone, ctx.categories),))
