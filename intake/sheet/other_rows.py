"""Rows → balances, accounts, asset cards, bank lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from archive.account import Account, plain_code
from archive.asset import AssetCard
from archive.balance import ZERO, Balance
from archive.bank_line import BankLine
from archive.finding import Level
from archive.words import Text
from intake.sheet import values
from intake.sheet.cells import Cell
from intake.sheet.rows import Notes, Row

_CODE = re.compile(r"(\d{3,}(?:[.\-]\d+)*)(?:[_/](.+))?")
_SERIAL = re.compile(r"\d{8,}")
_DR, _CR = ("借", "dr", "d", "s"), ("贷", "cr", "c", "h")


def _code(cell: Cell, padded: bool) -> tuple[str, str] | None:
    """(account, party) of `1002.01`, `1122_C001`; None where the cell holds no code: a subtotal, a class, a note."""
    match = _CODE.fullmatch(values.words(cell).strip())
    if not match:
        return None
    return plain_code(match[1], padded=padded or isinstance(cell, float)), (match[2] or "").strip()


def _padded(rows: Sequence[Row]) -> bool:
    return any(re.fullmatch(r"\d{4}(?:\.\d\d)+(?:_.*)?", row.words("account")) for row in rows)


def balances(rows: Sequence[Row], period: str, notes: Notes) -> tuple[Balance, ...]:
    """One a row. The month is that of the row where it has one, else `period` (of the banner or the file's name)."""
    padded = _padded(rows)
    found: list[Balance] = []
    for row in rows:
        code = _code(row.raw("account"), padded)
        if row.is_total or code is None:
            continue
        account, party = code
        month = _month(row) or period
        if not month:
            why = Text("看不出是哪个月的余额表", "It can't be told which month the balances are of")
            notes.add("no_period", row.at, why, Level.STOP)
            return ()
        opening = _side(row, "opening")
        if opening is None:
            opening = _side(row, "year_opening") if month.endswith("-01") else None
        debit, credit = row.money("debit") or ZERO, row.money("credit") or ZERO
        closing = _side(row, "closing")
        if opening is None:
            opening = (closing or ZERO) - debit + credit
        found.append(
            Balance(
                period=month,
                account=account,
                name=row.printed("account_name"),
                opening=opening,
                debit=debit,
                credit=credit,
                closing=closing or ZERO,
                year_debit=row.money("year_debit"),
                year_credit=row.money("year_credit"),
                party=row.words("party") or party,
                party_name=row.printed("party_name") or (row.printed("account_name") if party else ""),
                row=row.at,
            )
        )
    return tuple(found)


def _month(row: Row) -> str:
    cell = row.raw("period")
    try:
        said = values.month(cell) if cell != "" else None
    except values.Unreadable:
        return ""
    if said is None:
        return ""
    year = str(said[0] or "") or row.words("year")[:4]
    return f"{year}-{said[1]:02}" if year.isdigit() else ""


def _side(row: Row, name: str) -> Decimal | None:
    """A balance, debit positive: of two columns, of one with its direction, or of one that is signed already."""
    debit, credit = row.money(f"{name}_debit"), row.money(f"{name}_credit")
    if debit is not None or credit is not None:
        return (debit or ZERO) - (credit or ZERO)
    one = row.money(name)
    if one is None:
        return None
    side = (row.words(f"{name}_direction") or row.words("direction")).lower()
    return -one if side.startswith(_CR) else one


def accounts(rows: Sequence[Row]) -> tuple[Account, ...]:
    """One a row; the level by the file's own column, else by how many parts or digits the code has."""
    padded = _padded(rows)
    found: list[Account] = []
    for row in rows:
        code = _code(row.raw("account"), padded)
        if code is None or row.is_total:
            continue
        level = row.whole("level") if row.words("level").isdigit() else None
        leaf = row.words("leaf")
        found.append(
            Account(
                code=code[0],
                name=row.printed("account_name"),
                level=level or 1 + max(0, len(code[0]) - 4) // 2,
                direction=row.words("direction")[:1],
                category=row.printed("category"),
                auxiliary=row.printed("auxiliary"),
                leaf=None if not leaf else leaf in ("是", "1", "Y", "y", "true", "√", "末级"),
                row=row.at,
            )
        )
    return tuple(found)


def assets(rows: Sequence[Row]) -> tuple[AssetCard, ...]:
    """One card a row."""
    return tuple(
        AssetCard(
            number=row.words("number"),
            name=row.printed("asset_name"),
            category=row.printed("category"),
            since=row.day("since"),
            cost=row.money("cost"),
            depreciation=row.money("depreciation"),
            net=row.money("net"),
            months=row.whole("months"),
            department=row.printed("department"),
            state=row.printed("state"),
            row=row.at,
        )
        for row in rows
        if row.words("number") and not row.is_total
    )


def bank_lines(rows: Sequence[Row], account: str, notes: Notes) -> tuple[BankLine, ...]:
    """One movement a row, received positive. `account`: as the banner says, for files without such a column."""
    found: list[BankLine] = []
    for row in rows:
        if row.is_total:
            continue
        amount = _movement(row)
        if amount is None:
            continue  # a note below the table, an opening balance
        on = _day(row, notes)
        if on is None:
            continue
        received = amount > 0
        other = ("payer", "payer_account") if received else ("payee", "payee_account")
        found.append(
            BankLine(
                account=re.sub(r"\s", "", row.words("account")) or account,
                date=on,
                amount=amount,
                balance=row.money("balance"),
                time=values.clock(row.raw("time")) or values.clock(row.raw("date")),
                serial=_serial(row.words("serial")),
                party=row.printed("party") or row.printed(other[0]),
                party_account=row.words("party_account") or row.words(other[1]),
                summary=" ".join(dict.fromkeys(w for n in ("summary", "purpose", "note") if (w := row.printed(n)))),
                currency=row.words("currency"),
                row=row.at,
            )
        )
    return tuple(found)


def _day(row: Row, notes: Notes) -> date | None:
    if row.words("date"):
        return row.day("date")
    if row.words("time"):
        return row.day("time")
    why = Text(f"第 {row.at} 行有金额，没有日期", f"Row {row.at} has an amount but no date")
    notes.add("bad_date", row.at, why, Level.STOP)
    return None


def _movement(row: Row) -> Decimal | None:
    """Received less paid; of one column its sign or its side decides. A figure that can't be read is noticed by Row."""
    paid, received = row.money("paid"), row.money("received")
    if paid or received:
        return (received or ZERO) - (paid or ZERO)
    amount = row.money("amount")
    if amount is None or amount == 0:
        return None
    side = row.words("direction").lower()
    if side.startswith((*_DR, "支", "付", "出", "往")):
        return -abs(amount)
    if side.startswith((*_CR, "收", "入", "来")):
        return abs(amount)
    return amount


def _serial(text: str) -> str:
    """The long number in it: banks put a row count or the moment before it."""
    found: list[str] = _SERIAL.findall(text)
    return found[-1] if found else text
