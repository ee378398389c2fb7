"""总账, 明细账 and 日记账 on paper, PDF/A with the figures attached."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from archive.account_book import Account, Book, Month
from archive.words import Text, same
from reports.page import Block, Column, Group, Page, Paragraph, Row, Signatures, Table

DETAIL = (
    Column("date", Text("日期", "Date"), "date"),
    Column("ref", Text("凭证", "Voucher"), weight=1.0),
    Column("summary", Text("摘要", "Summary"), weight=2.6),
    Column("party", Text("往来", "Party"), weight=1.0),
    Column("debit", Text("借方", "Debit"), "money"),
    Column("credit", Text("贷方", "Credit"), "money"),
    Column("side", Text("方向", "Side"), weight=0.4),
    Column("balance", Text("余额", "Balance"), "money"),
)
GENERAL = (
    Column("period", Text("月份", "Month"), weight=0.8),
    Column("opening", Text("期初余额", "Opening"), "money"),
    Column("debit", Text("本期借方", "Debit"), "money"),
    Column("credit", Text("本期贷方", "Credit"), "money"),
    Column("side", Text("方向", "Side"), weight=0.4),
    Column("closing", Text("期末余额", "Closing"), "money"),
)
UNOPENED = Text("没有年初余额，余额从零起算：{codes}", "no opening balance; balances begin at zero: {codes}")
ROLES = (Text("记账", "Posted by"), Text("会计主管", "Head of accounting"))


def page(book: Book, company: str, made: datetime) -> Page:
    """The book of a year."""
    blocks: list[Block] = []
    if book.months:
        blocks.append(Table(Text("总账", "General ledger"), GENERAL, tuple(_general(book.months)), register=True))
    if book.accounts:
        name = Text(book.kind, "Journal" if book.kind == "日记账" else "Subsidiary ledger")
        blocks.append(Table(name, DETAIL, tuple(_detail(a) for a in book.accounts), register=True))
    if unopened := [a.code for a in book.accounts if not a.opened]:
        blocks.append(Paragraph(UNOPENED.filled(codes="、".join(unopened)), "note"))
    when = Text(f"{book.year}年", str(book.year))
    under = same(" ".join(filter(None, (book.code, book.name))))
    title = Text(book.kind, {"总账": "General ledger", "日记账": "Journal"}.get(book.kind, "Subsidiary ledger"))
    return Page(title, under, company, when, made, "归档 Guidang", (*blocks, Signatures(ROLES)))


def _general(months: Iterable[Month]) -> Iterable[Group]:
    by_code: dict[str, list[Month]] = {}
    for each in months:
        by_code.setdefault(each.code, []).append(each)
    for code, mine in by_code.items():
        rows = tuple((m.period, abs(m.opening), m.debit, m.credit, _side(m.closing), abs(m.closing)) for m in mine)
        debit, credit = (sum((getattr(m, s) for m in mine), Decimal(0)) for s in ("debit", "credit"))
        total: Row = (Text("本年累计", "Year"), None, debit, credit, _side(mine[-1].closing), abs(mine[-1].closing))
        yield Group(rows, same(f"{code} {mine[0].name}"), total)


def _detail(account: Account) -> Group:
    opening = Text("年初余额", "Opening")
    rows: list[Row] = [(None, None, opening, None, None, None, _side(account.opening), abs(account.opening))]
    for e in account.entries:
        sides = (e.debit or None, e.credit or None)
        rows.append((e.date, e.ref, e.summary, e.party, *sides, _side(e.balance), abs(e.balance)))
    debit, credit = (sum((getattr(e, s) for e in account.entries), Decimal(0)) for s in ("debit", "credit"))
    last = account.entries[-1].balance if account.entries else account.opening
    total: Row = (None, None, Text("本年累计", "Year"), None, debit, credit, _side(last), abs(last))
    return Group(tuple(rows), same(f"{account.code} {account.name}"), total)


def _side(amount: Decimal) -> Text:
    if amount == 0:
        return Text("平", "–")
    return Text("借", "Dr") if amount > 0 else Text("贷", "Cr")


def drawn(book: Book, company: str, made: datetime) -> bytes:
    """PDF/A-3b. Runs in a worker process."""
    from reports.to_pdf import pdf

    return pdf(page(book, company, made))
