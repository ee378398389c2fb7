"""预算 as a page: actual against budget with the difference in amount and per cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archive.analysis.planned import Compared
from archive.words import Text, same
from reports.analysis.words import cents, money, note, percent, share
from reports.head import Head
from reports.page import Block, Chart, Column, Group, Page, Row, Series, Signatures, Table

TITLE = Text("预算执行情况", "Actual against budget")
SUBTITLE = Text("实际与预算的差异", "Differences in amount and per cent")
_SOURCES: Mapping[str, Text] = {
    "account": Text("科目发生额", "account"),
    "income": Text("利润表", "income statement"),
    "cash": Text("现金流量表", "cash flow statement"),
    "name": Text("同名科目", "account by name"),
    "": Text("账上没有对应", "nothing in the books"),
}
_COLUMNS = (
    Column("item", Text("科目、项目", "Item"), weight=2.6),
    money("budget", "预算", "Budget"),
    money("actual", "实际", "Actual"),
    money("difference", "差异", "Difference"),
    percent("share", "差异率", "Per cent"),
    Column("verdict", Text("有利/不利", "Effect"), weight=0.9),
    money("year", "全年预算", "Year"),
    percent("used", "占全年", "Of the year"),
    Column("source", Text("实际取自", "Actual from"), weight=1.2),
)
#: Items drawn.
DRAWN = 12


def page(items: Sequence[Compared], missing: Sequence[str], last: str, head: Head) -> Page:
    """`missing`: months asked for that the books don't have; `last`: the last they have."""
    drawn = [c for c in items if c.actual is not None][:DRAWN]
    blocks: list[Block] = []
    if drawn:
        names = tuple(_name(c) for c in drawn)
        series = (
            Series(Text("预算", "Budget"), tuple(c.budget for c in drawn)),
            Series(Text("实际", "Actual"), tuple(c.actual for c in drawn if c.actual is not None)),
        )
        blocks.append(Chart("bar", Text("预算与实际", "Budget and actual"), names, series))
    blocks.append(Table(TITLE, _COLUMNS, (Group(tuple(_row(c) for c in items)),), register=True))
    if missing:
        blocks.append(
            note(
                f"账簿到 {last}，{'、'.join(missing)} 没有实际数，预算已全额列入。",
                f"The books end with {last}: no actual figures of {', '.join(missing)}, whose budget is counted.",
            )
        )
    if any(c.spread for c in items):
        blocks.append(
            note(
                "年度、季度预算没有分月的，按月平均分摊。",
                "Budgets of a year or quarter are spread evenly over its months.",
            )
        )
    blocks.append(
        note(
            "差异 = 实际 − 预算；收入高于、支出低于预算为有利。"
            "损益科目取净发生额，资产类科目取借方发生额，不含结转损益。",
            "Difference = actual − budget; more income or less expense is favourable. Results are net turnover, assets "
            "what was added, without the transfer of the result.",
        )
    )
    return head.page(TITLE, SUBTITLE, (*blocks, Signatures()))


def _name(c: Compared) -> Text:
    return same(" ".join(filter(None, (c.account, c.name, c.department))))


def _row(c: Compared) -> Row:
    verdict = {None: None, True: Text("有利", "favourable"), False: Text("不利", "unfavourable")}[c.good]
    used = c.actual / c.year if c.actual is not None and c.year > 0 else None
    return (
        _name(c),
        cents(c.budget),
        cents(c.actual),
        cents(c.difference),
        share(c.share),
        verdict,
        cents(c.year),
        share(used),
        _SOURCES[c.source],
    )
