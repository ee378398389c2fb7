"""A waterfall (瀑布图): how one level becomes another, step by step; rises and falls differ in grey as well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports.chart_style import COLOURS, HATCHES, Ink, fit, folded, frame, inches

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EDGE = "#9aa5b1"


@dataclass(frozen=True, slots=True)
class Step:
    """One bar from `start` to `end`; a level begins at nothing."""

    start: float
    end: float
    level: bool

    @property
    def look(self) -> dict[str, Any]:
        place = 6 if self.level else 0 if self.end >= self.start else 1
        return {"color": COLOURS[place], "hatch": "" if self.level else HATCHES[place], "edgecolor": "white"}


def steps(values: tuple[float, ...], levels: frozenset[int]) -> Iterator[Step]:
    """The bars of the figures: a level is where the steps stand after it, whatever they came to before."""
    stands = 0.0
    for place, value in enumerate(values):
        if place in levels:
            yield Step(0.0, value, True)
            stands = value
        else:
            yield Step(stands, stands + value, False)
            stands += value


def waterfall(axes: Axes, ink: Ink, levels: frozenset[int]) -> None:
    """Standing bars where there are few with short names, lying ones otherwise; each bears its figure."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    _, values, texts = ink.series[0]
    bars, count = list(steps(values, levels)), len(values)
    said = [text if bar.level or bar.end <= bar.start else f"+{text}" for bar, text in zip(bars, texts, strict=True)]
    widest = max(map(len, said))
    lying = count > 6 or max(len(folded(label, 99, 9)) for label in ink.labels) > 7 or widest * count > 66
    low, high = min(0.0, *(min(b.start, b.end) for b in bars)), max(0.0, *(max(b.start, b.end) for b in bars))
    span = high - low or 1.0
    size = fit(axes, count, 7.0) if lying else 7.0
    for place, (bar, words) in enumerate(zip(bars, said, strict=True)):
        foot, tall = min(bar.start, bar.end), abs(bar.end - bar.start)
        if lying:
            axes.barh(place, tall, 0.62, left=foot, linewidth=0, **bar.look)
            axes.annotate(words, (foot + tall, place), (3, 0), textcoords="offset points", va="center", fontsize=size)
        else:
            axes.bar(place, tall, 0.62, bottom=foot, linewidth=0, **bar.look)
            axes.annotate(words, (place, foot + tall), (0, 2), textcoords="offset points", ha="center", fontsize=size)
        if place + 1 < count:  # from the end of this one to the beginning of the next
            line = ([bar.end] * 2, [place + 0.31, place + 0.69])
            axes.plot(*(line if lying else line[::-1]), color=EDGE, linewidth=0.8)
    figures = FuncFormatter(ink.on_axis)
    frame(axes, "x" if lying else "y")
    middle, half = (count - 1) / 2, max(count, 4) / 2 + 0.1
    if lying:
        names = [folded(label, int(inches(axes)[0] * 6), 1) for label in ink.labels]
        axes.set_yticks(range(count), names, fontsize=fit(axes, count, 8.0))
        axes.set_ylim(middle + half, middle - half)
        axes.set_xlim(low - span * 0.02 if low < 0 else 0, high + span * 0.035 * max(widest, 4))
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=ink.whole))
        axes.xaxis.set_major_formatter(figures)
        axes.axvline(0, color=EDGE, linewidth=0.8)
        return
    axes.set_xticks(range(count), [folded(label, 14, 2) for label in ink.labels])
    axes.set_xlim(middle - half, middle + half)
    axes.set_ylim(low - span * 0.04 if low < 0 else 0, high + span * 0.14)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=ink.whole))
    axes.yaxis.set_major_formatter(figures)
    axes.axhline(0, color=EDGE, linewidth=0.8)
