"""The archive's own figures (归档绩效表): speed, certainty, approval times, use and growth of a period."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from archive.document import KIND_NAMES
from archive.performance import Decided, Performance, Taken, quantile
from archive.words import Text, same
from reports.head import Head
from reports.page import Block, Chart, Column, Fact, Facts, Group, Page, Paragraph, Row, Series, Signatures, Table
from reports.sums import TOTAL

TITLE = Text("归档绩效表", "Archive performance")
SUBTITLE = Text("收集、读取、审批、归档与利用", "Taking in, reading, approving, filing and use")
HALF, MOST = Decimal("0.5"), Decimal("0.9")
MB = Decimal(1_000_000)
COUNT = Column("count", Text("件数", "Documents"), "count")
DOUBTFUL = Column("doubtful", Text("存疑率", "Doubtful"), "percent")
ACCURACY = Column("accuracy", Text("读取准确率", "Reading accuracy"), "percent")
MEDIAN, NINETY = Text("中位小时", "Median hours"), Text("90% 小时", "90 % hours")
RATE = Text("归档率", "Filed")
USES: Mapping[str, Text] = {
    "viewed": Text("查看", "viewed"),
    "downloaded": Text("下载原件", "originals handed out"),
    "exported": Text("报表导出", "reports made"),
    "borrowed": Text("借出", "lent"),
    "returned": Text("归还", "returned"),
}
HOW = Paragraph(
    Text(
        "口径：按提交日期；存疑＝读取后需要人补充或确认；读取准确率＝未被更正的字段÷读到的字段；收集时间＝从消息到达至写入档案；"
        "超时＝超过催办时限；检索本身不留痕，不计入利用。",
        "By the day handed in. Doubtful: a person had to complete or confirm what was read. Reading accuracy: fields "
        "that nobody corrected by fields read. Capture time: from the message's arrival to its record. Overdue: later "
        "than the reminder. Searches leave no trail and are not counted as use.",
    ),
    "note",
)


def kpi(measured: Performance, head: Head) -> Page:
    """One page of figures, then the tables behind them."""
    taken = measured.taken
    if not taken:
        return head.empty(TITLE, SUBTITLE)
    zone = head.made_at.tzinfo
    steps = _by(taken, lambda one: _step(one, head, zone))
    kinds = _ranked(_by(taken, lambda one: one.kind.value))
    blocks: tuple[Block, ...] = (
        _facts(measured),
        _flow(steps),
        Chart(
            "bar",
            Text("各票种存疑率", "Doubtful by kind"),
            tuple(KIND_NAMES[found[0].kind] for _, found in kinds),
            (
                Series(
                    DOUBTFUL.heading, tuple(_share(sum(o.doubtful for o in found), len(found)) for _, found in kinds)
                ),
            ),
            "percent",
        ),
        _reading(Text("按票种", "By kind"), Text("票种", "Kind"), [(KIND_NAMES[f[0].kind], f) for _, f in kinds]),
        _reading(
            Text("按载体", "By carrier"),
            Text("载体", "Carrier"),
            [(same(name.upper() or "—"), found) for name, found in _ranked(_by(taken, lambda one: one.carrier))],
        ),
        *([_approvals(measured.decided)] if measured.decided else []),
        _growth(steps),
        *([_use(measured.uses)] if measured.uses else []),
        HOW,
        Signatures(),
    )
    return head.page(TITLE, SUBTITLE, blocks)


def _facts(measured: Performance) -> Facts:
    taken, count = measured.taken, len(measured.taken)
    took = [one.hours for one in measured.decided]
    seconds = [one.seconds for one in taken if one.seconds is not None]
    read, wrong = sum(one.read for one in taken), sum(one.wrong for one in taken)
    facts = [
        Fact(Text("收到", "Received"), count, "count"),
        Fact(RATE, _share(sum(one.archived for one in taken), count), "percent"),
        Fact(DOUBTFUL.heading, _share(sum(one.doubtful for one in taken), count), "percent"),
        Fact(Text("检查通过率", "Checks passed"), _share(sum(one.clean for one in taken), count), "percent"),
        Fact(ACCURACY.heading, _share(read - wrong, read) if read else None, "percent"),
    ]
    if seconds:
        facts.append(Fact(Text("收集时间中位（秒）", "Capture, median s"), quantile(seconds, HALF), "number"))
    if took:
        facts.append(Fact(Text("审批中位（小时）", "Approval, median h"), quantile(took, HALF), "number"))
    late = sum(one.overdue for one in measured.decided) + measured.overdue
    facts += [
        Fact(Text("待审批", "Waiting"), len(measured.waiting), "count"),
        Fact(Text("超时", "Overdue"), late, "count"),
        Fact(Text("拒收重复件", "Copies refused"), measured.refused, "count"),
    ]
    return Facts(tuple(facts))


def _flow(steps: Mapping[str, Sequence[Taken]]) -> Chart:
    names = sorted(steps)
    return Chart(
        "combo",
        Text("收到件数与归档率", "Received, and the share filed"),
        tuple(same(name) for name in names),
        (
            Series(Text("收到", "Received"), tuple(len(steps[name]) for name in names)),
            Series(RATE, tuple(_share(sum(o.archived for o in steps[name]), len(steps[name])) for name in names)),
        ),
        "count",
        "percent",
    )


def _reading(title: Text, heading: Text, groups: Sequence[tuple[Text, Sequence[Taken]]]) -> Table:
    columns = (
        Column("name", heading),
        COUNT,
        DOUBTFUL,
        Column("clean", Text("检查通过率", "Checks passed"), "percent"),
        Column("read", Text("读到字段", "Fields read"), "count"),
        Column("wrong", Text("更正字段", "Corrected"), "count"),
        Column("missing", Text("补录字段", "Filled in"), "count"),
        ACCURACY,
        Column("seconds", Text("收集秒数（中位）", "Capture s, median"), "number"),
    )
    everything = [one for _, found in groups for one in found]
    rows = tuple(_reading_line(name, found) for name, found in groups)
    return Table(title, columns, (Group(rows),), _reading_line(TOTAL, everything))


def _reading_line(name: Text, found: Sequence[Taken]) -> Row:
    read, wrong, count = sum(o.read for o in found), sum(o.wrong for o in found), len(found)
    seconds = [o.seconds for o in found if o.seconds is not None]
    return (
        name,
        count,
        _share(sum(o.doubtful for o in found), count),
        _share(sum(o.clean for o in found), count),
        read,
        wrong,
        sum(o.missing for o in found),
        _share(read - wrong, read) if read else None,
        quantile(seconds, HALF) if seconds else None,
    )


def _approvals(decided: Sequence[Decided]) -> Table:
    columns = (
        Column("person", Text("审批人", "Approver"), weight=2),
        Column("step", Text("步骤", "Step"), "nth"),
        Column("count", Text("已审批", "Decided"), "count"),
        Column("median", MEDIAN, "number"),
        Column("ninety", NINETY, "number"),
        Column("longest", Text("最长小时", "Longest"), "number"),
        Column("overdue", Text("超时", "Overdue"), "count"),
    )
    found: dict[tuple[str, int], list[Decided]] = {}
    for one in decided:
        found.setdefault((one.person, one.step), []).append(one)
    order = sorted(found.items(), key=lambda pair: (pair[0][1], -len(pair[1]), pair[0][0]))
    rows = tuple(_approval_line(same(person), step, ones) for (person, step), ones in order)
    return Table(Text("审批用时", "Approval times"), columns, (Group(rows),), _approval_line(TOTAL, None, decided))


def _approval_line(name: Text, step: int | None, found: Sequence[Decided]) -> Row:
    took = [one.hours for one in found]
    late = sum(one.overdue for one in found)
    return (name, step, len(found), quantile(took, HALF), quantile(took, MOST), max(took), late)


def _growth(steps: Mapping[str, Sequence[Taken]]) -> Table:
    columns = (
        Column("step", Text("日期/月份", "Day/month")),
        COUNT,
        Column("archived", Text("已归档", "Filed"), "count"),
        Column("rate", RATE, "percent"),
        Column("mb", Text("新增 MB", "MB added"), "number"),
        Column("sum", Text("累计 MB", "MB so far"), "number"),
    )
    rows, bytes_, everything = list[Row](), 0, list[Taken]()
    for name in sorted(steps):
        found = steps[name]
        everything += found
        bytes_ += sum(one.size for one in found)
        rows.append(_growth_line(same(name), found, bytes_))
    return Table(
        Text("归档与存储增长", "Filing and growth"),
        columns,
        (Group(tuple(rows)),),
        _growth_line(TOTAL, everything, bytes_),
    )


def _growth_line(name: Text, found: Sequence[Taken], so_far: int) -> Row:
    filed = sum(one.archived for one in found)
    size = sum(one.size for one in found)
    return (name, len(found), filed, _share(filed, len(found)), _mb(size), _mb(so_far))


def _use(uses: Mapping[str, int]) -> Table:
    columns = (Column("use", Text("方式", "Use")), Column("times", Text("次数", "Times"), "count"))
    rows = tuple((USES[name], uses[name]) for name in USES if name in uses)
    return Table(Text("利用", "Use"), columns, (Group(rows),), (TOTAL, sum(uses.values())))


def _by(taken: Sequence[Taken], key: Callable[[Taken], str]) -> dict[str, list[Taken]]:
    found: dict[str, list[Taken]] = {}
    for one in taken:
        found.setdefault(key(one), []).append(one)
    return found


def _ranked(found: Mapping[str, list[Taken]]) -> list[tuple[str, list[Taken]]]:
    return sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def _step(one: Taken, head: Head, zone: tzinfo | None) -> str:
    """By day in up to 31 days, else by month."""
    at: datetime = one.received_at.astimezone(zone)
    return f"{at:%m-%d}" if (head.period.last - head.period.first).days <= 31 else f"{at:%Y-%m}"


def _share(part: int, whole: int) -> Decimal:
    return Decimal(part) / whole if whole else Decimal(0)


def _mb(size: int) -> Decimal:
    return (size / MB).quantize(Decimal("0.01"), ROUND_HALF_UP)
