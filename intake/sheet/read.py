"""A spreadsheet's bytes → a Book. Picklable, never raises for bad input; problems are in `error`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from archive import account, asset, balance, bank_line, budget, voucher
from archive.errors import NotABook, Problem, ReaderFailed, TooHeavy
from archive.finding import Level
from archive.remark import Remark
from archive.words import Text
from intake.limits import READER_MEMORY
from intake.names import safe_name
from intake.sheet import budget_rows, other_rows, posting_rows, twice, voucher_rows
from intake.sheet import header as headers
from intake.sheet.book import Book, Record
from intake.sheet.budget_rows import is_budget
from intake.sheet.cells import Cell, Table, is_workbook, tables
from intake.sheet.columns import BookKind
from intake.sheet.gbt24589 import is_24589, read_24589
from intake.sheet.header import Header, Remembered
from intake.sheet.rows import Notes, Row, rows_of
from intake.sheet.values import words

_COMPANY = re.compile(r"(?:单位名称|核算单位|编制单位|公司名称|单位|公司|户名|账户名称)[::]\s*([^\s:,，]{4,60})")
_NAMED = re.compile(r"^([^\s:：]{2,50}(?:公司|事务所|中心|厂|店|合作社))")
_MONTH = re.compile(r"((?:19|20)\d\d)\s*[-./年_]\s*第?\s*(\d{1,2})(?:\s*[期月])?")
_ACCOUNT = re.compile(r"(?:账号|账户|卡号|inquireraccountnumber)\D{0,4}([\d*xX]{6,32})", re.IGNORECASE)


def could_be_book(data: bytes) -> bool:
    """Whether the bytes are worth a look: a workbook, 24589 XML, or text with columns."""
    if is_workbook(data) or is_24589(data):
        return True
    head = data[:4096]
    if data.startswith((b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8", b"<", b"\xef\xbb\xbf<")):
        return False
    return head.count(b"\n") > 0 and max(head.count(mark) for mark in (b",", b"\t", b";")) > 4


def read_book(
    data: bytes,
    name: str,
    kind: str = "",
    given: Mapping[str, str] | None = None,
    period: str = "",
    remembered: Remembered | None = None,
) -> Book:
    """The book in a file. `kind` and `given` (heading → field) are a person's word on forms nobody has seen before;
    `period` (2026-04) on files that name no month; `remembered` what they said before.
    """
    name = safe_name(name)
    try:
        if is_24589(data):
            return read_24589(data, name)
        of = BookKind(kind) if kind else None
        book = _best(tables(data, name), name, of, given, period, remembered)
        return replace(book, given=given) if given else book
    except Problem as problem:
        return Book(name, error=problem)
    except MemoryError:  # the reader's process may have no more (bot.workers)
        return Book(name, error=TooHeavy(name=name, limit=READER_MEMORY))
    # The declared border, as in intake.read: whatever a reader trips over becomes one error of ours.
    except Exception as error:  # the border: whatever a native reader trips over is a named error
        return Book(name, error=ReaderFailed(name=name, detail=f"{type(error).__name__}: {error}"[:200]))


def _best(
    sheets: Sequence[Table],
    name: str,
    kind: BookKind | None,
    given: Mapping[str, str] | None,
    period: str,
    remembered: Remembered | None,
) -> Book:
    """Of several sheets the one with most rows under headings that are understood."""
    found = [(table, header) for table in sheets if (header := headers.find(table, kind, given, remembered))]
    found = [(t, h) for t, h in found if kind or h.kind is not BookKind.BUDGETS or is_budget(t, h, name)]
    if not found:
        raise NotABook(name=name)
    table, header = max(found, key=lambda pair: len(pair[0].rows) - pair[1].after)
    return _read(table, header, name, period)


def _read(table: Table, header: Header, name: str, period: str) -> Book:
    notes = Notes()
    banner = [" ".join(filter(None, map(words, row))) for row in table.rows[: header.first]]
    rows = list(rows_of(table, header, notes))
    told = [*banner, table.sheet, name] if header.kind is BookKind.BUDGETS else banner
    records, found = _records(header.kind, rows, told, period or _period(banner, name), notes)
    notes.currencies()
    if not records:
        why = Text("表头认出来了，但没有读到一行数据", "The headings are known, but no row could be read")
        found = (*found, Remark("no_rows", Level.STOP, (), why))
    mapping: dict[str, str] = {}
    for c, field in sorted(header.fields.items()):  # 方向 may stand twice
        label = header.labels[c]
        mapping[label if label not in mapping else f"{label} {c + 1}"] = field
    return Book(
        name=name,
        kind=header.kind,
        source=header.source,
        form=header.form,
        sheet=table.sheet,
        encoding=table.encoding,
        header_row=header.first + 1,
        mapping=mapping,
        unmapped=tuple(label for c, label in sorted(header.labels.items()) if c not in header.fields),
        company=_company(banner),
        records=records,
        rows=sum(not row.is_total for row in rows),
        remarks=(*notes.all(), *found),
    )


def _records(
    kind: BookKind, rows: Sequence[Row], banner: Sequence[str], period: str, notes: Notes
) -> tuple[tuple[Record, ...], tuple[Remark, ...]]:
    if kind is BookKind.VOUCHERS:
        vouchers = twice.vouchers(voucher_rows.vouchers(rows, notes, period), notes)
        return vouchers, voucher.check(vouchers)
    if kind is BookKind.BALANCES:
        balances = twice.balances(other_rows.balances(rows, period, notes), notes)
        return balances, balance.check(balances)
    if kind is BookKind.ACCOUNTS:
        accounts = other_rows.accounts(rows)
        return accounts, account.check(accounts)
    if kind is BookKind.ASSETS:
        cards = other_rows.assets(rows)
        return cards, asset.check(cards)
    if kind is BookKind.POSTINGS:
        return posting_rows.postings(rows, notes), ()
    if kind is BookKind.BUDGETS:
        lines_ = budget_rows.budgets(rows, banner, period, notes)
        return lines_, tuple(budget.check(lines_))
    lines, repeats = bank_line.once(other_rows.bank_lines(rows, _bank_account(banner), notes))
    lines = tuple(bank_line.ordered(lines))
    twice.currencies(lines, notes)
    return lines, (*repeats, *bank_line.check(lines))


def _company(banner: Sequence[str]) -> str:
    for text in banner:
        found = _NAMED.match(text) or _COMPANY.search(text)
        if found and found[1] not in ("元", "万元"):
            return found[1]
    return ""


def _period(banner: Sequence[str], name: str) -> str:
    """The last month a banner or else the file's name speaks of: 月份：2025.01-2025.01, 2025年第5期, …_2025-03.csv."""
    for text in (*banner, name):
        found = [(int(m[1]), int(m[2])) for m in _MONTH.finditer(text) if 1 <= int(m[2]) <= 12]
        if found:
            year, month = found[-1]
            return f"{year:04}-{month:02}"
    return ""


def _bank_account(banner: Sequence[str]) -> str:
    for text in banner:
        if match := _ACCOUNT.search(re.sub(r"[\s\[\]]", "", text)):
            return match[1]
    return ""


def cut(book: Book, remarks: int = 100) -> Book:
    """The book without its records, for a preview that is kept or shown."""
    return replace(book, records=(), remarks=book.remarks[:remarks])


__all__ = ["Cell", "could_be_book", "cut", "read_book"]
