"""The answer to a question as a report: its figure, a chart, the lines behind it, and what it rests on."""

from __future__ import annotations

from decimal import Decimal

from archive.answer import Answer
from archive.question import Against, subject_name
from archive.vocabulary import term
from archive.words import Text, same
from reports.head import Head
from reports.page import WAN, YUAN, Block, CellKind, Chart, Column, Fact, Facts, Group, Page, Paragraph, Series, Table

TOTAL = Text("合计", "Total")
_CHANGE = Text("变动", "Change")
_PERIOD = Text("期间", "Period")
_COUNT = Text("笔数", "Entries")
_SHARE = Text("占比", "Share")


def page(answer: Answer, head: Head) -> Page:
    """One page or more. Only figures that are there are drawn."""
    name = subject_name(answer.question.subject)
    kind: CellKind = {"money": "money", "count": "count", "hours": "number"}[answer.unit]  # type: ignore[assignment]
    blocks: list[Block] = [_facts(answer, name, kind)]
    blocks += _course(answer, name, kind) if answer.course else []
    blocks += _parts(answer, name, kind) if answer.parts else []
    blocks += [Paragraph(words, "note") for words in answer.basis]
    return head.page(name, answer.period.label, tuple(blocks), WAN if answer.question.wan else YUAN)


def _facts(answer: Answer, name: Text, kind: CellKind) -> Facts:
    facts = [Fact(name, _cell(answer.value, kind), kind if answer.value is not None else "text")]
    if answer.beside:
        label, value = answer.beside
        facts.append(Fact(label, _cell(value, kind), kind if value is not None else "text"))
        if (change := answer.change) is not None:
            facts.append(Fact(_CHANGE, change, "percent"))
    facts.append(Fact(_COUNT, answer.count, "count"))
    return Facts(tuple(facts))


def _cell(value: Decimal | None, kind: CellKind) -> Decimal | int | str:
    if value is None:
        return "—"
    return int(value) if kind == "count" else value


def _course(answer: Answer, name: Text, kind: CellKind) -> list[Block]:
    known = [(month, value) for month, value in answer.course if value is not None]
    labels = tuple(f"{month.first:%y-%m}" for month, _ in known)
    values = tuple(value for _, value in known)
    title = Text(f"{name.zh}逐月", f"{name.en} by month")
    chart = Chart("line", title, labels, (Series(name, values),), kind)
    rows = tuple((month.label, _cell(value, kind) if value is not None else None) for month, value in answer.course)
    columns = (Column("month", _PERIOD), Column("value", name, kind))
    table = Table(title, columns, (Group(rows),))
    return [chart, table] if len(known) > 1 else [table]


def _parts(answer: Answer, name: Text, kind: CellKind) -> list[Block]:
    by = answer.question.by or (("category",) if answer.unit == "money" and answer.documents else ("account",))
    heading = Text("、".join(term(key).name.zh for key in by), ", ".join(term(key).name.en for key in by))
    title = Text(f"{name.zh}（按{heading.zh}）", f"{name.en} by {heading.en}")
    shares = bool(answer.whole) and all(part.value >= 0 for part in answer.parts)
    whole = answer.whole or Decimal(1)
    rows = tuple(
        (part.name, _cell(part.value, kind), part.count, *((part.value / whole,) if shares else ()))
        for part in answer.parts
    )
    columns = (
        Column("name", heading), Column("value", name, kind), Column("count", _COUNT, "count"),
        *((Column("share", _SHARE, "percent"),) if shares else ()),
    )  # fmt: skip
    total = None
    if not answer.others and answer.whole is not None:
        total = (TOTAL, _cell(answer.whole, kind), answer.count, *((Decimal(1),) if shares else ()))
    table = Table(title, columns, (Group(rows),), total)
    if len(answer.parts) < 2:
        return [table]
    pie = answer.question.share and shares and not answer.others
    labels = tuple(part.name for part in answer.parts)
    series = (Series(name, tuple(part.value for part in answer.parts)),)
    return [Chart("pie" if pie else "bar", title, labels, series, kind), table]


def beside_name(against: Against, label: Text) -> Text:
    """What the figure it is held against is called."""
    match against:
        case Against.YEAR:
            return Text(f"去年同期（{label.zh}）", f"same period last year ({label.en})")
        case Against.PRIOR:
            return Text(f"上期（{label.zh}）", f"period before ({label.en})")
        case _:
            return label


def percent(change: Decimal) -> Text:
    """+12.3%."""
    return same(f"{change * 100:+.1f}%")
