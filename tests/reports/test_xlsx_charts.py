"""Charts in a workbook: native ones, drawn from figures that stand on a sheet; a heat map is shades over them."""

from __future__ import annotations

import io
import re
import warnings
import zipfile

from archive.words import same
from reports.page import Chart, Series
from reports.render import render
from tests.reports.drawn import head
from tests.reports.test_golden import CHARTS


def parts(*charts: Chart) -> dict[str, str]:
    """The workbook's parts; a chart the library doesn't know would be a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = render(head().page(same("图"), same("图"), charts), "xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}


def test_every_kind_is_native_but_the_heat_map() -> None:
    book = parts(*CHARTS.values())
    drawn = [text for name, text in book.items() if name.startswith("xl/charts/chart")]
    assert len(drawn) == len(CHARTS) - 1
    assert sum('<c:grouping val="stacked"/>' in text for text in drawn) == 2  # piles, and the waterfall
    (both,) = [text for text in drawn if "<c:barChart>" in text and "<c:lineChart>" in text]
    assert both.count("<c:valAx>") == 2, "a share has a scale of its own"
    data = next(text for text in book.values() if "colorScale" in text)
    assert data.count("<conditionalFormatting") == 1


def test_a_waterfall_stands_on_a_foot_that_is_not_seen() -> None:
    steps = Series(same("本月"), (100, -30, -90, 25))
    labels = tuple(same(name) for name in ("期初", "支出", "支出", "收入"))
    book = parts(Chart("waterfall", same("现金"), labels, (steps,), levels=frozenset({0})))
    (chart,) = [text for name, text in book.items() if name.startswith("xl/charts/chart")]
    assert chart.count("<a:noFill/>") >= 1
    sheet = next(text for name, text in book.items() if name.startswith("xl/worksheets") and "<v>-30</v>" in text)
    row = re.search(r'<row r="4".*?</row>', sheet)  # from 70 to -20: above and below
    assert row is not None
    figures = {cell: float(value) for cell, value in re.findall(r'<c r="([C-I])4"[^>]*><v>([^<]+)</v>', row[0])}
    assert figures == {"C": 0, "F": 70, "I": -20}


def test_nothing_to_draw_is_no_chart() -> None:
    assert not any("charts" in name for name in parts(Chart("combo", same("空"), (), ())))
