"""The main charts and pages look as they did when somebody last looked at them.

Compared in grey and coarsely, so that another version of a library may draw an edge otherwise, while a label that
moved, a bar that is missing or a pattern that is gone shows. `GOLDEN=renew pytest tests/reports/test_golden.py` draws
them anew: look at every one of them before it is committed.
"""

from __future__ import annotations

import io
import os
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from archive.words import Text, same
from reports.charts import draw
from reports.page import Chart, Series
from reports.registers import expenses
from reports.render import card, render
from tests.reports.drawn import claims, head
from tests.reports.statements import balance_sheet, income_statement

KEPT = Path(__file__).parent / "golden"
MONTHS = tuple(Text(f"{n}月", f"M{n}") for n in range(1, 13))
DEPARTMENTS = ("研发部", "市场部", "财务部", "行政人事部")


def _series(name: str, *values: object) -> Series:
    return Series(same(name), tuple(Decimal(str(value)) for value in values))


def _year(nth: int) -> list[int]:
    return [nth * 7919 * month % 90_000 for month in range(1, 13)]


CHARTS = {
    "bar": Chart(
        "bar", same("各类别金额"), tuple(map(same, ("办公用品", "差旅-住宿", "交通费"))),
        (_series("价税合计", 23450.5, -1200, 8800),),
    ),
    "pie": Chart(
        "pie", same("各部门占比"), tuple(map(same, DEPARTMENTS)), (_series("价税合计", 53000, 21000, 9000, 4000),)
    ),
    "line": Chart("line", same("金额走势"), MONTHS, (_series("2025", *_year(3)), _series("2026", *_year(5)))),
    "stacked": Chart(
        "stacked", same("各部门每月费用"), MONTHS,
        tuple(_series(name, *_year(n)) for n, name in enumerate(DEPARTMENTS, 1)),
    ),
    "combo": Chart(
        "combo", same("收入与毛利率"), MONTHS,
        (_series("营业收入", *range(100_000, 400_000, 25_000)),
         _series("毛利率", *[0.3 - 0.01 * (n % 5) for n in range(12)])),
        line="percent",
    ),
    "waterfall": Chart(
        "waterfall", same("利润的形成"), tuple(map(same, ("营业收入", "营业成本", "管理费用", "投资收益", "营业利润"))),
        (_series("本月", 2450000, -1530000, -612345.67, 88000, 395654.33),), levels=frozenset({0, 4}),
    ),
    "heat": Chart(
        "heat", same("各部门每月费用"), MONTHS, tuple(_series(name, *_year(n)) for n, name in enumerate(DEPARTMENTS, 1))
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHARTS)
def test_chart(name: str) -> None:
    _same_look(f"chart_{name}", draw(CHARTS[name]))


@pytest.mark.parametrize("name", ["balance_sheet", "income_statement", "expenses", "card"])
def test_page(name: str) -> None:
    pages = {"balance_sheet": balance_sheet, "income_statement": income_statement}
    page = pages[name]() if name in pages else expenses(claims(25), head())
    _same_look(name, card(page) if name == "card" else render(page, "png"))


def test_a_picture_that_changed_is_seen() -> None:
    with pytest.raises(AssertionError):
        _compared(_grey(draw(CHARTS["bar"])), Image.open(KEPT / "chart_waterfall.png"))


def _same_look(name: str, png: bytes) -> None:
    kept = KEPT / f"{name}.png"
    now = _grey(png)
    if os.environ.get("GOLDEN") == "renew":
        KEPT.mkdir(exist_ok=True)
        now.quantize(16).save(kept, optimize=True)
    _compared(now, Image.open(kept))


def _grey(png: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(png)).convert("L")
    return picture.resize((620, round(picture.height * 620 / picture.width)), Image.Resampling.LANCZOS)


def _compared(now: Image.Image, kept: Image.Image) -> None:
    """Of one size, and nowhere differing by more than an edge's breadth makes."""
    assert now.size == kept.size
    soft = [np.asarray(one.convert("L").filter(ImageFilter.GaussianBlur(4)), dtype=float) for one in (now, kept)]
    apart = np.abs(soft[0] - soft[1])
    assert apart.mean() < 2.0
    assert apart.max() < 40.0
