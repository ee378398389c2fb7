"""借阅: a 件 is asked for, granted by somebody else, opened for a time with a watermark, given back, registered."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from archive import borrowing
from archive.access import Person, Right, may
from archive.borrowing import Loan, Mode
from archive.errors import NotAllowed, NotFound, ReasonNeeded
from archive.trail import Entry
from archive.words import Text
from handlers import lending
from handlers.context import Context
from handlers.lending import card_of, lending_of, tell_borrower, tell_deciders
from handlers.message import Form, Message, OutFile, Reply
from reports.loan_register import register
from reports.render import render

_CASE = re.compile(r"JY\d{2}-\d{4,}", re.IGNORECASE)
_PAGE = re.compile(r"第\s*(\d{1,4})\s*页|\bpage\s+(\d{1,4})\b", re.IGNORECASE)
_COPY = re.compile(r"下载|复制|download|copy", re.IGNORECASE)
_YEAR = re.compile(r"(20\d\d)年?")


async def borrow(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """借阅 记-23 2025-09 3天 理由：核对付款 · 借阅 JY26-0001 第2页 · 借阅 JY26-0001 下载 · 借阅.

    Raises BadLoan, ReasonNeeded, NotFound, LoanOver.
    """
    if match := _CASE.search(rest):
        return await _opened(ctx, asker, match[0].upper(), rest)
    if not rest.strip():
        return await _mine(ctx, asker)
    now = ctx.now()
    ask = borrowing.asked(rest, now.astimezone(ctx.zone).date())
    unit = await ctx.units.find(asker.company, ask.unit)
    case = await lending_of(ctx).loans.ask(borrowing.loan(ask, unit, asker, now), message.channel)
    told = await tell_deciders(ctx, case)
    text = Text(f"{case.id} 已提交，等 {'、'.join(p.name for p in told)} 批准。",
                f"{case.id} waits for {', '.join(p.name for p in told)}.")  # fmt: skip
    if not told:
        text = Text(f"{case.id} 已提交，但没有别人有权批准，请管理员设定。",
                    f"{case.id} was put down, but nobody else may grant it: ask an administrator.")  # fmt: skip
    return Reply(text, (await card_of(ctx, case, asker),))


async def _opened(ctx: Context, asker: Person, loan_id: str, words: str) -> Reply:
    case = await _visible(ctx, asker, loan_id)
    card = await card_of(ctx, case, asker)
    copy = bool(_COPY.search(words))
    if case.by != asker.id or (case.state is not borrowing.LoanState.RUNNING and not copy):
        return Reply(cards=(card,))
    borrowing.used(case, asker, Mode.COPY if copy else Mode.VIEW, ctx.now())  # told now, not when it is opened
    if copy:
        return Reply(cards=(card,), files=(await lending.offered(ctx, case, 0, copy=True),))
    match = _PAGE.search(words)
    page = int(match[1] or match[2]) if match else 1
    count = await lending.pages_of(ctx, await ctx.units.unit(case.unit))
    if not 1 <= page <= count:
        raise NotFound(item=Text(f"第 {page} 页（共 {count} 页）", f"page {page} of {count}"))
    text = Text(f"第 {page} 页，共 {count} 页；下一页说「借阅 {case.id} 第{page + 1}页」",
                f"Page {page} of {count}; next: “borrow {case.id} page {page + 1}”")  # fmt: skip
    if page == count:
        text = Text(f"第 {page} 页，共 {count} 页", f"Page {page} of {count}")
    return Reply(text, (card,), (await lending.offered(ctx, case, page, copy=False),))


async def _mine(ctx: Context, asker: Person) -> Reply:
    """What the person has borrowed, and what waits for their word."""
    found = [
        case
        for case in await lending_of(ctx).loans.open(asker.company)
        if case.by == asker.id or borrowing.may_decide(case, asker)
    ]
    if not found:
        return Reply(Text("没有借阅。例：借阅 记-23 2025-09 3天 理由：核对付款",
                          "No loans. Example: borrow 记-23 2025-09 3 days because: check a payment"))  # fmt: skip
    cards = tuple([await card_of(ctx, case, asker) for case in found[:10]])
    return Reply(Text(f"{len(found)} 项借阅", f"{len(found)} loans"), cards)


async def give_back(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """归还 JY26-0001; alone, the only one that is open. Raises NotFound, NotYourLoan, LoanClosed."""
    match = _CASE.search(rest)
    mine = [c for c in await lending_of(ctx).loans.open(asker.company) if c.by == asker.id]
    if match is None and len(mine) != 1:
        if mine:
            cards = tuple([await card_of(ctx, case, asker) for case in mine[:10]])
            return Reply(Text("归还哪一项？", "Which one is returned?"), cards)
        raise NotFound(item=rest.strip() or Text("借阅", "a loan"))
    now = ctx.now()
    loan_id = match[0].upper() if match else mine[0].id
    case = await _changed(ctx, asker, message, loan_id, lambda c: borrowing.returned(c, asker, now), now)
    return Reply(Text(f"{case.id} 已归还", f"{case.id} is returned"), (await card_of(ctx, case, asker),))


async def grant(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The button, or 批准借阅 JY26-0001. Raises NotFound, NotYourLoan, LoanClosed."""
    now, loan_id = ctx.now(), _named(message, rest)
    case = await _changed(ctx, asker, message, loan_id, lambda c: borrowing.granted(c, asker, now, ctx.zone), now)
    text = Text(f"{asker.name} 批准了 {case.id}", f"{asker.name} granted {case.id}")
    await tell_borrower(ctx, case, text, "granted")
    return Reply(text, (await card_of(ctx, case, asker),))


async def refuse(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The button with its reason, or 不批准借阅 JY26-0001 原因：…. Raises as `grant`, ReasonNeeded."""
    return await _denied(ctx, asker, message, rest, borrowing.refused, Text("没有批准", "refused"), "refused")


async def revoke(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The button with its reason, or 收回借阅 JY26-0001 原因：…. Raises as `refuse`."""
    return await _denied(ctx, asker, message, rest, borrowing.revoked, Text("收回了", "revoked"), "revoked")


async def _denied(
    ctx: Context, asker: Person, message: Message, rest: str, step: Callable[[Loan, Person, datetime, str], Loan],
    did: Text, key: str,
) -> Reply:  # fmt: skip
    from archive import reason

    why = message.click.values.get("reason", "") if message.click else reason.split(rest)[1]
    now, loan_id = ctx.now(), _named(message, rest)
    if not why.strip():
        raise ReasonNeeded(item=loan_id)
    case = await _changed(ctx, asker, message, loan_id, lambda c: step(c, asker, now, why), now)
    text = Text(f"{asker.name} {did.zh} {case.id}：{case.why}", f"{asker.name} {did.en} {case.id}: {case.why}")
    await tell_borrower(ctx, case, text, key)
    return Reply(text, (await card_of(ctx, case, asker),))


async def registered(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """借阅登记 2026 [excel]: the register of uses. Raises NotAllowed, NotFound."""
    if not may(asker, Right.SEE_ALL):
        raise NotAllowed(right=Text("查看利用登记", "see the register of uses"))
    match = _YEAR.search(rest)
    now = ctx.now().astimezone(ctx.zone)
    year = int(match[1]) if match else now.year
    loans = lending_of(ctx).loans
    cases, uses = await loans.of_year(asker.company, year), await loans.uses(asker.company, year)
    if not cases:
        raise NotFound(item=Text(f"{year} 年的借阅", f"loans of {year}"))
    names = {p.id: p.name for p in await ctx.people.all()} | {"system": "归档"}
    company = next((c.name for c in ctx.companies if c.code == asker.company), asker.company)
    page = register(cases, uses, names, company, year, now, asker.name, ctx.zone, asker.lang)
    book = bool(re.search("excel|xlsx|表格", rest, re.IGNORECASE))
    data: bytes = await ctx.offload(render, page, "xlsx" if book else "pdf")
    facts = {"register": "loans", "year": str(year)}
    await ctx.trail.add(Entry(asker.id, "exported", f"loans:{asker.company}", ctx.now(), message.channel, facts))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" if book else "application/pdf"
    out = OutFile(f"{page.title.to(asker.lang)}_{year}.{'xlsx' if book else 'pdf'}", kind, data)
    text = Text(
        f"{year} 年：借阅 {len(cases)} 次，利用 {len(uses)} 次", f"{year}: {len(cases)} loans, {len(uses)} uses"
    )
    return Reply(text, files=(out,))


async def form(ctx: Context, asker: Person, action: str, loan_id: str) -> Form | None:
    """The form of a button, as it stands for the person now."""
    try:
        case = await _visible(ctx, asker, loan_id)
    except NotFound:
        return None
    card = await card_of(ctx, case, asker)
    return next((c.form for c in card.choices if (c.action, c.subject) == (action, case.id)), None)


async def _changed(
    ctx: Context, asker: Person, message: Message, loan_id: str, step: Callable[[Loan], Loan], now: datetime
) -> Loan:
    await _visible(ctx, asker, loan_id)

    def kept(case: Loan) -> tuple[Loan, None, Entry]:
        after = step(case)
        facts = {"reason": after.why} if after.why else {}
        return after, None, Entry(asker.id, f"loan_{_verb(after)}", "", now, message.channel, facts)

    return await lending_of(ctx).loans.change(asker.company, loan_id, kept)


def _verb(case: Loan) -> str:
    return "granted" if case.state is borrowing.LoanState.RUNNING else case.state.value


async def _visible(ctx: Context, asker: Person, loan_id: str) -> Loan:
    """The loan, for its borrower and those who may see the whole archive; for others it isn't there."""
    case = await lending_of(ctx).loans.loan(asker.company, loan_id)
    if case.by == asker.id or borrowing.may_decide(case, asker) or may(asker, Right.SEE_ALL):
        return case
    raise NotFound(item=loan_id)


def _named(message: Message, rest: str) -> str:
    if message.click:
        return message.click.subject
    match = _CASE.search(rest)
    return match[0].upper() if match else (rest.strip() or "?")
