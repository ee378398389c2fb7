"""Opening an item: its facts, its page, its history, its original; each view leaves a trail entry."""

from __future__ import annotations

from collections.abc import Mapping

from archive import authentic, grounds, taxcheck
from archive.access import Person, may_see
from archive.approval import deciders
from archive.checks import SURE
from archive.document import KIND_NAMES
from archive.errors import NotFound
from archive.finding import Level
from archive.item import Item, ItemState
from archive.trail import Entry, Link
from archive.words import Text, same
from handlers.cards import item_card
from handlers.context import Context
from handlers.message import Message, OutFile, Reply
from handlers.standing import keeper_of, line, results_of
from intake.preview import Mark, draw

ACTIONS: Mapping[str, Text] = {
    "received": Text("收到", "received"),
    "entered": Text("手工录入", "entered by hand"),
    "read": Text("读取", "read"),
    "submitted": Text("提交审批", "sent for approval"),
    "corrected": Text("更正", "corrected"),
    "approved": Text("通过", "approved"),
    "rejected": Text("驳回", "rejected"),
    "withdrawn": Text("撤回", "withdrawn"),
    "restored": Text("恢复", "restored"),
    "archived": Text("归档", "archived"),
    "reminded": Text("催办", "reminded"),
    "viewed": Text("查看", "viewed"),
    "downloaded": Text("下载原件", "original handed out"),
    "exported": Text("导出", "exported"),
    "rendition": Text("并入另一种版式", "another rendition added"),
    "reversed": Text("被红字发票冲销", "reversed by a red invoice"),
    "signature_checked": Text("验签", "signatures verified"),
    "refused": Text("重复提交被拒收", "a second copy was refused"),
    "tax_checked": Text("查验", "checked with the tax authority"),
    "arranged": Text("归入凭证", "taken into its voucher's unit"),
    "paper_added": Text("补入凭证", "added to its voucher's unit"),
    "inspection_failed": Text("四性检测不通过", "failed the four-property check"),
}
#: Who looked is in the trail for auditors; in the conversation it would drown what was done.
_LOOKS = frozenset({"viewed", "downloaded"})
SHOWN = 12  # steps of the history in an answer
MOST = 1000  # entries of an item that are looked through


async def seen(ctx: Context, person: Person, item_id: str) -> Item:
    """The item, if this person may see it; otherwise it isn't there. The one door for every view."""
    item = await ctx.vault.item(item_id)
    if may_see(person, item) or await _is_asked(ctx, person, item):
        return item
    raise NotFound(item=item_id)


async def _is_asked(ctx: Context, person: Person, item: Item) -> bool:
    """Whether the person may decide it now: somebody who got the role after the item was laid before others."""
    if item.company != person.company or item.state is not ItemState.PENDING:
        return False
    case = await ctx.vault.case(item.id)
    return person.id in {p.id for p in deciders(case, item, await ctx.people.all())}


async def show(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """打开 G2610-0042: the card, what happened to it, and the original."""
    item = await seen(ctx, asker, message.click.subject if message.click else rest.strip().upper())
    people = await ctx.people.all()
    case = await ctx.vault.case(item.id)
    await ctx.trail.add(Entry(asker.id, "viewed", item.id, ctx.now(), message.channel))
    history = await ctx.trail.about(item.id, MOST)
    names = {p.id: p.name for p in people} | {"system": "归档"}
    text = Text(_history(ctx, history, names, "zh"), _history(ctx, history, names, "en")) + _grounds(item)
    if item.filed:
        text += same("\n") + line(await results_of(ctx, item.id))
        text += same("\n") + await keeper_of(ctx, item.id)
    card = item_card(item, case, asker, people, ctx.zone, ctx.categories)
    files = [
        OutFile(file.name, file.media_type, file=f"original:{item.id}" + (f"/{n}" if n else ""), size=file.size)
        for n, file in enumerate(item.files)
    ]
    return Reply(text, (card,), tuple(files))


def _history(ctx: Context, links: list[Link], names: Mapping[str, str], lang: str) -> str:
    lines = ["经过：" if lang == "zh" else "History:"]
    steps = [each.entry for each in links if each.entry.action not in _LOOKS]
    for entry in steps[-SHOWN:]:
        what = ACTIONS.get(entry.action, same(entry.action))
        when = entry.at.astimezone(ctx.zone).strftime("%m-%d %H:%M")
        reason = entry.facts.get("reason", "")
        who = names.get(entry.who, entry.who)
        lines.append(f"{when} {who} {what.zh if lang == 'zh' else what.en}" + (f" · {reason}" if reason else ""))
    looks = len(links) - len(steps)
    lines.append(f"查看和下载 {looks} 次" if lang == "zh" else f"viewed and handed out {looks} times")
    return "\n".join(lines)


def _grounds(item: Item) -> Text:
    """By what kind, company and period were decided; the category's ground stands on the card."""
    text = Text("\n判断依据：", "\nDecided by:")
    for ground in grounds.grounds(item)[1:]:
        text += same("\n") + ground.label + same(" ") + ground.value
        text += Text("（", " (") + ground.why + Text("）", ")")
    return text


async def picture(ctx: Context, person: Person, item_id: str, page: int, channel: str) -> bytes:
    """PNG of a page of the original; until it is filed, with what was read marked on it, doubtful values strongly.

    Raises NotFound where the person may not see it.
    """
    item = await seen(ctx, person, item_id)
    data = await ctx.vault.original(item.file)
    drawn: bytes = await ctx.offload(draw, data, page, 110, _marks(item, page))
    await ctx.trail.add(Entry(person.id, "viewed", item.id, ctx.now(), channel, {"page": str(page)}))
    return drawn


def _marks(item: Item, page: int) -> tuple[Mark, ...]:
    """Where the values on a page were read. A value that somebody gave by hand stands nowhere."""
    if item.state is ItemState.ARCHIVED:
        return ()
    unsure = {f.field for f in item.findings if f.level is not Level.NOTE}
    unsure |= {name for name, sure in item.confidence.items() if sure < SURE}
    read = {n: p for n, p in item.places.items() if p.page == page and item.source.get(n) != "person"}
    return tuple(Mark(place.box, name in unsure) for name, place in sorted(read.items()))


async def original(ctx: Context, person: Person, item_id: str, channel: str) -> tuple[str, str, bytes]:
    """(name, media type, bytes) of the original, checked against its digests. Raises NotFound, Tampered.

    `G2611-0042/1`: its first other rendition.
    """
    name, _, number = item_id.partition("/")
    item = await seen(ctx, person, name)
    if number and not (number.isascii() and number.isdecimal() and int(number) < len(item.files)):
        raise NotFound(item=item_id)
    file = item.files[int(number or 0)]
    data = await ctx.vault.original(file)
    facts = {"sha256": file.sha256}
    await ctx.trail.add(Entry(person.id, "downloaded", item.id, ctx.now(), channel, facts))
    return file.name, file.media_type, data


def plain(item: Item) -> dict[str, object]:
    """The item as plain values, for `guidang show --json` and exports."""
    d = item.document
    return {
        "id": item.id,
        "state": item.state.value,
        "archive_no": item.filed.archive_no if item.filed else None,
        "kind": d.kind.value,
        "kind_name": KIND_NAMES[d.kind].zh,
        "type": d.type,
        "number": d.number,
        "code": d.code,
        "date": d.date.isoformat() if d.date else None,
        "seller_name": d.seller_name,
        "seller_tax_id": d.seller_tax_id,
        "buyer_name": d.buyer_name,
        "buyer_tax_id": d.buyer_tax_id,
        "amount_excl_tax": _money(d.amount_excl_tax),
        "tax": _money(d.tax),
        "total": _money(d.total),
        "currency": d.currency,
        "category": item.category,
        "classification": grounds.plain(item),
        "owner": item.owner,
        "department": item.department,
        "received_at": item.received_at.isoformat(),
        "archived_at": item.filed.archived_at.isoformat() if item.filed else None,
        "retention": item.filed.retention if item.filed else None,
        "expires": item.filed.expires.isoformat() if item.filed and item.filed.expires else None,
        "file": item.file.name,
        "size": item.file.size,
        "sha256": item.file.sha256,
        "sm3": item.file.sm3,
        "renditions": [
            {"carrier": r.carrier, "file": r.file.name, "size": r.file.size, "sha256": r.file.sha256, "sm3": r.file.sm3}
            for r in item.renditions
        ],
        "authenticity": authentic.plain(item.authentic),
        "tax_check": taxcheck.plain(item.tax_check),
        "source": dict(item.source),
        "confidence": dict(item.confidence),
        "places": {name: {"page": p.page, "box": list(p.box)} for name, p in item.places.items()},
        "findings": [{"code": f.code, "level": f.level.value, "text": f.text.zh} for f in item.findings],
    }


def _money(value: object) -> str | None:
    return None if value is None else f"{value:.2f}"
