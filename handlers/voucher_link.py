"""关联、取消关联: a person says which voucher books a document, or that one doesn't; each can be taken back."""

from __future__ import annotations

import re

from archive.access import Person
from archive.errors import BadLink, BadValue, ChangedMeanwhile, NotFound
from archive.hand_link import LONGEST, HandLink, Said, voucher_ref
from archive.item import Item
from archive.voucher import Voucher
from archive.words import Text
from handlers.cards import money
from handlers.context import Context
from handlers.message import Card, Choice, Fact, Message, Reply
from handlers.show import seen

#: The button that takes a word back.
UNDO = "voucher_link_undo"
_ITEM = re.compile(r"[A-Za-z]\d{4}-\d{3,6}")
_SAID = {
    Said.LINKED: Text("已关联", "linked"),
    Said.PARTED: Text("已说明不属于一起", "parted"),
    Said.NOTHING: Text("已恢复自动核对", "left to the automatic matching again"),
}


async def link_voucher(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """关联 记-23 2026-09 G2609-0003 原因. Raises BadLink, NotFound."""
    voucher, item, reason = _asked(rest)
    return await _answered(ctx, asker, message, voucher, item, Said.LINKED, reason)


async def part_voucher(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """取消关联: a link by hand is taken away; one that was found is found no more. Raises BadLink, NotFound."""
    voucher, item, reason = _asked(rest)
    standing = await ctx.hand_links.of(asker.company, voucher, item)
    said = Said.NOTHING if standing and standing.said is Said.LINKED else Said.PARTED
    return await _answered(ctx, asker, message, voucher, item, said, reason)


async def undo(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """撤销: what stood before the word stands again. Raises NotFound, ChangedMeanwhile."""
    assert message.click is not None  # the table sends only clicks here
    voucher, item, at = [*message.click.subject.split("|"), "", ""][:3]
    standing = await ctx.hand_links.of(asker.company, voucher, item)
    if standing is None:
        raise NotFound(item=f"{voucher} {item}"[:80])
    if standing.at.isoformat() != at:
        raise ChangedMeanwhile(item=item)
    return await _answered(ctx, asker, message, voucher, item, standing.before, "")


async def say(
    ctx: Context, asker: Person, voucher: str, item: str, said: Said, reason: str, channel: str
) -> tuple[HandLink, Item]:
    """Put the word down: both must be there, and the document one the person may see. Raises NotFound, BadValue."""
    if len(reason) > LONGEST:
        hint = Text(f"最多 {LONGEST} 个字。", f"{LONGEST} characters at most.")
        raise BadValue(field=Text("原因", "Reason"), value=reason[:20] + "…", hint=hint)
    document = await seen(ctx, asker, item)
    known = await ctx.books.records(asker.company, "vouchers", Voucher, voucher[:7])
    if said is Said.LINKED and not any(v.ref == voucher for v in known):
        raise NotFound(item=Text(f"凭证 {voucher}", f"voucher {voucher}"))
    word = HandLink(asker.company, voucher, document.id, said, Said.NOTHING, asker.id, ctx.now(), reason)
    return await ctx.hand_links.say(word, channel), document


async def _answered(
    ctx: Context, asker: Person, message: Message, voucher: str, item: str, said: Said, reason: str
) -> Reply:
    word, document = await say(ctx, asker, voucher, item, said, reason, message.channel)
    facts = [
        Fact(Text("凭证", "Voucher"), voucher),
        Fact(Text("单据", "Document"), f"{document.id} {document.document.seller_name or ''}".strip(), private=True),
        Fact(Text("金额", "Amount"), money(document), private=True),
    ]
    if word.reason:
        facts.append(Fact(Text("原因", "Reason"), word.reason))
    period = voucher[:7]
    choices = (
        Choice(Text("撤销", "Undo"), UNDO, f"{voucher}|{document.id}|{word.at.isoformat()}"),
        Choice(Text(f"核对 {period}", f"match {period}"), say=Text(f"核对 {period}", f"match {period}")),
    )
    title = Text("凭证与单据", "Voucher and document")
    return Reply(cards=(Card(title, tuple(facts), choices=choices, status=_SAID[word.said], tone="good"),))


def _asked(words: str) -> tuple[str, str, str]:
    """(voucher, item, reason): the item's id stands between the voucher and the reason, or before both."""
    match = _ITEM.search(words)
    if match is None:
        raise BadLink(words=words[:60])
    before, after = words[: match.start()].strip(), words[match.end() :].strip()
    voucher = voucher_ref(before)
    if voucher is None and not before:
        parts = after.split(maxsplit=2)
        voucher, after = voucher_ref(" ".join(parts[:2])), " ".join(parts[2:])
    if voucher is None:
        raise BadLink(words=words[:60])
    return voucher, match[0].upper(), after.strip(" ,，:：；;")
