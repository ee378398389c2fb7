"""Bars piled up (堆积柱状图), and bars with a line over them on a scale of its own (柱线图)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from reports.chart_style import COLOURS, HATCHES, INK, Ink, frame, key, short, thinned, untangled
from reports.page import CellKind

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EDGE = "#9aa5b1"
SUMMED = 12  # piles that bear their sums; between more of them the figures would lie over the bars


def stacked(axes: Axes, ink: Ink, totals: Sequence[str]) -> None:
    """A pile for each name, what is below nothing hanging under the line; sums on top where they have room."""
    count = len(ink.labels)
    up, down = [0.0] * count, [0.0] * count
    for place, (name, values, _) in enumerate(ink.series):
        feet = [down[n] if value < 0 else up[n] for n, value in enumerate(values)]
        axes.bar(range(count), values, 0.66, bottom=feet, label=name, **_look(place))
        up = [level + max(value, 0.0) for level, value in zip(up, values, strict=True)]
        down = [level + min(value, 0.0) for level, value in zip(down, values, strict=True)]
    for n, words in enumerate(totals if count <= SUMMED else ()):
        axes.annotate(words, (n, up[n]), (0, 2), textcoords="offset points", ha="center", fontsize=7)
    low, high = min(0.0, *down), max(0.0, *up)
    _finish(axes, ink, low, high)
    key(axes)
    untangled(axes)


def combo(axes: Axes, ink: Ink, own_scale: CellKind | None) -> None:
    """Bars side by side, the last series a line; `own_scale` is what its figures are where they differ."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    *bars, (name, heights, texts) = ink.series
    count, many = len(ink.labels), max(len(bars), 1)
    thick = 0.7 / many
    for place, (title, values, _) in enumerate(bars):
        at = [spot + (place - (many - 1) / 2) * thick for spot in range(count)]
        axes.bar(at, values, thick, label=title, **_look(place))
    figures = [value for _, values, _ in bars for value in values] + ([] if own_scale else list(heights))
    _finish(axes, ink, min(0.0, *figures, 0.0), max(0.0, *figures, 0.0))
    over = axes.twinx() if own_scale else axes
    over.plot(
        range(count), heights, color=INK, marker="o", markersize=3.2, markerfacecolor="white", linewidth=1.4, label=name
    )
    if own_scale:
        low, high = min(0.0, *heights), max(0.0, *heights)
        span = high - low or 1.0
        over.set_ylim(low - span * 0.1 if low < 0 else 0.0, high + span * 0.2)
        over.yaxis.set_major_locator(MaxNLocator(5))
        shares = FuncFormatter(
            lambda value, _: f"{value * 100:,.4g}%" if own_scale == "percent" else short(value, ink.lang)
        )
        over.yaxis.set_major_formatter(shares)
        for side in ("top", "left", "bottom"):
            over.spines[side].set_visible(False)
        over.spines["right"].set_color(EDGE)
        over.tick_params(length=0, labelsize=8)
    telling = {heights.index(max(heights)), heights.index(min(heights)), count - 1}
    for spot, words in enumerate(texts):
        if count > SUMMED and spot not in telling:
            continue
        over.annotate(
            words, (spot, heights[spot]), (0, 5), textcoords="offset points", ha="center", fontsize=7,
            bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
        )  # fmt: skip
    key(axes, over if own_scale else None)
    untangled(over)


def _look(place: int) -> dict[str, Any]:
    return {
        "color": COLOURS[place % len(COLOURS)],
        "hatch": HATCHES[place % len(HATCHES)],
        "edgecolor": "white",
        "linewidth": 0,
    }


def _finish(axes: Axes, ink: Ink, low: float, high: float) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    count, span = len(ink.labels), high - low or 1.0
    middle, half = (count - 1) / 2, max(count, 4) / 2 + 0.1
    frame(axes, "y")
    thinned(axes, ink.labels)
    axes.tick_params(axis="x", pad=7)  # clear of the nought beside the first name
    axes.set_xlim(middle - half, middle + half)
    axes.set_ylim(low - span * 0.06 if low < 0 else 0.0, high + span * 0.14 if high > 0 else 0.0 if low < 0 else 1.0)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=ink.whole))
    axes.yaxis.set_major_formatter(FuncFormatter(ink.on_axis))
    axes.axhline(0, color=EDGE, linewidth=0.8)
