"""Working a run of the four-property checks off, step by step, so that it can end and go on anywhere."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal

from archive.access import Person, Role
from archive.errors import BadSelection, NothingSelected
from archive.four_properties.evidence import Evidence
from archive.four_properties.scheme import RULES, Result, judge
from archive.four_properties.verdict import Stage
from archive.inspection import Run, RunState, chosen, sample_of, stage_of
from archive.selection import Selection, selection
from archive.trail import Entry
from archive.words import Text
from handlers.context import Context
from handlers.custody import Custody
from handlers.message import Choice, Reply

#: Units of one step: one transaction, a few tenths of a second.
BATCH = 32
#: The sign of a run's last step.
_END = ""
#: Failing units named in a message.
NAMED = 10


@dataclass(frozen=True, slots=True)
class Batch:
    """What was looked at in one step: how far it goes and the evidence of those in the sample."""

    cursor: str
    passed_by: int  # units of the selection, in the sample or not
    evidence: tuple[Evidence, ...]


def wanted(words: str, company: str, usual: Stage = Stage.KEEPING) -> tuple[Stage, Decimal, Selection]:
    """`归档 抽样 5% 2025 凭证` as stage, share and selection. Raises BadSelection."""
    share, rest = sample_of(words)
    stage, rest = stage_of(rest, usual)
    found = selection(rest, company)
    if found is None:
        raise BadSelection(words=words.strip())
    return stage, share, found


async def begin(
    ctx: Context, custody: Custody, by: Person | str, stage: Stage, share: Decimal, what: Selection,
    channel: str = "", case: str = "",
) -> Run:  # fmt: skip
    """A new run, written down. Raises NothingSelected."""
    total = await custody.units.count(what)
    if not total:
        raise NothingSelected(selection=what.text)
    now = ctx.now()
    run_id = await custody.inspections.new_id(now)
    who = by if isinstance(by, str) else by.id
    seed = run_id if share < 1 else ""  # stated in the report: with it the same sample can be drawn again
    run = Run(
        run_id, stage, what, custody.schemes[stage].rules_version, who, now, channel, total, share, seed, case
    )  # fmt: skip
    facts = {"what": run.name.zh, "units": str(total), "version": custody.schemes[stage].version}
    facts |= {"seed": seed} if seed else {}
    await custody.inspections.begin(run, Entry(who, "inspection_begun", run.id, now, channel, facts))
    return run


async def work_off(
    ctx: Context, custody: Custody, run: Run, go_on: Callable[[Run], Awaitable[bool]] | None = None
) -> Run:
    """Step by step to its end, or until `go_on` says no. Raises ChangedMeanwhile when it was cancelled.

    While one step is written down the next is looked at already.
    """
    ahead = asyncio.create_task(_look(ctx, custody, run.selection, run.cursor, run.place, run))
    try:
        while run.state is RunState.RUNNING:
            batch = await ahead
            if batch.cursor != _END:
                place = run.place + batch.passed_by
                ahead = asyncio.create_task(_look(ctx, custody, run.selection, batch.cursor, place, run))
            run = await _keep(ctx, custody, run, batch)
            if run.state is RunState.RUNNING and go_on is not None and not await go_on(run):
                break
    finally:
        ahead.cancel()
        with suppress(asyncio.CancelledError, Exception):  # nobody wants what it finds any more
            await ahead
    return run


async def _look(ctx: Context, custody: Custody, what: Selection, cursor: str, place: int, run: Run) -> Batch:
    await custody.examiner.calm()
    units, after = await custody.units.page(what, cursor, BATCH if run.share == 1 else BATCH * 4)
    mine = [u for n, u in enumerate(units, place) if chosen(n, run.total, run.share, run.seed)]
    today = ctx.now().astimezone(ctx.zone).date()
    found = await custody.examiner.examine(mine, today) if mine else []
    return Batch(after, len(units), tuple(evidence for evidence, _ in found))


async def _keep(ctx: Context, custody: Custody, run: Run, batch: Batch) -> Run:
    now = ctx.now()
    scheme = custody.schemes[run.stage]
    results = [judge(scheme, evidence, run.id, now, run.by) for evidence in batch.evidence]
    units = [evidence.unit for evidence in batch.evidence]
    after = advanced(run, batch, results)
    entries = [
        Entry(run.by, "inspection_failed", unit.id, now, run.channel,
              {"checks": ",".join(result.failed), "run": run.id, "reason": reason(result).zh})
        for unit, result in zip(units, results, strict=True) if result.failed
    ]  # fmt: skip
    if batch.cursor == _END:
        after = replace(after, state=RunState.DONE, ended=now)
        facts = {"checked": str(after.checked), "failed": str(after.failed), "version": scheme.version}
        entries.append(Entry(run.by, "inspection_done", run.id, now, run.channel, facts))
    await custody.inspections.keep(run, after, results, entries)
    if after.failed and not run.failed:
        await _tell_keepers(ctx, after, results)
    return after


def advanced(run: Run, batch: Batch, results: Sequence[Result]) -> Run:
    """The run after a step."""
    counts = Counter(run.counts)
    for result in results:
        counts.update(f"{code}:{verdict.outcome.value}" for code, verdict in result.verdicts.items())
    engines = [r.verdicts["4-1"].evidence.get("engine", "") for r in results if "4-1" in r.verdicts]
    return replace(
        run,
        cursor=batch.cursor,
        place=run.place + batch.passed_by,
        checked=run.checked + len(results),
        failed=run.failed + sum(not r.passed for r in results),
        advised=run.advised + sum(bool(r.advised) for r in results),
        not_run=run.not_run + sum(bool(r.not_run) for r in results),
        engine=next(filter(None, engines), run.engine),
        counts=dict(counts),
    )


def reason(result: Result, first: int = 3) -> Text:
    """Why it failed, in one line."""
    parts = [
        Text(f"{code} {RULES[code].name.zh}：{result.verdicts[code].why.zh}",
             f"{code} {RULES[code].name.en}: {result.verdicts[code].why.en}")
        for code in result.failed[:first]
    ]  # fmt: skip
    more = len(result.failed) - first
    text = Text("；".join(p.zh for p in parts), "; ".join(p.en for p in parts))
    return text + Text(f"；另有 {more} 项", f"; and {more} more") if more > 0 else text


async def _tell_keepers(ctx: Context, run: Run, results: Sequence[Result]) -> None:
    """The archivists hear of the first failing units at once; of all when the run has ended."""
    bad = [r for r in results if r.failed][:NAMED]
    lines = Text("", "")
    for r in bad:
        why = reason(r, 2)
        name = r.archive_no or r.unit
        lines += Text(f"\n· {r.unit} {name}：{why.zh}", f"\n· {r.unit} {name}: {why.en}")
    text = Text(f"{run.id}：有档案检测不通过", f"{run.id}: units failed the check") + lines
    look = Text(f"检测 {run.id}", f"inspect {run.id}")
    await _spread(ctx, run, Reply(text, choices=(Choice(look, say=look),)), f"inspection-failed:{run.id}")


async def tell_end(ctx: Context, run: Run) -> None:
    """Who began it and the archivists hear how it ended."""
    text = Text(
        f"{run.id} {run.name.zh} 已完成：检测 {run.checked} 件，不通过 {run.failed} 件，有未检项 {run.not_run} 件。",
        f"{run.id} {run.name.en} is done: {run.checked} units, {run.failed} failed, {run.not_run} with items not run.",
    )
    look = Text(f"检测 {run.id}", f"inspect {run.id}")
    await _spread(ctx, run, Reply(text, choices=(Choice(look, say=look),)), f"inspection-done:{run.id}")


async def _spread(ctx: Context, run: Run, reply: Reply, key: str) -> None:
    keepers = await ctx.people.having(Role.ARCHIVIST, run.company)
    known = {p.id for p in await ctx.people.all() if not p.disabled}
    for person in sorted({p.id for p in keepers} | ({run.by} & known)):
        await ctx.post.tell(person, reply, f"{key}:{person}", "reports")
