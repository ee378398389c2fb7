"""The answer to a question as a value: the figure, its parts, its course, what it is held against, what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from archive.money import thousands
from archive.period import Period
from archive.question import Question
from archive.words import Text

Unit = Literal["money", "count", "hours"]
WAN = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a split: its name, its figure, and how many documents or entries it is made of."""

    name: Text
    value: Decimal
    count: int
    private: bool = False  # who trades with whom is masked where others read along


@dataclass(frozen=True, slots=True)
class Answer:
    """Figures in yuan, pieces or hours; None where there is nothing to count from."""

    question: Question
    period: Period
    unit: Unit
    value: Decimal | None
    count: int = 0
    parts: tuple[Part, ...] = ()  # largest first, or in time
    whole: Decimal | None = None  # what shares are of
    others: int = 0  # parts beyond the top
    course: tuple[tuple[Period, Decimal | None], ...] = ()
    beside: tuple[Text, Decimal | None] | None = None  # what it is held against
    basis: tuple[Text, ...] = ()  # what it rests on, in sentences
    documents: tuple[str, ...] = ()  # item ids, for 明细

    @property
    def change(self) -> Decimal | None:
        """(this − that) ÷ |that|; None where there is nothing to divide by."""
        if self.beside is None or self.value is None or not self.beside[1]:
            return None
        return (self.value - self.beside[1]) / abs(self.beside[1])


def shown(value: Decimal | None, unit: Unit, *, wan: bool = False) -> Text:
    """A figure with its unit, for a sentence."""
    if value is None:
        return Text("无数据", "no data")
    if unit == "count":
        return Text(f"{value:.0f} 张", f"{value:.0f}")
    if unit == "hours":
        return Text(f"{value:.1f} 小时", f"{value:.1f} hours")
    if wan:
        return Text(f"{thousands(value / WAN)} 万元", f"CNY {thousands(value / WAN)} × 10,000")
    return Text(f"{thousands(value)} 元", f"CNY {thousands(value)}")
