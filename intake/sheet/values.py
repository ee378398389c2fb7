"""What a cell says: money, days, whole numbers, words; exports write each in a dozen ways."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from archive.money import CENT, parse_amount
from archive.plain import plain
from intake.sheet.cells import CELL_LENGTH, Cell

#: How emptiness is written where a figure could stand.
_NOTHING = frozenset({"", "-", "--", "—", "——", "－", "/", "\\", "无", "平"})
_DATE = re.compile(r"((?:19|20)\d\d)\s*[-./年]?\s*(\d{1,2})\s*[-./月]?\s*(\d{1,2})\s*日?(?=\D|$)")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]((?:19|20)\d\d)")
_TIME = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")
_EPOCH = date(1899, 12, 30)
_NEAR = Decimal("0.000001")
_BIGGEST = Decimal(10) ** 15


class Unreadable(ValueError):
    """The cell holds something else."""


_MARKS = re.compile(r"(US\$|HK\$|USD|EUR|GBP|HKD|JPY|CNY|RMB|人民币|美元|欧元|港币|日元|[¥￥$€£₹])", re.IGNORECASE)
_SAME = {"¥": "CNY", "￥": "CNY", "RMB": "CNY", "人民币": "CNY", "$": "USD", "US$": "USD", "美元": "USD", "€": "EUR",
         "欧元": "EUR", "£": "GBP", "HK$": "HKD", "港币": "HKD", "日元": "JPY", "₹": "INR"}  # fmt: skip


def currency_mark(cell: str) -> str:
    """The currency written beside an amount, by its code; nothing where there is none."""
    found = _MARKS.search(cell)
    mark = found[1].upper() if found else ""
    return _SAME.get(mark, mark)


def words(cell: Cell) -> str:
    """Its text on one line; numbers as people write them (100201.0 is 100201), days as 2026-04-01."""
    if isinstance(cell, str):
        if cell.startswith('="') and cell.endswith('"'):  # so that a spreadsheet keeps the zeros of ="00123"
            cell = cell[2:-1]
        return plain(unicodedata.normalize("NFKC", cell[:CELL_LENGTH])).strip() if cell else ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}" if cell.time() != time() else f"{cell:%Y-%m-%d}"
    return str(cell)


def printed(cell: Cell) -> str:
    """Its text as it stands, for what people wrote: brackets keep their width."""
    return plain(cell[:CELL_LENGTH]).strip() if isinstance(cell, str) else words(cell)


def money(cell: Cell) -> Decimal | None:
    """The amount; None for nothing. Raises Unreadable, also for what no ledger holds (10¹⁵ and more)."""
    if isinstance(cell, str):
        text = words(cell)
        if text in _NOTHING:
            return None
        text = re.sub(r"^(借|贷|DR|CR)\s*", "", text, flags=re.IGNORECASE)
        amount = parse_amount(text)
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        if cell != cell or abs(cell) >= 1e15:  # not a number
            raise Unreadable
        exact = Decimal(repr(cell))
        cents = exact.quantize(CENT)
        amount = cents if abs(exact - cents) < _NEAR else exact  # 1289.3000000000002 in the file is 1289.30
    else:
        raise Unreadable
    if amount is None or abs(amount) >= _BIGGEST:
        raise Unreadable
    return amount


def day(cell: Cell, *, day_first: bool | None = None) -> date | None:
    """The day; None for nothing. Raises Unreadable, also where 03/04/2025 may be two days and nothing tells which:
    `day_first` is what the other days of its column tell (`order_of_days`).
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if 20_000 < cell < 80_000:  # a serial number of days
            return _EPOCH + timedelta(days=int(cell))
        cell = str(int(cell))
    text = words(cell)
    if text in _NOTHING:
        return None
    try:
        if match := _DATE.match(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DAY_FIRST.match(text):
            first, second = int(match[1]), int(match[2])
            if day_first is None and first != second:
                raise Unreadable
            return date(int(match[3]), second, first) if day_first else date(int(match[3]), first, second)
    except ValueError as error:
        raise Unreadable from error
    raise Unreadable


def order_of_days(cells: Iterable[Cell]) -> bool | None:
    """Whether days stand before months in 24/03/2025 and the like; None where no cell tells."""
    for cell in cells:
        if isinstance(cell, str) and (match := _DAY_FIRST.match(cell.strip())):
            if int(match[1]) > 12:
                return True
            if int(match[2]) > 12:
                return False
    return None


def clock(cell: Cell) -> str:
    """HH:MM:SS where the cell holds a time, else nothing."""
    if isinstance(cell, time):
        return f"{cell:%H:%M:%S}"
    if isinstance(cell, datetime):
        return f"{cell:%H:%M:%S}" if cell.time() != time() else ""
    match = _TIME.search(words(cell))
    return f"{int(match[1]):02}:{match[2]}:{match[3] or '00'}" if match else ""


def whole(cell: Cell) -> int | None:
    """A whole number; None for nothing. `2张` is 2. Raises Unreadable."""
    text = words(cell)
    if text in _NOTHING:
        return None
    match = re.fullmatch(r"(\d{1,9})(?:\.0+)?\s*[张份件个月年]?", text)
    if not match:
        raise Unreadable
    return int(match[1])


def month(cell: Cell) -> tuple[int | None, int] | None:
    """(year, month) of 202607, 2026.07, 2026年第7期, or (None, month) of 7; None for nothing. Raises Unreadable."""
    if isinstance(cell, datetime | date):
        return cell.year, cell.month
    text = words(cell)
    if text in _NOTHING:
        return None
    if match := re.match(r"((?:19|20)\d\d)\s*[-./年]?\s*第?\s*(\d{1,2})", text):
        year, number = int(match[1]), int(match[2])
    elif match := re.fullmatch(r"第?\s*(\d{1,2})\s*(?:月|期|期间)?", text):
        year, number = None, int(match[1])
    else:
        raise Unreadable
    if not 1 <= number <= 12:
        raise Unreadable
    return year, number
