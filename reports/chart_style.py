"""The house style of charts: ink, colours that stay apart in grey, axis figures, words that fit."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archive.words import Lang
from reports.fonts import font_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, GRID = "#2b3440", "#dfe3e8"
COLOURS = ("#3b6ea5", "#c9a45c", "#7fa38a", "#b5776a", "#9fbcd6", "#8a7fa3", "#5c6f7d", "#d9c7b8", "#a9b8a0")
HATCHES = ("", "////", "....", "\\\\\\\\", "--", "xx", "oo", "||", "++")
MARKERS = ("o", "s", "^", "D", "v")


@dataclass(frozen=True, slots=True)
class Ink:
    """What the drawing functions share: the words of the chart in one language."""

    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...], tuple[str, ...]], ...]  # name, heights, printed values
    lang: Lang
    percent: bool = False
    whole: bool = False  # counts: no half ones on the scale

    def on_axis(self, value: float, _: object = None) -> str:
        """A figure of the scale."""
        return f"{value * 100:,.4g}%" if self.percent else short(value, self.lang)


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


def short(value: float, lang: Lang) -> str:
    """An axis figure: 1.2亿, 35万, 1,200; in English 120M, 350k."""
    steps = ((1e8, "亿"), (1e4, "万")) if lang == "zh" else ((1e9, "bn"), (1e6, "M"), (1e4, "k"))
    for size, mark in steps:
        if abs(value) >= size:
            by = 1e3 if mark == "k" else size
            return f"{value / by:,.6g}{mark}"
    return f"{value:,.6g}"


def frame(axes: Axes, grid: str) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#9aa5b1")
    axes.tick_params(length=0, labelsize=8)
    axes.grid(axis="x" if grid == "x" else "y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def inches(axes: Axes) -> tuple[float, float]:
    figure = axes.get_figure(root=True)
    return (figure.get_figwidth(), figure.get_figheight()) if figure else (5.4, 2.9)


def fit(axes: Axes, rows: float, most: float) -> float:
    """The size at which so many rows of words fit the height, at most `most` points."""
    return min(most, (inches(axes)[1] - 0.62) * 72 / rows / 1.45)  # 0.62: title and scale


TICKS = 9  # names under a row of points


def thinned(axes: Axes, labels: Sequence[str]) -> None:
    """Names under the points of a row: every second, third … where they would touch."""
    step = max(1, -(-len(labels) // TICKS))
    shown = -(-len(labels) // step)
    places = max(int(inches(axes)[0] * 72 * 0.72 / shown / 4.2), 4)
    axes.set_xticks(range(0, len(labels), step), [folded(label, places) for label in labels[::step]])


def key(axes: Axes, more: Axes | None = None) -> None:
    """What the colours mean, under the picture, where it covers nothing; at most as many a line as fit."""
    handles, names = axes.get_legend_handles_labels()
    if more is not None:
        others = more.get_legend_handles_labels()
        handles, names = [*handles, *others[0]], [*names, *others[1]]
    names = [folded(name, 24, 1) for name in names]
    widest = max(sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in name) for name in names) + 7
    a_line = max(int(inches(axes)[0] * 72 * 0.9 / (widest * 3.6)), 1)
    axes.legend(
        handles, names, frameon=False, fontsize=7, loc="upper center", bbox_to_anchor=(0.5, -0.14),
        ncols=min(a_line, len(names)), handleheight=1.1, columnspacing=1.2,
    )  # fmt: skip


def untangled(axes: Axes) -> None:
    """Takes away words in the picture that would touch the scale or other words. Measured, not guessed."""
    figure = axes.get_figure(root=True)
    if figure is None:
        return
    figure.draw_without_rendering()
    kept: list[Any] = [name.get_window_extent() for each in figure.axes for name in each.get_yticklabels()]
    for text in list(axes.texts):
        box = text.get_window_extent().padded(4)
        if any(box.overlaps(other) for other in kept):
            text.remove()
        else:
            kept.append(box)
