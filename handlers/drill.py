"""明细: from a statement's line to its accounts, from an account to its vouchers, from a voucher to its documents.

Every step is words that can be typed as well, so buttons work on every channel and after a restart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from archive import voucher as vouchers
from archive.access import Person
from archive.errors import NotFound, NothingInBooks, UnknownLine
from archive.ledger import Ledger
from archive.money import thousands
from archive.statements.make import KINDS, kind_in, span_in
from archive.statements.statement import INPUT, Part, Statement
from archive.trail import Entry
from archive.voucher import ZERO, Voucher
from archive.words import Text, same
from handlers import financials
from handlers.context import Context
from handlers.message import Card, Choice, Fact, Message, Reply

#: Accounts, vouchers, entries in one answer.
ACCOUNTS, VOUCHERS, ENTRIES = 12, 6, 40


async def details(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """明细 资产负债表 2026-09 货币资金 | 明细 1002 2026-09 | 明细 220201 S001 2026-09."""
    words, page = _page_of(rest)
    named = kind_in(words)
    if named is None:
        return await _account(ctx, asker, message, words, page)
    return await _line(ctx, asker, message, words, page)


def _page_of(words: str) -> tuple[str, int]:
    """The words without 第2页 or page 2, and which page (from 0)."""
    match = re.search(r"第\s*(\d{1,4})\s*页|\bpage\s+(\d{1,4})\b", words, re.IGNORECASE)
    if not match:
        return words, 0
    number = int(match[1] or match[2])
    return f"{words[: match.start()]} {words[match.end() :]}".strip(), max(0, number - 1)


def _period_in(words: str) -> tuple[str, str]:
    """(the period's words, the rest): 2026-09, 2026Q3, 2026H1, 2026, 2026-09累计."""
    match = re.search(r"(?<!\d)20\d\d(?:-\d\d(?:累计)?|Q[1-4]|H[12])?(?:至20\d\d-\d\d)?(?!\d)", words)
    if not match:
        return "", words.strip()
    return match[0], f"{words[: match.start()]} {words[match.end() :]}".strip()


async def _line(ctx: Context, asker: Person, message: Message, words: str, page: int) -> Reply:
    named = kind_in(words)
    assert named is not None
    kind, rest = named
    period, line = _period_in(rest)
    got = await financials.asked(ctx, asker.company, f"{KINDS[kind][0].zh} {period}")
    statement, found = _of_line(got.statement, line)
    parts = statement.parts.get(found, ())
    column = statement.form.columns[0]
    amount = statement.figures[found].get(column)
    await ctx.trail.add(
        Entry(asker.id, "viewed", f"books:{asker.company}", ctx.now(), message.channel,
              {"line": found, "period": got.span.label})
    )  # fmt: skip
    title = Text(f"{found} {got.span.label}", f"{found} {got.span.label}")
    if not parts:
        return Reply(title + Text("：这一行由其他行相加，或没有发生额", ": a sum of other lines, or nothing moved"))
    shares = _by_account(parts)
    shown = shares[page * ACCOUNTS : (page + 1) * ACCOUNTS]
    nodes = got.ledger.chart.nodes
    facts: list[Fact] = []
    choices: list[Choice] = []
    for account, share in shown:
        name = nodes[account].name if account in nodes else account.removeprefix(INPUT)
        label = same(f"{account} {name}") if account in nodes else Text(f"填数 {name}", f"input {name}")
        facts.append(Fact(label, thousands(share), private=True))
        if account in nodes and len(choices) < 5:
            month = f"{got.span.months[-1]}累计" if kind == "balance" else got.span.label
            choices.append(Choice(same(f"{account} {nodes[account].path[-1]}"), say=_say(account, month)))
    choices += _pages(f"{KINDS[kind][0].zh} {got.span.label} {found}", page, len(shares), ACCOUNTS)
    facts.append(Fact(Text("合计", "Total"), thousands(amount or ZERO), private=True))
    return Reply(cards=(Card(title, tuple(facts), choices=tuple(choices)),))


def _say(account: str, period: str) -> Text:
    return Text(f"明细 {account} {period}", f"details {account} {period}")


def _pages(words: str, page: int, total: int, size: int) -> list[Choice]:
    found = []
    if page:
        say = Text(f"明细 {words} 第{page}页", f"details {words} page {page}")
        found.append(Choice(Text("上一页", "Previous"), say=say))
    if (page + 1) * size < total:
        say = Text(f"明细 {words} 第{page + 2}页", f"details {words} page {page + 2}")
        found.append(Choice(Text("下一页", "Next"), say=say))
    return found


def _of_line(statement: Statement, words: str) -> tuple[Statement, str]:
    """The line the words name, whole before part, in the supplement too. Raises UnknownLine."""
    said = re.sub(r"\s", "", words).lower()
    both = [statement, *([statement.supplement] if statement.supplement else [])]
    for each in both:
        for line in each.form.lines:
            if not line.head and said in (line.name.lower(), line.label.en.lower().replace(" ", "")):
                return each, line.name
    near = [(each, x.name) for each in both for x in each.form.lines if not x.head and said and said in x.name.lower()]
    if near:
        return near[0]
    names = "、".join(x.name for x in statement.form.lines if not x.head and statement.parts.get(x.name))[:300]
    raise UnknownLine(words=words, names=names)


def _by_account(parts: Sequence[Part]) -> list[tuple[str, Decimal]]:
    found: dict[str, Decimal] = {}
    for part in parts:
        found[part.account] = found.get(part.account, ZERO) + part.amount
    return sorted(found.items(), key=lambda pair: -abs(pair[1]))


async def _account(ctx: Context, asker: Person, message: Message, words: str, page: int) -> Reply:
    """An account's opening, turnover and closing over a period, and its vouchers, page by page."""
    period, rest = _period_in(words)
    ledger = await ctx.ledgers.open(asker.company)
    account = _account_in(ledger, rest)
    span = span_in(period or ledger.last, ctx.now().astimezone(ctx.zone).date())
    months = [m for m in span.months if m in ledger.months]
    if not months:
        raise NothingInBooks(period=span.label, books=f"{ledger.first} – {ledger.last}" if ledger.months else "—")
    below = [a for a in ledger.chart.nodes if a == account or (account.isdigit() and a.startswith(account))]
    found, total = await _vouchers(ctx, asker.company, months, below, page * VOUCHERS)
    await ctx.trail.add(
        Entry(asker.id, "viewed", f"books:{asker.company}", ctx.now(), message.channel,
              {"account": account, "period": span.label})
    )  # fmt: skip
    node = ledger.chart.nodes[account]
    facts = [Fact(label, thousands(a), private=True) for label, a in _summary(ledger, below, months)]
    facts += [_voucher_fact(v, below) for v in found]
    choices = [
        Choice(same(v.ref), say=Text(f"凭证 {v.ref}", f"voucher {v.ref}")) for v in {v.ref: v for v in found}.values()
    ]
    choices += _pages(f"{account} {span.label}", page, total, VOUCHERS)
    last = min(total, (page + 1) * VOUCHERS)
    flag = Text(
        f"凭证第 {page * VOUCHERS + 1}–{last} 张，共 {total} 张", f"vouchers {page * VOUCHERS + 1}–{last} of {total}"
    )
    none = Text("这段时间没有凭证（金额取自余额表）", "no vouchers (figures are those of the trial balance)")
    title = Text(f"明细账 {account} {node.name} {span.label}", f"Account {account} {node.name} {span.label}")
    return Reply(cards=(Card(title, tuple(facts), (flag if total else none,), tuple(choices)),))


def _summary(ledger: Ledger, below: Sequence[str], months: Sequence[str]) -> list[tuple[Text, Decimal]]:
    opening = sum((ledger.openings[months[0]].get(a, ZERO) for a in below), ZERO)
    debit = credit = ZERO
    mine = set(below)
    for m in months:
        for p in ledger.months[m].patterns:
            for leg, amount in zip(p.legs, p.amounts, strict=True):
                if leg.account in mine:
                    debit, credit = (debit + amount, credit) if leg.debit else (debit, credit + amount)
    return [
        (Text("期初（借方为正）", "Opening (debit positive)"), opening),
        (Text("本期借方", "Debit"), debit),
        (Text("本期贷方", "Credit"), credit),
        (Text("期末", "Closing"), opening + debit - credit),
    ]


async def _vouchers(
    ctx: Context, company: str, months: Sequence[str], accounts: Sequence[str], start: int
) -> tuple[list[Voucher], int]:
    """The page from `start`, over months and accounts in turn, and how many there are."""
    found: list[Voucher] = []
    total = 0
    for month in months:
        for account in accounts:
            mine, count = await ctx.ledgers.page(company, month, account, max(0, start - total), VOUCHERS - len(found))
            if total + count > start:
                found += mine
            total += count
    return found, total


def _voucher_fact(v: Voucher, accounts: Sequence[str]) -> Fact:
    mine = set(accounts)
    lines = [x for x in v.lines if (x.account or x.account_name) in mine]
    amount = sum((x.amount for x in lines), ZERO)
    words = next((x.summary for x in lines if x.summary), "")
    return Fact(same(f"{v.date or v.period} {v.word}-{v.number}"), f"{thousands(amount)}  {words[:40]}", private=True)


def _account_in(ledger: Ledger, words: str) -> str:
    """By code, or by name. Raises UnknownLine."""
    said = words.strip()
    nodes = ledger.chart.nodes
    if said in nodes:
        return said
    for account, node in sorted(nodes.items()):
        if said and said in (node.name, node.path[-1]):
            return account
    near = [f"{a} {n.name}" for a, n in sorted(nodes.items()) if said and (said in n.name or a.startswith(said))]
    if len(near) == 1:
        return near[0].split(" ", 1)[0]
    raise UnknownLine(words=said, names="、".join(near[:10]) or "—")


async def voucher(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """凭证 2026-04 记-23: its entries, and the archived documents it names."""
    match = re.search(r"(20\d\d)-(\d\d)\s+(\S*?)[-－—]?\s*0*(\d{1,9})\s*号?$", rest.strip())
    if not match:
        raise NotFound(
            item=Text(f"凭证 {rest.strip()}（写成 2026-04 记-23）", f"voucher {rest.strip()} (2026-04 记-23)")
        )
    period, word, number = f"{match[1]}-{match[2]}", match[3] or "记", int(match[4])
    found = await ctx.ledgers.vouchers(asker.company, period, word, number)
    if not found:
        raise NotFound(item=Text(f"凭证 {period} {word}-{number}", f"voucher {period} {word}-{number}"))
    await ctx.trail.add(
        Entry(asker.id, "viewed", f"books:{asker.company}", ctx.now(), message.channel,
              {"voucher": f"{period} {word}-{number}"})
    )  # fmt: skip
    cards = [await _voucher_card(ctx, asker, v) for v in found]
    twice = Text("这个号码给了两张凭证", "this number was given to two vouchers") if len(found) > 1 else None
    return Reply(twice, tuple(cards))


async def _voucher_card(ctx: Context, asker: Person, v: Voucher) -> Card:
    facts = [
        Fact(
            same(f"{x.account} {x.account_name}".strip()),
            Text(
                f"{'借' if x.debit else '贷'} {thousands(x.debit or x.credit)}  {x.summary[:40]} {x.party}".rstrip(),
                f"{'Dr' if x.debit else 'Cr'} {thousands(x.debit or x.credit)}  {x.summary[:40]} {x.party}".rstrip(),
            ),
            private=True,
        )
        for x in v.lines[:ENTRIES]
    ]
    flags = []
    if len(v.lines) > ENTRIES:
        flags.append(Text(f"另有 {len(v.lines) - ENTRIES} 行", f"{len(v.lines) - ENTRIES} more entries"))
    numbers = sorted(vouchers.documents(v))
    items = await ctx.vault.numbered(asker.company, [n for n in numbers if len(n) > 8]) if numbers else []
    if numbers and not items:
        flags.append(
            Text(
                f"提到的单据 {'、'.join(numbers[:5])} 还没有归档",
                f"the documents it names are not in the archive: {', '.join(numbers[:5])}",
            )
        )
    choices = tuple(
        Choice(Text(f"单据 {item.id}", f"Document {item.id}"), say=Text(f"打开 {item.id}", f"open {item.id}"))
        for item in items[:4]
    )
    people = "  ".join(filter(None, (v.maker, v.checker, v.poster)))
    if people:
        facts.append(Fact(Text("制单 审核 记账", "Made, checked, posted"), people, private=True))
    if v.difference:
        flags.append(Text(f"借贷不平，相差 {thousands(v.difference)}", f"off balance by {thousands(v.difference)}"))
    title = Text(f"凭证 {v.ref}  {v.date or ''}", f"Voucher {v.ref}  {v.date or ''}")
    return Card(title, tuple(facts), tuple(flags), choices)
