"""The workbook: figures are numbers, sums are formulas with right cached values, words are never formulas."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from archive.words import same
from reports.catalogue import REPORTS
from reports.page import WAN, Column, Group, Page, Table
from reports.registers import expenses
from reports.render import render
from tests.reports.drawn import claims, head, rows_for

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


class Cell(NamedTuple):
    kind: str
    value: str
    formula: str
    style: int


class Sheets:
    """A workbook read back with nothing but zip and XML."""

    def __init__(self, data: bytes) -> None:
        self.zip = zipfile.ZipFile(io.BytesIO(data))
        book = self.xml("xl/workbook.xml")
        self.names = [sheet.get("name") for sheet in book.findall(".//m:sheet", NS)]
        strings = self.xml("xl/sharedStrings.xml")
        self.strings = ["".join(entry.itertext()) for entry in strings.findall("m:si", NS)]

    def xml(self, name: str) -> etree._Element:
        return etree.fromstring(self.zip.read(name))

    def sheet(self, name: str) -> etree._Element:
        return self.xml(f"xl/worksheets/sheet{self.names.index(name) + 1}.xml")

    def cells(self, name: str) -> dict[str, Cell]:
        found = {}
        for cell in self.sheet(name).iterfind(".//m:c", NS):
            kind, value = cell.get("t", "n"), cell.findtext("m:v", "", NS)
            value = self.strings[int(value)] if kind == "s" else value
            place = cell.get("r") or ""
            found[place] = Cell(kind, value, cell.findtext("m:f", "", NS), int(cell.get("s", "0")))
        return found

    def formats(self) -> list[str]:
        """The number format of every style."""
        styles = self.xml("xl/styles.xml")
        own = {one.get("numFmtId"): one.get("formatCode") or "" for one in styles.iterfind(".//m:numFmt", NS)}
        usual = {"0": "General", "3": "#,##0", "4": "#,##0.00", "49": "@"}
        ids = [one.get("numFmtId") or "" for one in styles.find("m:cellXfs", NS)]  # type: ignore[union-attr]
        return [own.get(one, usual.get(one, one)) for one in ids]


def page(count: int = 40) -> Page:
    return expenses(claims(count), head())


def test_sheets_are_overview_register_summaries_chart_data() -> None:
    names = Sheets(render(page(), "xlsx")).names
    assert names == ["概览", "逐张登记", "按类别汇总", "按部门汇总", "按报销人汇总", "图表数据"]


def test_figures_are_numbers_with_formats_and_dates_are_dates() -> None:
    book = Sheets(render(page(), "xlsx"))
    cells, formats = book.cells("逐张登记"), book.formats()
    first = min(claims(40), key=lambda row: (row.date or date.max, row.archive_no, row.item_id))
    assert cells["B4"].kind == "n"
    assert date(1899, 12, 30) + timedelta(days=int(float(cells["B4"].value))) == first.date
    assert formats[cells["B4"].style] == "yyyy-mm-dd"
    assert (cells["K4"].kind, Decimal(cells["K4"].value)) == ("n", first.total)
    assert formats[cells["K4"].style] == "#,##0.00"
    assert (cells["D4"].kind, cells["D4"].value) == ("s", first.number)  # twenty digits would not survive as a number


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 60), st.integers(0, 99))
def test_formulas_bear_the_sum_of_the_cells_they_point_at(count: int, seed: int) -> None:
    book = Sheets(render(expenses(claims(count, seed, ("CNY", "USD")), head()), "xlsx"))
    checked = 0
    for name in book.names[1:5]:
        cells = book.cells(name)
        for cell in cells.values():
            if cell.formula:
                start, end = cell.formula.removeprefix("SUM(").removesuffix(")").split(":")
                column, rows = start[0], range(int(start[1:]), int(end[1:]) + 1)
                parts = [Decimal(cells[f"{column}{row}"].value or 0) for row in rows]
                assert abs(sum(parts) - Decimal(cell.value)) < Decimal("0.000001")
                checked += 1
    assert checked >= 4 * 3


def test_words_are_never_formulas() -> None:
    evil = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "http://x", "\t=1", "'=1", "12345")
    rows = [dataclasses.replace(row, seller=words) for row, words in zip(claims(len(evil)), evil, strict=True)]
    book = Sheets(render(expenses(rows, head()), "xlsx"))
    sellers = [cell for place, cell in book.cells("逐张登记").items() if place.startswith("E") and int(place[1:]) > 3]
    assert {cell.kind for cell in sellers} == {"s"}
    assert {cell.value.strip() for cell in sellers} >= {words.strip() for words in evil}
    formulas = [cell.formula for name in book.names for cell in book.cells(name).values() if cell.formula]
    assert formulas
    assert all(formula.startswith("SUM(") for formula in formulas)
    assert not [name for name in book.zip.namelist() if "externalLink" in name]


def test_a_figure_that_is_no_sum_gets_no_formula() -> None:
    columns = (
        Column("name", same("名称")),
        Column("rate", same("平均"), "money"),
        Column("count", same("数"), "count"),
    )
    rows = (("甲", Decimal("2.00"), 1), ("乙", Decimal("4.00"), 2))
    table = Table(same("平均表"), columns, (Group(rows),), ("平均", Decimal("3.00"), 3))
    cells = Sheets(render(head().page(same("试"), same(""), (table,)), "xlsx")).cells("平均表")
    assert (cells["B6"].formula, float(cells["B6"].value)) == ("", 3.0)
    assert (cells["C6"].formula, float(cells["C6"].value)) == ("SUM(C4:C5)", 3.0)


def test_total_over_groups_sums_the_subtotals() -> None:
    columns = (Column("name", same("名称")), Column("sum", same("金额"), "money"))
    groups = (
        Group((("甲", Decimal("1.10")),), same("一"), ("小计", Decimal("1.10"))),
        Group((("乙", Decimal("2.20")),), same("二"), ("小计", Decimal("2.20"))),
    )
    table = Table(same("表"), columns, groups, ("合计", Decimal("3.30")))
    cells = Sheets(render(head().page(same("试"), same(""), (table,)), "xlsx")).cells("表")
    assert cells["B6"].formula == "SUM(B5:B5)"
    assert (cells["B10"].formula, float(cells["B10"].value)) == ("SUM(B6,B9)", 3.3)


def test_head_is_frozen_filtered_and_printed_on_every_page() -> None:
    book = Sheets(render(page(), "xlsx"))
    sheet = book.sheet("逐张登记")
    pane = sheet.find(".//m:pane", NS)
    assert pane is not None
    assert pane.get("ySplit") == "3"
    assert pane.get("state") == "frozen"
    assert sheet.find("m:autoFilter", NS).get("ref") == "A3:L43"  # type: ignore[union-attr]
    setup = sheet.find("m:pageSetup", NS)
    assert setup is not None
    assert (setup.get("orientation"), setup.get("fitToHeight")) == ("landscape", "0")
    names = {one.get("name"): one.text for one in book.xml("xl/workbook.xml").iterfind(".//m:definedName", NS)}
    assert names["_xlnm.Print_Titles"] is not None
    assert "_xlnm.Print_Area" in names


def test_native_charts_look_up_their_figures() -> None:
    book = Sheets(render(page(), "xlsx"))
    charts = [book.xml(name) for name in book.zip.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 3
    text = etree.tostring(charts[0], encoding="unicode")
    assert "图表数据" in text
    assert "$B$2:$B$9" in text


def test_wan_figures_are_divided() -> None:
    wan = dataclasses.replace(page(), unit=WAN)
    plain, divided = (Sheets(render(one, "xlsx")).cells("逐张登记")["K4"] for one in (page(), wan))
    assert float(divided.value) == pytest.approx(float(plain.value) / 10_000)


def test_odd_sheet_names_dates_and_characters_are_taken() -> None:
    columns = (Column("a", same("甲")), Column("d", same("日"), "date"))
    rows = (("x\x00\ud800y", date(26, 10, 1)), ("z", None))
    tables = tuple(
        Table(same(name), columns, (Group(rows),)) for name in ("a/b:c*?[]" + "长" * 40, "概览", "概览", "'")
    )
    book = Sheets(render(head().page(same("试"), same(""), tables), "xlsx"))
    assert len({name.lower() for name in book.names if name}) == 5
    assert all(len(name) <= 31 for name in book.names if name)
    assert book.cells("概览 2")["A4"].value == "xy"
    assert book.cells("概览 2")["B4"].value == "0026-10-01"


@pytest.mark.parametrize("entry", REPORTS, ids=lambda entry: entry.key)
def test_the_same_page_is_the_same_bytes(entry) -> None:  # type: ignore[no-untyped-def]
    once = entry.build(rows_for(entry, claims(9)), head())
    assert render(once, "xlsx") == render(once, "xlsx")
