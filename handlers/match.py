"""核对: vouchers, archived documents and bank lines of a month against each other; the 余额调节表 of each account."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from archive.access import Person, Right, may
from archive.finding import Level
from archive.money import thousands
from archive.reconcile import Outstanding, Reconciliation, listed
from archive.words import Text, same
from handlers.compared import ledger, matched, months
from handlers.context import Context
from handlers.message import Card, Choice, Fact, Message, Reply

#: Findings in one answer; the rest is counted.
SHOWN = 40
#: Links offered below the findings, and the kinds a person can settle by one.
OFFERED = 4
_BY_HAND = frozenset({"document_unbooked", "attachment_missing", "attachment_count", "approved_amount_differs"})


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
