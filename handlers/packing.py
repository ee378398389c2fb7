"""Making a package in one pass: each unit is checked for hand-over and written as it comes; what fails stays out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from archive.access import Person
from archive.errors import Problem
from archive.four_properties.scheme import Result, judge
from archive.four_properties.verdict import Stage
from archive.inspection import Run, RunState
from archive.package import index_html, names, papers
from archive.package.card import UnitCard, told
from archive.package.metadata_xml import SCHEMA, xml_of
from archive.selection import Selection
from archive.trail import Entry
from archive.unit import Unit
from archive.words import Text
from handlers.context import Context
from handlers.custodian import page_of
from handlers.custody import Custody
from handlers.inspecting import Batch, advanced, begin, reason
from reports.register_book import RegisterBook
from reports.render import render

#: Units read, checked and written together.
TOGETHER = 16
#: What a run that belongs to a package is for: the clock leaves it alone.
CASE = "package"


class Written(Protocol):
    """What a package came to."""

    @property
    def files(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def sm3(self) -> str: ...


class Sink(Protocol):
    """Where a package is written."""

    async def write(self, files: Sequence[tuple[str, bytes]]) -> None: ...

    async def append(self, rows: Sequence[tuple[str, bytes]]) -> None: ...

    async def end(self) -> Written: ...


@dataclass(frozen=True, slots=True)
class Made:
    """A finished package. `left_out`: what failed, and why."""

    run: Run
    units: int
    written: Written
    left_out: tuple[tuple[str, Text], ...]


@dataclass(slots=True)
class _Count:
    """What 说明文件 tells, summed up on the way."""

    units: int = 0
    files: int = 0
    size: int = 0
    first: str = ""
    last: str = ""


async def pack(
    ctx: Context, custody: Custody, person: Person, what: Selection, sink: Sink, *, carrier: str = "", key: str = "",
    whole: bool = False,
) -> Made:  # fmt: skip
    """The selection as a package. Memory stays flat. Raises NothingSelected, FolderNotWritten.

    `carrier`: 载体编号; `key`: the fingerprint of the key that signs; `whole`: an auditor's, which holds
    what fails as well, with its checks (a file that can't be read is empty there); it is named in `left_out` too.
    """
    run = await begin(ctx, custody, person, Stage.TRANSFER, Decimal(1), what, "cli", CASE)
    company = next((c.name for c in ctx.companies if c.code == what.company), what.company)
    made_at = run.begun.astimezone(ctx.zone)
    title = f"{what.text.zh} 电子会计档案"
    book, count, left_out = RegisterBook(title, made_at), _Count(), list[tuple[str, Text]]()
    await sink.append([
        (names.INDEX, index_html.head(title, company, what.company, f"{made_at:%Y-%m-%d %H:%M}")),
        (names.REGISTER_CSV, b"\xef\xbb\xbf" + papers.csv_line(papers.REGISTER)),
    ])  # fmt: skip
    try:
        run = await _units(ctx, custody, run, sink, book, count, left_out, whole)
    except BaseException:  # whatever it was, it goes on; the run isn't left behind as one under way
        with suppress(Problem):
            await custody.inspections.cancel(run.id, Entry(person.id, "inspection_cancelled", run.id, ctx.now(), "cli"))
        raise
    about = _about(run, count, company, what, made_at, person, carrier, key)
    report: bytes = await ctx.offload(render, await page_of(ctx, custody, run, person), "pdf")
    await sink.append([(names.INDEX, index_html.FOOT.encode())])
    await sink.write([
        (names.REGISTER_XLSX, book.data()), (names.README_TXT, papers.about_txt(about)),
        (names.README_XML, papers.about_xml(about)), (names.SCHEMA, SCHEMA), (names.REPORT, report),
    ])  # fmt: skip
    written = await sink.end()
    facts = {"units": str(count.units), "manifest": written.sha256, "sm3": written.sm3, "run": run.id}
    await ctx.trail.add(Entry(person.id, "packaged", run.id, ctx.now(), "cli", {**facts, "what": what.text.zh}))
    return Made(run, count.units, written, tuple(left_out))


async def _units(
    ctx: Context, custody: Custody, run: Run, sink: Sink, book: RegisterBook, count: _Count,
    left_out: list[tuple[str, Text]], whole: bool,
) -> Run:  # fmt: skip
    """Every unit of the selection, checked and written; returns the ended run."""
    people = {p.id: p.name for p in await ctx.people.all()}
    today = run.begun.astimezone(ctx.zone).date()
    while run.state is RunState.RUNNING:
        units, cursor = await custody.units.page(run.selection, run.cursor, TOGETHER)
        found = await custody.examiner.examine(units, today, keep=True) if units else []
        now = ctx.now()
        results = [judge(custody.schemes[Stage.TRANSFER], e, run.id, now, run.by) for e, _ in found]
        for (evidence, data), result in zip(found, results, strict=True):
            if result.passed or whole:
                await _unit(
                    ctx, sink, book, count, evidence.unit, data, result, run, people, years=not run.selection.year
                )
            if not result.passed:
                left_out.append((f"{evidence.unit.id} {evidence.unit.archive_no}", reason(result)))
        run = await _kept(ctx, custody, run, Batch(cursor, len(units), tuple(e for e, _ in found)), results)
    return run


async def _unit(
    ctx: Context, sink: Sink, book: RegisterBook, count: _Count, unit: Unit, data: Sequence[bytes], result: Result,
    run: Run, people: dict[str, str], *, years: bool,
) -> None:  # fmt: skip
    """Its folder, its metadata, its line in register and index."""
    count.units += 1
    folder = names.folder_of(unit, count.units, years=years)
    paths = tuple(f"{folder}/{names.file_name(paper)}" for paper in unit.papers)
    items = await ctx.vault.items(list(dict.fromkeys(paper.item for paper in unit.papers if paper.item)))
    documents = tuple(told(item, people.get(item.owner, item.owner)) for item in items if item.filed)
    checks = {code: (v.outcome.value, v.why.zh) for code, v in result.verdicts.items()}
    card = UnitCard(count.units, unit, paths, documents, checks, run.id, run.version)
    await sink.write([*zip(paths, data, strict=True), (f"{folder}/{names.METADATA}", xml_of(card))])
    line = papers.register_row(card)
    book.add(line)
    await sink.append([(names.INDEX, index_html.row(card, folder)), (names.REGISTER_CSV, papers.csv_line(line))])
    count.files += len(paths)
    count.size += sum(len(each) for each in data)
    count.first, count.last = count.first or unit.archive_no, unit.archive_no


async def _kept(ctx: Context, custody: Custody, run: Run, batch: Batch, results: Sequence[Result]) -> Run:
    """The step written down; the last ends the run."""
    after, entries = advanced(run, batch, results), list[Entry]()
    now = ctx.now()
    for evidence, result in zip(batch.evidence, results, strict=True):
        if result.failed:
            facts = {"checks": ",".join(result.failed), "run": run.id, "reason": reason(result).zh}
            entries.append(Entry(run.by, "inspection_failed", evidence.unit.id, now, run.channel, facts))
    if not batch.cursor:
        after = replace(after, state=RunState.DONE, ended=now)
        facts = {"checked": str(after.checked), "failed": str(after.failed), "version": run.version}
        entries.append(Entry(run.by, "inspection_done", run.id, now, run.channel, facts))
    await custody.inspections.keep(run, after, results, entries)
    return after


def _about(
    run: Run, count: _Count, company: str, what: Selection, made_at: datetime, person: Person, carrier: str, key: str
) -> papers.About:
    years = str(what.year) if what.year else "全部"
    return papers.About(
        carrier, f"{made_at:%Y-%m-%d %H:%M:%S%z}", count.size, company, what.company, years, count.units, count.files,
        count.first, count.last, run.failed, run.id, run.version, person.name, key,
    )  # fmt: skip
