"""Which reports there are and what people call them: the one list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from unicodedata import normalize

from archive.made import Kept
from archive.words import Text
from reports.analysis.words import ANALYSES
from reports.approvals import approvals
from reports.filing import register
from reports.head import Head
from reports.kpi import kpi
from reports.page import Page
from reports.registers import expenses
from reports.suppliers import suppliers
from reports.travel import travel


@dataclass(frozen=True, slots=True)
class Entry:
    """One report: its key (stable, for schedules and stored choices), its name, other words for it, its builder."""

    key: str
    name: Text
    aliases: tuple[str, ...]
    build: Callable[[Any, Head], Page]  # from what `source` names
    kept: Kept = "other"  # what it is when it is archived
    source: Literal["claims", "performance"] = "claims"  # what it is drawn from: Claims, or archive.performance


REPORTS = (
    Entry(
        "expenses",
        Text("报销登记表", "expenses"),
        ("报销", "费用报销", "报销明细", "报销汇总", "费用", "expense", "expense report", "reimbursement"),
        expenses,
    ),
    Entry(
        "travel", Text("差旅费明细", "travel"), ("差旅", "差旅费", "出差", "travel expenses", "trip", "trips"), travel
    ),
    Entry(
        "suppliers",
        Text("供应商统计", "suppliers"),
        ("供应商", "销售方", "卖方", "商家", "supplier", "vendor", "vendors", "sellers"),
        suppliers,
    ),
    Entry(
        "register",
        Text("归档登记表", "register"),
        ("归档", "档案登记", "登记表", "档案目录", "电子会计档案登记表", "archive register", "archive", "filed"),
        register,
        "inventory",
    ),
    Entry(
        "approvals",
        Text("审批时效", "approvals"),
        ("审批", "审批效率", "审批统计", "时效", "approval", "approval times"),
        approvals,
    ),
    Entry(
        "kpi",
        Text("归档绩效表", "kpi"),
        ("绩效", "归档绩效", "档案绩效", "KPI", "performance", "archive performance"),
        kpi,
        source="performance",
    ),
)


def find(words: str) -> Entry | None:
    """The report the words name: a whole name first, else the longest name standing in them; None for none.

    `本月报销` and `travel report` are found; case, blanks and a full-width form don't matter.
    """
    said = _plain(words)
    if not said:
        return None
    named = [(_plain(word), entry) for entry in REPORTS for word in _words(entry)]
    for word, entry in named:
        if word == said:
            return entry
    within = [(len(word), entry) for word, entry in named if word in said]
    return max(within, key=lambda pair: pair[0])[1] if within else None


def kept_as(key: str) -> Kept:
    """What the report is when it is archived; neither in this list nor an analysis: a statement of account."""
    if key in ANALYSES:
        return "other"
    return next((each.kept for each in REPORTS if each.key == key), "statement")


def names() -> Text:
    """All names in one line, for the answer to an unknown one."""
    return Text("、".join(entry.name.zh for entry in REPORTS), ", ".join(entry.name.en for entry in REPORTS))


def _words(entry: Entry) -> tuple[str, ...]:
    return (entry.key, entry.name.zh, entry.name.en, *entry.aliases)


def _plain(words: str) -> str:
    return "".join(normalize("NFKC", words).lower().split())
