"""A borrowing beside its commands: its card, who hears of it, opening it with its watermark, what the clock does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from archive.access import Person, Right, may
from archive.borrowing import (
    MODE_NAMES,
    OPEN,
    STATE_NAMES,
    Loan,
    LoanState,
    Mode,
    Use,
    by_the_clock,
    deciders,
    mark,
    may_decide,
    needs_head,
    opens,
    reminds,
    used,
)
from archive.errors import NotFound
from archive.trail import Entry
from archive.unit import Unit
from archive.words import Text, same
from handlers.context import Context
from handlers.loans import Lending
from handlers.message import Card, Choice, Fact, Form, FormField, Input, OutFile, Reply, Tone
from intake.leaves import leaves
from intake.preview import draw
from reports.loan_copy import DPI, bound, marked

#: How the number of a borrowing begins: what is opened under it is marked and counted.
LOAN = "JY"
#: Buttons.
GRANT, REFUSE, REVOKE = "loan_grant", "loan_refuse", "loan_revoke"
#: Pages a 件 may have that are drawn for one copy.
MOST_PAGES = 200
_TONES: Mapping[LoanState, Tone] = {
    LoanState.ASKED: "wait", LoanState.RUNNING: "good", LoanState.OVERDUE: "bad", LoanState.REFUSED: "bad",
}  # fmt: skip


def lending_of(ctx: Context) -> Lending:
    """The ports. Wired wherever handlers run."""
    if ctx.lending is None:
        raise NotFound(item=Text("借阅", "borrowing"))
    return ctx.lending


async def card_of(ctx: Context, case: Loan, reader: Person) -> Card:
    """How it stands, with the buttons `reader` has."""
    names = {p.id: p.name for p in await ctx.people.all()}
    facts = [
        Fact(Text("编号", "Id"), case.id),
        Fact(Text("利用人", "Borrower"), names.get(case.by, case.by)),
        Fact(Text("档号", "Archive no."), case.archive_no or case.unit),
        Fact(Text("方式", "Way"), MODE_NAMES[case.mode]),
        Fact(Text("理由", "Reason"), case.reason, private=True),
    ]
    if (case.decided_by and case.state is not LoanState.REFUSED) or may(reader, Right.SEE_ALL):
        facts.insert(3, Fact(Text("名称", "Name"), case.title, private=True))
    if case.until is None:
        facts.append(Fact(Text("天数", "Days"), str(case.days)))
    else:
        last = (case.until - timedelta(seconds=1)).astimezone(ctx.zone)
        facts.append(Fact(Text("期限", "Until"), f"{last:%Y-%m-%d %H:%M}"))
        told = f"{case.views}/{case.most_views} · {case.copies}/{case.most_copies if case.mode is Mode.COPY else 0}"
        facts.append(Fact(Text("查阅 · 复制（次）", "Views · copies"), told))
    if case.decided_by:
        facts.append(Fact(Text("经办", "Decided by"), names.get(case.decided_by, case.decided_by)))
    if case.why:
        facts.append(Fact(Text("原因", "Because"), case.why, flagged=True))
    flags = []
    if case.state is LoanState.ASKED and needs_head(case):
        flags.append(Text("复制原始凭证或对外提供：由会计机构负责人批准（会计基础工作规范第 55 条）",
                          "a copy of source documents or for outsiders: the head of accounting decides"))  # fmt: skip
    title = Text(f"借阅 {case.id}", f"Loan {case.id}")
    return Card(title, tuple(facts), tuple(flags), _choices(ctx, case, reader), STATE_NAMES[case.state],
                _TONES.get(case.state, "plain"))  # fmt: skip


def _choices(ctx: Context, case: Loan, reader: Person) -> tuple[Choice, ...]:
    made = []
    if case.state is LoanState.ASKED and may_decide(case, reader):
        made.append(Choice(Text("批准", "Grant"), GRANT, case.id, style="primary"))
        made.append(Choice(Text("不批准", "Refuse"), REFUSE, case.id, style="danger", form=why_form(case, REFUSE)))
    if case.state in (LoanState.RUNNING, LoanState.OVERDUE) and may_decide(case, reader):
        made.append(Choice(Text("收回", "Revoke"), REVOKE, case.id, style="danger", form=why_form(case, REVOKE)))
    if opens(case, reader, case.unit, Mode.VIEW, ctx.now()):
        made.append(Choice(Text("查阅", "View"), say=Text(f"借阅 {case.id}", f"borrow {case.id}")))
        if case.mode is Mode.COPY:
            made.append(
                Choice(Text("下载", "Download"), say=Text(f"借阅 {case.id} 下载", f"borrow {case.id} download"))
            )
    if case.by == reader.id and case.state in OPEN:
        made.append(Choice(Text("归还", "Return"), say=Text(f"归还 {case.id}", f"return {case.id}")))
    return tuple(made)


def why_form(case: Loan, action: str) -> Form:
    """The form behind a refusal or a revocation."""
    field = FormField("reason", Text("原因", "Reason"), Input.LINES, required=True)
    label = Text("不批准", "Refuse") if action == REFUSE else Text("收回", "Revoke")
    return Form(label + same(f" {case.id}"), (field,), label)


async def tell_deciders(ctx: Context, case: Loan) -> list[Person]:
    """Everybody who may grant it hears of it, once; returns them."""
    found = deciders(case, await ctx.people.all())
    text = Text(f"有人申请借阅：{case.id}", f"Somebody asks to borrow: {case.id}")
    for person in found:
        reply = Reply(text, (await card_of(ctx, case, person),))
        await ctx.post.tell(person.id, reply, f"loan:{case.key}:asked:{person.id}", "approvals")
    return found


async def tell_borrower(ctx: Context, case: Loan, text: Text, key: str) -> None:
    """Told once under this key, with the card as it stands."""
    person = await ctx.people.get(case.by)
    card = await card_of(ctx, case, person)
    await ctx.post.tell(case.by, Reply(text, (card,)), f"loan:{case.key}:{key}", "approvals")


async def offered(ctx: Context, case: Loan, page: int, copy: bool) -> OutFile:
    """The file a reply carries: only its name. Its bytes are made, marked and counted when it is opened.

    No preview: a conversation that is drawn again would use the loan up.
    """
    name = (case.archive_no or case.id).replace("/", "-")
    if copy:
        return OutFile(f"{name}_利用件.pdf", "application/pdf", file=f"original:{case.id}/0")
    return OutFile(f"{name}_{page}.png", "image/png", file=f"original:{case.id}/{page}")


async def opened(ctx: Context, person: Person, place: str, channel: str) -> tuple[str, str, bytes]:
    """(name, media type, bytes) of JY26-0001/2 (its second page) or JY26-0001/0 (all of it as a PDF).

    The right is asked now, and the use is counted and in the trail before a byte is handed out. Raises NotFound,
    NotYourLoan, LoanOver.
    """
    loan_id, _, said = place.partition("/")
    page = int(said) if said.isascii() and said.isdecimal() and len(said) < 5 else 1
    mode = Mode.VIEW if page else Mode.COPY
    loans = lending_of(ctx).loans
    case = await loans.loan(person.company, loan_id)
    if case.by != person.id:
        raise NotFound(item=loan_id)
    now = ctx.now()
    used(case, person, mode, now, page)  # refused before anything is drawn
    unit = await ctx.units.unit(case.unit)
    drawn = await _drawn(ctx, unit, page)

    def step(standing: Loan) -> tuple[Loan, Use | None, Entry]:
        after, use = used(standing, person, mode, now, page)
        facts = {"mode": mode.value, "unit": standing.unit} | ({"page": str(page)} if page else {})
        return after, use, Entry(person.id, "loan_used", "", now, channel, facts)

    case = await loans.change(person.company, loan_id, step)
    words = mark(case, person.name, now, ctx.zone).to(person.lang)
    out = await offered(ctx, case, page, copy=not page)
    data: bytes = await (ctx.offload(marked, drawn[0], words) if page else ctx.offload(bound, drawn, words))
    return out.name, out.media_type, data


async def pages_of(ctx: Context, unit: Unit) -> int:
    """How many pages its papers have together."""
    return sum([await ctx.offload(leaves, await ctx.vault.original(paper.file)) for paper in unit.papers])


async def _drawn(ctx: Context, unit: Unit, page: int) -> list[bytes]:
    """PNGs: that page of the 件 (from 1), or all for 0. Raises NotFound beyond its end."""
    found: list[bytes] = []
    before = 0
    for paper in unit.papers:
        data = await ctx.vault.original(paper.file)
        count = await ctx.offload(leaves, data)
        wanted = [n for n in range(count) if page in (0, before + n + 1)]
        found += [await ctx.offload(draw, data, n, DPI) for n in wanted]
        before += count
        if len(found) > MOST_PAGES:
            raise NotFound(item=Text(f"超过 {MOST_PAGES} 页的利用件", f"a copy of more than {MOST_PAGES} pages"))
    if not found:
        raise NotFound(item=f"{unit.archive_no or unit.id} {page}")
    return found


async def tick(ctx: Context, companies: Sequence[str]) -> None:
    """By the clock: what is over ends by itself, its borrower hears of it, and is reminded (催还)."""
    loans = lending_of(ctx).loans
    for company in companies:
        for case in await loans.open(company):
            now = ctx.now()
            if by_the_clock(case, now) != case:
                case = await loans.change(company, case.id, partial(_ended, now))
                text = STATE_NAMES[case.state] + Text(f"：{case.id}", f": {case.id}")
                if case.state is LoanState.OVERDUE:
                    text += Text(
                        "。请销毁或交回利用件，再说「归还」", ". Destroy or give back the copies, then say “return”"
                    )
                await tell_borrower(ctx, case, text, f"clock:{case.state}")
            if reminds(case, now, ctx.zone):
                day = now.astimezone(ctx.zone).date().isoformat()
                text = Text(f"借阅 {case.id} 今天到期或已逾期，请归还", f"Loan {case.id} is due: please return it")
                await tell_borrower(ctx, case, text, f"due:{day}")
                await loans.change(company, case.id, partial(_reminded, now, day))


def _ended(now: datetime, case: Loan) -> tuple[Loan, None, Entry] | None:
    after = by_the_clock(case, now)
    return None if after == case else (after, None, Entry("system", f"loan_{after.state}", "", now))


def _reminded(now: datetime, day: str, case: Loan) -> tuple[Loan, None, Entry] | None:
    if case.reminded == day:
        return None
    return replace(case, reminded=day), None, Entry("system", "loan_reminded", "", now)
