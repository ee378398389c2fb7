"""The register of a package as a workbook, row by row: what was written is on disc, so that memory stays flat."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter  # type: ignore[import-untyped]

from archive.package.papers import REGISTER
from reports.cells import clean

_WIDTHS = (7, 30, 26, 40, 12, 10, 44, 7, 16)


class RegisterBook:
    """`add` each row, then `data()` once."""

    def __init__(self, title: str, made_at: datetime) -> None:
        self._out = io.BytesIO()
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(self._out, options)
        self._book.set_properties({"title": clean(title), "created": made_at.replace(tzinfo=None)})
        self._sheet = self._book.add_worksheet("登记表")
        heading = self._book.add_format({"bold": True, "bg_color": "#EEF1F5", "border": 1})
        self._wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})
        for column, width in enumerate(_WIDTHS):
            self._sheet.set_column(column, column, width)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_landscape()
        self._sheet.repeat_rows(0)
        self._sheet.fit_to_pages(1, 0)
        for column, name in enumerate(REGISTER):
            self._sheet.write_string(0, column, name, heading)
        self._rows = 0

    def add(self, row: Sequence[str]) -> None:
        """One line; 序号 and 数量 are figures."""
        self._rows += 1
        for column, value in enumerate(row):
            if REGISTER[column] in ("序号", "数量"):
                self._sheet.write_number(self._rows, column, int(value))
            else:
                self._sheet.write_string(self._rows, column, clean(value)[:32_000], self._wrapped)

    def data(self) -> bytes:
        """The finished book."""
        if self._rows:
            self._sheet.autofilter(0, 0, self._rows, len(REGISTER) - 1)
        self._book.close()
        return self._out.getvalue()
