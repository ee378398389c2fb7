"""核对: vouchers, archived documents and bank lines of a month against each other; the 余额调节表 of each account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from archive import approved, matching
from archive.access import Person, Right, may
from archive.account import Account
from archive.balance import Balance
from archive.bank_ledger import BookLine, bank_accounts, book_balance, book_lines, is_foreign, pair_accounts
from archive.bank_line import BankLine
from archive.errors import BadPeriod, NoBooks, NotFound
from archive.finding import Level
from archive.hand_link import HandLink, Said
from archive.item import Item
from archive.linking import Link
from archive.money import thousands
from archive.pairing import Pair, match
from archive.period import Period, parse
from archive.reconcile import Outstanding, Reconciliation, listed, reconcile
from archive.remark import Remark
from archive.voucher import Voucher
from archive.words import Text, same
from handlers.context import Context
from handlers.message import Card, Choice, Fact, Message, Reply

#: Findings in one answer; the rest is counted.
SHOWN = 40
#: Links offered below the findings, and the kinds a person can settle by one.
OFFERED = 4
_BY_HAND = frozenset({"document_unbooked", "attachment_missing", "attachment_count", "approved_amount_differs"})
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


async def check_books(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """核对 2026-09: what the month leaves open, and a card for each bank account."""
    today = message.at.astimezone(ctx.zone).date()
    asked = months(rest or "上月", today)
    books = await ledger(ctx, asker.company)
    results = [await matched(ctx, asker.company, each, books) for each in asked]
    open_ = [remark for each in results for remark in each.remarks if remark.level is not Level.NOTE]
    notes = [remark for each in results for remark in each.remarks if remark.level is Level.NOTE]
    vouchers = sum(each.vouchers for each in results)
    linked = sum(len(each.links) for each in results)
    stretch = asked[0] if len(asked) == 1 else f"{asked[0]} – {asked[-1]}"
    text = Text(
        f"{stretch} 核对：{vouchers} 张凭证，{linked} 件单据对上凭证，{len(open_)} 处要看，{len(notes)} 处备注。",
        f"{stretch} checked: {vouchers} vouchers, {linked} documents found for them, {len(open_)} to look at, "
        f"{len(notes)} notes.",
    )
    for remark in (*open_, *notes)[:SHOWN]:
        text += same("\n· ") + remark.why
    if (more := len(open_) + len(notes) - SHOWN) > 0:
        text += Text(f"\n另有 {more} 处，请用 guidang match 看全部。", f"\n{more} more; guidang match lists all.")
    cards = tuple(statement_card(each) for each in results[-1].reconciled)
    likely = [pair for each in results for pair in each.likely]
    if any(remark.kind in _BY_HAND for remark in open_) and may(asker, Right.BOOKS):
        text += Text(
            "\n手工关联：关联 记-23 2026-09 G2609-0003 原因；取消：取消关联 记-23 2026-09 G2609-0003",
            "\nBy hand: link voucher 记-23 2026-09 G2609-0003 reason; unlink voucher 记-23 2026-09 G2609-0003",
        )
    else:
        likely = []
    before = Choice(
        Text("上月", "The month before"), say=Text(f"核对 {_before(asked[0])}", f"match {_before(asked[0])}")
    )
    told = [ref for remark in (*open_, *notes)[:SHOWN] for ref in remark.refs if ref.isdigit() and len(ref) >= 8]
    choices = (before, *(_join(*pair) for pair in likely[:OFFERED]))
    return Reply(text, cards, choices=choices, private=tuple(dict.fromkeys(told)))


def _join(voucher: str, item: str) -> Choice:
    period, number = voucher.split(" ", 1)
    label = Text(f"关联 {number} ← {item}", f"Link {number} ← {item}")
    say = Text(f"关联 {number} {period} {item}", f"link voucher {number} {period} {item}")
    return Choice(label, say=say)


def _before(period: str) -> str:
    return f"{date(int(period[:4]), int(period[5:]), 1) - timedelta(days=1):%Y-%m}"


def statement_card(r: Reconciliation) -> Card:
    """银行存款余额调节表 as a card."""
    facts = [
        Fact(Text("企业账面余额", "Balance per books"), _money(r.books), private=True),
        Fact(Text("银行对账单余额", "Balance per bank"), _money(r.bank), private=True),
    ]
    for name, lines in listed(r):
        total = sum((line.amount for line in lines), Decimal(0))
        facts.append(Fact(name, Text(f"{len(lines)} 笔 {thousands(total)}", f"{len(lines)}: {thousands(total)}")))
    facts.append(Fact(Text("调节后余额", "Adjusted balance"), _money(r.adjusted_books), bool(r.difference), True))
    flags = [_line(name, line) for name, lines in listed(r) for line in lines if line.later is None][:10]
    if r.books_derived:
        flags.append(
            Text(
                "没有余额表，账面余额按对账单期初推算",
                "no trial balance: the books' balance follows from the bank's first",
            )
        )
    settled = r.difference == 0
    status = Text("已调平", "reconciled") if settled else Text("未调平", "not reconciled")
    title = Text(
        f"银行存款余额调节表 {r.account}（尾号 {r.bank_account[-4:]}）{r.period}",
        f"Bank reconciliation {r.account} (…{r.bank_account[-4:]}) {r.period}",
    )
    return Card(title, tuple(facts), tuple(flags), status=status, tone="good" if settled else "bad")


def _line(name: Text, line: Outstanding) -> Text:
    return name + same(f" {line.date} {line.ref} {thousands(line.amount)} {line.words[:30]}")


def _money(amount: Decimal | None) -> str:
    return "—" if amount is None else thousands(amount)
