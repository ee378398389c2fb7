"""联查: from a voucher, an invoice or a bank line to everything that hangs together with it, as one card.

报表项目 → 科目 → 凭证 → 分录 → 单据 → 银行流水 → 审批, read the other way round just as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from archive.access import Person
from archive.bank_ledger import BookLine, book_lines, is_foreign
from archive.bank_line import BankLine
from archive.errors import NotFound, Problem
from archive.item import Item
from archive.money import thousands
from archive.pairing import match
from archive.trail import Entry
from archive.voucher import Voucher, documents
from archive.words import Text, same
from handlers import financials
from handlers.compared import Ledger, ledger, matched
from handlers.context import Context
from handlers.message import Card, Choice, Fact, Message, Reply
from handlers.show import ACTIONS

_REF = re.compile(r"(20\d\d)\s*[-/年.]\s*(\d{1,2})\s*月?")
_WORD = re.compile(r"([一-龥A-Za-z]{1,4})\s*[-－—字第]\s*0*(\d{1,6})\s*号?")
_ITEM = re.compile(r"[A-Z]{1,3}\d{4}-\d{4,}", re.IGNORECASE)
#: Steps of an approval trail that are told.
_STEPS = frozenset({"received", "submitted", "corrected", "approved", "rejected", "archived", "arranged"})
#: Vouchers, entries and steps told at most.
VOUCHERS, ENTRIES, STEPS = 3, 20, 12
#: Months after a document in which its voucher is looked for.
MONTHS = 4


@dataclass(frozen=True, slots=True)
class Chain:
    """One voucher with what belongs to it."""

    voucher: Voucher
    items: tuple[tuple[Item, Text], ...]  # with the reason of the link
    bank: tuple[tuple[BankLine, Text], ...]
    lines: tuple[tuple[str, Text], ...]  # account → line of a statement


async def trace(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """联查 记-23 2025-09 · 联查 26339990000088000009 · 联查 流水号 · 联查 G2610-0042. Raises NoBooks, NotFound."""
    books = await ledger(ctx, asker.company)
    said = rest.strip()
    vouchers, item, line = await _start(ctx, asker, books, said)
    facts = {"words": said[:80], "vouchers": " ".join(v.ref for v in vouchers[:VOUCHERS])}
    await ctx.trail.add(Entry(asker.id, "viewed", f"books:{asker.company}", ctx.now(), message.channel, facts))
    if not vouchers:
        return Reply(_alone(item, line))
    cards = [await _card(ctx, await chain(ctx, asker.company, books, v)) for v in vouchers[:VOUCHERS]]
    return Reply(cards=tuple(cards))


def _alone(item: Item | None, line: BankLine | None) -> Text:
    if item is not None:
        return Text(f"{item.id} 没有找到入账凭证", f"no voucher was found for {item.id}")
    assert line is not None
    return Text(f"流水 {line.ref} 没有对上账", f"bank line {line.ref} was not found in the books")


async def _start(
    ctx: Context, asker: Person, books: Ledger, said: str
) -> tuple[list[Voucher], Item | None, BankLine | None]:
    """The vouchers meant, and the document or bank line they were found by. Raises NotFound."""
    month, number = _REF.search(said), _WORD.search(_REF.sub(" ", said))
    if month and number:
        period = f"{month[1]}-{int(month[2]):02}"
        found = [v for v in books.vouchers if (v.period, v.word, v.number) == (period, number[1], int(number[2]))]
        if found:
            return found, None, None
        raise NotFound(item=Text(f"凭证 {said}", f"voucher {said}"))
    items = [await ctx.vault.item(said.upper())] if _ITEM.fullmatch(said) else []
    items = [i for i in items if i.company == asker.company]
    if not items and said:
        items = await ctx.vault.numbered(asker.company, [said])
    if items:
        return await _booking(ctx, asker.company, books, items[0]), items[0], None
    for statement in books.statements.values():
        for line in statement:
            if said and said == line.serial:
                return _moved(books, line), None, line
    named = [v for v in books.vouchers if said and said in documents(v)]
    if named:  # the books name a document that isn't in the archive
        return named, None, None
    raise NotFound(item=said or "?")


async def _booking(ctx: Context, company: str, books: Ledger, item: Item) -> list[Voucher]:
    """The vouchers that book a document, by the same links as 核对."""
    day = (item.document.date or item.received_at.astimezone(ctx.zone).date()).replace(day=1)
    refs: list[str] = []
    months = {v.period for v in books.vouchers}
    by_hand = [word.voucher[:7] for word in books.hand if word.item == item.id]
    for period in dict.fromkeys([*by_hand, *(f"{day + timedelta(days=31 * n):%Y-%m}" for n in range(MONTHS))]):
        if period in months:
            links = (await matched(ctx, company, period, books)).links
            refs += [link.voucher for link in links if link.item == item.id]
    return [v for v in books.vouchers if v.ref in refs]


def _moved(books: Ledger, line: BankLine) -> list[Voucher]:
    """The vouchers a bank line is paired with."""
    refs = {
        book.ref
        for code, number in books.paired.items()
        if number == line.account
        for pair in match(_lines(books, code, number), books.statements[number])
        if any(each is line for each in pair.bank)
        for book in pair.book
    }
    return [v for v in books.vouchers if v.ref in refs]


def _lines(books: Ledger, code: str, number: str) -> list[BookLine]:
    currency = next((line.currency for line in books.statements[number] if line.currency), "")
    return book_lines(books.vouchers, code, foreign=is_foreign(currency))


async def chain(ctx: Context, company: str, books: Ledger, v: Voucher) -> Chain:
    """Everything of one voucher."""
    result = await matched(ctx, company, v.period, books)
    links = {link.item: link.why for link in result.links if link.voucher == v.ref}
    items = await ctx.vault.items(list(links))
    bank = [
        (line, pair.why)
        for r in result.reconciled
        for pair in r.pairs
        if any(book.ref == v.ref for book in pair.book)
        for line in pair.bank
    ]
    return Chain(v, tuple((item, links[item.id]) for item in items), tuple(bank), await _stated(ctx, company, v))


async def _stated(ctx: Context, company: str, v: Voucher) -> tuple[tuple[str, Text], ...]:
    """Which lines of the month's statements its accounts flow into; nothing where they can't be made."""
    found: list[tuple[str, Text]] = []
    accounts = {x.account for x in v.lines if x.account}
    for name, english in (("资产负债表", "balance sheet"), ("利润表", "income statement")):
        try:
            made = (await financials.asked(ctx, company, f"{name} {v.period}")).statement
        except Problem:
            continue
        for line, parts in made.parts.items():
            for account in sorted(accounts & {part.account for part in parts}):
                found.append((account, Text(f"{name} · {line}", f"{english} · {line}")))
    return tuple(dict.fromkeys(found))


async def _card(ctx: Context, made: Chain) -> Card:
    v = made.voucher
    facts: list[Fact] = [Fact(Text(f"报表项目 {a}", f"Statement line of {a}"), text) for a, text in made.lines[:8]]
    for x in v.lines[:ENTRIES]:
        side = Text("借", "Dr") if x.debit else Text("贷", "Cr")
        words = f" {thousands(x.debit or x.credit)}  {x.summary[:40]}".rstrip()
        facts.append(Fact(same(f"{x.account} {x.account_name}".strip()), side + same(words), private=True))
    names = {p.id: p.name for p in await ctx.people.all()} | {"system": "归档"}
    choices = [Choice(same(v.ref), say=Text(f"凭证 {v.ref}", f"voucher {v.ref}"))]
    for item, why in made.items:
        d = item.document
        told = " ".join(filter(None, (d.number, str(d.date or ""), thousands(d.total) if d.total else "")))
        facts.append(Fact(Text(f"单据 {item.id}", f"Document {item.id}"), same(f"{told}  ") + why, private=True))
        if item.filed:
            facts.append(Fact(Text("档号", "Archive no."), item.filed.archive_no))
        facts += await _approval(ctx, item, names)
        choices.append(
            Choice(Text(f"打开 {item.id}", f"Open {item.id}"), say=Text(f"打开 {item.id}", f"open {item.id}"))
        )
    for line, why in made.bank:
        told = f"{line.date} {thousands(line.amount)} {line.party} {line.serial}".strip()
        facts.append(Fact(Text("银行流水", "Bank line"), same(f"{told}  ") + why, private=True))
    people = "  ".join(filter(None, (v.maker, v.checker, v.poster)))
    if people:
        facts.append(Fact(Text("制单 审核 记账", "Made, checked, posted"), people, private=True))
    title = Text(f"联查 凭证 {v.ref}  {v.date or ''}", f"Trace of voucher {v.ref}  {v.date or ''}")
    return Card(title, tuple(facts), tuple(_missing(made)), tuple(choices[:5]))


async def _approval(ctx: Context, item: Item, names: dict[str, str]) -> Sequence[Fact]:
    links = await ctx.trail.about(item.id, 200)
    steps = [link.entry for link in links if link.entry.action in _STEPS][-STEPS:]
    told = [
        same(f"{e.at.astimezone(ctx.zone):%Y-%m-%d %H:%M} {names.get(e.who, e.who)} ") + ACTIONS[e.action]
        for e in steps
    ]
    if not told:
        return ()
    text = told[0]
    for each in told[1:]:
        text += same(" → ") + each
    return (Fact(Text("审批", "Approval"), text),)


def _missing(made: Chain) -> list[Text]:
    """What the chain has no link for."""
    v, flags = made.voucher, list[Text]()
    numbers = {item.document.number for item, _ in made.items}
    if gone := sorted(n for n in documents(v) if not any(x and (x == n or x.endswith(n)) for x in numbers)):
        flags.append(Text(f"提到的单据 {'、'.join(gone[:5])} 没有归档", f"not in the archive: {', '.join(gone[:5])}"))
    if not made.items:
        flags.append(Text("没有对上的单据", "no document was found for it"))
    if any(x.account.startswith("1002") for x in v.lines) and not made.bank:
        flags.append(Text("银行科目没有对上流水", "its bank entry was not found at the bank"))
    return flags
