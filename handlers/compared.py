"""What 核对 compares: a company's vouchers, balances and bank statements, and what a month of them leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from archive import approved, matching
from archive.account import Account
from archive.balance import Balance
from archive.bank_ledger import BookLine, bank_accounts, book_balance, book_lines, is_foreign, pair_accounts
from archive.bank_line import BankLine
from archive.errors import BadPeriod, NoBooks, NotFound
from archive.finding import Level
from archive.hand_link import HandLink, Said
from archive.item import Item
from archive.linking import Link
from archive.pairing import Pair, match
from archive.period import Period, parse
from archive.reconcile import Reconciliation, reconcile
from archive.remark import Remark
from archive.voucher import Voucher
from archive.words import Text
from handlers.context import Context

#: Days around the month in which its vouchers' documents are looked for.
BEFORE, AFTER = 120, 45


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything of a company that is compared."""

    vouchers: Sequence[Voucher]
    balances: Sequence[Balance]
    statements: Mapping[str, Sequence[BankLine]]  # by our number at the bank, oldest first
    accounts: Mapping[str, str]  # bank accounts of the books: code → name
    paired: Mapping[str, str]  # code → number at the bank
    hand: Sequence[HandLink] = ()  # what people said of vouchers and documents


@dataclass(frozen=True, slots=True)
class Matched:
    """What a month's comparison gave."""

    period: str
    remarks: tuple[Remark, ...]
    links: tuple[Link, ...]
    reconciled: tuple[Reconciliation, ...]
    vouchers: int
    likely: tuple[tuple[str, str], ...] = ()  # (voucher, document) that only a person can say belong together


async def ledger(ctx: Context, company: str) -> Ledger:
    """The company's books as imported. Raises NoBooks where there are none."""
    vouchers = await ctx.books.records(company, "vouchers", Voucher)
    lines = await ctx.books.records(company, "bank", BankLine)
    if not vouchers and not lines:
        raise NoBooks(company=company)
    balances = await ctx.books.records(company, "balances", Balance)
    chart = await ctx.books.records(company, "accounts", Account)
    names = {b.account: b.name for b in balances} | {a.code: a.name for a in chart}
    statements: dict[str, list[BankLine]] = {}
    for line in lines:  # by month, so that they come oldest first
        statements.setdefault(line.account, []).append(line)
    accounts = bank_accounts(vouchers, names)
    mine = {code: book_lines(vouchers, code) for code in accounts}
    hand = await ctx.hand_links.all(company)
    return Ledger(vouchers, balances, statements, accounts, pair_accounts(accounts, statements, mine), hand)


async def matched(ctx: Context, company: str, period: str, books: Ledger | None = None) -> Matched:
    """The month's findings, the documents found for its vouchers, and its reconciled bank accounts."""
    books = books or await ledger(ctx, company)
    first = date(int(period[:4]), int(period[5:]), 1)
    start, end = (_moment(ctx, first + timedelta(days=n)) for n in (-BEFORE, 31 + AFTER))
    matters = {item.id: (item, case) for item, case in await ctx.vault.span(company, start, end, None)}
    for each in books.hand:  # linked by hand from further away
        if each.said is Said.LINKED and each.voucher.startswith(period) and each.item not in matters:
            matters[each.item] = await ctx.vault.both(each.item)
    items = [item for item, _ in matters.values()]
    reconciled = tuple(
        _reconciled(books, code, number, period)
        for code, number in books.paired.items()
        if any(line.period <= period for line in books.statements[number])
    )
    lines = [line for each in books.statements.values() for line in each]
    remarks, links = matching.findings(period, books.vouchers, items, reconciled, lines, books.hand)
    mine = [v for v in books.vouchers if v.period == period]
    booked = (*links, *approved.gone(mine, items))
    remarks = (*remarks, *approved.approvals(mine, booked, matters))
    for code in books.accounts:
        if code not in books.paired:
            why = Text(
                f"{code} {books.accounts[code]} 没有对账单", f"{code} {books.accounts[code]} has no bank statement"
            )
            remarks = (*remarks, Remark("no_statement", Level.NOTE, (code,), why))
    here = tuple(each for each in links if each.voucher.startswith(period))
    return Matched(period, remarks, here, reconciled, len(mine), _unlinked(remarks, items, mine))


def _unlinked(remarks: Sequence[Remark], items: Sequence[Item], mine: Sequence[Voucher]) -> tuple[tuple[str, str], ...]:
    """Documents nobody books, and vouchers of their amount."""
    open_ = {remark.refs[0] for remark in remarks if remark.kind == "document_unbooked"}
    totals = {item.id: abs(item.document.total) for item in items if item.id in open_ and item.document.total}
    return tuple(
        (v.ref, item) for item, total in totals.items() for v in mine if any(abs(x.amount) == total for x in v.lines)
    )


def one_account(books: Ledger, named: str, period: str) -> Reconciliation:
    """The reconciliation of an account named by its code, its number at the bank or the end of it. Raises NotFound."""
    plain = "".join(c for c in named if c.isalnum())
    fits = [
        (code, number)
        for code, number in books.paired.items()
        if plain in (code, number) or (len(plain) >= 4 and number.endswith(plain)) or named in books.accounts[code]
    ]
    if len(fits) != 1:
        known = "、".join(f"{code}={number}" for code, number in books.paired.items()) or "—"
        raise NotFound(item=Text(f"账户 {named}（有：{known}）", f"account {named} (there are: {known})"))
    return _reconciled(books, *fits[0], period)


def _reconciled(books: Ledger, code: str, number: str, period: str) -> Reconciliation:
    statement = books.statements[number]
    foreign = is_foreign(next((line.currency for line in statement if line.currency), ""))
    lines: Sequence[BookLine] = book_lines(books.vouchers, code, foreign=foreign)
    pairs: Sequence[Pair] = match(lines, statement)
    told = None if foreign else book_balance(books.balances, books.vouchers, code, period)
    return reconcile(code, period, lines, statement, balance=told, pairs=pairs)


def _moment(ctx: Context, on: date) -> datetime:
    return datetime.combine(on, time(), ctx.zone)


def months(words: str, today: date) -> list[str]:
    """The months of the period said: 2026-09, 三季度, 2026. Raises BadPeriod."""
    period: Period | None = parse(words, today)
    if period is None:
        raise BadPeriod(words=words)
    found: list[str] = []
    at = period.first.replace(day=1)
    while at <= period.last and len(found) < 36:
        found.append(f"{at:%Y-%m}")
        at = (at + timedelta(days=32)).replace(day=1)
    return found
