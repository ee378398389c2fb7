"""Schedule words in both languages."""

import pytest

from archive.errors import BadSchedule
from archive.timetable import parse, starts_a_schedule


@pytest.mark.parametrize(
    ("words", "cron", "rest"),
    [
        ("每周一 9:00 报表 上周报销", {"minute": "0", "hour": "9", "day_of_week": "mon"}, "报表 上周报销"),
        ("每星期天 18:30 报表 本周报销", {"minute": "30", "hour": "18", "day_of_week": "sun"}, "报表 本周报销"),
        ("每天8点半报表 昨天报销", {"minute": "30", "hour": "8"}, "报表 昨天报销"),
        ("每天下午3点 报表 x", {"minute": "0", "hour": "15"}, "报表 x"),
        ("每个工作日 9:05 报表 x", {"minute": "5", "hour": "9", "rule": "workday"}, "报表 x"),
        ("每月1日 8:30 报表 上月报销", {"minute": "30", "hour": "8", "day": "1"}, "报表 上月报销"),
        ("每月31号 8:30 报表 x", {"minute": "30", "hour": "8", "day": "last"}, "报表 x"),
        ("every monday 9:00 report x", {"minute": "0", "hour": "9", "day_of_week": "mon"}, "report x"),
        ("daily at 9:15 pm report x", {"minute": "15", "hour": "21"}, "report x"),
        ("monthly 1st 8:30 report x", {"minute": "30", "hour": "8", "day": "1"}, "report x"),
    ],
)  # fmt: skip
def test_understood(words: str, cron: dict[str, str], rest: str) -> None:
    plan = parse(words)
    assert (dict(plan.cron), plan.words) == (cron, rest)
    assert starts_a_schedule(words)


@pytest.mark.parametrize(
    "words", ["每周八 9:00 报表 x", "每天 25:00 报表 x", "每月32日 9:00 报表 x", "每周一 报表", "every now"]
)
def test_refused_with_a_way_to_write_it(words: str) -> None:
    with pytest.raises(BadSchedule) as problem:
        parse(words)
    assert "每周一 9:00" in problem.value.say("zh")


def test_ordinary_words_are_no_schedule() -> None:
    assert not starts_a_schedule("查 每日优鲜")


@pytest.mark.parametrize("begin", ["每周一", "daily", "daily at", "monthly", "every weekday"])
def test_no_blanks_keep_it_busy(begin: str) -> None:
    """Twenty thousand blanks once took minutes: the patterns tried every way to share them out."""
    with pytest.raises(BadSchedule):
        parse(begin + " " * 20_000)
    assert parse("每周一  \n 9:00" + " " * 20_000 + "报表   上周报销").words == "报表 上周报销"


@pytest.mark.parametrize(
    ("words", "cron"),
    [
        ("工作日 8:30 状态", {"minute": "30", "hour": "8", "rule": "workday"}),
        ("每季度首个工作日 9:00 月结包", {"minute": "0", "hour": "9", "rule": "nth", "n": "1", "of": "quarter"}),
        ("每月最后一个工作日 18:00 月结包", {"minute": "0", "hour": "18", "rule": "nth", "n": "-1", "of": "month"}),
        ("每月第3个工作日 9:00 月结包", {"minute": "0", "hour": "9", "rule": "nth", "n": "3", "of": "month"}),
        (
            "每月5日(遇节假日顺延) 9:00 月结包",
            {"minute": "0", "hour": "9", "rule": "shifted", "day": "5", "shift": "next"},
        ),
        (
            "每月15日遇节假日提前 9:00 x",
            {"minute": "0", "hour": "9", "rule": "shifted", "day": "15", "shift": "previous"},
        ),
        ("每月最后一天 20:00 x", {"minute": "0", "hour": "20", "day": "last"}),
        ("每季度 9:00 x", {"minute": "0", "hour": "9", "month": "1,4,7,10", "day": "1"}),
        ("每年1月5日 9:00 x", {"minute": "0", "hour": "9", "month": "1", "day": "5"}),
        ("every quarter 9:00 x", {"minute": "0", "hour": "9", "month": "1,4,7,10", "day": "1"}),
        (
            "first workday of every quarter at 9:00 x",
            {"minute": "0", "hour": "9", "rule": "nth", "n": "1", "of": "quarter"},
        ),
        ("last workday of the month 18:00 x", {"minute": "0", "hour": "18", "rule": "nth", "n": "-1", "of": "month"}),
        (
            "monthly 5 or next workday 9:00 x",
            {"minute": "0", "hour": "9", "rule": "shifted", "day": "5", "shift": "next"},
        ),
        ("cron 0 9 * * 1 x", {"minute": "0", "hour": "9", "day_of_week": "mon"}),
        ("cron 30 8 1,15 * 1-5 x", {"minute": "30", "hour": "8", "day": "1,15", "day_of_week": "mon,tue,wed,thu,fri"}),
        ("cron 0 9 * * 7 x", {"minute": "0", "hour": "9", "day_of_week": "sun"}),
    ],
)
def test_working_days_quarters_and_cron_lines(words: str, cron: dict[str, str]) -> None:
    assert dict(parse(words).cron) == cron
    assert starts_a_schedule(words)


@pytest.mark.parametrize(
    "words",
    ["cron * * * * * x", "cron 0 9 * * 9 x", "cron 61 9 * * 1 x", "每年2月31日 9:00 x", "每月第99个工作日 9:00 x"],
)
def test_cron_lines_that_can_not_be(words: str) -> None:
    with pytest.raises(BadSchedule):
        parse(words)


@pytest.mark.parametrize(
    ("words", "to", "group"),
    [
        ("每周一 9:00 报表 上周报销 发到 #finance", "finance", True),
        ("每周一 9:00 报表 上周报销 发给 李明", "李明", False),
        ("every monday 9:00 report expenses last week to #finance", "finance", True),
        ("every monday 9:00 report expenses last week to @zhou", "zhou", False),
        ("每周一 9:00 报表 上周报销", "", False),
    ],
)
def test_to_whom(words: str, to: str, group: bool) -> None:
    plan = parse(words)
    assert (plan.to, plan.group) == (to, group)
    assert plan.words in ("报表 上周报销", "report expenses last week")


def test_a_comparison_is_for_nobody() -> None:
    assert parse("every monday 9:00 compare revenue 2026Q3 to 2025").to == ""
