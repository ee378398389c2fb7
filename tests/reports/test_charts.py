"""Charts: pictures with something on them, labels that don't overlap, the same bytes again."""

from __future__ import annotations

import io
from decimal import Decimal
from itertools import combinations
from typing import get_args

import pytest
from PIL import Image, ImageStat

from archive.words import same
from reports.charts import BARS, SLICES, STEPS, draw, folded, gathered, paint, style
from reports.fonts import legible
from reports.page import YUAN, Chart, ChartKind, Series
from reports.waterfall import steps

NAMES = (
    "办公用品",
    "差旅-住宿",
    "福利费（含工会经费及节日慰问支出）",
    "北京星辰科技发展有限责任公司上海浦东分公司",
    "$x$",
    "䶮",
)


def chart(kind: ChartKind, count: int, series: int = 1, values: tuple[str, ...] = ()) -> Chart:
    figures = [Decimal(values[n % len(values)]) if values else Decimal(977 * n % 1009 + 1) * 37 for n in range(count)]
    labels = tuple(f"{NAMES[n % len(NAMES)]}{n}" for n in range(count))
    rows = tuple(Series(same(f"第{n}组"), tuple(figure * n for figure in figures)) for n in range(1, series + 1))
    return Chart(kind, same("各类别金额"), labels, rows)


CASES = [
    *(chart(kind, count) for kind in ("bar", "pie", "line") for count in (1, 2, 8, 30)),
    chart("bar", 3, 3),
    chart("line", 12, 3),
    chart("bar", 4, values=("0.01", "1000000000", "-1234.50", "0")),
    chart("pie", 3, values=("5", "-2", "0")),
    chart("pie", 2, values=("0",)),
    chart("line", 5, values=("0.01", "1e9", "-1e9")),
    chart("bar", 3, values=("-1", "-20", "-300")),
    chart("pie", 4, values=("1173824116.20", "564909133.87", "472965148.47")),
    chart("bar", 15, values=("828039168.21", "-707.41", "340540207.87")),
    *(chart(kind, count) for kind in ("waterfall", "heat", "stacked", "combo") for count in (1, 8, 60)),
    chart("waterfall", 5, values=("828039168.21", "-707.41", "-990540207.87")),
    chart("stacked", 12, 12),
    chart("stacked", 4, 3, ("5", "-1234567.5", "0")),
    chart("combo", 12, 3, ("0.01", "1000000000", "-1234.50")),
    chart("combo", 60, 3),
    chart("heat", 12, 5, ("0", "1000000000", "-1234.50")),
    chart("heat", 60, 30),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}{len(case.labels)}x{len(case.series)}")
def test_picture_is_not_empty_and_readable_in_grey(case: Chart) -> None:
    picture = Image.open(io.BytesIO(draw(case)))
    assert picture.size == (1080, 580)
    grey = picture.convert("L")
    assert ImageStat.Stat(grey).stddev[0] > 8
    assert grey.getextrema()[0] < 90


@pytest.mark.parametrize("kind", get_args(ChartKind))
def test_nothing_to_draw_is_said(kind: ChartKind) -> None:
    empty = Chart(kind, same("空"), (), ())
    picture = Image.open(io.BytesIO(draw(empty))).convert("L")
    assert picture.size == (1080, 580)
    assert picture.getextrema()[0] < 90
    draw(Chart(kind, same("零"), (same("一"), same("二")), (Series(same("x"), (0, 0)),)))


def test_the_smallest_of_too_many_steps_become_one_and_the_levels_stay() -> None:
    labels = tuple(same(f"{n}") for n in range(40))
    values = (1000, *range(1, 39), 1000 + sum(range(1, 39)))
    few = gathered(Chart("waterfall", same("x"), labels, (Series(same("x"), values),), levels=frozenset({0, 39})))
    assert len(few.labels) == STEPS
    assert few.levels == {0, STEPS - 1}
    assert sum(few.series[0].values[:-1]) == few.series[0].values[-1]


def test_a_fall_below_nothing_and_back() -> None:
    bars = list(steps((10.0, -25.0, 40.0, 25.0), frozenset({0, 3})))
    assert [(bar.start, bar.end) for bar in bars] == [(0, 10), (10, -15), (-15, 25), (0, 25)]
    assert [bar.level for bar in bars] == [True, False, False, True]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}{len(case.labels)}x{len(case.series)}")
@pytest.mark.parametrize("size", [(5.4, 2.9), (7.3, 2.1)])
def test_labels_do_not_overlap_and_stay_inside(case: Chart, size: tuple[float, float]) -> None:
    with style() as glyphs:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=size, dpi=200, layout="constrained")
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        paint(axes, case, "zh", YUAN, lambda words: legible(words, glyphs))
        canvas.draw()
        low, high = axes.get_ylim()
        left, right = axes.get_xlim()
        ticks = [
            *(t for t, at in zip(axes.get_xticklabels(), axes.get_xticks(), strict=True) if left <= at <= right),
            *(
                t
                for t, at in zip(axes.get_yticklabels(), axes.get_yticks(), strict=True)
                if min(low, high) <= at <= max(low, high)
            ),
        ]
        boxes = [t.get_window_extent() for t in [*ticks, *axes.texts] if t.get_text() and case.kind != "pie"]
        whole = figure.bbox
        legend = axes.get_legend()
        for box in [*boxes, *([legend.get_window_extent()] if legend else [])]:
            assert box.x0 >= whole.x0 - 1
            assert box.x1 <= whole.x1 + 1
        for one, other in combinations(boxes, 2):
            assert not (
                one.x0 + 1 < other.x1 and other.x0 + 1 < one.x1 and one.y0 + 1 < other.y1 and other.y0 + 1 < one.y1
            )


def test_too_many_parts_are_gathered_and_the_sum_stays() -> None:
    for kind, limit in (("bar", BARS), ("pie", SLICES)):
        whole = chart(kind, 30)  # type: ignore[arg-type]
        few = gathered(whole)
        assert len(few.labels) == limit
        assert sum(few.series[0].values) == sum(whole.series[0].values)


def test_a_pie_with_negatives_becomes_bars() -> None:
    assert gathered(chart("pie", 3, values=("5", "-2"))).kind == "bar"
    assert gathered(chart("pie", 3)).kind == "pie"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("办公用品", "办公用品"),
        ("办公用品费", "办公用品\n费"),
        ("办公用品费用及其他杂费", "办公用品\n费用及…"),
        ("abcdefgh", "abcdefgh"),
    ],
)
def test_folded(words: str, expected: str) -> None:
    assert folded(words, 8) == expected


def test_the_same_chart_is_the_same_bytes() -> None:
    assert draw(CASES[2]) == draw(CASES[2])
