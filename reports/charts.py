"""Charts in one house style, readable in grey: PNG bytes from a Chart, drawn without pyplot or a display.

Bars, lines and pies are drawn here; the other kinds in rooms of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from archive.words import Lang, Text, spoken
from reports.cells import clean, said
from reports.chart_style import (
    COLOURS,
    HATCHES,
    INK,
    MARKERS,
    Ink,
    fit,
    folded,
    frame,
    inches,
    key,
    png,
    style,
    thinned,
)
from reports.fonts import legible
from reports.heat import heat
from reports.page import YUAN, Chart, Series, Unit
from reports.piles import combo, stacked
from reports.waterfall import waterfall

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BARS, SLICES = 15, 8  # more than this can't be told apart; the rest is drawn as one
PILED, STEPS = 7, 15
NOTHING = Text("无数据", "No data")
OTHERS = Text("其余 {count} 项", "{count} others")


def draw(
    chart: Chart,
    lang: Lang = "zh",
    unit: Unit = YUAN,
    *,
    size: tuple[float, float] = (5.4, 2.9),
    dpi: int = 200,
    font_path: str | None = None,
) -> bytes:
    """The chart as PNG bytes, `size` in inches. The same chart gives the same bytes."""
    with style(font_path) as glyphs:
        from matplotlib.figure import Figure

        figure = Figure(figsize=size, dpi=dpi, facecolor="white", layout="constrained")
        paint(figure.add_subplot(), chart, lang, unit, lambda words: legible(words, glyphs))
        return png(figure)


def paint(axes: Axes, chart: Chart, lang: Lang, unit: Unit, set_: Callable[[str], str]) -> None:
    """Draw the chart into axes. `set_` makes words legible in the font."""
    chart = gathered(chart)
    axes.set_title(set_(clean(chart.title.to(lang))), fontsize=10, loc="left", color=INK, pad=8)
    if not chart.labels or not chart.series:
        axes.set_axis_off()
        axes.text(0.5, 0.5, NOTHING.to(lang), ha="center", va="center", transform=axes.transAxes)
        return
    kinds = [chart.kind_of(place) for place in range(len(chart.series))]
    ink = Ink(
        tuple(set_(clean(spoken(label, lang))) for label in chart.labels),
        tuple(
            (
                set_(clean(series.name.to(lang))),
                tuple(float(value) / (unit.size if kind == "money" else 1) for value in series.values),
                tuple(said(value, kind, lang, unit) for value in series.values),
            )
            for series, kind in zip(chart.series, kinds, strict=True)
        ),
        lang,
        chart.values == "percent",
        chart.values == "count",
    )
    match chart.kind:
        case "bar":
            _bars(axes, ink)
        case "line":
            _line(axes, ink)
        case "pie":
            _pie(axes, ink)
        case "stacked":
            stacked(axes, ink, [said(total, chart.values, lang, unit) for total in _totals(chart)])
        case "combo":
            combo(axes, ink, None if chart.line == chart.values else chart.line)
        case "waterfall":
            waterfall(axes, ink, chart.levels)
        case "heat":
            heat(axes, ink, chart.values)


def _totals(chart: Chart) -> list[Decimal]:
    return [_sum([one.values[place] for one in chart.series]) for place in range(len(chart.labels))]


def gathered(chart: Chart) -> Chart:
    """The chart with what it can't show changed: a pie with negatives becomes bars, too many parts become «others»."""
    kind = chart.kind
    if not chart.labels or not chart.series:
        return chart
    if kind == "pie" and (any(value < 0 for value in chart.series[0].values) or not any(chart.series[0].values)):
        kind = "bar"
    if kind == "waterfall":
        return _fewer_steps(chart)
    if kind == "stacked" and len(chart.series) > PILED:
        chart = replace(chart, series=(*chart.series[: PILED - 1], _rest(chart.series[PILED - 1 :])))
    limit = {"bar": BARS, "pie": SLICES}.get(kind, len(chart.labels))
    if len(chart.labels) <= limit:
        return replace(chart, kind=kind)
    rest = len(chart.labels) - (limit - 1)
    series = tuple(Series(one.name, (*one.values[: limit - 1], _sum(one.values[limit - 1 :]))) for one in chart.series)
    labels = (*chart.labels[: limit - 1], OTHERS.filled(count=rest))
    return replace(chart, kind=kind, labels=labels, series=series)


def _rest(series: Sequence[Series]) -> Series:
    """Several series as one."""
    values = tuple(_sum(figures) for figures in zip(*(one.values for one in series), strict=True))
    return Series(OTHERS.filled(count=len(series)), values)


def _fewer_steps(chart: Chart) -> Chart:
    """Of too many steps the smallest become one, before the level that follows them."""
    if len(chart.labels) <= STEPS:
        return chart
    values = chart.series[0].values
    steps = sorted((abs(value), place) for place, value in enumerate(values) if place not in chart.levels)
    small = {place for _, place in steps[: len(values) - STEPS + 1]}
    last = max(small)
    kept = [place for place in range(len(values)) if place not in small or place == last]
    labels = tuple(OTHERS.filled(count=len(small)) if place == last else chart.labels[place] for place in kept)
    merged = _sum([values[place] for place in small])
    figures = tuple(merged if place == last else values[place] for place in kept)
    levels = frozenset(now for now, place in enumerate(kept) if place in chart.levels)
    return replace(chart, labels=labels, series=(Series(chart.series[0].name, figures),), levels=levels)


def _sum(values: Sequence[Decimal | int]) -> Decimal:
    return sum((Decimal(value) for value in values), Decimal(0))


def _bars(axes: Axes, ink: Ink) -> None:
    """Lying bars where names are long or many, standing ones otherwise; every bar bears its value."""
    count, many = len(ink.labels), len(ink.series)
    widest = max((len(text) for _, _, texts in ink.series for text in texts), default=0)
    lying = count > 5 or max((len(folded(label, 99, 9)) for label in ink.labels), default=0) > 7 or count * many > 8
    lying = lying or (widest > 12 and count * many > 3)
    thick = (0.62 if many == 1 else 0.8) / many
    for place, (name, heights, texts) in enumerate(ink.series):
        at = [spot + (place - (many - 1) / 2) * thick for spot in range(count)]
        look: dict[str, Any] = {
            "color": COLOURS[place % len(COLOURS)],
            "hatch": HATCHES[place % len(HATCHES)],
            "edgecolor": "white",
            "linewidth": 0,
            "label": name,
        }
        bars = axes.barh(at, heights, thick, **look) if lying else axes.bar(at, heights, thick, **look)
        axes.bar_label(bars, labels=texts, padding=2, fontsize=fit(axes, max(count, many / thick), 7.0) if lying else 7)
    _scale(axes, ink, lying, widest)
    if many > 1:
        key(axes)


def _scale(axes: Axes, ink: Ink, lying: bool, widest: int) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    count = len(ink.labels)
    heights = [height for _, series, _ in ink.series for height in series]
    low, high = min(0.0, *heights), max(0.0, *heights)
    under = max(
        (len(text) for _, series, texts in ink.series for h, text in zip(series, texts, strict=True) if h < 0),
        default=0,
    )
    below, above = ((high - low or 1.0) * (0.035 * max(size, 4) if lying else 0.12) for size in (under, widest))
    limits = (low - below if low < 0 else 0.0, high + above if high > 0 else 0.0 if low < 0 else 1.0)
    figures = FuncFormatter(ink.on_axis)
    middle, half = (count - 1) / 2, max(count, 4) / 2 + 0.1
    across = int(inches(axes)[0] * 6)  # half-width places in about a third of the width
    names = [folded(label, *((across, 1) if count > 6 else (20, 2)) if lying else (14, 2)) for label in ink.labels]
    frame(axes, "x" if lying else "y")
    if lying:
        axes.set_yticks(range(count), names, fontsize=fit(axes, count, 8.0))
        axes.set_ylim(middle + half, middle - half)
        axes.set_xlim(*limits)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=ink.whole))
        axes.xaxis.set_major_formatter(figures)
        axes.axvline(0, color="#9aa5b1", linewidth=0.8)
    else:
        axes.set_xticks(range(count), names)
        axes.set_xlim(middle - half, middle + half)
        axes.set_ylim(*limits)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=ink.whole))
        axes.yaxis.set_major_formatter(figures)
        axes.axhline(0, color="#9aa5b1", linewidth=0.8)


def _line(axes: Axes, ink: Ink) -> None:
    """Lines with markers; all points bear values where few, else the highest one; of several lines none."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    spots = range(len(ink.labels))
    for place, (name, heights, texts) in enumerate(ink.series):
        look: dict[str, Any] = {
            "color": COLOURS[place % len(COLOURS)],
            "marker": MARKERS[place % len(MARKERS)],
            "markersize": 3.2,
            "linewidth": 1.4,
        }
        axes.plot(spots, heights, linestyle=("-", "--", ":", "-.")[place % 4], label=name, **look)
        top = max(spots, key=lambda spot: heights[spot])
        labelled = () if len(ink.series) > 1 else spots if len(spots) <= 6 else (top,)
        for spot in labelled:
            axes.annotate(
                texts[spot], (spot, heights[spot]), (0, 5), textcoords="offset points", ha="center", fontsize=7
            )
    thinned(axes, ink.labels)
    axes.margins(x=0.08, y=0.18)
    if all(height >= 0 for _, heights, _ in ink.series for height in heights):
        axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=ink.whole))
    axes.yaxis.set_major_formatter(FuncFormatter(ink.on_axis))
    frame(axes, "y")
    if len(ink.series) > 1:
        key(axes)


def _pie(axes: Axes, ink: Ink) -> None:
    """Slices without writing on them; name, share and value stand in the key beside."""
    _, sizes, texts = ink.series[0]
    whole = sum(sizes)
    wedges = axes.pie(
        sizes,
        colors=[COLOURS[spot % len(COLOURS)] for spot in range(len(sizes))],
        hatch=[HATCHES[spot % len(HATCHES)] for spot in range(len(sizes))],
        startangle=90,
        counterclock=False,
        wedgeprops={"edgecolor": "white", "linewidth": 1.2, "width": 0.62},
    )[0]
    axes.set_anchor("W")  # the round stands left in its space, so that the key beside it stays inside the picture
    places = int(inches(axes)[0] * 72 * 0.4 / 3.75) - 10 - max(map(len, texts))
    names = [
        f"{folded(label, max(places, 8), 3)}  {size / whole:.1%}  {text}"
        for label, size, text in zip(ink.labels, sizes, texts, strict=True)
    ]
    axes.legend(
        wedges, names, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=7.5, handleheight=1.2
    )
