"""A heat map (热力图): one shade for each figure of a field, darker for more; figures in the cells where they fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.chart_style import INK, Ink, fit, folded, inches, short, thinned
from reports.page import CellKind

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PALE, DARK = (247, 249, 251), (38, 74, 116)
SMALLEST = 4.6  # points; smaller words can't be read


def heat(axes: Axes, ink: Ink, kind: CellKind) -> None:
    """A row for each series from the top down, a column for each label.

    What is below nothing is hatched where no figure says so.
    """
    from matplotlib.patches import Rectangle

    rows, columns = len(ink.series), len(ink.labels)
    gap = 1.0 if columns < 25 else 0.3
    most = max((abs(value) for _, values, _ in ink.series for value in values), default=0.0) or 1.0
    words = [[_words(value, kind, ink) for value in values] for _, values, _ in ink.series]
    wide = inches(axes)[0]
    room = wide * 72 * 0.7 / columns  # points
    widest = max((len(word) * 0.62 for line in words for word in line), default=0.0)
    size = min(7.5, room / max(widest, 1.0) * 0.92, fit(axes, rows, 7.5))
    for row, (_, values, _) in enumerate(ink.series):
        for column, value in enumerate(values):
            share = abs(value) / most
            look: dict[str, Any] = {
                "facecolor": _shade(share),
                "edgecolor": "#ffffff",
                "linewidth": gap,
            }
            hatch = "////" if value < 0 and size < SMALLEST else ""
            axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, hatch=hatch, **look))
            if size >= SMALLEST and value:
                ink_here = "#ffffff" if share**0.7 > 0.45 else INK
                axes.text(column, row, words[row][column], ha="center", va="center", fontsize=size, color=ink_here)
    axes.set_xlim(-0.5, columns - 0.5)
    axes.set_ylim(rows - 0.5, -0.5)
    thinned(axes, ink.labels)
    own = fit(axes, rows, 8.0)
    every = max(1, int(-(-SMALLEST // own)))
    names = [folded(name, int(wide * 5), 1) for name, _, _ in ink.series]
    axes.set_yticks(range(0, rows, every), names[::every], fontsize=max(own, SMALLEST))
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    if size < SMALLEST:
        _scale(axes, most, kind, ink)


def _scale(axes: Axes, most: float, kind: CellKind, ink: Ink) -> None:
    """What the shades mean, where the cells are too small for figures."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    shades = LinearSegmentedColormap.from_list("house", [_shade(0.0), _shade(1.0)])
    figure = axes.get_figure(root=True)
    if figure is None:
        return
    bar = figure.colorbar(ScalarMappable(Normalize(0, most), shades), ax=axes, aspect=30, pad=0.02)
    bar.outline.set_visible(False)
    bar.set_ticks([0, most / 2, most], labels=[_words(value, kind, ink) or "0" for value in (0, most / 2, most)])
    bar.ax.tick_params(length=0, labelsize=7)


def _words(value: float, kind: CellKind, ink: Ink) -> str:
    if kind == "percent":
        return f"{value:.0%}"
    if abs(value) >= 1e4:  # three figures are enough in a cell
        value = float(f"{value:.3g}")
    elif kind == "money":
        value = round(value)
    return short(value, ink.lang)


def _shade(share: float) -> str:
    return "#" + "".join(f"{round(a + (b - a) * share**0.7):02x}" for a, b in zip(PALE, DARK, strict=True))
