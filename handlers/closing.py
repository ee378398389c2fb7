"""结账检查 2026-09: whether the month can be closed, point by point."""

from __future__ import annotations

from archive import closing
from archive.access import Person
from archive.errors import NothingInBooks
from archive.statements.make import make, span_in
from archive.voucher import Voucher
from archive.words import Text, same
from handlers.context import Context
from handlers.message import Card, Choice, Fact, Message, Reply


async def closing_check(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """Every point with what is wrong; the statements of the month are one press away."""
    ledger = await ctx.ledgers.open(asker.company)
    month = span_in(rest or ledger.last, ctx.now().astimezone(ctx.zone).date()).months[-1]
    if month not in ledger.months:
        raise NothingInBooks(period=month, books=f"{ledger.first} – {ledger.last}" if ledger.months else "—")
    inputs = (await ctx.ledgers.choices(asker.company)).inputs
    vouchers = await ctx.books.records(asker.company, "vouchers", Voucher, month)
    only = span_in(month, ctx.now().astimezone(ctx.zone).date())
    made = [make(ledger, ctx.forms, kind, only, inputs) for kind in ("balance", "income", "cash")]
    found = closing.points(ledger, month, vouchers, made)
    facts = tuple(
        Fact(p.name, Text("通过", "yes") if p.ok else Text(f"{len(p.wrong)} 处", f"{len(p.wrong)} to see"), not p.ok)
        for p in found
    )
    flags = tuple(p.name + same(": ") + each for p in found for each in p.wrong)[:20]
    good = all(p.ok for p in found)
    names = (("资产负债表", "balance sheet"), ("利润表", "income statement"), ("现金流量表", "cash flow statement"))
    choices = tuple(Choice(Text(zh, en), say=Text(f"{zh} {month}", f"{en} {month}")) for zh, en in names)
    status = Text("可以结账", "can be closed") if good else Text("先处理再结账", "to be mended first")
    title = Text(f"结账检查 {month}", f"Closing check {month}")
    return Reply(cards=(Card(title, facts, flags, choices, status, "good" if good else "bad"),))
