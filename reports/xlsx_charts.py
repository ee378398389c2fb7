"""Native charts in a workbook, in the house colours."""

from __future__ import annotations

from typing import Any

from archive.words import Lang
from reports.cells import clean
from reports.charts import COLOURS
from reports.page import Chart

FORMATS = {"money": "#,##0.00", "percent": "0.0%"}


def insert(book: Any, sheet: Any, at: int, chart: Chart, data: str, row: int, lang: Lang) -> None:
    """Put a chart at a row of `sheet`; its figures stand in sheet `data`, heads in `row`, labels in column 0."""
    last = row + len(chart.labels)
    negative = any(value < 0 for value in chart.series[0].values)
    kind = "bar" if chart.kind == "pie" and negative else chart.kind
    lying = kind == "bar" and len(chart.labels) > 5
    drawn = book.add_chart({"type": "column" if kind == "bar" and not lying else kind})
    for place, _ in enumerate(chart.series if kind != "pie" else chart.series[:1], 1):
        labels = {"value": kind != "line", "num_format": FORMATS.get(chart.values, "#,##0")}
        series: dict[str, Any] = {
            "name": [data, row, place],
            "categories": [data, row + 1, 0, last, 0],
            "values": [data, row + 1, place, last, place],
            "data_labels": {"percentage": True, "leader_lines": True} if kind == "pie" else labels,
        }
        colour = COLOURS[(place - 1) % len(COLOURS)]
        if kind == "line":
            series |= {"line": {"color": colour, "width": 1.75}, "marker": {"type": "automatic"}, "data_labels": {}}
        elif kind == "pie":
            series["points"] = [{"fill": {"color": COLOURS[n % len(COLOURS)]}} for n in range(len(chart.labels))]
        else:
            series["fill"] = {"color": colour}
        drawn.add_series(series)
    drawn.set_title({"name": clean(chart.title.to(lang)), "name_font": {"size": 12}, "overlay": False})
    if kind != "pie":
        drawn.set_legend({"none": True} if len(chart.series) == 1 else {"position": "bottom"})
        axis = {"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#DFE3E8"}}}
        names = {"label_position": "low"}  # below the bars, also where some go the other way
        # In a lying chart the library's y axis is the one with the names; reversed, the first stands on top.
        drawn.set_x_axis(axis if lying else names)
        drawn.set_y_axis(names | {"reverse": True} if lying else axis)
    drawn.set_size({"width": 720, "height": 320})
    sheet.insert_chart(at, 0, drawn)
