"""Native charts in a workbook, in the house colours; what Excel has no chart for is made of what it has."""

from __future__ import annotations

from typing import Any

from archive.words import Lang
from reports.cells import clean
from reports.chart_style import COLOURS
from reports.page import Chart
from reports.waterfall import steps

FORMATS = {"money": "#,##0.00", "percent": "0.0%"}
GRID = {"visible": True, "line": {"color": "#DFE3E8"}}


def insert(book: Any, sheet: Any, at: int, chart: Chart, data: Any, row: int, lang: Lang) -> int:
    """Put a chart at a row of `sheet`; its figures stand in sheet `data`, heads in `row`, labels in column 0.

    Gives the rows it covers. A heat map is no chart but shades over its figures in `data`; it covers none.
    """
    if not chart.labels or not chart.series:
        return 0
    if chart.kind == "heat":
        scale = {"type": "2_color_scale", "min_color": "#F7F9FB", "max_color": "#7FA3CC"}
        data.conditional_format(row + 1, 1, row + len(chart.labels), len(chart.series), scale)
        return 0
    drawn = _waterfall(book, chart, data, row) if chart.kind == "waterfall" else _drawn(book, chart, data, row)
    drawn.set_title({"name": clean(chart.title.to(lang)), "name_font": {"size": 12}, "overlay": False})
    drawn.set_size({"width": 720, "height": 320})
    sheet.insert_chart(at, 0, drawn)
    return 17


def _drawn(book: Any, chart: Chart, data: Any, row: int) -> Any:
    negative = any(value < 0 for value in chart.series[0].values)
    kind = "bar" if chart.kind == "pie" and negative else chart.kind
    lying = kind == "bar" and len(chart.labels) > 5
    if kind in ("stacked", "combo"):
        drawn = book.add_chart({"type": "column", **({"subtype": "stacked"} if kind == "stacked" else {})})
    else:
        drawn = book.add_chart({"type": "column" if kind == "bar" and not lying else kind})
    shown = chart.series[:1] if kind == "pie" else chart.series[:-1] if kind == "combo" else chart.series
    for place in range(len(shown)):
        drawn.add_series(_series(chart, data, row, place, kind))
    apart = chart.line != chart.values
    if kind == "combo":
        line = book.add_chart({"type": "line"})
        line.add_series(_series(chart, data, row, len(chart.series) - 1, "line") | {"y2_axis": apart})
        drawn.combine(line)
        if apart:
            line.set_y2_axis({"num_format": FORMATS.get(chart.line, "#,##0")})
    if kind != "pie":
        drawn.set_legend({"none": True} if len(chart.series) == 1 else {"position": "bottom"})
        axis = {"num_format": "#,##0", "major_gridlines": GRID}
        names = {"label_position": "low"}  # below the bars, also where some go the other way
        # In a lying chart the library's y axis is the one with the names; reversed, the first stands on top.
        drawn.set_x_axis(axis if lying else names)
        drawn.set_y_axis(names | {"reverse": True} if lying else axis)
    return drawn


def _series(chart: Chart, data: Any, row: int, place: int, kind: str) -> dict[str, Any]:
    name, last, column = data.get_name(), row + len(chart.labels), place + 1
    series: dict[str, Any] = {
        "name": [name, row, column],
        "categories": [name, row + 1, 0, last, 0],
        "values": [name, row + 1, column, last, column],
    }
    colour = COLOURS[place % len(COLOURS)]
    if kind == "line":
        series |= {"line": {"color": colour, "width": 1.75}, "marker": {"type": "automatic"}}
    elif kind == "pie":
        series["data_labels"] = {"percentage": True, "leader_lines": True}
        series["points"] = [{"fill": {"color": COLOURS[n % len(COLOURS)]}} for n in range(len(chart.labels))]
    else:
        series["fill"] = {"color": colour}
        if kind == "bar":
            series["data_labels"] = {"value": True, "num_format": FORMATS.get(chart.values, "#,##0")}
    return series


def _waterfall(book: Any, chart: Chart, data: Any, row: int) -> Any:
    """Piles on a foot that isn't seen: level, rise and fall are series beside the figures, on the data sheet.

    A step from above nothing to below it stands as two parts, one each way.
    """
    name, last = data.get_name(), row + len(chart.labels)
    bars = list(steps(tuple(float(value) for value in chart.series[0].values), chart.levels))
    drawn = book.add_chart({"type": "column", "subtype": "stacked"})
    looks: tuple[tuple[str, dict[str, Any]], ...] = (
        ("·", {"none": True}),
        ("=", {"color": COLOURS[6]}),
        ("+", {"color": COLOURS[0]}),
        ("−", {"color": COLOURS[1]}),
    )
    for column, (head, _) in enumerate(looks, 2):
        data.write_string(row, column, head)
    for step, bar in enumerate(bars, row + 1):
        low, high = min(bar.start, bar.end), max(bar.start, bar.end)
        foot = low if low > 0 else high if high < 0 else 0.0
        kind = 3 if bar.level else 4 if bar.end >= bar.start else 5
        data.write_number(step, 2, foot)
        above, below = max(high, 0.0) - max(low, 0.0), min(low, 0.0) - min(high, 0.0)
        data.write_number(step, kind, above or below)
        if above and below:  # from above nothing to below it
            data.write_number(step, kind + 3, below)
    for column, (_, fill) in enumerate(looks, 2):
        for at in (column, column + 3) if column > 2 else (column,):
            drawn.add_series({
                "name": [name, row, column],
                "categories": [name, row + 1, 0, last, 0],
                "values": [name, row + 1, at, last, at],
                "fill": fill,
                "gap": 50,
            })  # fmt: skip
    drawn.set_legend({"none": True})
    drawn.set_x_axis({"label_position": "low"})
    drawn.set_y_axis({"num_format": "#,##0", "major_gridlines": GRID})
    return drawn
