"""The travel register (差旅费明细): rail, air, taxi, tolls and lodging, by person and by means."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from archive.document import Kind
from archive.words import Text, same
from reports.claim import Claim
from reports.head import Head
from reports.page import Block, Chart, Column, Group, Page, Row, Series, Signatures, Table
from reports.registers import NO_PERSON, figures, listing, remarks, unit_of
from reports.sums import GROSS, SUBTOTAL, TOTAL, added, by, by_currency, currency_title, ranked, summary

TITLE = Text("差旅费明细表", "Travel expenses")
SUBTITLE = Text("铁路、航空、市内交通、通行费与住宿", "Rail, air, local transport, tolls and lodging")
MEANS = {
    "rail": Text("铁路", "Rail"),
    "air": Text("航空", "Air"),
    "taxi": Text("市内交通", "Local transport"),
    "toll": Text("通行费", "Tolls"),
    "hotel": Text("住宿", "Lodging"),
    "other": Text("其他差旅", "Other travel"),
}
_KINDS = {Kind.RAIL: "rail", Kind.AIR: "air", Kind.TAXI: "taxi", Kind.TOLL: "toll"}
#: In order: the first whose word is said.
_WORDS = (
    ("hotel", ("住宿", "酒店", "宾馆", "旅馆", "hotel", "lodging")),
    ("rail", ("铁路", "火车", "高铁", "rail ticket")),
    ("air", ("航空", "机票", "行程单", "airline", "flight")),
    ("toll", ("通行费", "过路费", "toll")),
    ("taxi", ("交通", "打车", "出租", "客运服务", "网约车", "taxi")),
    ("other", ("差旅", "travel")),
)


def means(claim: Claim) -> str | None:
    """Which means of travel a document is for: by its kind, else by its category's words; None for no travel."""
    if claim.kind in _KINDS:
        return _KINDS[claim.kind]
    said = (claim.category or claim.summary).lower()  # a category was chosen; a title may say anything
    return next((name for name, words in _WORDS if any(word in said for word in words)), None)


def travel(rows: Sequence[Claim], head: Head) -> Page:
    """The travel documents among the rows: by means, by person and means, and each one."""
    found = [row for row in rows if means(row)]
    if not found:
        return head.empty(TITLE, SUBTITLE)
    main = next(iter(by_currency(found).values()))
    mark = same(f" ({main[0].currency})") if len(main) < len(found) else same("")
    parts = ranked(main, _means)
    people = ranked(main, lambda row: row.person)
    named = Head(head.company, head.period, head.made_at, head.made_by, head.lang, head.unit, {**head.names, **MEANS})
    blocks: tuple[Block, ...] = (
        figures(found),
        Chart(
            "pie",
            Text("各类差旅占比", "Share by means") + mark,
            tuple(MEANS[name] for name, _, _ in parts),
            (Series(GROSS.heading, tuple(part.total for _, part, _ in parts)),),
        ),
        Chart(
            "bar",
            Text("各人差旅金额", "Amount by person") + mark,
            tuple(head.name(name, NO_PERSON) for name, _, _ in people),
            (Series(GROSS.heading, tuple(part.total for _, part, _ in people)),),
        ),
        summary(Text("按类型汇总", "By means"), Text("类型", "Means"), found, _means, named, MEANS["other"]),
        _people(found, head),
        listing(Text("逐张登记", "Register"), found, head),
        *remarks(found),
        Signatures(),
    )
    return head.page(TITLE, SUBTITLE, blocks, unit_of(found, head))


def _means(claim: Claim) -> str:
    return means(claim) or "other"


def _people(rows: Sequence[Claim], head: Head) -> Table:
    """Who spent how much on which means."""
    columns = (
        Column("person", Text("报销人", "Person")),
        *(Column(name, words, "money") for name, words in MEANS.items()),
        GROSS,
    )
    currencies = by_currency(rows)
    several = len(currencies) > 1
    groups = tuple(
        Group(
            tuple(_spread(head.name(name, NO_PERSON), part) for name, _, part in ranked(found, lambda row: row.person)),
            currency_title(code, several),
            _spread(SUBTOTAL + same(f" {code}"), found) if several else None,
        )
        for code, found in currencies.items()
    )
    return Table(
        Text("按人员与类型", "By person and means"), columns, groups, None if several else _spread(TOTAL, rows)
    )


def _spread(name: Text, rows: Sequence[Claim]) -> Row:
    parts = by(rows, _means)
    return (name, *(added(parts.get(key, ())).total or None for key in MEANS), added(rows).total or Decimal(0))
