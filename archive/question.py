"""A question about figures as a value, and the canonical words it is said back in."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from archive import vocabulary
from archive.period import Period
from archive.words import Lang, Text, same

ACCOUNT = "account:"  # begins the subject of a question after one account of the books, by its name


class What(StrEnum):
    """What is wanted."""

    REPORT = "report"  # a financial statement, by its key
    MEASURE = "measure"
    LIST = "list"


class Against(StrEnum):
    """What a figure is held against, when it is not another period or measure by name."""

    NOTHING = ""
    PRIOR = "prior"  # 环比: the stretch before, as long
    YEAR = "year"  # 同比: the same stretch a year earlier


Format = Literal["", "pdf", "excel", "word"]
Bound = Literal["at_least", "at_most", "above", "below"]
SIGNS: Mapping[Bound, str] = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Empty fields ask for nothing; `subject` is a key of archive.vocabulary, or `account:NAME`."""

    what: What
    subject: str
    period: Period | None = None
    by: tuple[str, ...] = ()  # keys of dimensions, two at most
    against: Against = Against.NOTHING
    other_period: Period | None = None
    other: str = ""  # a second measure to be held beside the first
    trend: int = 0  # months, ending with the period's last
    share: bool = False
    top: int = 0
    wan: bool = False  # in 万元
    detail: bool = False  # the documents or accounts themselves
    format: Format = ""
    bounds: tuple[tuple[Bound, Decimal], ...] = ()  # of each document's total, in the order of SIGNS
    department: str = ""
    person: str = ""  # person id
    category: str = ""  # a category's Chinese name, or the beginning of several (差旅)
    supplier: str = ""  # part of its name

    def within(self, amount: Decimal | None) -> bool:
        """Whether a document's total is within the bounds; one that was not read is only where there are none."""
        if not self.bounds:
            return True
        if amount is None:
            return False
        holds = {"at_least": amount.__ge__, "at_most": amount.__le__, "above": amount.__gt__, "below": amount.__lt__}
        return all(holds[bound](figure) for bound, figure in self.bounds)


def subject_name(subject: str) -> Text:
    """What a subject is called."""
    return same(subject.removeprefix(ACCOUNT)) if subject.startswith(ACCOUNT) else vocabulary.term(subject).name


def said(question: Question, lang: Lang, people: Mapping[str, str] | None = None) -> str:
    """The question in canonical words, which the grammar reads back as the same question.

    `people`: names by person id.
    """
    zh = lang == "zh"
    parts = [_subject(question.subject, lang)]
    if question.period:
        parts.append(period_words(question.period, lang))
    named = (
        ("部门" if zh else "department", question.department),
        ("人" if zh else "person", (people or {}).get(question.person, question.person)),
        ("类别" if zh else "category", question.category),
        ("供应商" if zh else "supplier", question.supplier),
    )
    parts += [f'{label}:"{value}"' for label, value in named if value]
    parts += [f"{'按' if zh else 'by '}{vocabulary.term(key).name.to(lang)}" for key in question.by]
    if question.wan:
        parts.append("万元" if zh else "in wan")  # before the bounds: >500 万元 is five million
    parts += [f"{SIGNS[bound]}{figure}" for bound, figure in question.bounds]
    if question.trend:
        parts.append(f"{question.trend}个月趋势" if zh else f"{question.trend}-month trend")
    if question.share:
        parts.append("占比" if zh else "share")
    if question.top:
        parts.append(f"前{question.top}" if zh else f"top {question.top}")
    if question.detail:
        parts.append("明细" if zh else "details")
    if question.format:
        parts.append(question.format)
    if question.against is Against.PRIOR:
        parts.append("环比" if zh else "vs prior period")
    elif question.against is Against.YEAR:
        parts.append("同比" if zh else "year on year")
    elif question.other or question.other_period:
        parts.append("对比" if zh else "vs")
        parts += [_subject(question.other, lang)] if question.other else []
        parts += [period_words(question.other_period, lang)] if question.other_period else []
    return " ".join(parts)


def _subject(subject: str, lang: Lang) -> str:
    if subject.startswith(ACCOUNT):
        return f'{"科目" if lang == "zh" else "account"}:"{subject.removeprefix(ACCOUNT)}"'
    return vocabulary.term(subject).name.to(lang)


def period_words(period: Period, lang: Lang) -> str:
    """Words for a period that read back as the same one: 2026-09, 2026Q3, 2026H1, 2026年, or its first and last day."""
    first, last = period.first, period.last
    whole = {
        Period.day(first): first.isoformat(),
        Period.month(first.year, first.month): f"{first:%Y-%m}",
        Period.quarter(first.year, (first.month + 2) // 3): f"{first.year}Q{(first.month + 2) // 3}",
        Period.half(first.year, (first.month + 5) // 6): f"{first.year}H{(first.month + 5) // 6}",
        Period.year(first.year): f"{first.year}年" if lang == "zh" else str(first.year),
    }
    return whole.get(period) or f"{first}{'至' if lang == 'zh' else ' to '}{last}"


def months(first: date, last: date) -> Iterator[Period]:
    """Every calendar month that has a day between the two."""
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield Period.month(year, month)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def ending_with(last: date, count: int) -> Period:
    """So many whole months, the one of `last` being the last."""
    year, month = divmod(last.year * 12 + last.month - count, 12)
    first = date(year, month + 1, 1)
    return Period.days(first, Period.month(last.year, last.month).last)


def year_before(period: Period) -> Period:
    """去年同期: the same stretch a year earlier; a month's last day stays its last day."""
    return _moved(period, 12)


def before(period: Period) -> Period:
    """上期: the stretch before, as long: months for whole months, else as many days."""
    if period.first.day == 1 and period.last == Period.month(period.last.year, period.last.month).last:
        return _moved(period, len(list(months(period.first, period.last))))
    length = period.last - period.first + timedelta(days=1)
    return Period.days(period.first - length, period.last - length)


def _moved(period: Period, back: int) -> Period:
    """So many months earlier, in the same form where it has one."""
    first, last = _earlier(period.first, back), _earlier(period.last, back)
    if period == Period.month(period.first.year, period.first.month):
        return Period.month(first.year, first.month)
    if period == Period.quarter(period.first.year, (period.first.month + 2) // 3):
        return Period.quarter(first.year, (first.month + 2) // 3)
    if period == Period.half(period.first.year, (period.first.month + 5) // 6):
        return Period.half(first.year, (first.month + 5) // 6)
    if period == Period.year(period.first.year):
        return Period.year(first.year)
    return Period.days(first, last)


def _earlier(at: date, back: int) -> date:
    year, month = divmod(at.year * 12 + at.month - 1 - back, 12)
    length = monthrange(year, month + 1)[1]
    ends = at.day == monthrange(at.year, at.month)[1]
    return date(year, month + 1, length if ends else min(at.day, length))
