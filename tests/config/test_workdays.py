"""Working days: the published ones as the State Council wrote them, a company's own, and rules that lean on them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.period import Period
from archive.timetable import parse
from archive.workdays import Calendar
from config import schedules, workdays
from storage.schedules import Schedule

PUBLISHED = workdays.published()


@pytest.mark.parametrize(
    ("year", "off", "weekend_on"),
    [
        # 国办发明电〔2024〕12号: 1 + 8 + 3 + 5 + 3 + 8 days; five weekend days are worked
        (2025, 28, 5),
        # 国办发明电〔2025〕7号: 3 + 9 + 3 + 5 + 3 + 3 + 7 days; six weekend days are worked
        (2026, 33, 6),
    ],
)
def test_as_published(year: int, off: int, weekend_on: int) -> None:
    assert sum(day.year == year for day in PUBLISHED.off) == off
    worked = [day for day in PUBLISHED.on if day.year == year]
    assert len(worked) == weekend_on
    assert all(day.weekday() >= 5 for day in worked), "only weekends are worked for holidays"
    assert not PUBLISHED.off & PUBLISHED.on
    statutory = 13  # since 2025 (国务院令第795号), on top of the weekends
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    weekdays = sum(day.weekday() < 5 for day in days)
    lost_on_weekends = {2025: 0, 2026: 0}[year]
    assert sum(PUBLISHED.works(day) for day in days) == weekdays - statutory + lost_on_weekends


def test_a_company_may_add_days_and_a_year_not_published_is_marked() -> None:
    mistakes: list[str] = []
    own = workdays.read({"workdays": {"off": ["2027-02-05..2027-02-11"], "on": ["2027-01-30"]}}, mistakes)
    assert not mistakes
    assert not own.works(date(2027, 2, 8))
    assert own.works(date(2027, 1, 30))
    assert own.warning(date(2027, 3, 1))
    assert own.warning(date(2026, 3, 1)) is None
    workdays.read({"workdays": {"off": ["next year", "2027-03-09..2027-03-01"]}}, mistakes)
    assert len(mistakes) == 2


@pytest.mark.parametrize(
    ("words", "after", "falls"),
    [
        ("每季度首个工作日 9:00 x", date(2026, 9, 1), date(2026, 10, 8)),  # 1 to 7 October are off
        ("每月最后一个工作日 18:00 x", date(2026, 2, 1), date(2026, 2, 28)),  # a Saturday that is worked
        ("每月5日(遇节假日顺延) 9:00 x", date(2026, 10, 1), date(2026, 10, 8)),
        ("每月1日遇节假日提前 9:00 x", date(2026, 9, 20), date(2026, 9, 30)),
        ("工作日 8:30 x", date(2026, 2, 14), date(2026, 2, 24)),  # nine days off after that Saturday
        ("每月31日(遇节假日顺延) 9:00 x", date(2026, 11, 1), date(2026, 11, 2)),  # October's: the 31st is a Saturday
    ],
)
def test_rules_fall_on_working_days(words: str, after: date, falls: date) -> None:
    plan = parse(words)
    schedule = Schedule("a", "p", "desk", "c", plan.words, plan.cron, "Asia/Shanghai")
    begin = datetime(after.year, after.month, after.day, 12, tzinfo=UTC)
    at = schedule.next(begin, PUBLISHED)
    assert at
    assert at.astimezone(UTC).date() == falls


@given(st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.integers(1, 20))
def test_the_nth_working_day_has_so_many_before_it(day: date, n: int) -> None:
    month = Period.month(day.year, day.month)
    found = PUBLISHED.nth(month, n)
    if found:
        before = [month.first + timedelta(days=k) for k in range((found - month.first).days + 1)]
        assert sum(PUBLISHED.works(d) for d in before) == n
        assert PUBLISHED.works(found)
    assert PUBLISHED.works(PUBLISHED.following(day))
    assert PUBLISHED.preceding(day) <= day <= PUBLISHED.following(day)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 1)), st.sampled_from(
    ("工作日 8:30 x", "每月最后一个工作日 18:00 x", "每季度首个工作日 9:00 x", "每月5日(遇节假日顺延) 9:00 x")
))  # fmt: skip
def test_next_is_later_and_nothing_lies_between(moment: datetime, words: str) -> None:
    plan = parse(words)
    schedule = Schedule("a", "p", "desk", "c", plan.words, plan.cron, "Asia/Shanghai")
    after = moment.replace(tzinfo=UTC)
    at = schedule.next(after, PUBLISHED)
    assert at
    assert at > after
    assert schedule.next(at - timedelta(seconds=1), PUBLISHED) == at
    assert schedule.next(after + (at - after) / 2, PUBLISHED) == at


def test_without_a_calendar_monday_to_friday() -> None:
    assert Calendar().works(date(2026, 10, 1))
    assert not Calendar().works(date(2026, 10, 3))


def test_schedules_and_groups_of_the_settings() -> None:
    mistakes: list[str] = []
    groups = schedules.groups({"groups": {"#Finance": "slack:C0123"}}, mistakes)
    assert groups == {"finance": ("slack", "C0123")}
    given_ = [{"person": "zhao", "words": "每月首个工作日 9:00 月结包", "to": "#finance"}]
    (plan,) = schedules.read({"schedules": given_}, groups, mistakes)
    assert plan.to == "finance"
    assert not mistakes
    schedules.read(
        {"schedules": [{"person": "x"}, {"person": "x", "words": "soon"}, given_[0] | {"to": "none"}]}, groups, mistakes
    )
    schedules.groups({"groups": {"a": "nothing"}}, mistakes)
    assert len(mistakes) == 4
