"""A statement (资产负债表, 利润表 …) as a table: items with their 行次, moved in by levels, summed from one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.words import Text
from reports.page import Cell, Column, Group, Table

#: 行次, as printed statements number their lines.
NTH = Column("nth", Text("行次", "Line"), "nth")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement (报表项目) with its 行次; `adds` are the 行次 it sums, negative ones taken away."""

    name: Text
    nth: int | None = None
    values: tuple[Cell, ...] = ()
    indent: int = 0
    strong: bool = False
    adds: tuple[int, ...] = ()


def statement(title: Text, columns: Sequence[Column], lines: Sequence[Line]) -> Table:
    """Lines as a table of item, 行次 and figures. A line without figures is a heading within the statement.

    `columns` are the heading of the item and those of the figures; raises KeyError for `adds` that name no line.
    """
    item, *figures = columns
    place = {line.nth: row for row, line in enumerate(lines, 1) if line.nth is not None}
    rows = tuple((line.name, line.nth, *(line.values or (None,) * len(figures))) for line in lines)
    adds = {
        (row, 2 + column): tuple(place[abs(nth)] * (1 if nth > 0 else -1) for nth in line.adds)
        for row, line in enumerate(lines)
        if line.adds
        for column in range(len(figures))
    }
    return Table(
        title,
        (item, NTH, *figures),
        (Group(rows),),
        strong=frozenset(row for row, line in enumerate(lines) if line.strong),
        indents={(row, 0): line.indent for row, line in enumerate(lines) if line.indent},
        adds=adds,
    )
