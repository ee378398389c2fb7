"""The rows of a table as they go on paper, and what is carried from one page to the next (过次页, 承前页)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from archive.words import Lang, Text
from reports.cells import said
from reports.page import Row, Table, Unit
from reports.typeset import Setter

Role = Literal["row", "strong", "group", "sum", "carry"]
PAD = 3.0  # points beside the words
OVER, BROUGHT = Text("过次页", "Carried forward"), Text("承前页", "Brought forward")
NONE: Mapping[int, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Laid:
    """A row broken into lines, with its height in points."""

    cells: tuple[tuple[str, ...], ...]
    role: Role
    height: float
    odd: bool = False
    bold: frozenset[int] = frozenset()  # columns
    indents: Mapping[int, float] = field(default_factory=dict)  # column → points


def carried(table: Table, setter: Setter, lang: Lang, unit: Unit) -> list[list[str]]:
    """What a page that ends before each printed row carries over, as words; empty where there is nothing to carry.

    A group's figures are summed from its first row on; nothing is carried over a group's end.
    """
    carried: list[list[str]] = []
    running: list[Decimal | int | None] = [None] * len(table.columns)
    fresh = True
    for role, row, _ in printed_rows(table):
        plain = role in ("row", "strong")
        if plain and not fresh:
            pairs = zip(running, table.columns, strict=True)
            carried.append(["" if sum_ is None else said(sum_, column.kind, lang, unit) for sum_, column in pairs])
        else:
            carried.append([])
        if not plain:
            running, fresh = [None] * len(table.columns), True
            continue
        fresh = False
        for place, column in enumerate(table.columns):
            cell, how = row[place], table.carry.get(column.key)
            if how and isinstance(cell, Decimal | int):
                running[place] = cell if how == "last" else cell + (running[place] or 0)
    return carried


def carry(
    sums: Sequence[list[str]], label: str, widths: Sequence[float], size: float, setter: Setter
) -> tuple[Laid | None, ...]:
    """The row for each break, the label in the first column wide enough that carries no figure."""
    made: list[Laid | None] = []
    for words in sums:
        if not words:
            made.append(None)
            continue
        need = setter.width(label, size) + 2 * PAD
        free = [place for place, word in enumerate(words) if not word]
        at = next((place for place in free if widths[place] >= need), free[0] if free else 0)
        cells = [label if place == at else word for place, word in enumerate(words)]
        made.append(one_line(cells, size))
    return tuple(made)


def one_line(cells: Sequence[str], size: float) -> Laid:
    return Laid(tuple((cell,) if cell else () for cell in cells), "carry", size * 1.28 + 2 * PAD * 0.75)


def printed_rows(table: Table) -> list[tuple[Role, Row, int]]:
    """Every printed row with its role and, for data, its place; -1 for the others."""
    rows: list[tuple[Role, Row, int]] = []
    place = 0
    for group in table.groups:
        if group.title is not None:
            rows.append(("group", (group.title,), -1))
        for row in group.rows:
            rows.append(("strong" if place in table.strong else "row", row, place))
            place += 1
        if group.subtotal is not None:
            rows.append(("sum", group.subtotal, -1))
    if table.total is not None:
        rows.append(("sum", table.total, -1))
    return rows
