"""查验: what the tax authority says of an invoice, put down by a person; or asked of the provider once more."""

from __future__ import annotations

from datetime import date, datetime

from archive.access import Person, may_see
from archive.errors import BadValue, ChangedMeanwhile, NotFound, NotReady
from archive.item import Item, TaxOutcome
from archive.taxcheck import OUTCOME_NAMES, asked_of, manual, print_of
from archive.words import Text
from handlers import taxing
from handlers.cards import item_card
from handlers.context import Context
from handlers.message import Click, Message, Reply


async def check(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The form of a card, or 查验 G2610-0042."""
    item_id = message.click.subject if message.click else rest.strip().upper()
    item = await ctx.vault.item(item_id)
    if not may_see(asker, item):
        raise NotFound(item=item_id)
    return await _put(ctx, asker, message, message.click, item) if message.click else await _again(ctx, asker, item)


async def _put(ctx: Context, asker: Person, message: Message, click: Click, item: Item) -> Reply:
    now = ctx.now()
    try:
        outcome = TaxOutcome(click.values.get("outcome", ""))
    except ValueError as error:
        hint = Text("请从列表中选择。", "Choose one of the list.")
        raise BadValue(field=Text("结果", "Result"), value=click.values.get("outcome", "")[:20], hint=hint) from error
    day = _day(click.values.get("day", "").strip(), now.astimezone(ctx.zone))
    made = manual(outcome, day, now, asker.id, click.values.get("remark", ""), item.document)
    after = await taxing.put_down(ctx, item.id, made, message.channel)
    if after is None:
        raise ChangedMeanwhile(item=item.id)
    said = OUTCOME_NAMES[outcome]
    return await _answer(ctx, asker, after, Text(f"{item.id} 已登记：{said.zh}", f"{item.id} put down: {said.en}"))


def _day(given: str, now: datetime) -> date:
    """The day of the check; today where it is left empty, never one to come."""
    if not given:
        return now.date()
    try:
        day = date.fromisoformat(given)
        if day > now.date():
            raise ValueError(given)
    except ValueError as error:
        hint = Text("请写成 2026-10-05，不能是将来。", "Write it as 2026-10-05, not in the future.")
        raise BadValue(field=Text("查验日期", "Day of the check"), value=given[:20], hint=hint) from error
    return day


async def _again(ctx: Context, asker: Person, item: Item) -> Reply:
    """Asked once more of the provider; without one the card's button is the way."""
    if ctx.tax_checks is None:
        text = Text(
            "没有设置查验服务商：请在税务局网站查验，再点「查验」登记结果。",
            "No provider of tax checks is set: look it up on the tax authority's site, then press “Tax check”.",
        )
        return await _answer(ctx, asker, item, text)
    if asked_of(item.document) is None:
        missing = Text("查验要用的发票号码、日期、金额或校验码", "number, date, amount or check code for the tax check")
        raise NotReady(item=item.id, missing=missing)
    await ctx.tax_checks.again(item.id, print_of(item.document))
    text = Text(f"{item.id} 已排队查验，有结果会更新卡片", f"{item.id} is queued; its card is renewed with the result")
    return await _answer(ctx, asker, item, text)


async def _answer(ctx: Context, asker: Person, item: Item, text: Text) -> Reply:
    case, people = await ctx.vault.case(item.id), await ctx.people.all()
    return Reply(text, (item_card(item, case, asker, people, ctx.zone, ctx.categories),))
