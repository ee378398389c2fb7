"""A table nobody understands as a person sees it: its headings, an example below each, and its first rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.errors import Problem
from intake.sheet import header as headers
from intake.sheet.cells import Cell, Table, tables
from intake.sheet.columns import BookKind, field_of, heading
from intake.sheet.values import words

ROWS = 3  # shown below the headings
MOST = 40  # columns that are asked about
_FIGURE = re.compile(r"[-+(（¥￥$]?\s*[\d,]+(?:\.\d+)?[)）]?|\d{4}[-./年]?\d{1,2}[-./月]?\d{1,2}日?.*")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading as printed, and what stands below it first."""

    heading: str
    example: str


@dataclass(frozen=True, slots=True)
class Outline:
    """`guesses`: kind of book → field → number of the column it may be, from 0."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    guesses: Mapping[str, Mapping[str, int]]


def outline(data: bytes, name: str) -> Outline | None:
    """Of the first sheet with headings and figures below them; None where there is none. Never raises for bad input."""
    try:
        sheets = tables(data, name)
    except Problem:
        return None
    for table in sheets:
        found = headers.find(table)
        labels, after = (found.labels, found.after) if found else _headings(table)
        if labels:
            return _outline(table, labels, after)
    return None


def _headings(table: Table) -> tuple[Mapping[int, str], int]:
    """The first row of three words or more, none of them a figure, that has figures below it."""
    for n, row in enumerate(table.rows[: headers.LOOKED_AT]):
        said = {c: text for c, cell in enumerate(row) if (text := words(cell))}
        if len(said) < 3 or len(set(said.values())) < len(said) or any(map(_figure, row)):
            continue
        below = table.rows[n + 1 : n + 4]
        if any(_figure(row[c]) for row in below for c in said if c < len(row)):
            return said, n + 1
    return {}, 0


def _figure(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(_FIGURE.fullmatch(words(cell)))


def _outline(table: Table, labels: Mapping[int, str], after: int) -> Outline:
    columns = sorted(labels)[:MOST]
    body = [row for row in table.rows[after:] if any(words(cell) for cell in row)]

    def example(c: int) -> str:
        return next((text for row in body[:50] if c < len(row) and (text := words(row[c]))), "")

    return Outline(
        tuple(Column(labels[c], example(c)[:40]) for c in columns),
        tuple(tuple(words(row[c])[:40] if c < len(row) else "" for c in columns) for row in body[:ROWS]),
        {kind.value: _guessed(kind, [labels[c] for c in columns]) for kind in BookKind},
    )


def _guessed(kind: BookKind, labels: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for n, label in enumerate(labels):
        field = field_of(kind, heading(label.replace("/", ""))) or field_of(kind, heading(label))
        if field:
            found.setdefault(field, n)
    return found
