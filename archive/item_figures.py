"""Figures of documents: what was handed in, split, followed over months, and held against another stretch. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal

from archive.answer import Answer, Part, Unit
from archive.approval import Case, Verdict
from archive.document import KIND_NAMES
from archive.item import STATE_NAMES, Item, ItemState
from archive.period import Period
from archive.question import Question, ending_with, months
from archive.vocabulary import BY_KEY
from archive.words import Text, same

Pairs = Sequence[tuple[Item, Case]]
ZERO = Decimal(0)
_STANDING = frozenset({ItemState.ARCHIVED, ItemState.PENDING})  # rejected and withdrawn documents are no claims
_STATES: Mapping[str, frozenset[ItemState]] = {
    "waiting": frozenset({ItemState.PENDING}),
    "rejected": frozenset({ItemState.REJECTED}),
    "hours": frozenset({ItemState.ARCHIVED, ItemState.REJECTED}),
}
_UNITS: Mapping[str, Unit] = {"count": "count", "rejected": "count", "hours": "hours"}
NOWHERE = Text("未填", "not given")


@dataclass(frozen=True, slots=True)
class Words:
    """How people and categories are called, and whose midnight ends a day."""

    people: Mapping[str, str]
    categories: Mapping[str, Text]  # by Chinese name
    zone: tzinfo


def answer(question: Question, period: Period, pairs: Pairs, words: Words) -> Answer:
    """What the documents say; `pairs` must hold everything dated within the period and the months of its trend."""
    how = BY_KEY[question.subject].how
    unit = _UNITS.get(how, "money")
    fitting = [p for p in pairs if _fits(question, *p)]
    within = _dated(fitting, period, words.zone)
    counted = _counted(within, unit)
    parts = _parts(question, counted, how, words)
    if question.trend:
        stretch = ending_with(period.last, question.trend)
        course = tuple(
            (m, figure(_counted(_dated(fitting, m, words.zone), unit), how))
            for m in months(stretch.first, stretch.last)
        )
    else:
        course = ()
    limit = question.top or len(parts)
    basis = [Text("按开票日期统计，含待审批", "by document date, those awaiting approval included") if how in
             ("total", "net", "tax", "count", "average") else Text("按开票日期统计", "by document date")]  # fmt: skip
    basis += _left_out(within, counted, how)
    return Answer(
        question, period, unit, figure(counted, how), len(counted), parts[:limit],
        figure(counted, how) if how not in ("average", "hours") else None, len(parts) - len(parts[:limit]), course,
        basis=tuple(basis), documents=tuple(item.id for item, _ in counted),
    )  # fmt: skip


def figure(pairs: Pairs, how: str) -> Decimal | None:
    """The measure of these documents; averages of nothing are None, sums of nothing zero."""
    if how in ("count", "rejected"):
        return Decimal(len(pairs))
    if how == "hours":
        waits = [wait for _, case in pairs if (wait := _hours(case)) is not None]
        return sum(waits, ZERO) / len(waits) if waits else None
    field = {"net": "amount_excl_tax", "tax": "tax"}.get(how, "total")
    figures = [getattr(item.document, field) or ZERO for item, _ in pairs]
    if how == "average":
        return sum(figures, ZERO) / len(figures) if figures else None
    return sum(figures, ZERO)


def _hours(case: Case) -> Decimal | None:
    last = next((d for d in reversed(case.decisions) if d.verdict is not Verdict.WITHDRAW), None)
    return Decimal((last.at - case.opened_at).total_seconds()) / 3600 if last and case.closed else None


def _fits(q: Question, item: Item, case: Case) -> bool:
    how = BY_KEY[q.subject].how
    d = item.document
    return (
        item.state in _STATES.get(how, _STANDING)
        and (how != "hours" or _hours(case) is not None)
        and q.within(d.total)
        and (not q.department or item.department == q.department)
        and (not q.person or item.owner == q.person)
        and (not q.category or item.category.startswith(q.category))
        and (not q.supplier or q.supplier.lower() in (d.seller_name or "").lower())
    )


def day_of(item: Item, zone: tzinfo) -> date:
    """The date on the document; when it was received, where it has none."""
    return item.document.date or item.received_at.astimezone(zone).date()


def _dated(pairs: Iterable[tuple[Item, Case]], period: Period, zone: tzinfo) -> list[tuple[Item, Case]]:
    return [p for p in pairs if period.first <= day_of(p[0], zone) <= period.last]


def _counted(pairs: Pairs, unit: Unit) -> Pairs:
    """Money is never summed across currencies: only CNY is, and what is left out is told."""
    return [p for p in pairs if unit != "money" or p[0].document.currency == "CNY"]


def _left_out(within: Pairs, counted: Pairs, how: str) -> list[Text]:
    said = []
    if foreign := len(within) - len(counted):
        said.append(Text(f"另有外币 {foreign} 张未计入", f"{foreign} in other currencies are not counted"))
    unread = sum(item.document.total is None for item, _ in counted)
    if unread and how in ("total", "average", "waiting"):
        said.append(Text(f"其中 {unread} 张金额未读到，按 0 计", f"{unread} without a readable total count as 0"))
    return said


def _parts(q: Question, pairs: Pairs, how: str, words: Words) -> tuple[Part, ...]:
    by = q.by or (("category",) if q.share or q.top else ())
    if not by:
        return ()
    groups: dict[tuple[str, ...], list[tuple[Item, Case]]] = {}
    for item, case in pairs:
        groups.setdefault(tuple(_KEYS[key](item, words) for key in by), []).append((item, case))
    made = [
        (keys, Part(_joined(by, keys, words), figure(found, how) or ZERO, len(found), "supplier" in by))
        for keys, found in groups.items()
    ]
    timely = by[0] in ("month", "quarter") and not q.top
    made.sort(key=lambda each: each[0] if timely else ((-each[1].value, *each[0])))
    return tuple(part for _, part in made)


def _joined(by: Sequence[str], keys: Sequence[str], words: Words) -> Text:
    names = [_name(dimension, key, words) for dimension, key in zip(by, keys, strict=True)]
    return Text(" · ".join(n.zh for n in names), " · ".join(n.en for n in names))


def _name(dimension: str, key: str, words: Words) -> Text:
    if not key:
        return NOWHERE
    if dimension == "kind":
        return next(name for kind, name in KIND_NAMES.items() if kind.value == key)
    if dimension == "state":
        return STATE_NAMES[ItemState(key)]
    return words.categories.get(key, same(key)) if dimension == "category" else same(key)


def quarter_of(at: date) -> str:
    """2026Q3."""
    return f"{at.year}Q{(at.month + 2) // 3}"


_KEYS: Mapping[str, Callable[[Item, Words], str]] = {
    "department": lambda item, words: item.department,
    "person": lambda item, words: words.people.get(item.owner, item.owner),
    "category": lambda item, words: item.category,
    "supplier": lambda item, words: item.document.seller_name or "",
    "month": lambda item, words: f"{day_of(item, words.zone):%Y-%m}",
    "quarter": lambda item, words: quarter_of(day_of(item, words.zone)),
    "kind": lambda item, words: item.document.kind.value,
    "state": lambda item, words: item.state.value,
}
