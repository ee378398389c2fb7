"""检测: begin a run of the four-property checks, see how far it is, have its report, or end it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from archive.access import Person, Role
from archive.errors import ChangedMeanwhile, NotFound, RunEnded
from archive.four_properties.verdict import Stage
from archive.inspection import RUN_STATES, Run, RunState
from archive.selection import Selection
from archive.trail import Entry
from archive.words import Text, same
from handlers.context import Context
from handlers.custodian import custody_of, page_of
from handlers.custody import Custody
from handlers.inspecting import NAMED, begin, reason, wanted
from handlers.message import Card, Choice, Fact, Message, OutFile, Reply, Tone
from reports.render import Format, render

#: The button that ends a run.
CANCEL = "inspection_cancel"
YEAR = timedelta(days=365)
MEDIA: Mapping[str, str] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
_FORMATS: Mapping[str, Format] = {"pdf": "pdf", "excel": "xlsx", "xlsx": "xlsx", "json": "json"}
_RUN = re.compile(r"JC[0-9]{4}-[0-9]{4,}", re.IGNORECASE)


async def inspect(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """检测 2025 凭证 · 检测 抽样 5% 2025 · 检测 JC2611-0001 excel · 检测. Raises BadSelection, NothingSelected."""
    custody = custody_of(ctx)
    if not rest.strip():
        return await _overview(ctx, custody, asker)
    if match := _RUN.search(rest):
        run = await seen_run(custody, asker, match[0].upper())
        words = rest.replace(match[0], "").strip().lower()
        return await _shown(ctx, custody, asker, message, run, _FORMATS.get(words, "pdf"))
    stage, share, what = wanted(rest, asker.company)
    run = await begin(ctx, custody, asker, stage, share, what, message.channel)
    text = Text(
        f"已开始：{run.name.zh}，共 {run.total} 件，编号 {run.id}。它让路给读取，完成后会告诉你。",
        f"Begun: {run.name.en}, {run.total} units, {run.id}. It gives way to reading; you will hear when it is done.",
    )
    return Reply(text, (run_card(run),))


async def cancel(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The button on a running one. What it found so far stays. Raises RunEnded."""
    assert message.click is not None  # the table sends only clicks here
    custody = custody_of(ctx)
    run = await seen_run(custody, asker, message.click.subject)
    try:
        run = await custody.inspections.cancel(
            run.id, Entry(asker.id, "inspection_cancelled", run.id, ctx.now(), message.channel)
        )
    except ChangedMeanwhile as error:
        raise RunEnded(run=run.id) from error
    return Reply(Text(f"{run.id} 已取消", f"{run.id} is cancelled"), (run_card(run),))


async def seen_run(custody: Custody, person: Person, run_id: str) -> Run:
    """The run, if it is of the person's company; otherwise it isn't there."""
    run = await custody.inspections.run(run_id)
    if run.company != person.company:
        raise NotFound(item=run_id)
    return run


async def _shown(
    ctx: Context, custody: Custody, asker: Person, message: Message, run: Run, format: Format
) -> Reply:  # fmt: skip
    """How it stands; once it has ended with its report."""
    if run.state is RunState.RUNNING:
        return Reply(cards=(run_card(run),))
    page = await page_of(ctx, custody, run, asker, book=format != "pdf")
    data: bytes = await ctx.offload(render, page, format)
    await ctx.trail.add(Entry(asker.id, "exported", run.id, ctx.now(), message.channel, {"as": format}))
    lines = Text("", "")
    for result in await custody.inspections.failures(run.id, NAMED):
        why = reason(result, 2)
        lines += Text(
            f"\n· {result.unit} {result.archive_no}：{why.zh}", f"\n· {result.unit} {result.archive_no}: {why.en}"
        )
    others = [f for f in ("pdf", "excel", "json") if _FORMATS[f] != format]
    choices = tuple(Choice(same(f.upper()), say=Text(f"检测 {run.id} {f}", f"inspect {run.id} {f}")) for f in others)
    file = OutFile(f"{page.title.to(asker.lang)}_{run.id}.{format}".replace(" ", "_"), MEDIA[format], data)
    return Reply(run.name + lines, (run_card(run),), (file,), choices)


async def _overview(ctx: Context, custody: Custody, asker: Person) -> Reply:
    runs = await custody.inspections.runs(asker.company, 5)
    if not runs:
        say = Text("检测 2025 凭证", "inspect 2025 vouchers")
        return Reply(Text("还没有检测过。", "Nothing was checked yet."), choices=(Choice(say, say=say),))
    text = Text(f"最近 {len(runs)} 次检测", f"The last {len(runs)} checks")
    return Reply(text, tuple(run_card(run) for run in runs))


def run_card(run: Run) -> Card:
    """How far it is and what it found."""
    tone: Tone = "wait" if run.state is RunState.RUNNING else "bad" if run.failed else "good"
    facts = [
        Fact(Text("编号", "Id"), run.id),
        Fact(Text("进度", "Progress"), f"{int(run.done * 100)}%（{run.place}/{run.total}）"),
        Fact(Text("已检", "Checked"), str(run.checked)),
        Fact(Text("不通过", "Failed"), str(run.failed), flagged=bool(run.failed)),
        Fact(Text("有未检项", "With items not run"), str(run.not_run)),
    ]
    if run.share != 1:
        facts.append(Fact(Text("抽样种子", "Seed of the sample"), run.seed))
    choices = [Choice(Text("看结果", "See it"), say=Text(f"检测 {run.id}", f"inspect {run.id}"))]
    if run.state is RunState.RUNNING:
        choices.append(Choice(Text("取消检测", "Cancel"), CANCEL, run.id, 0, "danger"))
    return Card(run.name, tuple(facts), (), tuple(choices), RUN_STATES[run.state], tone)


# by the clock


async def watch(ctx: Context, custody: Custody, company: str) -> Run | None:
    """At least one full or sampled run a year of what is kept: begun on its day, or told to be overdue.

    DA/T 92: at least one four-property check a year after archiving. Returns the run that was begun.
    """
    now = ctx.now()
    everything = Selection(company)
    if not await custody.units.count(everything):
        return None
    kept = [r for r in await custody.inspections.runs(company, 50) if r.stage is Stage.KEEPING]
    live = [r for r in kept if r.state is not RunState.CANCELLED]
    today = now.astimezone(ctx.zone).date()
    if (
        custody.yearly
        and f"{today:%m-%d}" >= custody.yearly
        and not any(r.begun.astimezone(ctx.zone).year == today.year for r in live)
    ):
        stage, share, what = wanted("", company)
        return await begin(ctx, custody, "system", stage, share, what)
    last = max((r.begun for r in live), default=None)
    first = (await custody.units.page(everything, "", 1))[0]
    young = first and first[0].year >= today.year  # nothing has been kept for a year yet
    if (last is not None and now - last <= YEAR) or (last is None and young):
        return None
    when = f"{last.astimezone(ctx.zone):%Y-%m-%d}" if last else "—"
    text = Text(
        f"年度四性检测已逾期：上次 {when}，每年至少一次。", f"The yearly four-property check is overdue: last {when}."
    )
    say = Text("检测 全部", "inspect all")
    for person in await ctx.people.having(Role.ARCHIVIST, company):
        reply = Reply(text, choices=(Choice(say, say=say),))
        await ctx.post.tell(person.id, reply, f"inspection-overdue:{company}:{today:%Y-%m}:{person.id}")
    return None
