"""The same document in another carrier (版式) joins the first as a rendition, instead of being claimed twice."""

from __future__ import annotations

from dataclasses import replace

from archive import checks
from archive.access import Person, Right, may
from archive.approval import Case, deciders, rule_for
from archive.errors import DuplicateFile
from archive.item import FileRef, Item, ItemState, Rendition
from archive.renditions import Another, joined
from archive.trail import Entry
from handlers import submit
from handlers.context import Change, Context
from handlers.message import Message

#: Carriers a tax bureau or a seller issues an invoice in.
ORIGINALS = frozenset({"xml", "ofd", "pdf"})


def may_join(asker: Person, item: Item, file: FileRef, carrier: str) -> bool:
    """Its sender may add to it, and whoever keeps the archive.

    Another copy in the same carrier is a duplicate, and so is a photo: it is no original of its own.
    """
    if carrier not in ORIGINALS or carrier in {item.carrier, *(each.carrier for each in item.renditions)}:
        return False
    theirs = asker.id == item.owner or (may(asker, Right.SEE_ALL) and may(asker, Right.FORWARD))
    return theirs and item.company == asker.company and file.sha256 not in {each.sha256 for each in item.files}


def came_by(message: Message, item: Item, file: FileRef) -> bool:
    """Whether this message added these bytes to the item before."""
    return any(r.origin == message.id and r.file.sha256 == file.sha256 for r in item.renditions)


async def join(
    ctx: Context, asker: Person, message: Message, item: Item, file: FileRef, part: int, another: Another
) -> Item:  # fmt: skip
    """The item with the file beside its first one, in one transaction with the trail; complete now, it is submitted."""
    now = ctx.now()
    people = await ctx.people.all()
    found = await submit.findings(ctx, item.company, joined(item, another).document, item.id)

    def step(standing: Item, case: Case) -> Change:
        if file.sha256 in {each.sha256 for each in standing.files}:  # by the same message before a crash, or beside us
            raise DuplicateFile(name=file.name, number="", who=standing.owner, when="", item=standing.id)
        rendition = Rendition(file, part, another.carrier, now, asker.id, message.id)
        after = replace(joined(standing, another), renditions=(*standing.renditions, rendition))
        if standing.state is ItemState.DOUBTFUL:
            after = replace(after, findings=submit.renewed(after.findings, found))
        facts = {"file": file.id, "name": file.name, "carrier": another.carrier, "rendition_sha256": file.sha256}
        entries = [Entry(asker.id, "rendition", standing.id, now, message.channel, facts)]
        if standing.state is ItemState.DOUBTFUL and not checks.doubtful(after.document, after.confidence):
            rule = rule_for(after, ctx.rules)
            case = replace(case, rule=rule.name, steps=rule.steps, opened_at=now, version=case.version + 1)
            after = replace(after, state=ItemState.PENDING)
            after = submit.laid_before(after, deciders(case, after, people))
            entries.append(Entry(asker.id, "submitted", standing.id, now, message.channel, {"rule": rule.name}))
        return Change(after, case, tuple(entries), takes=(file,))

    try:
        change = await ctx.vault.change(item.id, step)
    except DuplicateFile:
        return await ctx.vault.item(item.id)
    await ctx.post.renew(item.id)
    return change.item
