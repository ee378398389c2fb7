"""The report of a run of the four-property checks (四性检测报告): summary, failures with evidence, on which rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from archive.four_properties.scheme import RULES, Result, Scheme
from archive.four_properties.verdict import OUTCOME_NAMES, PROPERTY_NAMES, STAGE_NAMES, Outcome, Verdict
from archive.inspection import RUN_STATES, Run
from archive.words import Lang, Text, same
from reports.page import Block, Column, Fact, Facts, Group, Page, Paragraph, Row, Signatures, Table

TITLE = Text("四性检测报告", "Report of the four-property checks")
ROLES = (Text("检测人", "Checked by"), Text("档案员", "Archivist"), Text("负责人", "Approved by"))
_ITEMS = (
    Column("property", Text("性质", "Property"), weight=0.9),
    Column("code", Text("项", "Item"), weight=0.5),
    Column("name", Text("检测项目", "What is checked"), weight=1.8),
    Column("asked", Text("要求", "Asked"), weight=0.8),
    Column("version", Text("规则版本", "Rule"), weight=0.7),
    *(Column(o.value, OUTCOME_NAMES[o], "count") for o in Outcome),
)
_FAILURES = (
    Column("unit", Text("编号", "Id"), weight=1.1),
    Column("archive_no", Text("档号", "Archive no."), weight=1.6),
    Column("item", Text("检测项目", "Item"), weight=1.2),
    Column("why", Text("原因", "Why"), weight=3),
    Column("evidence", Text("证据", "Evidence"), weight=2),
)
_UNITS = (
    Column("unit", Text("编号", "Id")),
    Column("archive_no", Text("档号", "Archive no."), weight=1.6),
    Column("result", Text("结论", "Result"), weight=0.7),
    Column("failed", Text("不通过项", "Failed")),
    Column("not_run", Text("未检项", "Not run")),
    Column("evidence", Text("证据", "Evidence"), weight=4),
)
REQUIRED, ADVISORY = Text("必检", "required"), Text("建议", "advisory")


def report(
    run: Run, scheme: Scheme, failures: Sequence[Result], made_at: datetime, made_by: str, company: str,
    lang: Lang = "zh", units: Sequence[Result] = (), by: str = "",
) -> Page:  # fmt: skip
    """`failures`: those shown, each with its evidence; `units`: every result, for a workbook; `by`: who began it."""
    facts = Facts(
        (
            Fact(Text("应检（件）", "Units in all"), run.total, "count"),
            Fact(Text("已检（件）", "Checked"), run.checked, "count"),
            Fact(Text("通过（件）", "Passed"), run.checked - run.failed, "count"),
            Fact(Text("不通过（件）", "Failed"), run.failed, "count"),
            Fact(Text("有未检项（件）", "With items not run"), run.not_run, "count"),
        )
    )
    blocks: list[Block] = [facts, Paragraph(_about(run, scheme, made_at, by or run.by), "note"), _items(run, scheme)]
    if failures:
        blocks.append(_failures(failures))
        if run.failed > len(failures):
            more = run.failed - len(failures)
            blocks.append(
                Paragraph(
                    Text(f"另有 {more} 件不通过，见 Excel 报告。", f"{more} more failed units are in the workbook."),
                    "note",
                )
            )
    elif run.checked:
        blocks.append(Paragraph(Text("没有不通过的档案。", "No unit failed."), "text"))
    if units:
        rows = tuple(_unit(result) for result in units)
        blocks.append(Table(Text("逐件结果", "Unit by unit"), _UNITS, (Group(rows),), register=True))
    blocks.append(Signatures(ROLES))
    stage = STAGE_NAMES[run.stage]
    subtitle = Text(f"{stage.zh}环节 · {run.id}", f"Stage: {stage.en} · {run.id}")
    return Page(TITLE, subtitle, company, run.selection.text, made_at, made_by, tuple(blocks), lang)


def _about(run: Run, scheme: Scheme, made_at: datetime, by: str) -> Text:
    """Everything a repetition needs."""
    state = RUN_STATES[run.state]
    sample = Text("全部检测", "all of it")
    if run.share != 1:
        percent = f"{(run.share * 100).normalize():f}%"
        sample = Text(
            f"抽样 {percent}，种子 {run.seed}，每 1/比例 件随机取一",
            f"sample of {percent}, seed {run.seed}, one at random of each stretch",
        )
    engine = (
        Text(f"杀毒引擎 {run.engine}", f"virus scanner {run.engine}")
        if run.engine
        else Text("没有设置杀毒引擎，病毒一项未检", "no virus scanner, item 4-1 not run")
    )
    when = run.begun.astimezone(made_at.tzinfo).strftime("%Y-%m-%d %H:%M")
    return Text(
        f"{state.zh}；{when} 由 {by} 发起；{sample.zh}；方案 {scheme.version}；{engine.zh}。未检、不适用不等于通过。",
        f"{state.en}; begun {when} by {by}; {sample.en}; scheme {scheme.version}; "
        f"{engine.en}. What was not run or does not apply is not passed.",
    )


def _items(run: Run, scheme: Scheme) -> Table:
    rows: list[Row] = []
    for code in scheme.codes:
        rule = RULES[code]
        asked = REQUIRED if code in scheme.required else ADVISORY
        counts = [run.counts.get(f"{code}:{outcome.value}", 0) for outcome in Outcome]
        rows.append((PROPERTY_NAMES[rule.property], code, rule.name, asked, f"v{rule.version}", *counts))
    return Table(Text("检测项目", "Items"), _ITEMS, (Group(tuple(rows)),))


def _failures(failures: Sequence[Result]) -> Table:
    rows: list[Row] = []
    for result in failures:
        for code in result.failed:
            verdict = result.verdicts[code]
            name = same(f"{code} ") + RULES[code].name
            rows.append((result.unit, result.archive_no, name, verdict.why, evidence_of(verdict)))
    return Table(Text("不通过的档案", "Failed units"), _FAILURES, (Group(tuple(rows)),))


def _unit(result: Result) -> Row:
    said = OUTCOME_NAMES[Outcome.PASS if result.passed else Outcome.FAIL]
    source = result.verdicts.get("1-1")
    return (
        result.unit, result.archive_no, said, ", ".join(result.failed), ", ".join(result.not_run),
        evidence_of(source) if source else "",
    )  # fmt: skip


def evidence_of(verdict: Verdict) -> str:
    """The evidence as one line: digests and figures by name."""
    return "; ".join(f"{name}={value}" for name, value in verdict.evidence.items())
