"""One file as a 件 of a kind of the retention table: registers, reports, papers that were made here."""

from __future__ import annotations

from datetime import date

from archive.access import Person
from archive.arranging import Done, Filing
from archive.errors import ShelfRefused
from archive.item import FileRef
from archive.keeping import years
from archive.shelving import FORMS, class_no
from archive.unit import Paper, Part, Unit
from archive.words import Text
from handlers.context import Context


async def file_record(
    ctx: Context, who: Person, company: str, kind: str, title: str, year: int, month: int, file: FileRef, formed: date,
    channel: str = "",
) -> Done:  # fmt: skip
    """One file as a 件 of its kind; the same bytes again change nothing. Raises ShelfRefused for a year to come."""
    if (year, month) > (formed.year, formed.month):
        raise ShelfRefused(item=title, why=Text("期间还没有到", "the period has not come yet"))
    paper = Paper(1, Part.OTHER, file, "", file.name)
    name = f"{company}|{kind}|{file.sha256[:16]}"
    unit = unit_of(ctx, company, kind, title, year, month, name, paper, formed)
    return await ctx.units.file(
        [Filing(unit, class_of(ctx, unit), told={"M58": "手工归档"})], who.id, ctx.now(), channel
    )


def unit_of(
    ctx: Context, company: str, kind: str, title: str, year: int, month: int, name: str, paper: Paper, formed: date
) -> Unit:
    """The 件 before it has a number, with the term of its kind."""
    term = ctx.archiving.table[kind]
    return Unit(
        name, company, kind, term.category, title, paper.file.name, formed, year, month, term.label,
        term.expires(year), papers=(paper,),
    )  # fmt: skip


def class_of(ctx: Context, unit: Unit) -> str:
    """The class it is filed in under the company's scheme."""
    ways, term = ctx.archiving, years(unit.retention)
    code = "Y" if term is None else f"D{term}"
    return class_no(ways.scheme, unit.company, FORMS[unit.kind], unit.year, code, ways.office)
