"""Working days (工作日): weekends, the State Council's holidays and the days worked for them (调休), company's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from archive.period import Period
from archive.words import Text


@dataclass(frozen=True, slots=True)
class Calendar:
    """`off`: days off that aren't weekends, or are; `on`: weekend days that are worked. `years`: those published."""

    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def works(self, day: date) -> bool:
        """Whether it is a working day; in a year not yet published, whether it is Monday to Friday."""
        return day in self.on or (day not in self.off and day.weekday() < 5)

    def following(self, day: date) -> date:
        """The day itself when it is worked, else the first working day after it."""
        return next(at for at in _from(day, 1) if self.works(at))

    def preceding(self, day: date) -> date:
        """The day itself when it is worked, else the last working day before it."""
        return next(at for at in _from(day, -1) if self.works(at))

    def nth(self, period: Period, n: int) -> date | None:
        """The n-th working day of a period, from the end when negative; None where it has fewer."""
        days = [d for d in _from(period.first, 1, (period.last - period.first).days + 1) if self.works(d)]
        place = n - 1 if n > 0 else len(days) + n
        return days[place] if 0 <= place < len(days) else None

    def warning(self, day: date) -> Text | None:
        """What is to be said of a day in a year whose holidays aren't known yet."""
        if day.year in self.years:
            return None
        return Text(
            f"（{day.year} 年放假安排还没有，先按周一至周五算）",
            f" (the holidays of {day.year} aren't known yet: Monday to Friday is assumed)",
        )

    def with_days(self, off: frozenset[date], on: frozenset[date]) -> Calendar:
        """With a company's own days; they win over the published ones."""
        return replace(self, off=(self.off | off) - on, on=(self.on | on) - off)


def _from(day: date, step: int, count: int = 400) -> Iterator[date]:
    """Days one after the other. Four hundred: longer than any row of days off."""
    return (day + timedelta(days=step * n) for n in range(count))


#: Monday to Friday, where no calendar is set.
WEEKDAYS = Calendar()
