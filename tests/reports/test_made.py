"""A report as a document: its period by name, and what is its data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from archive.made import data_digest, named, term_of
from archive.period import Period, find
from config.legal import retention
from reports.to_json import plain
from tests.reports.drawn import NOW
from tests.reports.statements import balance_sheet


@pytest.mark.parametrize(
    ("kept", "period", "category", "label"),
    [
        ("statement", Period.month(2026, 9), "财务会计报告", "10年"),
        ("statement", Period.half(2026, 1), "财务会计报告", "10年"),
        ("statement", Period.year(2026), "财务会计报告", "永久"),
        ("inventory", Period.month(2026, 9), "其他会计资料", "永久"),
        ("other", Period.year(2026), "其他会计资料", "10年"),
    ],
)
def test_terms(kept, period: Period, category: str, label: str) -> None:  # type: ignore[no-untyped-def]
    term = term_of(kept, period, retention())
    assert (term.category, term.label) == (category, label)


@pytest.mark.parametrize(
    "period",
    [
        Period.month(2026, 2),
        Period.quarter(2026, 3),
        Period.half(2026, 2),
        Period.year(2026),
        Period.week(date(2026, 11, 24)),
    ],
)
def test_periods_are_named_again_and_read_back(period: Period) -> None:
    again, words = named(period.first, period.last)
    assert again == period
    found, rest = find(words, date(2026, 11, 24))
    assert found is not None
    assert (found.first, found.last, rest) == (period.first, period.last, "")


def test_who_made_it_and_when_is_no_data() -> None:
    page = balance_sheet()
    other = replace(page, made_by="别人", made_at=NOW.replace(hour=20))
    assert data_digest(plain(page)) == data_digest(plain(other))
    assert data_digest(plain(page)) != data_digest(plain(replace(page, company="别的公司")))
