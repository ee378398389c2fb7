"""比率 as a page: families of ratios with their formulas, and the DuPont tree in figures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from archive.analysis.ratio_table import RatioRow
from archive.words import Text
from reports.analysis.words import note
from reports.head import Head
from reports.page import Block, Cell, Chart, Column, Fact, Facts, Group, Page, Row, Series, Signatures, Table

TITLE = Text("财务比率分析", "Financial ratios")
SUBTITLE = Text("偿债、营运、盈利能力与杜邦分析", "Liquidity, turnover, margins and DuPont")
_COLUMNS = (
    Column("ratio", Text("比率", "Ratio"), weight=1.6),
    Column("now", Text("本期", "This period"), "number"),
    Column("before", Text("上期", "Period before"), "number"),
    Column("year_earlier", Text("上年同期", "Year earlier"), "number"),
    Column("unit", Text("单位", "Unit"), weight=0.5),
    Column("formula", Text("算法", "Formula"), weight=3.6),
)
_UNITS = {"percent": Text("%", "%"), "times": Text("倍", "times"), "days": Text("天", "days")}
_HEADLINE = ("current_ratio", "gross_margin", "net_margin", "return_on_equity")
_CHARTED = ("gross_margin", "operating_margin", "net_margin", "return_on_assets", "return_on_equity")


def page(rows: Sequence[RatioRow], head: Head) -> Page:
    """Every ratio with both comparatives; an empty cell is one that can't be told."""
    families = list(dict.fromkeys(r.ratio.family.zh for r in rows))
    groups = tuple(
        Group(
            tuple(_row(r) for r in rows if r.ratio.family.zh == family),
            next(r.ratio.family for r in rows if r.ratio.family.zh == family),
        )
        for family in families
    )
    facts = tuple(_fact(r) for r in rows if r.ratio.key in _HEADLINE)
    charted = [r for r in rows if r.ratio.key in _CHARTED and r.ratio.value is not None]
    spans = (
        (Text("本期", "This period"), [r.ratio.value for r in charted]),
        (Text("上期", "Period before"), [r.before for r in charted]),
        (Text("上年同期", "Year earlier"), [r.year_earlier for r in charted]),
    )
    series = tuple(
        Series(name, tuple(v or Decimal(0) for v in values))
        for name, values in spans
        if any(v is not None for v in values)
    )
    blocks: list[Block] = [Facts(facts)]
    if charted:
        names = tuple(r.ratio.name for r in charted)
        blocks.append(Chart("bar", Text("盈利能力", "Margins and returns"), names, series, "percent"))
    blocks += [
        Table(Text("比率", "Ratios"), _COLUMNS, groups),
        note(
            "资产、负债取自期末与期初资产负债表，收入、利润取自利润表，现金净额取自现金流量表；周转与报酬率折算为全年。"
            "空白表示分母不为正或账簿没有该期数据。",
            "Balances are those of the balance sheets at the beginning and the end, results of the income statement, "
            "cash of the cash flow statement; turnovers and returns are brought to a year. Empty: nothing to divide "
            "by, or the books don't cover the period.",
        ),
        Signatures(),
    ]
    return head.page(TITLE, SUBTITLE, tuple(blocks))


def _row(r: RatioRow) -> Row:
    kind = r.ratio.kind
    values = (_number(v, kind) for v in (r.ratio.value, r.before, r.year_earlier))
    return (r.ratio.name, *values, _UNITS[kind], r.ratio.formula)


def _number(value: Decimal | None, kind: str) -> Cell:
    if value is None:
        return None
    if kind == "percent":
        return (value * 100).quantize(Decimal("0.01"))
    return value.quantize(Decimal("0.01" if kind == "times" else "0.1"))


def _fact(r: RatioRow) -> Fact:
    if r.ratio.kind == "percent":
        return Fact(r.ratio.name, r.ratio.value, "percent")
    return Fact(r.ratio.name, _number(r.ratio.value, r.ratio.kind), "number")
