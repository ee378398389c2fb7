"""A stretch of days, and the words people use for one: 2026-10, 三季度, 上月, last 7 days, 2026-09至2026-10."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from archive.errors import BadPeriod
from archive.words import Text

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_HAN = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both days included."""

    first: date
    last: date
    label: Text

    @staticmethod
    def day(at: date) -> Period:
        """One day."""
        label = Text(f"{at.year}年{at.month}月{at.day}日", f"{at.day} {_MONTHS[at.month - 1]} {at.year}")
        return Period(at, at, label)

    @staticmethod
    def month(year: int, month: int) -> Period:
        """A calendar month. Raises ValueError outside 1 to 12."""
        first = date(year, month, 1)
        label = Text(f"{year}年{month}月", f"{_MONTHS[month - 1]} {year}")
        return Period(first, first.replace(day=monthrange(year, month)[1]), label)

    @staticmethod
    def quarter(year: int, quarter: int) -> Period:
        """A calendar quarter, 1 to 4; the fiscal year is the calendar year (会计法 Art 11)."""
        if quarter not in (1, 2, 3, 4):
            raise ValueError(quarter)
        first, last = Period.month(year, quarter * 3 - 2).first, Period.month(year, quarter * 3).last
        return Period(first, last, Text(f"{year}年第{quarter}季度", f"Q{quarter} {year}"))

    @staticmethod
    def half(year: int, half: int) -> Period:
        """The first (1) or second (2) half of a year."""
        if half not in (1, 2):
            raise ValueError(half)
        first, last = Period.month(year, half * 6 - 5).first, Period.month(year, half * 6).last
        return Period(first, last, Text(f"{year}年{'上' if half == 1 else '下'}半年", f"H{half} {year}"))

    @staticmethod
    def year(year: int) -> Period:
        """A calendar year."""
        return Period(date(year, 1, 1), date(year, 12, 31), Text(f"{year}年", str(year)))

    @staticmethod
    def days(first: date, last: date) -> Period:
        """Any stretch. Raises ValueError when it ends before it begins."""
        if last < first:
            raise ValueError(last)
        return Period(first, last, Text(f"{first} 至 {last}", f"{first} to {last}"))

    @staticmethod
    def week(at: date) -> Period:
        """Monday to Sunday around a day."""
        monday = at - timedelta(days=at.weekday())
        return Period.days(monday, monday + timedelta(days=6))


@dataclass(frozen=True, slots=True)
class _Now:
    """What words lean on: the day they are said, and the day up to which a month without a year is sought."""

    today: date
    anchor: date

    def year_of(self, m: re.Match[str], begins: Callable[[int], date]) -> int:
        """The year said, or that of the latest such stretch which has begun by the anchor."""
        said, leaning = m.groupdict().get("y"), m.groupdict().get("rel")
        if said:
            return int(said)
        if leaning:
            return self.today.year + _YEARS_BACK[leaning.lower()]
        year = self.anchor.year
        return year if begins(year) <= self.anchor else year - 1


_YEARS_BACK = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "前年": -2}
_Y = r"(?:(?P<y>20\d\d)\s*年?度?\s*|(?P<rel>今年|本年|去年|上年|前年)度?的?\s*)"
_M = r"(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})月"
_CUT = r"(?<![0-9A-Za-z.,/<>=≥≤≧≦¥$-])"  # no date begins inside a number, a code or an amount
_END = r"(?![0-9A-Za-z])(?!(?<![年月日号度])[-/.,]\d)(?!\s*[元块圆万千])"
_MON = rf"(?P<mon>sept|{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _MONTHS)})\.?"
_FULL = "|".join(name for name in _MONTHS if name not in ("March", "May"))  # those two are also plain words
_NUM = r"(?P<n>\d{1,3}|[一二两三四五六七八九十]+)"


def _number(words: str) -> int:
    """1 to 99 in figures or Chinese."""
    if words.isdigit():
        return int(words)
    tens, ten, ones = words.rpartition("十")
    return (_HAN.get(tens, 1) * 10 if ten else 0) + _HAN.get(ones, 0)


def _day(m: re.Match[str], now: _Now) -> Period:
    month, day = _number(m["m"]), int(m["d"])
    year = now.year_of(m, lambda y: date(y, month, min(day, monthrange(y, month)[1])))
    return Period.day(date(year, month, day))


def _month(m: re.Match[str], now: _Now) -> Period:
    month = _number(m["m"])
    return Period.month(now.year_of(m, lambda y: date(y, month, 1)), month)


def _months(m: re.Match[str], now: _Now) -> Period:
    """1-3月, 11月至2月: over the year's end when the second is the smaller."""
    a, b = int(m["a"]), int(m["b"])
    year = now.year_of(m, lambda y: date(y, a, 1))
    return Period.days(date(year, a, 1), Period.month(year + (b < a), b).last)


def _years(m: re.Match[str], now: _Now) -> Period:
    return Period.days(date(int(m["a"]), 1, 1), date(int(m["b"]), 12, 31))


def _named_month(m: re.Match[str], now: _Now) -> Period:
    month = next(i for i, name in enumerate(_MONTHS, 1) if name.lower().startswith(m["mon"][:3].lower()))
    if m.groupdict().get("d"):
        return Period.day(date(int(m["y"]), month, int(m["d"])))
    return Period.month(now.year_of(m, lambda y: date(y, month, 1)), month)


def _quarter(m: re.Match[str], now: _Now) -> Period:
    quarter = _number(m["q"])
    return Period.quarter(now.year_of(m, lambda y: Period.quarter(y, quarter).first), quarter)


def _half(m: re.Match[str], now: _Now) -> Period:
    half = {"上": 1, "下": 2}.get(m["h"]) or int(m["h"])
    return Period.half(now.year_of(m, lambda y: Period.half(y, half).first), half)


def _year(m: re.Match[str], now: _Now) -> Period:
    return Period.year(now.year_of(m, lambda y: date(y, 1, 1)))


def _months_back(at: date, count: int) -> date:
    year, month = divmod(at.year * 12 + at.month - 1 - count, 12)
    return date(year, month + 1, min(at.day, monthrange(year, month + 1)[1]))


def _lately(m: re.Match[str], now: _Now) -> Period:
    count, unit = _number(m["n"]), m["unit"].lower()
    if count == 0:
        raise ValueError(count)
    if unit in ("月", "个月", "month", "months"):
        return Period.days(_months_back(now.today, count) + timedelta(days=1), now.today)
    days = count * (7 if unit in ("周", "星期", "week", "weeks") else 1)
    return Period.days(now.today - timedelta(days=days - 1), now.today)


def _leaning(m: re.Match[str], now: _Now) -> Period:
    """this/last day, week, month, quarter, year."""
    back = 0 if m["which"].lower() in ("本", "这", "这个", "这一", "当", "今", "this") else 1
    unit, today = m["unit"].lower(), now.today
    if unit in ("周", "星期", "week"):
        return Period.week(today - timedelta(days=7 * back))
    if unit in ("月", "month"):
        at = _months_back(today.replace(day=1), back)
        return Period.month(at.year, at.month)
    if unit in ("季度", "季", "quarter"):
        at = _months_back(today.replace(day=1), 3 * back)
        return Period.quarter(at.year, (at.month + 2) // 3)
    return Period.year(today.year - back)


def _named_day(m: re.Match[str], now: _Now) -> Period:
    back = {"今天": 0, "今日": 0, "today": 0, "昨天": 1, "昨日": 1, "yesterday": 1, "前天": 2}[m[0].lower()]
    return Period.day(now.today - timedelta(days=back))


_Rule = tuple[re.Pattern[str], Callable[[re.Match[str], _Now], Period]]


def _rule(pattern: str, make: Callable[[re.Match[str], _Now], Period]) -> _Rule:
    return re.compile(_CUT + pattern + _END, re.IGNORECASE), make


#: Longest forms first: at the leftmost place where any fits, the first of them is taken.
_RULES: tuple[_Rule, ...] = (
    _rule(r"(?P<y>20\d\d)(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})", _day),
    _rule(rf"{_Y}?{_M}(?P<d>\d{{1,2}})[日号]?", _day),
    _rule(r"(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])", _day),
    _rule(rf"(?P<d>\d{{1,2}})\s+{_MON},?\s+(?P<y>20\d\d)", _named_month),
    _rule(rf"{_MON}\s+(?P<d>\d{{1,2}}),?\s+(?P<y>20\d\d)", _named_month),
    _rule(r"(?P<a>20\d\d)年?\s*[-~—–至到]\s*(?P<b>20\d\d)年?", _years),
    _rule(rf"{_Y}?(?P<a>\d{{1,2}})月?\s*[-~—–至到]\s*(?P<b>\d{{1,2}})月份?", _months),
    _rule(r"(?P<y>20\d\d)[-/](?P<m>\d{1,2})", _month),
    _rule(r"(?P<y>20\d\d)\.?(?P<m>0[1-9]|1[0-2])", _month),
    _rule(rf"{_Y}?{_M}份?", _month),
    _rule(rf"{_MON},?\s*(?P<y>20\d\d)", _named_month),
    _rule(rf"(?P<y>20\d\d)\s+{_MON}", _named_month),
    _rule(rf"(?P<mon>{_FULL})", _named_month),
    _rule(r"Q(?P<q>\d)\s*(?P<y>20\d\d)", _quarter),
    _rule(rf"{_Y}?-?Q(?P<q>\d)", _quarter),
    _rule(rf"{_Y}?第?(?P<q>[一二三四五六七八九\d])季度", _quarter),
    _rule(rf"{_Y}?(?P<h>[上下])半年度?", _half),
    _rule(r"H(?P<h>\d)\s*(?P<y>20\d\d)", _half),
    _rule(rf"{_Y}?-?H(?P<h>\d)", _half),
    _rule(rf"(?:最近|过去|近)\s*{_NUM}\s*(?P<unit>天|日|周|星期|个?月)", _lately),
    _rule(rf"(?:last|past|recent)\s+{_NUM}\s+(?P<unit>days?|weeks?|months?)", _lately),
    _rule(r"(?P<which>本|这个|这一|这|当|上一?个?)(?P<unit>周|星期|月|季)度?", _leaning),
    _rule(r"(?P<which>this|last|previous)\s+(?P<unit>week|month|quarter|year)", _leaning),
    _rule(r"今天|今日|昨天|昨日|前天|today|yesterday", _named_day),
    _rule(rf"{_Y}(?:全年)?", _year),
)
_BETWEEN = re.compile(
    r"\s*(?:\.{2,}|至|到|~|[—–]+|\bto\b|\buntil\b|(?<=[月日号年度])-|(?<=\s)-(?=\s))\s*", re.IGNORECASE
)
_NOW = re.compile(r"今天?(?![年日月])|(?:now|today)\b", re.IGNORECASE)
_SINCE = re.compile(r"\s*(?:以来|以后|之后)")
_SAID_SINCE = re.compile(r"\b(?:since|after)\s+$|自从?\s*$", re.IGNORECASE)


def find(words: str, today: date) -> tuple[Period | None, str]:
    """The first period said anywhere in the words, and the words without it (NFKC).

    A month, quarter or half year without a year is the latest that has begun. Raises BadPeriod for what is clearly
    meant as a period and can't be one: 2026-13, 2026-02-30, 2026Q5, 2026-10至2026-09.
    """
    text = unicodedata.normalize("NFKC", words)
    try:
        found = _stretch(text, today)
    except (ValueError, OverflowError) as e:
        raise BadPeriod(words=words.strip()) from e
    if found is None:
        return None, text
    period, start, end = found
    return period, f"{text[:start]} {text[end:]}".strip()


def parse(words: str, today: date) -> Period | None:
    """The period the words say; None when they say none, or something else too. Raises BadPeriod as `find`."""
    period, rest = find(words, today)
    return None if rest else period


def _stretch(text: str, today: date) -> tuple[Period, int, int] | None:
    """The first period or range and where it stands."""
    found = _leftmost(text, _Now(today, today))
    if found is None:
        return None
    first, start, end = found
    before, behind = _SAID_SINCE.search(text, 0, start), _SINCE.match(text, end)
    if before or behind:
        begun = before.start() if before else start
        return Period.days(first.first, max(today, first.first)), begun, behind.end() if behind else end
    if m := _BETWEEN.match(text, end):
        if now := _NOW.match(text, m.end()):
            return Period.days(first.first, today), start, now.end()
        if last := _until(text[m.end() :], first, today):
            return Period.days(first.first, last[0].last), start, m.end() + last[1]
    return first, start, end


def _leftmost(text: str, now: _Now) -> tuple[Period, int, int] | None:
    hits = ((m.start(), i, m) for i, (pattern, _) in enumerate(_RULES) if (m := pattern.search(text)))
    best = min(hits, key=lambda hit: hit[:2], default=None)
    return best and (_RULES[best[1]][1](best[2], now), best[2].start(), best[2].end())


def _until(text: str, first: Period, today: date) -> tuple[Period, int] | None:
    """The second half of a range; without a year of its own it is the next such after the first begins."""
    begun = first.first
    for year in (begun.year, begun.year + 1):
        found = _leftmost(text, _Now(today, date(year, 12, 31)))
        if found and not found[1] and (found[0].last >= begun or year > begun.year):
            return found[0], found[2]
    return None
