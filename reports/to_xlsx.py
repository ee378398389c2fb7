"""A page as a workbook: real numbers and dates, sums as formulas, words never as formulas, native charts."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from archive.words import Text, spoken
from reports.cells import clean, said
from reports.page import Cell, Chart, Column, Facts, Page, Paragraph, Row, Signatures, Table
from reports.xlsx_charts import insert

OVERVIEW, DATA = Text("概览", "Overview"), Text("图表数据", "Chart data")
MADE = Text("制表：{who} {when}", "Made by {who}, {when}")
FOOT = Text("第 &P 页 共 &N 页", "Page &P of &N")
FORMATS = {"money": "#,##0.00", "count": "#,##0", "percent": "0.0%", "number": "#,##0.##", "nth": "0"}
TOP = 3  # rows above a table's first data row: title, heading line, column heads
TITLE_SIZE = 14
WIDEST = 32.0  # characters; longer words go on in the next line of the cell


def xlsx(page: Page) -> bytes:
    """The page as .xlsx bytes; the same page gives the same bytes."""
    out = io.BytesIO()
    # strings_to_*: a seller called "=SUM(A1)" or "http://…" is a name, nothing more.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        naive = page.made_at.replace(tzinfo=None)
        book.set_properties(
            {
                "title": page.title.to(page.lang),
                "author": clean(page.made_by),
                "company": clean(page.company),
                "created": naive,
            }
        )
        Book(book, page).write()
    return out.getvalue()


class Book:
    """One workbook being written."""

    def __init__(self, book: Any, page: Page) -> None:
        self.book, self.page, self.names = book, page, set[str]()
        self._formats: dict[tuple[str, str, int], Any] = {}

    def write(self) -> None:
        """An overview with figures and charts, then a sheet for each table, the register first."""
        overview = self._sheet(OVERVIEW.to(self.page.lang))
        for table in sorted(self.page.tables(), key=lambda table: not table.register):
            self._table(table)
        self._overview(overview)

    def look(self, kind: str, role: str = "row", indent: int = 0) -> Any:
        """The cell format for a kind and a role; each is made once."""
        if (kind, role, indent) not in self._formats:
            facts: dict[str, Any] = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
            facts |= {"num_format": FORMATS[kind]} if kind in FORMATS else {}
            facts |= {"num_format": "yyyy-mm-dd", "align": "left"} if kind == "date" else {}
            facts |= {"num_format": "yyyy-mm-dd hh:mm", "align": "left"} if kind == "minute" else {}
            facts |= {"num_format": "@", "text_wrap": True} if kind == "text" else {}
            facts |= {"bold": True} if role != "row" else {}
            facts |= {"top": 1, "bg_color": "#EDF1F5"} if role == "sum" else {}
            facts |= (
                {"bg_color": "#E4EAF1", "bottom": 1, "text_wrap": True, "valign": "vcenter"} if role == "head" else {}
            )
            facts |= {"align": "right"} if role == "head" and kind in FORMATS else {}
            facts |= {"font_size": TITLE_SIZE} if role == "title" else {}
            facts |= {"indent": indent} if indent else {}
            self._formats[kind, role, indent] = self.book.add_format(facts)
        return self._formats[kind, role, indent]

    def _sheet(self, title: str) -> Any:
        """A sheet with a name Excel takes: 31 characters, none of []:*?/\\, not used before."""
        plain = re.sub(r"[\[\]:*?/\\']", " ", clean(title)).strip()[:28] or "Sheet"
        name, again = plain, 2
        while name.lower() in self.names:
            name, again = f"{plain} {again}", again + 1
        self.names.add(name.lower())
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(9)  # A4
        sheet.set_footer(f"&L{clean(self.page.company).replace('&', '&&')[:80]}&R{FOOT.to(self.page.lang)}")
        return sheet

    def put(self, sheet: Any, row: int, column: int, cell: Cell, kind: str, role: str = "row", indent: int = 0) -> None:
        """One cell by its kind: numbers as numbers, dates as dates, words as words."""
        lang = self.page.lang
        if cell is None:
            sheet.write_blank(row, column, None, self.look(kind, role))
        elif isinstance(cell, Text | str):
            sheet.write_string(row, column, clean(spoken(cell, lang))[:32_000], self.look("text", role, indent))
        elif isinstance(cell, date) and cell.year < 1900:  # a misread date; Excel's calendar begins in 1900
            sheet.write_string(row, column, cell.isoformat(), self.look("text", role))
        elif isinstance(cell, datetime):
            sheet.write_datetime(row, column, cell.replace(tzinfo=None), self.look("minute", role))
        elif isinstance(cell, date):
            sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), self.look("date", role))
        else:
            sheet.write_number(row, column, self.number(cell, kind), self.look(kind, role))

    def number(self, cell: Decimal | int, kind: str) -> float:
        """The figure as Excel keeps it (a double: fifteen digits), money in the page's unit."""
        return float(cell / self.page.unit.size) if kind == "money" else float(cell)

    def _table(self, table: Table) -> None:
        page, lang = self.page, self.page.lang
        sheet = self._sheet(table.title.to(lang))
        sheet.write_string(0, 0, clean(f"{page.title.to(lang)} · {table.title.to(lang)}"), self.look("title", "title"))
        sheet.set_row(0, 24)
        under = f"{page.company}  {page.period.to(lang)}  {page.unit_line().to(lang)}"
        sheet.write_string(1, 0, clean(under), self.look("plain"))
        for place, column in enumerate(table.columns):
            sheet.write_string(2, place, column.heading.to(lang), self.look(column.kind, "head"))
            sheet.set_column(place, place, self._width(table, place))
        last = self._body(sheet, table)
        sheet.freeze_panes(TOP, 0)
        plain = not table.adds and not table.split and len(table.groups) == 1 and table.groups[0].title is None
        if plain and table.groups[0].rows:
            sheet.autofilter(2, 0, TOP + len(table.groups[0].rows) - 1, len(table.columns) - 1)
        sheet.repeat_rows(2)
        sheet.print_area(0, 0, last, len(table.columns) - 1)
        sheet.fit_to_pages(1, 0)
        if len(table.columns) > 8 or table.split:
            sheet.set_landscape()

    def _body(self, sheet: Any, table: Table) -> int:
        """Rows, subtotals, total; gives the last row written."""
        at, place, sums, rows = TOP, 0, list[int](), list[int]()
        for group in table.groups:
            if group.title is not None:
                self.put(sheet, at, 0, group.title, "text", "group")
                at += 1
            start = at
            for row in group.rows:
                self._row(sheet, at, table, row, place)
                rows.append(at)
                at, place = at + 1, place + 1
            if group.subtotal is not None:
                self._sum(sheet, at, table.columns, group.subtotal, group.rows, f"{{0}}{start + 1}:{{0}}{at}")
                sums.append(at)
                at += 1
        if table.total is not None:
            cells = ",".join(f"{{0}}{row + 1}" for row in sums) if sums else f"{{0}}{TOP + 1}:{{0}}{at}"
            self._sum(sheet, at, table.columns, table.total, tuple(table.rows()), cells)
            at += 1
        self._calculated(sheet, table, rows)
        return at - 1

    def _row(self, sheet: Any, at: int, table: Table, row: Row, nth: int) -> None:
        for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            strong = nth in table.strong or (nth, place) in table.bold
            indent = table.indents.get((nth, place), 0)
            self.put(sheet, at, place, cell, column.kind, "strong" if strong else "row", indent)

    def _calculated(self, sheet: Any, table: Table, rows: Sequence[int]) -> None:
        """Formulas for the figures that are sums and differences of others, wherever the figures say so too."""
        data = tuple(table.rows())
        for (nth, place), parts in table.adds.items():
            cell, kind = data[nth][place], table.columns[place].kind
            if isinstance(cell, Decimal | int) and _agrees(data, place, parts, cell):
                strong = "strong" if nth in table.strong or (nth, place) in table.bold else "row"
                terms = "".join(f"{'+' if one > 0 else '-'}{_letter(place)}{rows[abs(one) - 1] + 1}" for one in parts)
                figure = self.number(cell, kind)
                sheet.write_formula(rows[nth], place, f"={terms.removeprefix('+')}", self.look(kind, strong), figure)

    def _sum(self, sheet: Any, at: int, columns: Sequence[Column], row: Row, over: Sequence[Row], cells: str) -> None:
        """A sum row: a SUM formula wherever the figure is the sum of its rows, the figure itself elsewhere."""
        for place, (cell, column) in enumerate(zip(row, columns, strict=True)):
            self.put(sheet, at, place, cell, column.kind, "sum")
        for place, column in enumerate(columns):
            cell = row[place]
            if column.kind not in ("money", "count") or not isinstance(cell, Decimal | int) or not over:
                continue
            parts = [part[place] for part in over]
            if sum((Decimal(part) for part in parts if isinstance(part, Decimal | int)), Decimal(0)) == cell:
                formula = f"=SUM({cells.format(_letter(place))})"
                sheet.write_formula(at, place, formula, self.look(column.kind, "sum"), self.number(cell, column.kind))

    def _width(self, table: Table, place: int) -> float:
        column, lang = table.columns[place], self.page.lang
        every = [*table.rows(), *(group.subtotal for group in table.groups if group.subtotal), table.total]
        words = (said(row[place], column.kind, lang, self.page.unit) for row in every if row is not None)
        widest = max(map(_places, words), default=0)
        return min(max(widest, _places(column.heading.to(lang))) + 2.5, WIDEST)

    def _overview(self, sheet: Any) -> None:
        page, lang = self.page, self.page.lang
        sheet.set_column(0, 3, 26)
        sheet.write_string(0, 0, clean(page.title.to(lang)), self.look("title", "title"))
        made = MADE.filled(who=page.made_by, when=page.made_at.strftime("%Y-%m-%d %H:%M"))
        lines = (page.subtitle, page.company, page.period, page.unit_line(), made)
        at = 1
        for line in lines:
            sheet.write_string(at, 0, clean(spoken(line, lang)), self.look("plain"))
            at += 1
        for block in page.blocks:
            if isinstance(block, Facts):
                for fact in block.items:
                    at += 1
                    self.put(sheet, at, 0, fact.label, "text")
                    self.put(sheet, at, 1, fact.value, fact.kind, "strong")
            elif isinstance(block, Paragraph):
                at += 1
                sheet.write_string(at, 0, clean(block.text.to(lang)), self.look("plain"))
            elif isinstance(block, Signatures):
                at += 2
                for place, role in enumerate(block.roles):
                    sheet.write_string(at, place, clean(role.to(lang)), self.look("plain", "head"))
        self._charts(sheet, at + 2, list(page.charts()))
        sheet.fit_to_pages(1, 0)

    def _charts(self, sheet: Any, at: int, charts: list[Chart]) -> None:
        """The figures go to a sheet of their own; the charts on the overview look them up there."""
        if not charts:
            return
        data = self._sheet(DATA.to(self.page.lang))
        data.set_column(0, 0, 36)
        row = 0
        for chart in charts:
            self.put(data, row, 0, chart.title, "text", "head")
            for place, series in enumerate(chart.series, 1):
                self.put(data, row, place, series.name, "text", "head")
            for step, label in enumerate(chart.labels, row + 1):
                self.put(data, step, 0, label, "text")
                for place, series in enumerate(chart.series, 1):
                    self.put(data, step, place, series.values[step - row - 1], chart.kind_of(place - 1))
            at += insert(self.book, sheet, at, chart, data, row, self.page.lang)
            row += len(chart.labels) + 2


def _agrees(rows: Sequence[Row], place: int, parts: Sequence[int], cell: Decimal | int) -> bool:
    """Whether a figure is what its parts make; an empty part counts as nothing."""
    whole = Decimal(0)
    for one in parts:
        figure = rows[abs(one) - 1][place]
        whole += (Decimal(figure) if isinstance(figure, Decimal | int) else 0) * (1 if one > 0 else -1)
    return bool(parts) and whole == cell


def _letter(place: int) -> str:
    return str(xlsxwriter.utility.xl_col_to_name(place))


def _places(words: str) -> int:
    return max(
        (sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line) for line in words.split("\n")),
        default=0,
    )
