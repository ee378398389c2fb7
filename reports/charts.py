"""Charts in one house style, readable in grey: PNG bytes from a Chart, drawn without pyplot or a display."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from archive.words import Lang, Text, spoken
from reports.cells import clean, said
from reports.fonts import font_file, legible
from reports.page import YUAN, Chart, Series, Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, GRID = "#2b3440", "#dfe3e8"
COLOURS = ("#3b6ea5", "#c9a45c", "#7fa38a", "#b5776a", "#9fbcd6", "#8a7fa3", "#5c6f7d", "#d9c7b8", "#a9b8a0")
HATCHES = ("", "////", "....", "\\\\\\\\", "--", "xx", "oo", "||", "++")
MARKERS = ("o", "s", "^", "D", "v")
BARS, SLICES, TICKS = 15, 8, 9  # more than this can't be told apart; the rest is drawn as one
OTHERS = Text("其余 {count} 项", "{count} others")


@dataclass(frozen=True, slots=True)
class _Ink:
    """What the drawing functions share: the words of the chart in one language."""

    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...], tuple[str, ...]], ...]  # name, heights, printed values
    lang: Lang


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


@contextmanager
def style(font_path: str | None = None) -> Iterator[frozenset[int]]:
    """The house style while drawing; gives the characters its font can show."""
    import matplotlib
    from matplotlib import font_manager, ft2font

    path = font_file(font_path)
    font = ft2font.FT2Font(path)
    if all(entry.fname != path for entry in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(path)
    settings: Any = {  # the stubs know each key by name only
        "font.family": font.family_name,
        "font.size": 8,
        "axes.unicode_minus": False,
        "text.parse_math": False,  # a name with two $ is a name, not a formula
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "hatch.linewidth": 0.6,
        "hatch.color": "white",
    }
    with matplotlib.rc_context(settings):
        yield frozenset(font.get_charmap())


def png(figure: Figure) -> bytes:
    """A figure as PNG without a date or a version in it."""
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def paint(axes: Axes, chart: Chart, lang: Lang, unit: Unit, set_: Callable[[str], str]) -> None:
    """Draw the chart into axes. `set_` makes words legible in the font."""
    chart = gathered(chart)
    ink = _Ink(
        tuple(set_(clean(spoken(label, lang))) for label in chart.labels),
        tuple(
            (
                set_(series.name.to(lang)),
                tuple(float(value) / (unit.size if chart.values == "money" else 1) for value in series.values),
                tuple(said(value, chart.values, lang, unit) for value in series.values),
            )
            for series in chart.series
        ),
        lang,
    )
    axes.set_title(set_(chart.title.to(lang)), fontsize=10, loc="left", color=INK, pad=8)
    {"bar": _bars, "line": _line, "pie": _pie}[chart.kind](axes, ink)


def gathered(chart: Chart) -> Chart:
    """The chart with what it can't show changed: a pie with negatives becomes bars, too many parts become «others»."""
    kind = chart.kind
    if kind == "pie" and (any(value < 0 for value in chart.series[0].values) or not any(chart.series[0].values)):
        kind = "bar"
    limit = {"bar": BARS, "pie": SLICES, "line": len(chart.labels)}[kind]
    if len(chart.labels) <= limit:
        return Chart(kind, chart.title, chart.labels, chart.series, chart.values)
    rest = len(chart.labels) - (limit - 1)
    series = tuple(Series(one.name, (*one.values[: limit - 1], _sum(one.values[limit - 1 :]))) for one in chart.series)
    labels = (*chart.labels[: limit - 1], OTHERS.filled(count=rest))
    return Chart(kind, chart.title, labels, series, chart.values)


def _sum(values: Sequence[Decimal | int]) -> Decimal:
    return sum((Decimal(value) for value in values), Decimal(0))


def folded(words: str, width: int, lines: int = 2) -> str:
    """Words broken into lines of at most `width` half-width places, the last one ended with … where too long."""
    out, line, used = [], "", 0
    for char in words.replace("\n", " "):
        places = 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if used + places > width:
            out.append(line)
            line, used = "", 0
        line, used = line + char, used + places
    out.append(line)
    if len(out) > lines:
        out = [*out[: lines - 1], out[lines - 1][:-1] + "…"]
    return "\n".join(part.strip() for part in out)


def _short(value: float, lang: Lang) -> str:
    """An axis figure: 1.2亿, 35万, 1,200; in English 120M, 350k."""
    steps = ((1e8, "亿"), (1e4, "万")) if lang == "zh" else ((1e9, "bn"), (1e6, "M"), (1e4, "k"))
    for size, mark in steps:
        if abs(value) >= size:
            by = 1e3 if mark == "k" else size
            return f"{value / by:,.6g}{mark}"
    return f"{value:,.6g}"


def _frame(axes: Axes, grid: str) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#9aa5b1")
    axes.tick_params(length=0, labelsize=8)
    axes.grid(axis="x" if grid == "x" else "y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def _bars(axes: Axes, ink: _Ink) -> None:
    """Lying bars where names are long or many, standing ones otherwise; every bar bears its value."""
    count, many = len(ink.labels), len(ink.series)
    widest = max((len(text) for _, _, texts in ink.series for text in texts), default=0)
    lying = count > 5 or max((len(folded(label, 99, 9)) for label in ink.labels), default=0) > 7 or count * many > 8
    lying = lying or (widest > 12 and count * many > 3)
    thick = (0.62 if many == 1 else 0.8) / many
    for place, (name, heights, texts) in enumerate(ink.series):
        at = [spot + (place - (many - 1) / 2) * thick for spot in range(count)]
        look: dict[str, Any] = {
            "color": COLOURS[place],
            "hatch": HATCHES[place],
            "edgecolor": "white",
            "linewidth": 0,
            "label": name,
        }
        bars = axes.barh(at, heights, thick, **look) if lying else axes.bar(at, heights, thick, **look)
        axes.bar_label(
            bars, labels=texts, padding=2, fontsize=_fit(axes, max(count, many / thick), 7.0) if lying else 7
        )
    _scale(axes, ink, lying, widest)
    if many > 1:
        axes.legend(frameon=False, fontsize=7, loc="best")


def _scale(axes: Axes, ink: _Ink, lying: bool, widest: int) -> None:
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
    figures = FuncFormatter(lambda value, _: _short(value, ink.lang))
    middle, half = (count - 1) / 2, max(count, 4) / 2 + 0.1
    across = int(_inches(axes)[0] * 6)  # half-width places in about a third of the width
    names = [folded(label, *((across, 1) if count > 6 else (20, 2)) if lying else (14, 2)) for label in ink.labels]
    _frame(axes, "x" if lying else "y")
    if lying:
        axes.set_yticks(range(count), names, fontsize=_fit(axes, count, 8.0))
        axes.set_ylim(middle + half, middle - half)
        axes.set_xlim(*limits)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(figures)
        axes.axvline(0, color="#9aa5b1", linewidth=0.8)
    else:
        axes.set_xticks(range(count), names)
        axes.set_xlim(middle - half, middle + half)
        axes.set_ylim(*limits)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(figures)
        axes.axhline(0, color="#9aa5b1", linewidth=0.8)


def _inches(axes: Axes) -> tuple[float, float]:
    figure = axes.get_figure(root=True)
    return (figure.get_figwidth(), figure.get_figheight()) if figure else (5.4, 2.9)


def _fit(axes: Axes, rows: float, most: float) -> float:
    """The size at which so many rows of words fit the height, at most `most` points."""
    return min(most, (_inches(axes)[1] - 0.62) * 72 / rows / 1.45)  # 0.62: title and scale


def _line(axes: Axes, ink: _Ink) -> None:
    """Lines with markers; all points bear values where few, else the highest one; of several lines none."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    spots = range(len(ink.labels))
    for place, (name, heights, texts) in enumerate(ink.series):
        look: dict[str, Any] = {
            "color": COLOURS[place],
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
    step = max(1, -(-len(spots) // TICKS))
    places = max(int(_inches(axes)[0] * 72 * 0.72 / -(-len(spots) // step) / 4.2), 4)
    axes.set_xticks(list(spots)[::step], [folded(label, places) for label in ink.labels[::step]])
    axes.margins(x=0.08, y=0.18)
    if all(height >= 0 for _, heights, _ in ink.series for height in heights):
        axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value, ink.lang)))
    _frame(axes, "y")
    if len(ink.series) > 1:
        axes.legend(frameon=False, fontsize=7)


def _pie(axes: Axes, ink: _Ink) -> None:
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
    places = int(_inches(axes)[0] * 72 * 0.4 / 3.75) - 10 - max(map(len, texts))
    names = [
        f"{folded(label, max(places, 8), 3)}  {size / whole:.1%}  {text}"
        for label, size, text in zip(ink.labels, sizes, texts, strict=True)
    ]
    axes.legend(
        wedges, names, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=7.5, handleheight=1.2
    )
