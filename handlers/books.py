"""账簿: books and bank statements, read, shown, and imported when a person has said that they were understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from archive.access import Person
from archive.account import Account
from archive.asset import AssetCard
from archive.balance import Balance
from archive.bank_line import BankLine
from archive.books import BookFile, merging
from archive.budget import BudgetLine
from archive.errors import NotFound, ReadProblem
from archive.item import FileRef
from archive.money import thousands
from archive.posting import Posting
from archive.remark import Remark
from archive.voucher import Voucher
from archive.words import Text, same
from handlers.book_words import columns
from handlers.context import Context
from handlers.message import Card, Choice, Fact, Message, Reply
from intake.sheet.book import Book
from intake.sheet.columns import BookKind
from intake.sheet.read import read_book

#: The button under a book that waits for a person's word.
IMPORT = "book_import"
#: The button for a book whose columns were taken for others.
COLUMNS = "book_columns"
#: Remarks on one card.
SHOWN = 12
KINDS: Mapping[BookKind, Text] = {
    BookKind.VOUCHERS: Text("记账凭证", "vouchers"),
    BookKind.BALANCES: Text("科目余额表", "trial balance"),
    BookKind.ACCOUNTS: Text("会计科目表", "chart of accounts"),
    BookKind.ASSETS: Text("固定资产卡片", "fixed-asset cards"),
    BookKind.BANK: Text("银行对账单", "bank statement"),
    BookKind.POSTINGS: Text("操作日志", "log of the accounting system"),
    BookKind.BUDGETS: Text("预算", "budget"),
}
#: What a row says can't be told: the file isn't imported before somebody has seen to it.
UNREADABLE = frozenset(
    {
        *("bad_amount", "bad_date", "bad_number", "no_account", "no_voucher", "no_period", "no_rows", "total"),
        *("two_currencies", "budget_twice", "balance_twice"),
    }
)
_KIND_OF = {
    Voucher: BookKind.VOUCHERS,
    Balance: BookKind.BALANCES,
    Account: BookKind.ACCOUNTS,
    AssetCard: BookKind.ASSETS,
    BankLine: BookKind.BANK,
    Posting: BookKind.POSTINGS,
    BudgetLine: BookKind.BUDGETS,
}


async def look(
    ctx: Context,
    data: bytes,
    name: str,
    kind: str = "",
    given: Mapping[str, str] | None = None,
    period: str = "",
    company: str = "",
) -> Book:
    """The file as understood, in a worker process; a reader that died over it is one more error in the book.

    `company`: whose people may have said before what such columns are.
    """
    remembered = await ctx.books.mappings(company) if company and not given else None
    try:
        book: Book = await ctx.offload(read_book, data, name, kind, given, period, remembered)
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
        company, file.sha256, file, kind, book.source, "shown", person, ctx.now(), periods=book.periods,
        form=book.form, given=book.given,
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


# in chat


async def shown(ctx: Context, asker: Person, found: Sequence[tuple[FileRef, Book]]) -> Reply:
    """A card for each book: imported at once where the mapping of its form was confirmed before, else to confirm."""
    cards: list[Card] = []
    waiting = 0
    for file, book in found:
        standing = await ctx.books.file(f"{asker.company}|{file.sha256}")
        if standing and standing.state == "imported":
            cards.append(_card(file, book, status=Text("以前已导入", "imported before"), tone_good=True))
            continue
        if await ctx.books.confirmed(asker.company, book.source) and not unreadable(book):
            cards.append(await _imported(ctx, asker, file, book))
            continue
        await ctx.books.shown(described(ctx, asker.id, asker.company, file, book))
        await ctx.vault.settle(file)  # it waits for a person, however long
        waiting += 1
        cards.append(preview(file, book))
    done = len(cards) - waiting
    parts = []
    if waiting:
        parts.append(
            Text(f"{waiting} 份账簿请看一下，对了再导入", f"{waiting} books to look at before they are imported")
        )
    if done:
        parts.append(Text(f"{done} 份账簿已导入", f"{done} books are imported"))
    text = Text("；".join(p.zh for p in parts) + "。", "; ".join(p.en for p in parts) + ".")
    return Reply(text, tuple(cards))


async def confirm_import(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """确认导入: the mapping was right; the file is imported and its form is known from now on. Raises NotFound."""
    assert message.click is not None  # the table sends only clicks here
    standing = await ctx.books.file(f"{asker.company}|{message.click.subject}")
    if standing is None:
        raise NotFound(item=Text("这份账簿", "this book"))
    data, given = await ctx.vault.original(standing.file), dict(standing.given)
    kind = standing.kind if given else ""
    book = await look(ctx, data, standing.file.name, kind, given, standing.month, asker.company)
    if book.error:
        raise book.error
    if standing.state == "imported":
        return Reply(cards=(_card(standing.file, book, status=Text("以前已导入", "imported before"), tone_good=True),))
    if unreadable(book) and not message.click.version:
        return Reply(cards=(preview(standing.file, book),))
    return Reply(cards=(await _imported(ctx, asker, standing.file, book),))


async def _imported(ctx: Context, asker: Person, file: FileRef, book: Book) -> Card:
    done, remarks = await keep(ctx, asker, asker.company, file, book)
    count = done.counts
    status = Text(
        f"已导入：新增 {count['added']}，已有 {count['same']}，有出入 {count['changed']}",
        f"imported: {count['added']} new, {count['same']} known, {count['changed']} differing",
    )
    choices: tuple[Choice, ...] = ()
    if book.periods:
        last = book.periods[-1]
        say = Text(f"核对 {last}", f"match {last}")
        if book.kind is BookKind.POSTINGS:
            say = Text(f"异常 {last}", f"anomalies {last}")
        elif book.kind is BookKind.BUDGETS:
            say = Text(f"预算 {last}", f"budget {last}")
        choices = (Choice(say, say=say),)
    return _card(file, book, status=status, tone_good=not remarks, choices=choices, more=remarks)


def preview(file: FileRef, book: Book) -> Card:
    """What was understood, to be confirmed; or, where a column was taken for another, to be put right."""
    choices = _confirm(file, book)
    if book.form:
        choices += (Choice(Text("列不对，重新说明", "Wrong: name the columns"), COLUMNS, file.sha256),)
    return _card(file, book, choices=choices)


def _confirm(file: FileRef, book: Book) -> tuple[Choice, ...]:
    if not unreadable(book):
        return (Choice(Text("确认导入", "Import"), IMPORT, file.sha256, 0, "primary"),)
    return (Choice(Text("有看不懂的行，仍要导入", "Import despite unreadable rows"), IMPORT, file.sha256, 1, "danger"),)


def _card(
    file: FileRef,
    book: Book,
    *,
    status: Text | None = None,
    tone_good: bool = False,
    choices: tuple[Choice, ...] = (),
    more: Sequence[Remark] = (),
) -> Card:
    kind = KINDS[book.kind] if book.kind else same("?")
    periods = book.periods
    facts = [
        Fact(Text("文件", "File"), file.name, private=True),
        Fact(Text("内容", "Content"), Text(f"{kind.zh}，{len(book.records)} 条", f"{kind.en}, {len(book.records)}")),
    ]
    if periods:
        facts.append(Fact(Text("期间", "Months"), periods[0] if len(periods) == 1 else f"{periods[0]} – {periods[-1]}"))
    if book.company:
        facts.append(Fact(Text("单位", "Company"), book.company, private=True))
    lines = [line for r in book.records if isinstance(r, Voucher) for line in r.lines]
    if lines:
        debit, credit = (sum((getattr(x, side) for x in lines), Decimal(0)) for side in ("debit", "credit"))
        facts.append(Fact(Text("借方合计", "Debit"), thousands(debit), flagged=debit != credit))
        facts.append(Fact(Text("贷方合计", "Credit"), thousands(credit), flagged=debit != credit))
    if not status:
        facts.append(Fact(Text("各列", "Columns"), columns(book.mapping)))
        if book.unmapped:
            facts.append(Fact(Text("没有用到的列", "Columns not used"), "；".join(book.unmapped)[:400]))
    remarks = (*more, *book.remarks)
    flags = [remark.why for remark in remarks[:SHOWN]]
    if len(remarks) > SHOWN:
        flags.append(Text(f"还有 {len(remarks) - SHOWN} 处", f"{len(remarks) - SHOWN} more"))
    return Card(
        Text(f"账簿：{kind.zh}", f"Books: {kind.en}"), tuple(facts), tuple(flags), choices,
        status or Text("等你确认", "awaiting your word"), "good" if tone_good else "wait",
    )  # fmt: skip
