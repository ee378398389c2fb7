"""比率: the ratios of a period beside those of the period before and of the same of last year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.analysis.figures import Figures, previous, year_earlier
from archive.ratios import Ratio, ratios


@dataclass(frozen=True, slots=True)
class RatioRow:
    """One ratio over three spans."""

    ratio: Ratio
    before: Decimal | None
    year_earlier: Decimal | None


def of_period(figures: Figures, months: Sequence[str]) -> tuple[Ratio, ...]:
    """Of these months; every value None where the books don't cover them."""
    return ratios(
        figures.lines("balance", [months[-1]]),
        figures.opening(months[0]),
        figures.lines("income", months),
        figures.lines("cash", months),
        len(months),
    )


def table(figures: Figures, months: Sequence[str]) -> list[RatioRow]:
    """Each ratio with its comparatives."""
    now, earlier, year = (of_period(figures, each) for each in (months, previous(months), year_earlier(months)))
    return [RatioRow(a, b.value, c.value) for a, b, c in zip(now, earlier, year, strict=True)]
