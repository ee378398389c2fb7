"""When a thing comes by itself: schedule words in Chinese and English → the fields of a cron line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from archive.errors import BadSchedule

_DAYS = {"一": "mon", "二": "tue", "三": "wed", "四": "thu", "五": "fri", "六": "sat", "日": "sun", "天": "sun"}
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = (
    r"(?P<half>上午|早上|下午|晚上)?\s*(?P<hour>\d{1,2})(?:[:：](?P<minute>\d{2})|点(?P<half_past>半)?)"
    r"\s*(?P<ampm>am|pm)?"
)
_WHEN = (
    (rf"每(?:个)?工作日\s*{_CLOCK}", "workdays"),
    (rf"每(?:天|日)\s*{_CLOCK}", "daily"),
    (rf"每(?:周|星期|礼拜)(?P<day>[一二三四五六日天])\s*{_CLOCK}", "weekly"),
    (rf"每(?:个)?月(?P<date>\d{{1,2}})[日号]?\s*{_CLOCK}", "monthly"),
    (rf"(?:every\s+)?(?:workday|weekday)s?\s+(?:at\s+)?{_CLOCK}", "workdays"),
    (rf"(?:daily|every\s+day)\s+(?:at\s+)?{_CLOCK}", "daily"),
    (rf"(?:every\s+|weekly\s+)(?P<day>mon|tue|wed|thu|fri|sat|sun)[a-z]*\s+(?:at\s+)?{_CLOCK}", "weekly"),
    (
        rf"(?:monthly|every\s+month)\s+(?:on\s+)?(?:the\s+)?(?P<date>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:at\s+)?{_CLOCK}",
        "monthly",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timetable:
    """Cron fields (minute, hour, and day or day_of_week) and the words that are to be said then."""

    cron: Mapping[str, str]
    words: str


def starts_a_schedule(text: str) -> bool:
    """Whether the words begin like a schedule, right or wrong: 每周一…, every monday…, daily…"""
    return bool(
        re.match(
            r"\s*(每(?:天|日|周|星期|礼拜|个?月|个?工作日)|every\s|daily\s|weekly\s|monthly\s)", text, re.IGNORECASE
        )
    )


def parse(text: str) -> Timetable:
    """`每周一 9:00 报表 上周报销` as a timetable. Raises BadSchedule for anything else.

    A monthly date beyond 28 means the last day of the shorter months as well, so that no month is left out.
    """
    said = " ".join(text.split())  # one blank for many: the patterns would try every way to share them out
    for pattern, how in _WHEN:
        match = re.match(rf"{pattern}\s*(?P<rest>.+)$", said, re.IGNORECASE)
        if match:
            return Timetable(_cron(match, how, text), match["rest"].strip())
    raise BadSchedule(words=text.strip())


def _cron(match: re.Match[str], how: str, text: str) -> dict[str, str]:
    hour, minute = int(match["hour"]), int(match["minute"] or (30 if match["half_past"] else 0))
    late = match["half"] in ("下午", "晚上") or (match["ampm"] or "").lower() == "pm"
    if late and hour < 12:
        hour += 12
    if (match["ampm"] or "").lower() == "am" and hour == 12:
        hour = 0
    if hour > 23 or minute > 59:
        raise BadSchedule(words=text.strip())
    cron = {"minute": str(minute), "hour": str(hour)}
    if how == "workdays":
        cron["day_of_week"] = "mon-fri"
    elif how == "weekly":
        day = match["day"].lower()
        cron["day_of_week"] = day if day in _ENGLISH else _DAYS[day]
    elif how == "monthly":
        date = int(match["date"])
        if not 1 <= date <= 31:
            raise BadSchedule(words=text.strip())
        cron["day"] = str(date) if date <= 28 else "last"
    return cron
