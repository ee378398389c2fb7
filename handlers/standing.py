"""What is known of a unit's checks, for whoever opens it."""

from __future__ import annotations

from archive.four_properties.scheme import Result
from archive.four_properties.verdict import STAGE_NAMES, Outcome
from archive.words import Text
from handlers.context import Context


def standing(result: Result) -> Text:
    """通过 · 未检 4-1, 不通过 1-1."""
    if result.failed:
        codes = ", ".join(result.failed)
        return Text(f"不通过（{codes}）", f"failed ({codes})")
    gaps = {code for code, v in result.verdicts.items() if v.outcome is Outcome.NOT_RUN}
    codes = ", ".join(sorted(gaps))
    return Text("通过", "passed") + (Text(f"，未检 {codes}", f", not run: {codes}") if gaps else Text("", ""))


async def keeper_of(ctx: Context, unit_id: str) -> Text:
    """保管：档案机构, or accounting until the year is handed over."""
    if ctx.custody is not None and await ctx.custody.handovers.keeper(unit_id):
        return Text("保管：档案机构", "Kept by: the archive body")
    return Text("保管：会计机构", "Kept by: accounting")


async def results_of(ctx: Context, unit_id: str) -> list[Result]:
    """What was found of a unit, the latest first; nothing where nothing was ever checked."""
    return await ctx.custody.inspections.results(unit_id, 3) if ctx.custody else []


def line(results: list[Result]) -> Text:
    """四性检测：通过（2026-11-24，长期保存）, with how many there were before; 未检 where there is none."""
    if not results:
        return Text("四性检测：未检", "Four-property check: not run")
    last = results[0]
    said, stage = standing(last), STAGE_NAMES[last.stage]
    return Text(
        f"四性检测：{said.zh}（{last.at:%Y-%m-%d}，{stage.zh}，{last.run}）",
        f"Four-property check: {said.en} ({last.at:%Y-%m-%d}, {stage.en}, {last.run})",
    )


async def plain_standing(ctx: Context, unit_id: str) -> dict[str, object]:
    """As plain values: the last check (null where there is none) and who keeps the unit."""
    results = await results_of(ctx, unit_id)
    keeper = await ctx.custody.handovers.keeper(unit_id) if ctx.custody else ""
    return {"inspection": _plain(results[0]) if results else None, "keeper": keeper or "accounting"}


def _plain(result: Result) -> dict[str, object]:
    return {
        "run": result.run, "stage": result.stage.value, "rules": result.version, "at": result.at.isoformat(),
        "passed": result.passed, "failed": list(result.failed), "not_run": list(result.not_run),
        "verdicts": {
            code: {"outcome": v.outcome.value, "zh": v.why.zh, "en": v.why.en, "evidence": dict(v.evidence)}
            for code, v in result.verdicts.items()
        },
    }  # fmt: skip
