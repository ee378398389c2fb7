"""定期审查报告: the checklist on paper, each point with its finding and the rule it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from archive.review import MARKS, Mark, Point
from archive.words import Text
from reports.head import Head
from reports.page import Column, Fact, Facts, Group, Page, Signatures, Table

TITLE = Text("电子会计档案定期审查报告", "Periodic review of the electronic accounting archive")
SUBTITLE = Text("依据 79号令、DA/T 94-2022、财会〔2024〕11号", "By Order 79, DA/T 94-2022, 财会〔2024〕11号")
COLUMNS = (
    Column("no", Text("序号", "No."), "count"),
    Column("what", Text("检查项目", "Point"), weight=1.4),
    Column("mark", Text("结果", "Result"), weight=0.7),
    Column("detail", Text("情况", "Finding"), weight=3.4),
    Column("rule", Text("依据", "Rule"), weight=1.5),
)
ROLES = (
    Text("审查人", "Reviewed by"),
    Text("档案负责人", "Head of archives"),
    Text("单位负责人", "Company"),
)


def page(points: Sequence[Point], head: Head) -> Page:
    """The report."""
    counts = Counter(point.mark for point in points)
    facts = Facts(tuple(Fact(MARKS[mark], counts.get(mark, 0), "count") for mark in Mark))
    rows = tuple((n, p.name, MARKS[p.mark], p.detail, p.rule) for n, p in enumerate(points, 1))
    bad = frozenset(n for n, p in enumerate(points) if p.mark is Mark.BAD)
    table = Table(Text("检查清单", "Checklist"), COLUMNS, (Group(rows),), strong=bad)
    return head.page(TITLE, SUBTITLE, (facts, table, Signatures(ROLES)))
