"""Books that a program hands in as JSON values → the same records a spreadsheet gives; every mistake by its place.

Nothing is guessed here: a value of another type, an unknown name or a missing one is a mistake, and then none is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

from archive.account import plain_code
from archive.balance import Balance
from archive.bank_line import BankLine
from archive.plain import plain
from archive.voucher import ZERO, Line, Voucher
from archive.words import Text

R = TypeVar("R", Voucher, Balance, BankLine)
_MONEY = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")
_PERIOD = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])")
_LONG = 500  # characters of words


@dataclass(frozen=True, slots=True)
class Mistake:
    """One value that can't be taken; `pointer` as RFC 6901 has it: /vouchers/3/lines/0/debit."""

    pointer: str
    why: Text


@dataclass(slots=True)
class _Object:
    """One JSON object being read: asked for each name in turn; what was never asked for is a mistake."""

    values: Mapping[str, Any]
    at: str
    mistakes: list[Mistake]

    def wrong(self, name: str, zh: str, en: str) -> None:
        self.mistakes.append(Mistake(f"{self.at}/{name}" if name else self.at, Text(zh, en)))

    def words(self, name: str, *, needed: bool = False, most: int = _LONG) -> str:
        value = self.values.get(name)
        if value is None or value == "":
            if needed:
                self.wrong(name, "必须填写", "is missing")
            return ""
        if not isinstance(value, str) or len(value) > most:
            self.wrong(name, f"应为不超过 {most} 字的文字", f"must be text of {most} characters at most")
            return ""
        return plain(value).strip()

    def money(self, name: str, *, needed: bool = False) -> Decimal | None:
        value = self.values.get(name)
        if value is None:
            if needed:
                self.wrong(name, "必须填写", "is missing")
            return None
        if not isinstance(value, str) or not _MONEY.fullmatch(value):
            self.wrong(name, '金额要写成文字，例如 "1234.50"', 'must be a decimal in a string, like "1234.50"')
            return None
        try:
            return Decimal(value)
        except InvalidOperation:
            return None

    def day(self, name: str, *, needed: bool = False) -> date | None:
        words = self.words(name, needed=needed, most=10)
        if not words:
            return None
        try:
            return date.fromisoformat(words)
        except ValueError:
            self.wrong(name, "日期要写成 2026-04-03", "must be a day like 2026-04-03")
            return None

    def period(self, name: str) -> str:
        words = self.words(name, needed=True, most=7)
        if words and not _PERIOD.fullmatch(words):
            self.wrong(name, "期间要写成 2026-04", "must be a month like 2026-04")
            return ""
        return words

    def whole(self, name: str, *, needed: bool = False, least: int = 0) -> int | None:
        value = self.values.get(name)
        if value is None:
            if needed:
                self.wrong(name, "必须填写", "is missing")
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 999_999_999:
            self.wrong(name, f"应为不小于 {least} 的整数", f"must be a whole number of {least} at least")
            return None
        return value

    def code(self, name: str) -> str:
        words = self.words(name, needed=True, most=40)
        found = plain_code(words)
        if words and not found.isdigit():
            self.wrong(name, "科目编码应为数字", "must be an account code of digits")
        return found

    def nothing_else(self, known: Sequence[str]) -> None:
        for name in self.values:
            if name not in known:
                self.wrong(str(name)[:40], "没有这一项", "is no known name")


@dataclass(frozen=True, slots=True)
class Given(Generic[R]):
    """What was handed in: the records, or what is wrong with it."""

    records: tuple[R, ...]
    mistakes: tuple[Mistake, ...]


def _read(values: Sequence[Any], name: str, one: Callable[[_Object, int], R]) -> Given[R]:
    mistakes: list[Mistake] = []
    records: list[R] = []
    for n, value in enumerate(values):
        if isinstance(value, Mapping):
            records.append(one(_Object(value, f"/{name}/{n}", mistakes), n + 1))
        else:
            mistakes.append(Mistake(f"/{name}/{n}", Text("应为一个对象", "must be an object")))
    return Given(() if mistakes else tuple(records), tuple(mistakes))


def vouchers(values: Sequence[Any]) -> Given[Voucher]:
    """`row` of a voucher is its place in the batch, from 1."""
    return _read(values, "vouchers", _voucher)


_VOUCHER = ("period", "word", "number", "date", "attachments", "maker", "checker", "poster", "lines")
_LINE = ("account", "account_name", "summary", "debit", "credit", "party", "document", "currency", "foreign")


def _voucher(o: _Object, row: int) -> Voucher:
    o.nothing_else(_VOUCHER)
    period = o.period("period")
    lines = o.values.get("lines")
    if not isinstance(lines, list) or not lines:
        o.wrong("lines", "至少一行分录", "must have one line at least")
        lines = []
    inner = [_Object(each, f"{o.at}/lines/{n}", o.mistakes) if isinstance(each, Mapping) else None
             for n, each in enumerate(lines)]  # fmt: skip
    for n, each in enumerate(inner):
        if each is None:
            o.wrong(f"lines/{n}", "应为一个对象", "must be an object")
    year, month = (int(period[:4]), int(period[5:])) if period else (2000, 1)
    return Voucher(
        year, month, o.words("word", most=10) or "记", o.whole("number", needed=True, least=1) or 1,
        tuple(_line(each, row) for each in inner if each), o.day("date"), o.whole("attachments"),
        o.words("maker"), o.words("checker"), o.words("poster"), row,
    )  # fmt: skip


def _line(o: _Object, row: int) -> Line:
    o.nothing_else(_LINE)
    debit, credit = o.money("debit"), o.money("credit")
    if o.values.get("debit") is None and o.values.get("credit") is None:
        o.wrong("debit", "借方、贷方至少要有一个", "debit or credit must be told")
    foreign = o.money("foreign")
    if foreign is not None and not o.values.get("currency"):
        o.wrong("currency", "有原币金额就要写币种", "is missing where foreign is told")
    return Line(
        account=o.code("account"), account_name=o.words("account_name"), summary=o.words("summary"),
        debit=debit or ZERO, credit=credit or ZERO, party=o.words("party"), document=o.words("document"),
        currency=o.words("currency", most=20), foreign=foreign, row=row,
    )  # fmt: skip


def balances(values: Sequence[Any]) -> Given[Balance]:
    """Signed: debit positive, credit negative."""
    return _read(values, "balances", _balance)


_BALANCE = (
    *("period", "account", "name", "opening", "debit", "credit", "closing", "year_debit", "year_credit"),
    *("party", "party_name"),
)


def _balance(o: _Object, row: int) -> Balance:
    o.nothing_else(_BALANCE)
    return Balance(
        o.period("period"), o.code("account"), o.words("name", needed=True), o.money("opening", needed=True) or ZERO,
        o.money("debit", needed=True) or ZERO, o.money("credit", needed=True) or ZERO,
        o.money("closing", needed=True) or ZERO, o.money("year_debit"), o.money("year_credit"),
        o.words("party", most=60), o.words("party_name"), row,
    )  # fmt: skip


def bank_lines(values: Sequence[Any]) -> Given[BankLine]:
    """Signed from the company's view: received positive, paid negative."""
    return _read(values, "lines", _bank_line)


_BANK = ("account", "date", "amount", "balance", "time", "serial", "party", "party_account", "summary", "currency")


def _bank_line(o: _Object, row: int) -> BankLine:
    o.nothing_else(_BANK)
    amount = o.money("amount", needed=True)
    if amount == 0:
        o.wrong("amount", "金额不能为零", "must not be zero")
    return BankLine(
        account=o.words("account", needed=True, most=60), date=o.day("date", needed=True) or date(2000, 1, 1),
        amount=amount or ZERO, balance=o.money("balance"), time=o.words("time", most=20),
        serial=o.words("serial", most=60), party=o.words("party"), party_account=o.words("party_account", most=60),
        summary=o.words("summary"), currency=o.words("currency", most=20), row=row,
    )  # fmt: skip
