"""What the asker's company calls its people, departments and categories: the names a question may use."""

from __future__ import annotations

from archive.access import Person
from archive.grammar import Names
from handlers.context import Context


async def names_of(ctx: Context, asker: Person) -> Names:
    """People, departments and categories of the asker's company."""
    people = [p for p in await ctx.people.all() if p.company == asker.company]
    categories = {c.name.zh.lower(): c.name.zh for c in ctx.categories} | {
        c.name.en.lower(): c.name.zh for c in ctx.categories
    }
    return Names(
        {p.name: p.id for p in people}, sorted({p.department for p in people if p.department}), categories, (), asker.id
    )
