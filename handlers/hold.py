"""冻结 and 解除冻结: legal holds on a 件, a volume, a party or contract, a period; with reason, who and release."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from archive import numbering, reason
from archive.access import Person
from archive.errors import NotFound
from archive.holds import WHY_NAMES, Hold, checked, released, why_of
from archive.period import find as find_period
from archive.words import Text, same
from handlers.context import Context
from handlers.message import Choice, Form, FormField, Input, Message, Reply

#: The button under a hold.
RELEASE = "hold_release"
_UNIT = re.compile(r"\S+\|\S+\|\S+|\S*KJ·\S+|[A-Z]{1,3}\d{4}-\d{4,}", re.IGNORECASE)


async def hold(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """冻结 苏州湖东新能源 2025 诉讼 原因：合同纠纷; without words, the holds there are."""
    if not rest.strip():
        return await _listed(ctx, asker)
    today = message.at.astimezone(ctx.zone).date()
    made = await add(ctx, asker, asker.company, rest, today, message.channel)
    return Reply(_text(made), choices=(_release(made),))


async def add(ctx: Context, who: Person, company: str, words: str, today: date, channel: str) -> Hold:
    """From words. Raises BadHold, ReasonNeeded, NotFound for a 件 that isn't there."""
    said, why = reason.split(words)
    return await put(ctx, scoped(said, company, who.id, why, today, ctx), channel)


def scoped(said: str, company: str, who: str, because: str, today: date, ctx: Context) -> Hold:
    """The hold the words mean: what looks like a number is one, what says a period is one, the rest are words."""
    why, left = why_of(said)
    made = Hold("", company, why, because, who, ctx.now())
    if named := _UNIT.search(left):
        one = named[0]
        left = left.replace(one, " ").strip()
        whole = "KJ·" in one and numbering.parts(one) is None and "|" not in one
        made = replace(made, volume=one) if whole else replace(made, unit=one)
    period, left = find_period(left, today)
    if period is not None:
        made = replace(made, first=f"{period.first:%Y-%m}", last=f"{period.last:%Y-%m}")
    return checked(replace(made, words=" ".join(left.split())))


async def put(ctx: Context, made: Hold, channel: str) -> Hold:
    """Keep it; a 件 that is named must be there, and is named by its id. Raises NotFound."""
    if made.unit:
        made = replace(made, unit=(await ctx.units.find(made.company, made.unit)).id)
    if made.volume and made.volume not in {v.id for v in await ctx.units.volumes(made.company)}:
        raise NotFound(item=made.volume)
    return await ctx.holds.add(made, channel)


async def release(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """解除冻结 H1 原因：已结案; or the button, with the reason in its form."""
    words, why = reason.split(rest)
    if message.click:
        words, why = message.click.subject, message.click.values.get("reason", "")
    made = await end(ctx, asker, asker.company, words, why, message.channel)
    return Reply(
        Text(f"冻结 {made.id} 已解除：{made.release_reason}", f"Hold {made.id} is released: {made.release_reason}")
    )


async def end(ctx: Context, who: Person, company: str, hold_id: str, because: str, channel: str) -> Hold:
    """Raises NotFound, HoldEnded, ReasonNeeded."""
    now = ctx.now()
    return await ctx.holds.change(company, hold_id, lambda h: released(h, who=who.id, at=now, why=because), channel)


async def _listed(ctx: Context, asker: Person) -> Reply:
    found = await ctx.holds.of(asker.company)
    if not found:
        return Reply(
            Text(
                "没有冻结。例：冻结 某公司 2025 诉讼 原因：合同纠纷",
                "No holds. Example: hold SOME COMPANY 2025 litigation because: dispute",
            )
        )
    text = Text(f"{len(found)} 项冻结：", f"{len(found)} holds:")
    for each in found:
        text += same("\n· ") + _text(each)
    return Reply(text, choices=tuple(_release(each) for each in found[:4]))


def _text(made: Hold) -> Text:
    name = WHY_NAMES[made.why]
    return Text(
        f"冻结 {made.id}（{name.zh}）：{made.scope}。{made.reason}",
        f"Hold {made.id} ({name.en}): {made.scope}. {made.reason}",
    )


def _release(made: Hold) -> Choice:
    label = Text(f"解除 {made.id}", f"Release {made.id}")
    return Choice(label, RELEASE, made.id, form=_form(made))


def _form(made: Hold) -> Form:
    why = FormField("reason", Text("原因", "Reason"), Input.LINES, required=True)
    title = Text(f"解除冻结 {made.id}：{made.scope}", f"Release hold {made.id}: {made.scope}")
    return Form(title, (why,), Text("解除", "Release"))


async def form(ctx: Context, asker: Person, hold_id: str) -> Form | None:
    """The form of the button, for channels that open it by themselves; None when the hold has ended."""
    return next((_form(each) for each in await ctx.holds.of(asker.company) if each.id == hold_id), None)
