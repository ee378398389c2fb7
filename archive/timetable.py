"""When a thing comes by itself: schedule words in Chinese and English → the fields of a cron line, or a rule of days.

A rule is kept beside `hour` and `minute` under `rule`: `workday` (each one), `nth` (`n`-th working day `of` month or
quarter, from the end when negative), `shifted` (`day` of the month, to the `next` or `previous` working day).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from archive.errors import BadSchedule
from archive.period import Period
from archive.words import Text, same
from archive.workdays import Calendar

_DAYS = {"一": "mon", "二": "tue", "三": "wed", "四": "thu", "五": "fri", "六": "sat", "日": "sun", "天": "sun"}
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CRON_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")  # 0 and 7 are Sunday in a cron line
_ORDERS = {
    "首": 1, "第一": 1, "第二": 2, "第三": 3, "第四": 4, "第五": 5, "最后一": -1, "末": -1, "最后": -1, "倒数第二": -2,
    "first": 1, "second": 2, "third": 3, "last": -1,
}  # fmt: skip
_N = (
    r"(?P<n>首|第一|第二|第三|第四|第五|最后一|倒数第二|最后|末|第\s*\d{1,2}"
    r"|first|second|third|last|\d{1,2}(?:st|nd|rd|th))"
)
_CLOCK = (
    r"(?P<half>上午|早上|下午|晚上)?\s*(?P<hour>\d{1,2})(?:[:：](?P<minute>\d{2})|点(?P<half_past>半)?)"
    r"\s*(?P<ampm>am|pm)?"
)
_SHIFT = (
    r"(?:\s*[（(]?\s*(?:如?遇?(?:节假日|休息日|周末)(?P<shift>顺延|提前)"
    r"|or\s+(?:the\s+)?(?P<or>next|previous)\s+workday)\s*[）)]?)?"
)
_WHEN = (
    (rf"(?:每个?|每)?(?P<of>月|季度?)(?:的)?\s*{_N}\s*个?工作日\s*{_CLOCK}", "nth"),
    (
        rf"(?:every\s+|the\s+)?{_N}\s+workday\s+of\s+(?:the|every|each)\s+(?P<of>month|quarter)\s+(?:at\s+)?{_CLOCK}",
        "nth",
    ),
    (rf"(?:every|each)\s+(?P<of>month|quarter)\s+(?:on\s+)?(?:the\s+)?{_N}\s+workday\s+(?:at\s+)?{_CLOCK}", "nth"),
    (rf"每?个?工作日\s*{_CLOCK}", "workdays"),
    (rf"每(?:天|日)\s*{_CLOCK}", "daily"),
    (rf"每(?:周|星期|礼拜)(?P<day>[一二三四五六日天])\s*{_CLOCK}", "weekly"),
    (rf"每(?:个)?月(?:的)?最后一[天日]\s*{_CLOCK}", "month_end"),
    (rf"每(?:个)?月(?P<date>\d{{1,2}})[日号]?{_SHIFT}\s*{_CLOCK}", "monthly"),
    (rf"每个?季度?\s*{_CLOCK}", "quarterly"),
    (rf"每年\s*(?P<month>\d{{1,2}})月(?P<date>\d{{1,2}})[日号]?\s*{_CLOCK}", "yearly"),
    (rf"(?:every\s+)?(?:workday|weekday)s?\s+(?:at\s+)?{_CLOCK}", "workdays"),
    (rf"(?:daily|every\s+day)\s+(?:at\s+)?{_CLOCK}", "daily"),
    (rf"(?:every\s+|weekly\s+)(?P<day>mon|tue|wed|thu|fri|sat|sun)[a-z]*\s+(?:at\s+)?{_CLOCK}", "weekly"),
    (rf"(?:monthly|every\s+month)\s+(?:on\s+)?(?:the\s+)?last\s+day\s+(?:at\s+)?{_CLOCK}", "month_end"),
    (
        rf"(?:monthly|every\s+month)\s+(?:on\s+)?(?:the\s+)?(?P<date>\d{{1,2}})(?:st|nd|rd|th)?{_SHIFT}\s+(?:at\s+)?{_CLOCK}",
        "monthly",
    ),
    (rf"(?:quarterly|every\s+quarter)\s+(?:at\s+)?{_CLOCK}", "quarterly"),
)  # fmt: skip
_LINE = re.compile(r"cron\s+(?P<line>\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(?P<rest>.+)$", re.IGNORECASE)
#: In English only with a sign: “compare revenue 2026Q3 to 2025” is for nobody.
_TO = re.compile(
    r"\s*(?:(?:发到|发给|发送到|送到)\s*(?P<sign>[#@])?|\bto\s+(?P<mark>[#@]))\s*(?P<name>[^\s#@]+)\s*$", re.IGNORECASE
)
_FIELD = re.compile(r"(?:\*|\d+(?:-\d+)?)(?:/\d+)?(?:,\d+(?:-\d+)?)*")
AHEAD = 800  # days looked ahead for the next run of a rule


@dataclass(frozen=True, slots=True)
class Timetable:
    """Cron fields (minute, hour, and day or day_of_week) or a rule, the words to be said then, and to whom."""

    cron: Mapping[str, str]
    words: str
    to: str = ""  # a group's or a person's name; "": where it was asked for
    group: bool = False


def starts_a_schedule(text: str) -> bool:
    """Whether the words begin like a schedule, right or wrong: 每周一…, every monday…, daily…"""
    return bool(
        re.match(
            r"\s*(每(?:天|日(?!摘要)|周|星期|礼拜|个?月|个?工作日|个?季|年\s*\d)|工作日\s*(?:上午|早上|下午|晚上)?\s*\d|every\s|daily\s|weekly\s"
            r"|monthly\s|quarterly\s|workdays?\s+(?:at\s+)?\d|(?:the\s+)?(?:first|last)\s+workday\s|cron\s+[\d*])",
            text,
            re.IGNORECASE,
        )
    )


def parse(text: str) -> Timetable:
    """`每周一 9:00 报表 上周报销 发到 #finance` as a timetable. Raises BadSchedule for anything else.

    A monthly date beyond 28 means the last day of the shorter months as well, so that no month is left out.
    """
    said = " ".join(text.split())  # one blank for many: the patterns would try every way to share them out
    if line := _LINE.match(said):
        return _timetable(_cron_line(line["line"].split(" "), text), line["rest"])
    for pattern, how in _WHEN:
        match = re.match(rf"{pattern}\s*(?P<rest>.+)$", said, re.IGNORECASE)
        if match:
            return _timetable(_cron(match, how, text), match["rest"])
    raise BadSchedule(words=text.strip())


def _timetable(cron: dict[str, str], rest: str) -> Timetable:
    if to := _TO.search(rest):
        return Timetable(cron, rest[: to.start()].strip(), to["name"].strip("。."), "#" in (to["sign"], to["mark"]))
    return Timetable(cron, rest.strip())


def _cron(match: re.Match[str], how: str, text: str) -> dict[str, str]:
    cron = _clock(match, text)
    if how == "workdays":
        cron["rule"] = "workday"
    elif how == "weekly":
        day = match["day"].lower()
        cron["day_of_week"] = day if day in _ENGLISH else _DAYS[day]
    elif how == "nth":
        named = match["n"].lower().replace(" ", "")
        n = _ORDERS.get(named) or int(re.sub(r"\D", "", named))
        if not -5 <= n <= 15:
            raise BadSchedule(words=text.strip())
        cron |= {
            "rule": "nth",
            "n": str(n),
            "of": "quarter" if match["of"].lower() in ("季", "季度", "quarter") else "month",
        }
    elif how == "month_end":
        cron["day"] = "last"
    elif how == "quarterly":
        cron |= {"month": "1,4,7,10", "day": "1"}
    elif how in ("monthly", "yearly"):
        cron |= _dated(match, how, text)
    return cron


def _clock(match: re.Match[str], text: str) -> dict[str, str]:
    hour, minute = int(match["hour"]), int(match["minute"] or (30 if match["half_past"] else 0))
    late = match["half"] in ("下午", "晚上") or (match["ampm"] or "").lower() == "pm"
    if late and hour < 12:
        hour += 12
    if (match["ampm"] or "").lower() == "am" and hour == 12:
        hour = 0
    if hour > 23 or minute > 59:
        raise BadSchedule(words=text.strip())
    return {"minute": str(minute), "hour": str(hour)}


def _dated(match: re.Match[str], how: str, text: str) -> dict[str, str]:
    day = int(match["date"])
    if not 1 <= day <= 31:
        raise BadSchedule(words=text.strip())
    if how == "yearly":
        try:
            date(2028, int(match["month"]), day)
        except ValueError as error:
            raise BadSchedule(words=text.strip()) from error
        return {"month": str(int(match["month"])), "day": str(day)}
    shift = {"顺延": "next", "提前": "previous"}.get(match["shift"] or "") or (match["or"] or "").lower()
    if shift:
        return {"rule": "shifted", "day": str(day), "shift": shift}
    return {"day": str(day) if day <= 28 else "last"}


def _cron_line(fields: list[str], text: str) -> dict[str, str]:
    """`0 9 * * 1`: minute, hour, day, month, day of the week (0 and 7 are Sunday). Once an hour at most."""
    minute, hour, day, month, weekday = fields
    if not re.fullmatch(r"[0-5]?\d", minute) or not all(_FIELD.fullmatch(f) for f in (hour, day, month)):
        raise BadSchedule(words=text.strip())
    cron = {"minute": minute, "hour": hour} | {k: v for k, v in (("day", day), ("month", month)) if v != "*"}
    if weekday != "*":
        cron["day_of_week"] = ",".join(
            dict.fromkeys(name for part in weekday.lower().split(",") for name in _weekdays(part, text))
        )
    return cron


def _weekdays(part: str, text: str) -> list[str]:
    if part in _ENGLISH:
        return [part]
    match = re.fullmatch(r"([0-7])(?:-([0-7]))?", part)
    if not match or int(match[2] or match[1]) < int(match[1]):
        raise BadSchedule(words=text.strip())
    return [_CRON_DAYS[n] for n in range(int(match[1]), int(match[2] or match[1]) + 1)]


def days(cron: Mapping[str, str], calendar: Calendar, first: date) -> list[date]:
    """The next two days of a rule, from `first` on. Raises KeyError and ValueError for a rule that isn't one."""
    falls = _RULES[cron["rule"]]
    found: list[date] = []
    for n in range(AHEAD):
        if falls(first + timedelta(days=n), cron, calendar):
            found.append(first + timedelta(days=n))
            if len(found) == 2:
                break
    return found


def _nth(day: date, cron: Mapping[str, str], calendar: Calendar) -> bool:
    month = Period.month(day.year, day.month)
    within = Period.quarter(day.year, (day.month + 2) // 3) if cron["of"] == "quarter" else month
    return calendar.nth(within, int(cron["n"])) == day


def _shifted(day: date, cron: Mapping[str, str], calendar: Calendar) -> bool:
    """The date of this month, the one before or the next, moved to a working day."""
    if not calendar.works(day):
        return False
    move = calendar.following if cron["shift"] == "next" else calendar.preceding
    for near in (day - timedelta(days=15), day, day + timedelta(days=15)):
        month = Period.month(near.year, near.month)
        if move(month.first.replace(day=min(int(cron["day"]), month.last.day))) == day:
            return True
    return False


_RULES: Mapping[str, Callable[[date, Mapping[str, str], Calendar], bool]] = {
    "workday": lambda day, cron, calendar: calendar.works(day),
    "nth": _nth,
    "shifted": _shifted,
}


def leans_on_holidays(cron: Mapping[str, str]) -> bool:
    """Whether its days depend on the calendar of working days."""
    return "rule" in cron


def target(to: str, group: bool) -> Text:
    """To whom, for a sentence."""
    return Text(f"，发到 {'#' if group else ''}{to}", f", sent to {'#' if group else ''}{to}") if to else same("")
