"""Rows of a budget → planned amounts: one amount a row with its month or year, or a column for each month."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from archive.account import plain_code
from archive.budget import BudgetLine
from archive.finding import Level
from archive.words import Text
from intake.sheet import values
from intake.sheet.cells import Table
from intake.sheet.header import Header
from intake.sheet.rows import Notes, Row

_SAID = re.compile(r"预算|budget", re.IGNORECASE)
_WAN = re.compile(r"(?:单位|金额)\s*[:：]?\s*[(（]?\s*(?:人民币)?\s*万元")
_YEAR = re.compile(r"(20\d\d)")
_QUARTER = re.compile(r"(?:第?\s*([1-4一二三四])\s*季度?|Q\s*([1-4]))", re.IGNORECASE)
_HAN = {"一": 1, "二": 2, "三": 3, "四": 4}
ALL = tuple(range(1, 13))


def is_budget(table: Table, header: Header, name: str) -> bool:
    """Whether the file says it is one, in its name, its sheet, a banner or a heading: any table may have months."""
    banner = [values.words(cell) for row in table.rows[: header.first] for cell in row]
    return any(_SAID.search(text) for text in (name, table.sheet, *banner, *header.labels.values()))


def budgets(rows: Sequence[Row], banner: Sequence[str], period: str, notes: Notes) -> tuple[BudgetLine, ...]:
    """In yuan; a banner that says 万元 is heeded. The year is the row's, else the banner's or the file's name's."""
    size = Decimal(10_000) if any(_WAN.search(text) for text in banner) else Decimal(1)
    told = next((int(m[1]) for text in banner if (m := _YEAR.search(text))), int(period[:4]) if period else 0)
    found: list[BudgetLine] = []
    for row in rows:
        if row.is_total:
            continue
        year = _year(row) or told
        if not year:
            why = Text("看不出是哪一年的预算", "It can't be told which year the budget is of")
            notes.add("no_period", row.at, why, Level.STOP)
            return ()
        code = row.words("account")
        account = plain_code(code) if re.fullmatch(r"\d{3,}(?:[.\-]\d+)*", code) else ""
        name = row.printed("name")
        if not account and not name:
            continue
        for months, amount in _amounts(row):
            found.append(BudgetLine(year, months, account, name, amount * size, row.printed("department"), row.at))
    return tuple(found)


def _amounts(row: Row) -> Iterator[tuple[tuple[int, ...], Decimal]]:
    """Each month's column where there are such, else the one amount."""
    months = [(n, amount) for n in ALL if (amount := row.money(f"m{n}")) is not None]
    if months:
        yield from (((n,), amount) for n, amount in months)
        return
    amount = row.money("amount")
    if amount is not None:
        yield _months(row), amount


def _year(row: Row) -> int:
    for name in ("year", "month"):
        if match := _YEAR.search(row.words(name)):
            return int(match[1])
    return 0


def _months(row: Row) -> tuple[int, ...]:
    """The month or the quarter the row names; the whole year otherwise."""
    said = row.words("month")
    if match := _QUARTER.search(said):
        number = _HAN.get(match[1] or "", 0) or int(match[1] or match[2])
        return tuple(range(number * 3 - 2, number * 3 + 1))
    if not said or re.fullmatch(r"20\d\d年?度?|全年|年度?", said):
        return ALL
    try:
        told = values.month(row.raw("month"))
    except values.Unreadable:
        return ALL
    return (told[1],) if told else ALL
