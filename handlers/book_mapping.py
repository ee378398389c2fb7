"""说明各列: a person says what the columns of a form nobody has seen are; shown, confirmed once, then remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from archive.access import Person
from archive.books import BookFile
from archive.errors import BadMapping, BadPeriod, BadValue, NotFound
from archive.item import FileRef
from archive.period import parse
from archive.words import Text, same
from handlers.book_words import FIELDS
from handlers.books import KINDS, described, look, preview
from handlers.context import Context
from handlers.message import Card, Choice, Click, Fact, Form, FormField, Input, Message, Reply
from handlers.upload import upload
from intake.sheet.book import Book
from intake.sheet.columns import BookKind, missing
from intake.sheet.outline import Column, Outline, outline

#: The button with the form, and the one for what is no book.
ACTION, AS_DOCUMENT = "book_map", "book_as_document"
_MONTH = "period_said"
#: What is asked of each kind, in this order; the version a button carries is the place in this list.
ASKED: Mapping[BookKind, tuple[str, ...]] = {
    BookKind.BANK: (
        *("date", "paid", "received", "amount", "direction", "balance", "party", "summary", "serial"),
        *("account", "party_account", "currency"),
    ),
    BookKind.VOUCHERS: (
        *("date", "month", "word", "number", "summary", "account", "account_name", "debit", "credit", "direction"),
        *("amount", "attachments", "party", "document"),
    ),
    BookKind.BALANCES: (
        *("account", "account_name", "opening_debit", "opening_credit", "opening", "debit", "credit"),
        *("closing_debit", "closing_credit", "closing", "direction"),
    ),
}
#: What a field is called where its usual name serves several kinds.
_LABELS: Mapping[tuple[BookKind, str], Text] = {
    (BookKind.BANK, "account"): Text("本方账号", "our account number"),
    (BookKind.BANK, "party"): Text("对方户名", "the other side's name"),
    (BookKind.VOUCHERS, "account"): Text("科目编码", "account code"),
    (BookKind.VOUCHERS, "party"): Text("往来单位", "customer, supplier or person"),
    (BookKind.VOUCHERS, "number"): Text("凭证号", "voucher number"),
    (BookKind.BALANCES, "account"): Text("科目编码", "account code"),
}
_HINTS: Mapping[str, Text] = {
    "amount": Text("收支在同一列时", "where both sides are in one column"),
    "direction": Text("借/贷、收/支各写在一列时", "where the side has a column of its own"),
}
_NOT_KNOWN = Text("看不懂的表格，请说明各列", "a table that isn't understood")


async def unknown(ctx: Context, asker: Person, file: FileRef, data: bytes) -> Card | None:
    """A card that shows the table and asks what it is; None where it isn't even a table."""
    found: Outline | None = await ctx.offload(outline, data, file.name)
    if found is None:
        return None
    await ctx.books.shown(described(ctx, asker.id, asker.company, file, Book(file.name)))
    await ctx.vault.settle(file)  # it waits for a person, however long
    return _card(file, found)


def _card(file: FileRef, found: Outline) -> Card:
    facts = [
        Fact(Text("文件", "File"), file.name, private=True),
        Fact(Text("表头", "Headings"), " | ".join(_numbered(n, c) for n, c in enumerate(found.columns, 1))[:400]),
    ]
    for n, row in enumerate(found.rows, 1):
        shown = " | ".join(cell or "·" for cell in row)[:400]
        facts.append(Fact(Text(f"第 {n} 行", f"Row {n}"), shown, private=True))
    choices = [
        Choice(
            Text(f"是{KINDS[kind].zh}，说明各列", f"Name the columns of the {KINDS[kind].en}"), ACTION, file.sha256, n,
            "primary" if n == _likeliest(found) else "plain", _form(kind, found),
        )
        for n, kind in enumerate(ASKED)
    ]  # fmt: skip
    choices.append(Choice(Text("不是账簿，按单据收下", "No book: take it as a document"), AS_DOCUMENT, file.sha256))
    why = Text(
        "说明一次就记住，以后同样表头的文件自动识别。用文字回答时写列号，例：日期：1。",
        "Once is enough: files with the same headings are known later. In words, give the column's number: date: 1.",
    )
    title = Text("账簿：请说明各列", "Books: what are these columns?")
    return Card(title, tuple(facts), (why,), tuple(choices), _NOT_KNOWN, "wait")


def _likeliest(found: Outline) -> int:
    counts = [len(set(found.guesses[kind.value]) & set(asked)) for kind, asked in ASKED.items()]
    return counts.index(max(counts))


def _form(kind: BookKind, found: Outline) -> Form:
    guesses = found.guesses[kind.value]
    options = tuple((f"{n}", same(_named(n, column))) for n, column in enumerate(found.columns, 1))
    fields = [
        FormField(
            name, _label(kind, name), Input.CHOICE, f"{guesses[name] + 1}" if name in guesses else "",
            required=_always(kind, name), hint=_HINTS.get(name), options=options,
        )
        for name in ASKED[kind]
    ]  # fmt: skip
    if kind is BookKind.BALANCES:
        hint = Text("表里没有写月份时填，例：2026-04", "where the file names none, e.g. 2026-04")
        fields.append(FormField(_MONTH, Text("月份", "Month"), hint=hint))
    title = Text(f"说明{KINDS[kind].zh}的各列", f"Columns of the {KINDS[kind].en}")
    return Form(title, tuple(fields), Text("看一看", "Preview"))


def _named(number: int, column: Column) -> str:
    example = f"（{column.example[:16]}）" if column.example else ""
    return f"{_numbered(number, column)}{example}"


def _numbered(number: int, column: Column) -> str:
    return f"{number} {column.heading.replace('/', '')}"


def _label(kind: BookKind, name: str) -> Text:
    return _LABELS.get((kind, name), FIELDS[name])


def _always(kind: BookKind, name: str) -> bool:
    """Whether nothing can stand in for it."""
    others = [each for each in ASKED[kind] if each != name]
    return bool(missing(kind, others))


async def form(ctx: Context, asker: Person, click: Click) -> Form | None:
    """The form as it stands for the file of the button; None when there is no such file."""
    standing = await ctx.books.file(f"{asker.company}|{click.subject}")
    if standing is None or not 0 <= click.version < len(ASKED):
        return None
    data = await ctx.vault.original(standing.file)
    found: Outline | None = await ctx.offload(outline, data, standing.file.name)
    return _form(list(ASKED)[click.version], found) if found else None


async def map_columns(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The file read as the person said: a preview with the import button. Raises NotFound, BadMapping, BadValue."""
    assert message.click is not None  # the table sends only clicks here
    standing, click = await _standing(ctx, asker, message.click.subject), message.click
    data = await ctx.vault.original(standing.file)
    found: Outline | None = await ctx.offload(outline, data, standing.file.name)
    if found is None or not 0 <= click.version < len(ASKED):
        raise NotFound(item=standing.file.name)
    kind = list(ASKED)[click.version]
    given, month = _given(kind, found, click.values), _month(ctx, message, click.values)
    book = await look(ctx, data, standing.file.name, kind.value, given, month)
    if book.error:
        raise book.error
    record = replace(described(ctx, asker.id, asker.company, standing.file, book), month=month)
    await ctx.books.shown(record)
    return Reply(cards=(preview(standing.file, book),))


async def columns(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """列不对: the table as it came, to say what its columns are. Raises NotFound."""
    assert message.click is not None  # the table sends only clicks here
    standing = await _standing(ctx, asker, message.click.subject)
    data = await ctx.vault.original(standing.file)
    found: Outline | None = await ctx.offload(outline, data, standing.file.name)
    if found is None:
        raise NotFound(item=standing.file.name)
    return Reply(cards=(_card(standing.file, found),))


async def as_document(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """按单据收下: the table was no book. Raises NotFound."""
    assert message.click is not None  # the table sends only clicks here
    standing = await _standing(ctx, asker, message.click.subject)
    return await upload(ctx, asker, replace(message, click=None, files=(standing.file,)), rest)


async def _standing(ctx: Context, asker: Person, digest: str) -> BookFile:
    standing = await ctx.books.file(f"{asker.company}|{digest}")
    if standing is None:
        raise NotFound(item=Text("这个文件", "this file"))
    return standing


def _given(kind: BookKind, found: Outline, values: Mapping[str, str]) -> dict[str, str]:
    """Heading → field; columns nobody named are left out on purpose. Raises BadMapping."""
    given: dict[str, str] = {column.heading: "-" for column in found.columns}
    for name in ASKED[kind]:
        chosen = values.get(name, "").strip()
        if not chosen:
            continue
        if not chosen.isdecimal() or not 1 <= int(chosen) <= len(found.columns):
            raise BadValue(
                field=FIELDS[name], value=chosen[:40], hint=Text("请从列表中选择。", "Choose one of the list.")
            )
        label = found.columns[int(chosen) - 1].heading
        if given[label] != "-":
            both = Text(
                f"「{label}」一列选了两次：{FIELDS[given[label]].zh}、{FIELDS[name].zh}",
                f"The column “{label}” was chosen twice: {FIELDS[given[label]].en}, {FIELDS[name].en}",
            )
            raise BadMapping(missing=both)
        given[label] = name
    if lacks := missing(kind, given.values()):
        zh, en = "、".join(each.zh for each in lacks), "; ".join(each.en for each in lacks)
        raise BadMapping(missing=Text(f"还缺：{zh}", f"Missing: {en}"))
    return given


def _month(ctx: Context, message: Message, values: Mapping[str, str]) -> str:
    words = values.get(_MONTH, "").strip()
    if not words:
        return ""
    period = parse(words, message.at.astimezone(ctx.zone).date())
    if period is None:
        raise BadPeriod(words=words)
    return f"{period.last:%Y-%m}"
