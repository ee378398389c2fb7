"""What an audit package holds beside the archive itself: findings, tie-outs, registers, samples, the trail."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.access import Person
from archive.errors import NoBooks, Problem
from archive.selection import Selection
from archive.statements.make import KINDS
from archive.trail import Link
from archive.words import Text
from handlers import financials
from handlers.anomalies import unusual
from handlers.compared import ledger, matched, months
from handlers.context import Context
from handlers.lending import lending_of
from handlers.packing import Sink, Written
from handlers.sampling import drawn_again, page_of
from reports.anomalies import page as anomalies_page
from reports.head import Head
from reports.loan_register import register
from reports.render import render

FOLDER = "审计"
#: Statements that are laid out and tied out.
_KINDS = ("balance", "income", "cash", "equity")
#: Entries about one unit or document that go into the extract.
MOST = 1000
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Papers:
    """The files by their path in the package, and what could not be made with its reason."""

    files: Mapping[str, bytes]
    absent: tuple[tuple[str, Text], ...]


class WithPapers:
    """A package's sink that writes these files before the manifest is closed, so that it names them too."""

    def __init__(self, sink: Sink, files: Sequence[tuple[str, bytes]]) -> None:
        self._sink, self._files = sink, files

    async def write(self, files: Sequence[tuple[str, bytes]]) -> None:
        """See handlers.packing.Sink."""
        await self._sink.write(files)

    async def append(self, rows: Sequence[tuple[str, bytes]]) -> None:
        """See handlers.packing.Sink."""
        await self._sink.append(rows)

    async def end(self) -> Written:
        """See handlers.packing.Sink."""
        await self._sink.write(self._files)
        return await self._sink.end()


async def papers(ctx: Context, person: Person, what: Selection) -> Papers:
    """Everything of a period of one company, each on its own: what can't be made is named, and the rest is there."""
    period = f"{what.year}-{what.month:02d}" if what.month else str(what.year)
    files: dict[str, bytes] = {}
    absent: list[tuple[str, Text]] = []
    for name, make in (
        ("异常与核对.xlsx", _findings), ("报表核对.csv", _tied_out), ("利用登记.xlsx", _lent), ("操作记录.csv", _trail),
    ):  # fmt: skip
        try:
            files[f"{FOLDER}/{name}"] = await make(ctx, person, what, period)
        except Problem as problem:
            absent.append((name, problem.text()))
    for kind in _KINDS:
        name = KINDS[kind][0].zh
        try:
            got = await financials.asked(ctx, person.company, f"{name} {period}")
            data: bytes = await ctx.offload(render, got.page(ctx, person.name, person.lang), "xlsx")
            files[f"{FOLDER}/报表/{name}_{period}.xlsx"] = data
        except Problem as problem:
            absent.append((name, problem.text()))
    files |= await _samples(ctx, person, period)
    rows = [(path, "") for path in files] + [(name, why.zh) for name, why in absent]
    files[f"{FOLDER}/目录.csv"] = _csv(("文件", "未附原因"), rows)
    return Papers(files, tuple(absent))


async def _findings(ctx: Context, person: Person, what: Selection, period: str) -> bytes:
    """What looks unusual and what matching leaves open, in one list. Raises NoBooks."""
    today = ctx.now().astimezone(ctx.zone).date()
    asked = months(period, today)
    books = await ledger(ctx, person.company)
    there = [m for m in asked if any(v.period == m for v in books.vouchers)]
    if not there:
        raise NoBooks(company=person.company)
    found = await unusual(ctx, person.company, asked)
    open_ = [r for m in there for r in (await matched(ctx, person.company, m, books)).remarks]
    got = await financials.asked(ctx, person.company, f"{KINDS['balance'][0].zh} {period}")
    head = Head(got.company, got.period, ctx.now().astimezone(ctx.zone), person.name, person.lang)
    page = anomalies_page((*found.remarks, *open_), found.unchecked, found.vouchers, head)
    data: bytes = await ctx.offload(render, page, "xlsx")
    return data


async def _tied_out(ctx: Context, person: Person, what: Selection, period: str) -> bytes:
    """The checks of the statements: equal sides, cash against the bank, profit against equity."""
    rows: list[Sequence[object]] = []
    for kind in _KINDS:
        name = KINDS[kind][0].zh
        try:
            made = (await financials.asked(ctx, person.company, f"{name} {period}")).statement
        except Problem as problem:
            rows.append((name, "", "", "", "", problem.text().zh))
            continue
        for check in made.checks:
            why = check.why.zh if check.why else ""
            result = "相符" if check.ok else "不符"
            rows.append(
                (
                    name,
                    check.name.zh,
                    *(("" if x is None else x) for x in (check.left, check.right)),
                    check.difference,
                    f"{result} {why}",
                )
            )
    return _csv(("报表", "核对", "左", "右", "差额", "结果"), rows)


async def _lent(ctx: Context, person: Person, what: Selection, period: str) -> bytes:
    loans = lending_of(ctx).loans
    cases, uses = await loans.of_year(person.company, what.year), await loans.uses(person.company, what.year)
    names = {p.id: p.name for p in await ctx.people.all() if p.company == person.company}
    company = next((c.name for c in ctx.companies if c.code == person.company), person.company)
    now = ctx.now().astimezone(ctx.zone)
    page = register(cases, uses, names, company, what.year, now, person.name, ctx.zone, person.lang)
    data: bytes = await ctx.offload(render, page, "xlsx")
    return data


async def _trail(ctx: Context, person: Person, what: Selection, period: str) -> bytes:
    """Entries about the 件 of the period and their documents, with their digests; of no other company."""
    links: dict[int, Link] = {}
    units = ctx.units.select(person.company, year=what.year, month=what.month or None)
    async for unit in units:
        for name in dict.fromkeys((unit.id, f"unit:{unit.id}", *(p.item for p in unit.papers if p.item))):
            links |= {link.seq: link for link in await ctx.trail.about(name, MOST)}
    rows = [
        (x.seq, x.entry.at.astimezone(ctx.zone).isoformat(timespec="milliseconds"), x.entry.who, x.entry.action,
         x.entry.about, x.entry.channel, json.dumps(dict(x.entry.facts), ensure_ascii=False), x.previous, x.digest)
        for _, x in sorted(links.items())
    ]  # fmt: skip
    return _csv(("序号", "时间", "操作人", "操作", "对象", "渠道", "内容", "前项摘要", "摘要"), rows)


async def _samples(ctx: Context, person: Person, period: str) -> dict[str, bytes]:
    """Every kept sample of the period with its working paper, performed again."""
    made: dict[str, bytes] = {}
    for sample in await lending_of(ctx).samples.last(person.company, 100):
        if not sample.method.get("period", "").startswith(period):
            continue
        try:
            again = await drawn_again(ctx, person, sample.id, "cli")
        except Problem:  # its books are gone: its record still stands below
            continue
        page = page_of(ctx, person, sample, again.drawn, ctx.now().astimezone(ctx.zone))
        made[f"{FOLDER}/抽样/{sample.id}.xlsx"] = await ctx.offload(render, page, "xlsx")
        told = {"id": sample.id, "method": dict(sample.method), "population_sha256": sample.population_digest,
                "sha256": sample.digest, "vouchers": list(sample.refs), "again_same": again.same}  # fmt: skip
        made[f"{FOLDER}/抽样/{sample.id}.json"] = json.dumps(told, ensure_ascii=False, indent=1).encode()
    return made


def _csv(head: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """UTF-8 with a mark; what a spreadsheet would take for a formula is quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    for row in rows:
        cells = [str(cell) for cell in row]
        writer.writerow([f"'{c}" if c[:1] in ("=", "+", "@", "\t") else c for c in cells])
    return _BOM + out.getvalue().encode()
