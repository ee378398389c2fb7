"""Rows of a journal → vouchers: in some exports only the first row of a voucher bears its date, number and words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from archive.account import plain_code
from archive.finding import Level
from archive.money import thousands
from archive.voucher import ZERO, Line, Voucher
from archive.words import Text
from intake.sheet import values
from intake.sheet.cells import Cell
from intake.sheet.rows import Notes, Row

_NUMBER = re.compile(r"(?:(\D*?)[-－—字第\s]*)?0*(\d{1,9})(?:\.0)?\s*号?(?:[-/]\d+)?")
_PARTIES = ("customer", "supplier", "party", "person")
_LONG = {
    "记账凭证": "记",
    "记账": "记",
    "收款凭证": "收",
    "付款凭证": "付",
    "转账凭证": "转",
    "收款": "收",
    "付款": "付",
    "转账": "转",
}
_HOME = frozenset({"", "人民币", "RMB", "CNY", "人民币元", "综合本位币", "本位币"})


@dataclass(slots=True)
class _Open:
    """The voucher whose rows are being read."""

    row: int
    id: str
    said: tuple[object, ...]  # what each of its rows repeats
    year: int
    month: int
    word: str
    number: int
    on: date | None
    attachments: int | None
    people: tuple[str, str, str]
    summary: str = ""
    lines: list[Line] = field(default_factory=list)

    def closed(self) -> Voucher:
        return Voucher(
            self.year, self.month, self.word, self.number, tuple(self.lines), self.on, self.attachments,
            *self.people, self.row,
        )  # fmt: skip


def vouchers(rows: Sequence[Row], notes: Notes, period: str = "") -> tuple[Voucher, ...]:
    """The vouchers in the order of the file. Totals are compared with what was read and left out.

    `period`: the month a banner names, for files whose rows have a month or a day only.
    """
    sparse = any(row.words("number") == "" and not row.is_total and _has_line(row) for row in rows)
    padded = _padded(rows)
    found: list[Voucher] = []
    now: _Open | None = None
    said_totals: list[tuple[Row, Decimal, Decimal]] = []
    for row in rows:
        if row.is_total:
            if (debit := row.money("debit")) is not None and (credit := row.money("credit")) is not None:
                said_totals.append((row, debit, credit))
            continue
        if row.words("number"):
            begun = _begun(row, notes, period)
            if begun is None:
                _end(now, found)
                now = None
                continue
            if now is None or sparse or _another(now, begun):
                _end(now, found)
                now = begun
        elif now is None:
            if _has_line(row):
                notes.add("no_voucher", row.at, _no_voucher(row.at), Level.STOP)
            continue
        line = _line(row, now, padded, notes)
        if line:
            now.lines.append(line)
    _end(now, found)
    _compare(said_totals, found, notes)
    return tuple(found)


def _no_voucher(at: int) -> Text:
    return Text(f"第 {at} 行不属于任何凭证：没有凭证号", f"Row {at} belongs to no voucher: it has no number")


def _end(now: _Open | None, found: list[Voucher]) -> None:
    if now is not None and now.lines:
        found.append(now.closed())


def _has_line(row: Row) -> bool:
    return bool(row.words("account") or row.printed("account_name"))


def _begun(row: Row, notes: Notes, banner: str) -> _Open | None:
    """The voucher a row opens; None, noticed, where its number or month can't be told."""
    on = row.day("date")
    period = _period(row, on, banner)
    if on is None and period and row.words("day").isdigit():
        on = _made(*period, int(row.words("day")))
    match = _NUMBER.fullmatch(row.words("number"))
    if match is None or period is None:
        shown = row.words("number")[:40]
        what = Text(f"凭证号「{shown}」", f"the number “{shown}”") if match is None else Text("期间", "its month")
        notes.add(
            "no_voucher",
            row.at,
            Text(f"第 {row.at} 行：看不懂{what.zh}", f"Row {row.at}: can't read {what.en}"),
            Level.STOP,
        )
        return None
    column = row.words("word")
    word = (match[1] or "").strip() or _LONG.get(column, column) or "记"
    word = _LONG.get(word, word)
    people = (row.printed("maker"), row.printed("checker"), row.printed("poster"))
    attachments = row.whole("attachments")
    said = (on, attachments, people[0])
    return _Open(row.at, row.words("id"), said, *period, word, int(match[2]), on, attachments, people)


def _period(row: Row, on: date | None, banner: str) -> tuple[int, int] | None:
    cell = row.raw("month")
    try:
        said = values.month(cell) if cell != "" else None
    except values.Unreadable:
        said = None
    if said is None:
        if on:
            return (on.year, on.month)
        return (int(banner[:4]), int(banner[5:])) if banner else None
    year = said[0] or _year(row.raw("year")) or (on.year if on else None) or (int(banner[:4]) if banner else None)
    return (year, said[1]) if year else None


def _made(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _year(cell: Cell) -> int | None:
    match = re.match(r"((?:19|20)\d\d)", values.words(cell))
    return int(match[1]) if match else None


def _another(now: _Open, row: _Open) -> bool:
    """A new voucher: another place in the books, or one number given twice (its id, date or attachments differ)."""
    if (now.year, now.month, now.word, now.number) != (row.year, row.month, row.word, row.number):
        return True
    if now.id and row.id:
        return now.id != row.id
    return now.said != row.said


def _line(row: Row, now: _Open, padded: bool, notes: Notes) -> Line | None:
    name = row.printed("account_name")
    cell = row.raw("account")
    code, words = _code(cell, padded)
    if not code and not name:
        name = words
    if not code and not name:
        if row.money("debit") or row.money("credit"):
            why = Text(f"第 {row.at} 行有金额，没有科目", f"Row {row.at} has an amount but no account")
            notes.add("no_account", row.at, why, Level.STOP)
        return None
    debit, credit = _amounts(row)
    now.summary = row.printed("summary") or now.summary
    currency = row.words("currency")
    parties = (row.printed(each) for each in _PARTIES)
    return Line(
        account=code,
        account_name=name or words,
        summary=now.summary,
        debit=debit,
        credit=credit,
        party=next((each for each in parties if each), ""),
        document=row.words("document"),
        currency="" if currency in _HOME else currency,
        foreign=None if currency in _HOME else _foreign(row, debit - credit),
        row=row.at,
        cash_item=row.printed("cash_item"),
        cash=_cash(row, debit - credit),
        department=row.printed("department"),
    )


def _cash(row: Row, amount: Decimal) -> Decimal | None:
    """What the line's 现金流量项目 received (paid: negative), by two columns or one that follows the line's side."""
    debit, credit = row.money("cash_debit"), row.money("cash_credit")
    if debit is not None or credit is not None:
        return (debit or ZERO) - (credit or ZERO)
    one = row.money("cash")
    if one is None or one < 0 or amount >= 0:
        return one
    return -one


def _code(cell: Cell, padded: bool) -> tuple[str, str]:
    """(code, name) of `1002.01`, `100201`, or `1002 银行存款`: whichever of the two the cell holds."""
    text = values.words(cell)
    match = re.match(r"(\d{3,}(?:[.\-/_]\d+)*)(.*)", text)
    if not match:
        return "", text
    return plain_code(match[1], padded=padded or isinstance(cell, float)), match[2].strip(" -_/")


def _padded(rows: Sequence[Row]) -> bool:
    """Whether levels have two digits here, so that a single one lost its zero."""
    codes = (row.words("account") for row in rows)
    return any(re.fullmatch(r"\d{4}(?:\.\d\d)+", code) for code in codes)


def _amounts(row: Row) -> tuple[Decimal, Decimal]:
    debit, credit = row.money("debit"), row.money("credit")
    if debit is None and credit is None and (amount := row.money("amount")) is not None:
        side = row.words("direction").lower()
        return (ZERO, amount) if side.startswith(("贷", "c", "h")) else (amount, ZERO)
    return debit or ZERO, credit or ZERO


def _foreign(row: Row, amount: Decimal) -> Decimal | None:
    debit, credit = row.money("foreign_debit"), row.money("foreign_credit")
    if debit is not None or credit is not None:
        return (debit or ZERO) - (credit or ZERO)
    one = row.money("foreign")
    if one is None:
        return None
    return one if amount >= 0 or one < 0 else -one


def _compare(said: Sequence[tuple[Row, Decimal, Decimal]], found: Sequence[Voucher], notes: Notes) -> None:
    """The last total of the file is that of all rows; those of pages and days before it are passed over."""
    if not said:
        return
    row, debit, credit = max(said, key=lambda each: abs(each[1]))
    for name, told in (("debit", debit), ("credit", credit)):
        made = sum((getattr(line, name) for v in found for line in v.lines), ZERO)
        if made != told:
            side = Text("借方", "debit") if name == "debit" else Text("贷方", "credit")
            why = Text(
                f"第 {row.at} 行合计{side.zh} {thousands(told)}，读到的分录合计 {thousands(made)}",
                f"Row {row.at}: the total {side.en} is {thousands(told)}, the lines read make {thousands(made)}",
            )
            notes.add("total", row.at, why, Level.STOP)
