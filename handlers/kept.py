"""What the rooms of keeping share: which 件 are due, what blocks each, and words for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from archive import deadlines
from archive.balance import Balance
from archive.errors import BadPeriod
from archive.holds import Block, blocks, unsettled
from archive.period import parse
from archive.shelving import Volume
from archive.unit import Unit
from archive.words import Text
from handlers.context import Context


@dataclass(frozen=True, slots=True)
class Due:
    """A 件 whose term ends, and what keeps it from being destroyed all the same."""

    unit: Unit
    blocked: tuple[Block, ...]


def last_day(words: str, today: date) -> date:
    """The end of the period said; of this year when none is. Raises BadPeriod."""
    if not words.strip():
        return date(today.year, 12, 31)
    if re.fullmatch(r"\s*2\d{3}\s*年?\s*", words):  # 2056 lies beyond what people usually ask for
        return date(int(words.strip()[:4]), 12, 31)
    period = parse(words, today)
    if period is None:
        raise BadPeriod(words=words)
    return period.last


async def due(ctx: Context, company: str, until: date, since: date | None = None) -> list[Due]:
    """Units whose term ends by a day (from `since` on), by 档号, each with its blocks.

    By volumes: all of one end together, unless appraisal set a longer term; those are looked up by their own day.
    """
    first = since or date(1900, 1, 1)
    found: dict[str, Unit] = {}
    for volume in await ctx.units.volumes(company):
        if volume.expires and first <= volume.expires <= until:
            for unit in await ctx.units.contents(volume.id):
                found[unit.id] = unit
    for state in await ctx.standings.ending(first, until):
        if state.company == company:
            found[state.unit] = await ctx.units.unit(state.unit)
    taken = await ctx.units.taken(list(found))
    mine = [u for u in found.values() if u.id not in taken and u.expires and first <= u.expires <= until]
    holds, open_ = await ctx.holds.of(company), await open_balances(ctx, company) if mine else {}
    return [Due(unit, blocks(unit, holds, open_)) for unit in sorted(mine, key=lambda u: u.archive_no)]


async def open_balances(ctx: Context, company: str) -> Mapping[str, Text]:
    """Parties with which claims or debts are open in the books."""
    return unsettled(await ctx.books.records(company, "balances", Balance))


async def dates(ctx: Context, company: str, today: date) -> list[deadlines.Deadline]:
    """The open deadlines of the years that have records, those of DA/T 94 8.1 and the hand-over."""
    volumes = await ctx.units.volumes(company)
    periods = {p[:7] for file in await ctx.books.files(company) for p in file.periods if p[:4].isdecimal()}
    found: list[deadlines.Deadline] = []
    for year in sorted({v.year for v in volumes} | {int(p[:4]) for p in periods}):
        done = _done(year, volumes, periods)
        found += [each for each in deadlines.of_year(year, done, today) if each.stage is not deadlines.Stage.DONE]
    return found


def _done(year: int, volumes: Sequence[Volume], periods: set[str]) -> set[str]:
    """Vouchers are arranged when every month in the books has a volume; the rest when the year has one of its kind."""
    mine = [v for v in volumes if v.year == year]
    months = {int(p[5:]) for p in periods if p.startswith(f"{year}-")}
    done: set[str] = set()
    if months and months <= {v.month for v in mine if v.kind == "记账凭证"}:
        done.add("vouchers")
    categories = {"books": "会计账簿", "reports": "财务会计报告", "other": "其他会计资料"}
    return done | {what for what, category in categories.items() if any(v.category == category for v in mine)}
