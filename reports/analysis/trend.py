"""趋势 as a page: charts, the period compared, and every month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from archive.analysis.figures import change
from archive.analysis.trend import Compared, Point
from archive.words import Text, same
from reports.analysis.words import BALANCE, CASH, INCOME, ITEM, SOURCE, cents, money, note, percent, share
from reports.head import Head
from reports.page import Block, Chart, Column, Fact, Facts, Group, Page, Row, Series, Signatures, Table

TITLE = Text("经营趋势分析", "Trends")
SUBTITLE = Text("各月主要指标，环比与同比", "Main figures by month, against the month and the year before")
_FROM: Mapping[str, Text] = {"income": INCOME, "cash": CASH, "balance": BALANCE}
_COMPARED = (
    ITEM,
    money("now", "本期", "This period"),
    money("before", "上期", "Period before"),
    percent("change", "环比", "Change"),
    money("year_earlier", "上年同期", "Year earlier"),
    percent("year_change", "同比", "On year"),
    SOURCE,
)
_MONTHS = (
    Column("month", Text("月份", "Month"), weight=0.9),
    money("revenue", "营业收入", "Revenue"),
    percent("change", "环比", "On month"),
    percent("year_change", "同比", "On year"),
    percent("margin", "毛利率", "Gross margin"),
    money("operating", "营业利润", "Operating profit"),
    money("net", "净利润", "Net profit"),
    money("cash", "经营现金净额", "Net operating cash"),
    money("money", "期末货币资金", "Money at end"),
)


def page(points: Sequence[Point], compared: Sequence[Compared], english: Mapping[str, Text], head: Head) -> Page:
    """`points` oldest first; `english`: line → its name in both languages."""
    last = points[-1]
    by_month = {p.month: p for p in points}
    blocks: list[Block] = [
        Facts(
            tuple(
                Fact(english.get(c.line, same(c.line)), cents(c.now), "money")
                for c in compared
                if c.line in ("营业收入", "净利润", "经营活动产生的现金流量净额", "货币资金")
            )
        ),
        *_charts(points),
        Table(
            Text("本期与上期、上年同期比较", "Compared"),
            _COMPARED,
            (Group(tuple(_compared(c, english) for c in compared)),),
        ),
        Table(
            Text("逐月", "Month by month"),
            _MONTHS,
            (Group(tuple(_month(p, by_month) for p in points)),),
            register=True,
            compact=True,
        ),
        note(
            f"利润、现金流量取自各月利润表、现金流量表，期末数取自资产负债表；共 {len(points)} 个月，至 {last.month}。"
            "上期数不为正时不算环比、同比。",
            f"Results and cash flows are those of each month's statements, closing figures of its balance sheet; "
            f"{len(points)} months up to {last.month}. No change is told against a figure that isn't positive.",
        ),
        Signatures(),
    ]
    return head.page(TITLE, SUBTITLE, tuple(blocks))


def _charts(points: Sequence[Point]) -> list[Chart]:
    labels = tuple(p.month for p in points)
    lines = Chart(
        "line",
        Text("营业收入与净利润", "Revenue and net profit"),
        labels,
        (
            Series(Text("营业收入", "Revenue"), _values(p.revenue for p in points)),
            Series(Text("净利润", "Net profit"), _values(p.net for p in points)),
        ),
    )
    recent = points[-12:]
    bars = Chart(
        "bar",
        Text("经营活动现金净额（近12个月）", "Net operating cash, 12 months"),
        tuple(p.month for p in recent),
        (Series(Text("经营现金净额", "Net operating cash"), _values(p.cash for p in recent)),),
    )
    return [lines, bars, *_years(points)]


def _years(points: Sequence[Point]) -> list[Chart]:
    """This year's revenue beside last year's, where the same months of both are known."""
    year = int(points[-1].month[:4])
    by_month = {p.month: p.revenue for p in points}
    months = [n for n in range(1, 13) if f"{year}-{n:02}" in by_month and f"{year - 1}-{n:02}" in by_month]
    if len(months) < 2:
        return []
    series = tuple(Series(same(str(y)), _values(by_month[f"{y}-{n:02}"] for n in months)) for y in (year - 1, year))
    labels = tuple(Text(f"{n}月", f"{n:02}") for n in months)
    return [Chart("bar", Text("营业收入同比", "Revenue on year"), labels, series)]


def _values(amounts: Iterable[Decimal | None]) -> tuple[Decimal, ...]:
    return tuple(a or Decimal(0) for a in amounts)


def _compared(c: Compared, english: Mapping[str, Text]) -> Row:
    return (
        english.get(c.line, same(c.line)),
        cents(c.now),
        cents(c.before),
        share(change(c.now, c.before)),
        cents(c.year_earlier),
        share(change(c.now, c.year_earlier)),
        _FROM[c.kind],
    )


def _month(p: Point, by_month: Mapping[str, Point]) -> Row:
    year, number = int(p.month[:4]), int(p.month[5:])
    earlier = by_month.get(f"{year - 1}-{number:02}")
    last = by_month.get(f"{year}-{number - 1:02}" if number > 1 else f"{year - 1}-12")
    return (
        p.month,
        cents(p.revenue),
        share(change(p.revenue, last.revenue if last else None)),
        share(change(p.revenue, earlier.revenue if earlier else None)),
        share(p.margin),
        cents(p.operating),
        cents(p.net),
        cents(p.cash),
        cents(p.money),
    )
