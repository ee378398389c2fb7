"""概览: what stands now, of the whole company for those who may see it all, else of what is one's own."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from archive.access import Person, Right, may
from archive.overview import DAYS, Overview, survey
from handlers.context import Context


async def overview(ctx: Context, person: Person) -> Overview:
    """Nobody learns of an item they could not open: not even that there is one more."""
    now = ctx.now()
    today = now.astimezone(ctx.zone).date()
    first = min(today - timedelta(days=DAYS - 1), today.replace(day=1))
    lines = await ctx.vault.lines(person.company, datetime.combine(first, time(), ctx.zone))
    whole = may(person, Right.SEE_ALL)
    seen = lines if whole else [line for line in lines if person.id in line.seen_by]
    return survey(seen, whole, now, ctx.zone, ctx.remind_after)
