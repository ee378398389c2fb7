"""现金预测 as a page: the months ahead as ranges, line by line, with how each was told."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from archive.analysis.forecast import AHEAD, Forecast, Range, rough
from archive.words import Text, same
from reports.analysis.words import note
from reports.head import Head
from reports.page import YUAN, Block, Chart, Column, Fact, Facts, Group, Page, Row, Series, Signatures, Table

TITLE = Text("现金预测", "Cash forecast")
SUBTITLE = Text("未来三个月，按到期应收应付与经常性收支推算", "Three months ahead, from what falls due and what recurs")
_HOW: Mapping[str, Text] = {
    "due": Text("到期账龄＋常见月", "due by age, usual month"), "usual": Text("常见月", "usual month"),
    "mean": Text("不经常，取月均", "now and then: mean"),
}  # fmt: skip
_ENDS = (
    ("low", Text("偏紧", "Unfavourable")), ("middle", Text("中位", "Middle")), ("high", Text("偏松", "Favourable")),
)  # fmt: skip


def page(f: Forecast, english: Mapping[str, Text], head: Head) -> Page:
    """Amounts are rough on purpose: three figures."""
    last = _rough(f.closing(AHEAD - 1))
    facts = Facts(
        (
            Fact(Text(f"{f.known[-1]} 期末现金", f"Cash, end of {f.known[-1]}"), f.opening, "money"),
            Fact(Text(f"{f.months[-1]} 期末（中位）", f"End of {f.months[-1]} (middle)"), last.middle, "money"),
            Fact(Text("偏紧", "Unfavourable"), last.low, "money"),
            Fact(Text("偏松", "Favourable"), last.high, "money"),
        )
    )
    labels = (f.known[-1], *f.months)
    series = tuple(
        Series(name, (f.opening, *(_end(_rough(f.closing(n)), end) for n in range(AHEAD)))) for end, name in _ENDS
    )
    blocks: list[Block] = [facts, Chart("line", Text("期末现金", "Cash at the end"), labels, series), _balance(f)]
    for n, month in enumerate(f.months):
        blocks.append(_month(f, n, month, english))
    blocks += _notes(f, english)
    return head.page(TITLE, SUBTITLE, (*blocks, Signatures()), YUAN)


def _rough(r: Range) -> Range:
    return Range(rough(r.low), rough(r.middle), rough(r.high))


def _whole(r: Range) -> tuple[int, int, int]:
    """Rough amounts bear no cents."""
    return int(r.low), int(r.middle), int(r.high)


def _end(r: Range, end: str) -> Decimal:
    return {"low": r.low, "middle": r.middle, "high": r.high}[end]


def _columns(first: Column) -> tuple[Column, ...]:
    return (first, *(Column(end, name, "count") for end, name in _ENDS))


def _balance(f: Forecast) -> Table:
    rows: list[Row] = []
    strong = set()
    for n, month in enumerate(f.months):
        net, closing = f.net(n), _rough(f.closing(n))
        rows.append((Text(f"{month} 净流量", f"{month} net"), *_whole(net)))
        strong.add(len(rows))
        rows.append((Text(f"{month} 期末现金", f"{month} cash at end"), *_whole(closing)))
    first = Column("item", Text("项目", "Item"), weight=2.4)
    return Table(Text("期末现金", "Cash at the end"), _columns(first), (Group(tuple(rows)),), strong=frozenset(strong))


def _month(f: Forecast, n: int, month: str, english: Mapping[str, Text]) -> Table:
    first = Column("line", Text("现金流量项目", "Cash flow line"), weight=3.2)
    columns = (*_columns(first), Column("how", Text("依据", "Basis"), weight=1.4))
    groups = []
    for out, title in ((False, Text("流入", "In")), (True, Text("流出", "Out"))):
        mine = [x for x in f.flows if x.out == out]
        rows = tuple(_flow(english.get(x.line, same(x.line)), x.months[n], _HOW[x.how], out) for x in mine)
        groups.append(Group(rows, title))
    net = f.net(n)
    total: Row = (Text("净流量", "Net"), *_whole(net), None)
    return Table(same(month), columns, tuple(groups), total)


def _flow(name: Text, r: Range, how: Text, out: bool) -> Row:
    """Of payments the unfavourable end is the high one."""
    low, middle, high = _whole(r)
    return (name, *((high, middle, low) if out else (low, middle, high)), how)


def _notes(f: Forecast, english: Mapping[str, Text]) -> list[Block]:
    days = [("—" if t is None else str(t)) for t in f.terms]
    blocks: list[Block] = [
        note(
            "方法：客户回款与供应商付款按未结清的应收、应付账龄和平均账期"
            f"（应收 {days[0]} 天、应付 {days[1]} 天，取自周转天数）推算到期月份，账期以外的部分取常见月；"
            f"其他项目取常见月（近 {len(f.known)} 个月现金流量表的中位数，区间为上下四分位）。",
            f"Method: open receivables and payables fall due after the average term ({days[0]} and {days[1]} days, the "
            f"turnover days); beyond it, and for every other line, the usual month stands in: the median of the cash "
            f"flow statements of the last {len(f.known)} months, its quartiles as the range.",
        ),
        note(
            f"已过账期（一年以内）的应收 {f.overdue[0]:,.0f}、应付 {f.overdue[1]:,.0f}："
            "中位按三个月平均，一端不计，另一端计入第一个月；一年以上的不计。"
            "偏紧为流入取低、流出取高，偏松相反；金额取三位有效数字，是推算，不是承诺。",
            f"Past its term, up to a year: receivables {f.overdue[0]:,.0f}, payables {f.overdue[1]:,.0f}: spread over "
            "the three months in the middle, not counted at one end, all in the first month at the other; older ones "
            "are not counted. Unfavourable is little in and much out. Three figures: an estimate, no promise.",
        ),
    ]  # fmt: skip
    if f.left:
        zh = "；".join(f"{name} {amount:,.0f}" for name, amount in f.left)
        en = "; ".join(f"{english.get(name, same(name)).en} {amount:,.0f}" for name, amount in f.left)
        blocks.append(
            note(f"没有计入（不经常发生，近 {len(f.known)} 个月合计）：{zh}。如已有安排请另行考虑。",
                 f"Not counted, since they seldom occur (last {len(f.known)} months): {en}. Add what is planned.")
        )  # fmt: skip
    return blocks
