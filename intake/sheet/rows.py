"""The rows below the headings, cell by cell: what can't be read is noticed with its row, and the reading goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from archive.finding import Level
from archive.remark import Remark
from archive.words import Text
from intake.sheet import values
from intake.sheet.cells import Cell, Table
from intake.sheet.header import Header

T = TypeVar("T")
#: Remarks about single cells that are kept; the rest is counted.
MOST = 500
_TOTAL = re.compile(
    r"(?:本[页月期年]|累?总|全部|资产|负债|权益|成本|损益|共同|期间|科目)*(?:合|小|总|累)计(?:金额|笔数)?[:：]?"
)


@dataclass(slots=True)
class Notes:
    """What is noticed on the way."""

    remarks: list[Remark] = field(default_factory=list)
    more: int = 0
    day_first: bool | None = None  # how days are written where the year comes last
    marks: dict[str, dict[str, int]] = field(default_factory=dict)  # field → currency beside an amount → first row

    def add(self, kind: str, row: int, why: Text, level: Level = Level.WARN) -> None:
        """One remark; beyond the first few hundred they are only counted."""
        if len(self.remarks) < MOST:
            self.remarks.append(Remark(kind, level, (), why, row))
        else:
            self.more += 1

    def currencies(self) -> None:
        """Amounts of two currencies in one column can't be added up: that is noticed with a row of each."""
        for found in self.marks.values():
            if len(found) > 1:
                (one, first), (other, second) = sorted(found.items(), key=lambda each: each[1])[:2]
                why = Text(
                    f"同一列里有两种币种：第 {first} 行 {one}，第 {second} 行 {other}，不能合计",
                    f"Two currencies in one column: {one} in row {first}, {other} in row {second}; they don't add up",
                )
                self.add("two_currencies", second, why, Level.STOP)

    def all(self) -> tuple[Remark, ...]:
        """Everything, the uncounted as one."""
        if not self.more:
            return tuple(self.remarks)
        why = Text(f"还有 {self.more} 处没有逐一列出", f"{self.more} more are not listed one by one")
        return (*self.remarks, Remark("more", Level.WARN, (), why))


class Row:
    """One row by its fields."""

    __slots__ = ("_cells", "_columns", "_notes", "at")

    def __init__(self, cells: Sequence[Cell], columns: dict[str, int], at: int, notes: Notes) -> None:
        """`at`: its number in the file, from 1."""
        self._cells, self._columns, self.at, self._notes = cells, columns, at, notes

    def raw(self, name: str) -> Cell:
        """The cell, or nothing."""
        column = self._columns.get(name)
        return "" if column is None or column >= len(self._cells) else self._cells[column]

    def words(self, name: str) -> str:
        """Its text."""
        cell = self.raw(name)
        return values.words(cell) if cell != "" else ""

    def printed(self, name: str) -> str:
        """Its text as a person wrote it."""
        cell = self.raw(name)
        return values.printed(cell) if cell != "" else ""

    def money(self, name: str) -> Decimal | None:
        """Its amount; what is none is noticed, and so is the currency written beside it."""
        cell = self.raw(name)
        if isinstance(cell, str) and (mark := values.currency_mark(cell)):
            self._notes.marks.setdefault(name, {}).setdefault(mark, self.at)
        return self._told(name, values.money, "bad_amount", Text("不是金额", "is no amount"))

    def day(self, name: str) -> date | None:
        """Its day; what is none is noticed."""
        order = self._notes.day_first
        why = Text("不是日期，或分不清日和月", "is no date, or may be read as two")
        return self._told(name, lambda cell: values.day(cell, day_first=order), "bad_date", why)

    def whole(self, name: str) -> int | None:
        """Its whole number; what is none is noticed."""
        return self._told(name, values.whole, "bad_number", Text("不是整数", "is no whole number"))

    def _told(self, name: str, read: Callable[[Cell], T | None], kind: str, why: Text) -> T | None:
        cell = self.raw(name)
        if cell == "":
            return None
        try:
            return read(cell)
        except values.Unreadable:
            shown = values.words(cell)[:40]
            self._notes.add(
                kind,
                self.at,
                Text(f"第 {self.at} 行「{shown}」{why.zh}", f"Row {self.at}: “{shown}” {why.en}"),
                Level.STOP,
            )
            return None

    @property
    def is_total(self) -> bool:
        """合计, 小计, 总计 in the first cell with words, whatever column it is."""
        said = next((text for cell in self._cells if isinstance(cell, str) and (text := values.words(cell))), "")
        return bool(_TOTAL.fullmatch(re.sub(r"\s", "", said)))

    @property
    def is_empty(self) -> bool:
        """Nothing in any column that was asked for."""
        return all(c >= len(self._cells) or _blank(self._cells[c]) for c in self._columns.values())


def _blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def rows_of(table: Table, header: Header, notes: Notes) -> Iterator[Row]:
    """Every row below the headings that holds something; headings printed again on each page are passed over."""
    columns = {name: c for c, name in sorted(header.fields.items(), reverse=True)}
    days = [c for name, c in columns.items() if name in ("date", "time", "since")]
    notes.day_first = values.order_of_days(row[c] for row in table.rows[header.after :] for c in days if c < len(row))
    titles = [(c, label.rsplit("/", 1)[-1]) for c, label in header.labels.items()]
    for at, cells in enumerate(table.rows[header.after :], header.after + 1):
        row = Row(cells, columns, at, notes)
        if row.is_empty:
            continue
        if cells and sum(c < len(cells) and cells[c] == label for c, label in titles) > len(titles) // 2:
            continue
        yield row
