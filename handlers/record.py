"""Records of the other kinds: a report, a tax return, a register as it is; an asset's card when it is scrapped."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time

from archive import deadlines, reason
from archive.access import Person
from archive.arranging import Filing
from archive.asset import AssetCard
from archive.errors import BadDescription, NotFound, ReasonNeeded, ShelfRefused, UnknownRecordKind
from archive.keeping import scrapped
from archive.money import thousands
from archive.shelving import FORMS, LONE, VOUCHER
from archive.unit import Paper, Part, Unit
from archive.words import Text, same
from handlers.context import Context
from handlers.filing import class_of, unit_of
from handlers.message import Message, Reply
from reports.page import Column, Group, Page, Signatures, Table
from reports.render import render

CARD = "固定资产卡片"
#: What comes about by approving and arranging only.
_NOT_SO = (LONE, VOUCHER, CARD)


def kind_of(words: str) -> str:
    """The kind of the retention table the words name, whole or in part. Raises UnknownRecordKind, ShelfRefused."""
    said = "".join(words.split())
    fits = [kind for kind in FORMS if kind == said] or [kind for kind in FORMS if said and said in kind]
    if len(fits) != 1:
        raise UnknownRecordKind(words=words, names="、".join(FORMS))
    if fits[0] in _NOT_SO:
        why = Text("原始凭证经审批归档，记账凭证经整理归档，资产卡片报废时归档",
                   "documents are filed by approval, vouchers by arranging, asset cards when scrapped")  # fmt: skip
        raise ShelfRefused(item=fits[0], why=why)
    return fits[0]


async def scrap(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """报废 A001 2026-05-31 原因：…: the asset is scrapped and cleared, its card is filed and its five years begin."""
    said, why = reason.split(rest)
    match = re.fullmatch(r"(\S+)\s+(\d{4}-\d{2}-\d{2})", said)
    try:
        assert match is not None
        on = date.fromisoformat(match[2])
    except (ValueError, AssertionError) as error:
        raise BadDescription(words=rest.strip()) from error
    today = ctx.now().astimezone(ctx.zone).date()
    if on > today:
        raise ShelfRefused(item=match[1], why=Text("日期在将来", "the day is in the future"))
    if not why:
        raise ReasonNeeded(item=match[1])
    cards = await ctx.books.records(asker.company, "assets", AssetCard)
    card = next((c for c in cards if c.number == match[1]), None)
    if card is None:
        raise NotFound(item=match[1])
    unit = await _card_filed(ctx, asker, card, on, why, message.channel)
    text = Text(
        f"{unit.archive_no} 固定资产卡片 {card.number} {card.name} 已归档，保管到 {unit.expires}。",
        f"{unit.archive_no}: the card of {card.number} {card.name} is filed and kept until {unit.expires}.",
    )
    late = deadlines.asset_card(on, today, done=False)
    return Reply(text + (same("\n") + late.text if late.stage is deadlines.Stage.OVERDUE else same("")))


async def _card_filed(ctx: Context, who: Person, card: AssetCard, on: date, why: str, channel: str) -> Unit:
    company = next((c.name for c in ctx.companies if c.code == who.company), who.company)
    at = datetime.combine(on, time(), ctx.zone)
    data = await ctx.offload(render, _card_page(card, company, on, why, at, who.name), "pdf")
    file = await ctx.vault.hold(data, f"固定资产卡片_{card.number}.pdf", "application/pdf")
    name = f"{who.company}|{CARD}|{card.number}"
    title = f"固定资产卡片 {card.number} {card.name}"
    paper = Paper(1, Part.OTHER, file, "", "固定资产卡片")
    unit = unit_of(ctx, who.company, CARD, title, on.year, on.month, name, paper, on)
    unit = replace(unit, expires=scrapped(ctx.archiving.table[CARD], on), file_no=card.number)
    filed = Filing(unit, class_of(ctx, unit), {"M82": why, "M27": card.name, "M58": "固定资产卡片"})
    await ctx.units.file([filed], who.id, ctx.now(), channel)
    return await ctx.units.unit(name)


def _card_page(card: AssetCard, company: str, on: date, why: str, at: datetime, maker: str) -> Page:
    def money(amount: object) -> str:
        return "—" if amount is None else thousands(amount)  # type: ignore[arg-type]

    rows = (
        ("卡片编号", "Number", card.number), ("资产名称", "Asset", card.name), ("类别", "Class", card.category or "—"),
        ("使用部门", "Department", card.department or "—"),
        ("开始使用日期", "In use since", card.since.isoformat() if card.since else "—"),
        ("原值", "Cost", money(card.cost)), ("累计折旧", "Depreciation", money(card.depreciation)),
        ("净值", "Net value", money(card.net)), ("使用状况", "State", card.state or "—"),
        ("报废清理日期", "Scrapped and cleared", on.isoformat()), ("原因", "Reason", why),
    )  # fmt: skip
    columns = (Column("what", Text("项目", "Field"), weight=1.0), Column("value", Text("内容", "Value"), weight=3.0))
    table = Table(Text("卡片", "Card"), columns, (Group(tuple((Text(zh, en), value) for zh, en, value in rows)),))
    title = Text("固定资产卡片", "Fixed-asset card")
    when = same(on.isoformat())
    return Page(title, same(card.number), company, when, at, maker, (table, Signatures()))
