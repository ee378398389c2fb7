"""账簿: books and bank statements, read, shown, and imported when a person has said that they were understood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archive.access import Person
from archive.account import Account
from archive.asset import AssetCard
from archive.balance import Balance
from archive.bank_line import BankLine
from archive.books import BookFile, merging
from archive.errors import ReadProblem
from archive.item import FileRef
from archive.remark import Remark
from archive.voucher import Voucher
from archive.words import Text
from handlers.context import Context
from intake.sheet.book import Book
from intake.sheet.columns import BookKind
from intake.sheet.read import read_book

KINDS: Mapping[BookKind, Text] = {
    BookKind.VOUCHERS: Text("记账凭证", "vouchers"),
    BookKind.BALANCES: Text("科目余额表", "trial balance"),
    BookKind.ACCOUNTS: Text("会计科目表", "chart of accounts"),
    BookKind.ASSETS: Text("固定资产卡片", "fixed-asset cards"),
    BookKind.BANK: Text("银行对账单", "bank statement"),
}
#: What a row says can't be told: the file isn't imported before somebody has seen to it.
UNREADABLE = frozenset(
    {"bad_amount", "bad_date", "bad_number", "no_account", "no_voucher", "no_period", "no_rows", "total"}
)
_KIND_OF = {
    Voucher: BookKind.VOUCHERS,
    Balance: BookKind.BALANCES,
    Account: BookKind.ACCOUNTS,
    AssetCard: BookKind.ASSETS,
    BankLine: BookKind.BANK,
}


async def look(ctx: Context, data: bytes, name: str, kind: str = "", given: Mapping[str, str] | None = None) -> Book:
    """The file as understood, in a worker process; a reader that died over it is one more error in the book."""
    try:
        book: Book = await ctx.offload(read_book, data, name, kind, given)
    except ReadProblem as problem:
        return Book(name, error=problem)
    return book


def unreadable(book: Book) -> tuple[Remark, ...]:
    """What keeps the file from being imported as it is."""
    return tuple(remark for remark in book.remarks if remark.kind in UNREADABLE)


def described(ctx: Context, person: str, company: str, file: FileRef, book: Book) -> BookFile:
    """The file's own record, before it is imported."""
    kind = book.kind.value if book.kind else ""
    return BookFile(
        company, file.sha256, file, kind, book.source, "shown", person, ctx.now(), periods=book.periods
    )  # fmt: skip


async def keep(
    ctx: Context, person: Person, company: str, file: FileRef, book: Book, *, replaces: bool = False
) -> tuple[BookFile, tuple[Remark, ...]]:
    """Import in one transaction; the original stays as well. What contradicts what stands comes back as remarks."""
    record = described(ctx, person.id, company, file, book)
    done = await ctx.books.take(record, grouped(book), merging(replaces=replaces), book.mapping)
    await ctx.vault.settle(file)
    return done


def grouped(book: Book) -> dict[tuple[str, str], list[Any]]:
    """The records by kind and month; accounts and cards belong to no month."""
    groups: dict[tuple[str, str], list[Any]] = {}
    for record in book.records:
        period = "" if isinstance(record, Account | AssetCard) else record.period
        groups.setdefault((_KIND_OF[type(record)].value, period or "-"), []).append(record)
    return groups
