from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import BadPeriod
from archive.period import Period, find, parse

TODAY = date(2026, 11, 24)  # a Tuesday
days = st.dates(date(2001, 1, 1), date(2098, 12, 31))


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("2026-10", "2026-10-01", "2026-10-31"),
        ("2026年10月", "2026-10-01", "2026-10-31"),
        ("２０２６年１０月", "2026-10-01", "2026-10-31"),
        ("202610", "2026-10-01", "2026-10-31"),
        ("2026.10", "2026-10-01", "2026-10-31"),
        ("2026/2", "2026-02-01", "2026-02-28"),
        ("Oct 2026", "2026-10-01", "2026-10-31"),
        ("october", "2026-10-01", "2026-10-31"),
        ("10月", "2026-10-01", "2026-10-31"),
        ("12月", "2025-12-01", "2025-12-31"),
        ("十二月份", "2025-12-01", "2025-12-31"),
        ("去年10月", "2025-10-01", "2025-10-31"),
        ("2026Q3", "2026-07-01", "2026-09-30"),
        ("2026-Q3", "2026-07-01", "2026-09-30"),
        ("q3 2026", "2026-07-01", "2026-09-30"),
        ("2026年三季度", "2026-07-01", "2026-09-30"),
        ("第三季度", "2026-07-01", "2026-09-30"),
        ("去年第四季度", "2025-10-01", "2025-12-31"),
        ("上半年", "2026-01-01", "2026-06-30"),
        ("2026H1", "2026-01-01", "2026-06-30"),
        ("2025年下半年", "2025-07-01", "2025-12-31"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2025年度", "2025-01-01", "2025-12-31"),
        ("今年", "2026-01-01", "2026-12-31"),
        ("去年", "2025-01-01", "2025-12-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("本月", "2026-11-01", "2026-11-30"),
        ("上个月", "2026-10-01", "2026-10-31"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("本季度", "2026-10-01", "2026-12-31"),
        ("上季度", "2026-07-01", "2026-09-30"),
        ("this quarter", "2026-10-01", "2026-12-31"),
        ("本周", "2026-11-23", "2026-11-29"),
        ("上周", "2026-11-16", "2026-11-22"),
        ("this week", "2026-11-23", "2026-11-29"),
        ("最近7天", "2026-11-18", "2026-11-24"),
        ("近一周", "2026-11-18", "2026-11-24"),
        ("last 30 days", "2026-10-26", "2026-11-24"),
        ("最近三个月", "2026-08-25", "2026-11-24"),
        ("昨天", "2026-11-23", "2026-11-23"),
        ("2026-10-11", "2026-10-11", "2026-10-11"),
        ("20261011", "2026-10-11", "2026-10-11"),
        ("11月30日", "2025-11-30", "2025-11-30"),
        ("11 Oct 2026", "2026-10-11", "2026-10-11"),
        ("2026-09..2026-10", "2026-09-01", "2026-10-31"),
        ("2026-09至2026-10", "2026-09-01", "2026-10-31"),
        ("2026-09-05 to 2026-10-11", "2026-09-05", "2026-10-11"),
        ("9月到10月", "2026-09-01", "2026-10-31"),
        ("1-3月", "2026-01-01", "2026-03-31"),
        ("2025年11月至2月", "2025-11-01", "2026-02-28"),
        ("2025-2026", "2025-01-01", "2026-12-31"),
        ("2026-09至今", "2026-09-01", "2026-11-24"),
        ("2026年9月以来", "2026-09-01", "2026-11-24"),
        ("2026年9月5日之后", "2026-09-05", "2026-11-24"),
        ("since 2026-09", "2026-09-01", "2026-11-24"),
        ("自去年", "2025-01-01", "2026-11-24"),
        ("去年12月至今年2月", "2025-12-01", "2026-02-28"),
    ],
)
def test_what_people_write(words: str, first: str, last: str) -> None:
    period = parse(words, TODAY)
    assert period is not None
    assert (str(period.first), str(period.last)) == (first, last)


@pytest.mark.parametrize(
    "words", ["2026-13", "2026-00", "2026-02-30", "2026年13月", "2026Q5", "2月30日", "2026-10至2026-09", "最近0天"]
)
def test_the_impossible_is_refused(words: str) -> None:
    with pytest.raises(BadPeriod):
        find(f"顺丰 {words}", TODAY)


@pytest.mark.parametrize(
    "words",
    [
        "26339990000021205985",
        "2633",
        "202613",
        "G2610-0042",
        "四季酒店",
        "2026元",
        ">2026",
        "market",
        "1,2026",
        "2026.5",
        "may",
        "12345-2026",
        "QZ2026-10",
    ],
)
def test_what_is_no_period_stays(words: str) -> None:
    assert find(words, TODAY) == (None, words)


def test_the_rest_is_given_back() -> None:
    period, rest = find("顺丰2026年10月的发票", TODAY)
    assert period == Period.month(2026, 10)
    assert rest == "顺丰 的发票"
    assert parse("顺丰 2026-10", TODAY) is None


def test_labels_speak_both_languages() -> None:
    assert (Period.month(2026, 10).label.zh, Period.month(2026, 10).label.en) == ("2026年10月", "October 2026")
    assert (Period.quarter(2026, 3).label.zh, Period.quarter(2026, 3).label.en) == ("2026年第3季度", "Q3 2026")
    assert (Period.half(2026, 1).label.zh, Period.half(2026, 1).label.en) == ("2026年上半年", "H1 2026")


@given(days)
def test_any_day_can_be_said_in_every_form(day: date) -> None:
    forms = (
        str(day),
        f"{day:%Y/%m/%d}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%d %b %Y}",
        f"{day:%B %d, %Y}",
    )
    for words in forms:
        assert parse(words, TODAY) == Period.day(day), words


@given(days)
def test_months_quarters_halves_and_years_hold_the_day(day: date) -> None:
    quarter, half = (day.month + 2) // 3, (day.month + 5) // 6
    for words in (f"{day:%Y-%m}", f"{day:%Y%m}", f"{day:%b %Y}", f"{day.year}年{day.month}月", f"{day.year}Q{quarter}",
                  f"{day.year}年第{quarter}季度", f"{day.year}H{half}", str(day.year)):  # fmt: skip
        period = parse(words, TODAY)
        assert period is not None, words
        assert period.first <= day <= period.last


@given(days, st.integers(1, 12))
def test_a_month_without_a_year_is_the_latest_that_has_begun(today: date, month: int) -> None:
    period = parse(f"{month}月", today)
    assert period is not None
    assert period.first.month == month
    assert period.first <= today < period.first.replace(year=period.first.year + 1)


@given(days)
def test_neighbouring_periods_meet(today: date) -> None:
    for this, before in (("本月", "上月"), ("本季度", "上季度"), ("今年", "去年"), ("本周", "上周")):
        now, last = parse(this, today), parse(before, today)
        assert now is not None
        assert last is not None
        assert now.first <= today <= now.last
        assert last.last + timedelta(days=1) == now.first


@given(days, days)
def test_a_range_is_from_first_to_last(a: date, b: date) -> None:
    for sep in ("..", "至", "~", " to "):
        words = f"{a}{sep}{b}"
        if a > b:
            with pytest.raises(BadPeriod):
                find(words, TODAY)
        else:
            period = parse(words, TODAY)
            assert period is not None
            assert (period.first, period.last) == (a, b)


@given(st.text(max_size=40), days)
def test_any_words_give_a_period_or_a_problem(words: str, today: date) -> None:
    try:
        period, rest = find(words, today)
    except BadPeriod:
        return
    assert period is None or period.first <= period.last
    assert len(rest) <= len(words) * 20  # NFKC may widen, nothing else does
