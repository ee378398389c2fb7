"""并入: a document that found no voucher by itself is put into one's 件 by hand, with a reason."""

from __future__ import annotations

import re

from archive import reason
from archive.access import Person
from archive.arranging import Addition, told_of
from archive.errors import BadDescription, NotFound, ReasonNeeded, ShelfRefused
from archive.shelving import VOUCHER
from archive.words import Text
from handlers.context import Context
from handlers.message import Message, Reply


async def join(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """并入 G2611-0003 记-23 2026-09 原因：…: behind the papers of the voucher's 件. Numbers stay as they are."""
    said, why = reason.split(rest)
    match = re.fullmatch(r"([A-Za-z]{1,3}\d{4}-\d{4,})\s+(.+)", said)
    if match is None:
        raise BadDescription(words=rest.strip())
    if not why:
        raise ReasonNeeded(item=match[1])
    item, within = await ctx.units.item(match[1].upper())
    if item.company != asker.company:
        raise NotFound(item=match[1])
    unit = await ctx.units.find(asker.company, match[2])
    if unit.kind != VOUCHER or within.id != item.id:
        told = Text(f"它已在 {within.archive_no} 中", f"it is in {within.archive_no} already")
        no_voucher = Text(f"{unit.archive_no} 不是记账凭证", f"{unit.archive_no} is no booking voucher")
        raise ShelfRefused(item=item.id, why=told if within.id != item.id else no_voucher)
    day = ctx.now().astimezone(ctx.zone).date()
    await ctx.units.add([Addition(unit.id, item)], told_of, asker.id, ctx.now(), day, message.channel, why)
    where = f"{unit.archive_no} ({unit.file_no})"
    return Reply(Text(f"{item.id} 已并入 {where}。", f"{item.id} is in {where} now."))
