"""The ports of the archive's later life as handlers come by them, and the report of a run of checks."""

from __future__ import annotations

from archive.access import Person
from archive.errors import NotFound
from archive.four_properties.scheme import Result
from archive.inspection import Run
from archive.words import Text
from handlers.context import Context
from handlers.custody import Custody
from reports.four_properties import report
from reports.page import Page

#: Failing units in the PDF, and all units in a workbook: beyond it a run is read with the command line.
IN_PRINT, IN_BOOK = 500, 20_000


def custody_of(ctx: Context) -> Custody:
    """The ports. Wired wherever handlers run; without them there is nothing to be asked for."""
    if ctx.custody is None:
        raise NotFound(item=Text("检测与移交", "checks and hand-over"))
    return ctx.custody


async def page_of(
    ctx: Context, custody: Custody, run: Run, asker: Person, *, book: bool = False
) -> Page:  # fmt: skip
    """The report of a run; a `book` holds every unit as well."""
    failures = await custody.inspections.failures(run.id, IN_PRINT)
    units: list[Result] = []
    if book:
        async for result in custody.inspections.all_results(run.id):
            units.append(result)
            if len(units) == IN_BOOK:
                break
    company = next((c.name for c in ctx.companies if c.code == run.company), run.company)
    now = ctx.now().astimezone(ctx.zone)
    scheme = custody.schemes[run.stage]
    names = {p.id: p.name for p in await ctx.people.all()} | {"system": "归档 Guidang", asker.id: asker.name}
    by = names.get(run.by, run.by)
    return report(run, scheme, failures, now, asker.name, company, asker.lang, units, by)
