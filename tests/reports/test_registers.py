"""The builders: totals are the sum of rows, currencies stay apart, an empty period says so."""

from __future__ import annotations

import dataclasses
import pickle
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.document import Kind
from archive.period import Period
from archive.words import same
from reports.catalogue import REPORTS
from reports.claim import Claim
from reports.page import EACH_CURRENCY, YUAN, Page, Paragraph, Table
from reports.registers import EARLIER, LATER, by_time, expenses
from reports.sums import ranked
from reports.suppliers import suppliers
from reports.travel import means, travel
from tests.reports.drawn import claims, head, rows_for

money = st.decimals(Decimal("-1e9"), Decimal("1e9"), places=2)
rows = st.lists(
    st.builds(
        Claim,
        item_id=st.uuids().map(str),
        date=st.none() | st.dates(date(2026, 9, 1), date(2026, 11, 30)),
        kind=st.sampled_from(Kind),
        seller=st.sampled_from(("甲公司", "乙公司", "")),
        category=st.sampled_from(("办公用品", "差旅-住宿", "")),
        department=st.sampled_from(("研发部", "")),
        person=st.sampled_from(("张伟", "李娜", "")),
        net=st.none() | money,
        tax=st.none() | money,
        total=st.none() | money,
        currency=st.sampled_from(("CNY", "USD", "JPY")),
    ),
    min_size=1,
    max_size=25,
)


def column(table: Table, key: str) -> int:
    return next(place for place, one in enumerate(table.columns) if one.key == key)


def summed(cells: list[object]) -> Decimal:
    return sum((Decimal(cell) for cell in cells if isinstance(cell, Decimal | int)), Decimal(0))


@given(rows)
def test_every_sum_is_the_sum_of_its_rows(found: list[Claim]) -> None:
    currencies = {row.currency for row in found}
    for table in expenses(found, head()).tables():
        assert len(table.groups) == len(currencies)
        for key in ("net", "tax", "total"):
            place = column(table, key)
            for group in table.groups:
                line = group.subtotal if len(currencies) > 1 else table.total
                assert line is not None
                assert line[place] == summed([row[place] for row in group.rows])


@given(rows)
def test_currencies_are_never_added_up(found: list[Claim]) -> None:
    page = expenses(found, head())
    several = len({row.currency for row in found}) > 1
    assert all((table.total is None) == several for table in page.tables())
    if several:
        assert page.unit == EACH_CURRENCY


@given(rows)
def test_summaries_and_register_count_the_same_documents(found: list[Claim]) -> None:
    for table in expenses(found, head()).tables():
        if table.register:
            assert len(list(table.rows())) == len(found)
        else:
            assert summed([row[1] for row in table.rows()]) == len(found)


@given(rows)
def test_time_line_holds_every_dated_amount(found: list[Claim]) -> None:
    steps = by_time(found, head())
    assert sum(total for _, total in steps) == sum(row.total or 0 for row in found if row.date)
    assert len([label for label, _ in steps if label not in (EARLIER, LATER)]) == 31


@pytest.mark.parametrize(
    ("period", "count", "first"),
    [
        (Period.quarter(2026, 4), 14, "10-01"),  # weeks; the first one is short
        (Period.year(2026), 12, "2026-01"),
        (Period.day(date(2026, 10, 3)), 1, "10-03"),
    ],
)
def test_longer_periods_go_by_week_or_month(period: Period, count: int, first: str) -> None:
    steps = by_time([], dataclasses.replace(head(), period=period))
    assert (len(steps), steps[0][0].zh) == (count, first)


def test_documents_dated_outside_the_period_stand_beside_it() -> None:
    late = Claim("1", date=date(2026, 8, 30), total=Decimal(5))
    steps = by_time([late, Claim("2", date=date(2026, 11, 2), total=Decimal(7))], head())
    assert (steps[0], steps[-1]) == ((EARLIER, Decimal(5)), (LATER, Decimal(7)))


@given(rows)
def test_supplier_rest_keeps_the_total_whole(found: list[Claim]) -> None:
    table = next(suppliers(found, head(), top=1).tables())
    place = column(table, "total")
    for group in table.groups:
        code = None if table.total else str(group.title).split()[-1].strip("'\")")
        whole = sum((row.total or Decimal(0) for row in found if code is None or row.currency == code), Decimal(0))
        assert summed([row[place] for row in group.rows]) == whole


def test_shares_of_a_currency_make_one() -> None:
    for table in list(expenses(claims(80), head()).tables())[:3]:
        assert abs(summed([row[5] for row in table.rows()]) - 1) < Decimal("1e-20")


def test_ranked_is_the_same_for_any_order_of_rows() -> None:
    found = claims(50)
    there = [(name, part) for name, part, _ in ranked(found, lambda row: row.person)]
    back = [(name, part) for name, part, _ in ranked(found[::-1], lambda row: row.person)]
    assert there == back
    assert [part.total for _, part in there] == sorted((part.total for _, part in there), reverse=True)


def test_unread_amounts_are_told() -> None:
    found = [*claims(3), Claim("X1"), Claim("X2")]
    notes = [block.text.zh for block in expenses(found, head()).blocks if isinstance(block, Paragraph)]
    assert notes == ["另有 2 张单据未读出金额，未计入合计。"]


@pytest.mark.parametrize("entry", REPORTS, ids=lambda entry: entry.key)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_empty_period_says_so_and_draws_nothing(entry, lang) -> None:  # type: ignore[no-untyped-def]
    page: Page = entry.build(rows_for(entry, []), head(lang))
    (block,) = page.blocks
    assert isinstance(block, Paragraph)
    assert {"zh": "2026年10月没有符合条件的单据", "en": "no matching document in October 2026"}[lang] in block.text.to(
        lang
    )


@pytest.mark.parametrize("entry", REPORTS, ids=lambda entry: entry.key)
def test_pages_pickle_into_worker_processes(entry) -> None:  # type: ignore[no-untyped-def]
    page = entry.build(rows_for(entry, claims(12)), head())
    assert pickle.loads(pickle.dumps(page)) == page


def test_names_come_from_the_head() -> None:
    named = dataclasses.replace(head("en"), names={"研发部": same("R&D")})
    table = list(expenses(claims(60), named).tables())[1]
    assert same("R&D") in [row[0] for row in table.rows()]
    assert same("研发部") not in [row[0] for row in table.rows()]


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (Claim("1", kind=Kind.RAIL), "rail"),
        (Claim("2", kind=Kind.AIR, category="办公用品"), "air"),
        (Claim("3", kind=Kind.EINVOICE, category="差旅-住宿"), "hotel"),
        (Claim("4", kind=Kind.EINVOICE, category="差旅-铁路"), "rail"),
        (Claim("5", kind=Kind.EINVOICE, category="交通费"), "taxi"),
        (Claim("6", kind=Kind.EINVOICE, category="行政收费", summary="交通银行手续费"), None),
        (Claim("7", kind=Kind.EINVOICE, summary="高铁票"), "rail"),
        (Claim("8", kind=Kind.CONTRACT), None),
    ],
)
def test_means_of_travel(claim: Claim, expected: str | None) -> None:
    assert means(claim) == expected


def test_travel_by_person_adds_up_across_means() -> None:
    table = list(travel(claims(70), head()).tables())[1]
    assert table.total is not None
    for row in (*table.rows(), table.total):
        assert summed(list(row[1:-1])) == row[-1]


def test_page_unit_is_the_heads_for_yuan() -> None:
    assert expenses(claims(3), head()).unit == YUAN
