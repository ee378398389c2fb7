"""鉴定销毁 beside its commands: the card, the papers as they stand, and telling those who take part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from archive.access import Person, Right, may
from archive.destruction import (
    DESTROY,
    KEEP,
    SEAT_NAMES,
    SIGNERS,
    STATE_NAMES,
    VOTERS,
    WATCHERS,
    Act,
    Case,
    Seat,
    State,
    absent_of,
    refusing,
    step,
    taking,
)
from archive.errors import Problem
from archive.words import Text, same
from handlers.context import Context
from handlers.custody import Custody
from handlers.message import Card, Choice, Fact, Form, FormField, Input, OutFile, Reply, Tone
from reports.destruction import certificate, destruction_list, opinion
from reports.page import Page
from reports.render import render

#: Buttons: a body votes, a seat signs, somebody refuses.
VOTE, TAKE, REFUSE = "destroy_vote", "destroy_take", "destroy_refuse"
BUTTONS = frozenset({VOTE, TAKE, REFUSE})
#: Which act and which seats are open in a state.
OPEN: Mapping[State, tuple[tuple[Act, tuple[Seat, ...]], ...]] = {
    State.APPRAISING: ((Act.VOTE, VOTERS),),
    State.SIGNING: ((Act.SIGN, SIGNERS),),
    State.WATCHING: ((Act.WATCH, WATCHERS),),
    State.READY: ((Act.ORDER, (Seat.X_ORDER,)), (Act.CONFIRM, (Seat.X_CONFIRM,))),
    State.HALTED: ((Act.ORDER, (Seat.X_ORDER,)), (Act.CONFIRM, (Seat.X_CONFIRM,))),
    State.SIGNING_AFTER: ((Act.WITNESS, WATCHERS),),
}
_TONES: Mapping[State, Tone] = {State.DONE: "good", State.REFUSED: "bad", State.HALTED: "bad"}


def card_of(ctx: Context, case: Case, reader: Person, people: Sequence[Person]) -> Card:
    """What it is, who has signed, and the buttons `reader` has now."""
    many = Text(f"{len(case.units)} 件", f"{len(case.units)} units")
    facts = [Fact(Text("编号", "Id"), case.id), Fact(Text("拟销毁", "To be destroyed"), many)]
    if case.held:
        many = Text(f"{len(case.held)} 件，见意见书", f"{len(case.held)} units, see the opinion")
        facts.append(Fact(Text("到期但不得销毁", "Due, may not be destroyed"), many, flagged=True))
    if case.digest:
        facts.append(Fact(Text("清册摘要", "Digest of the list"), case.digest[:16] + "…"))
    open_ = {seat for _, seats in OPEN.get(case.state, ()) for seat in seats}
    for seat in Seat:
        if (event := case.holder(seat)) is not None:
            when = event.at.astimezone(ctx.zone).strftime("%Y-%m-%d %H:%M")
            facts.append(Fact(SEAT_NAMES[seat], same(f"{event.name} · {when}")))
        elif seat in open_:
            facts.append(Fact(SEAT_NAMES[seat], Text("待签", "to sign")))
    last = case.events[-1] if case.events else None
    if last and last.reason and case.state in (State.REFUSED, State.HALTED):
        facts.append(Fact(Text("原因", "Reason"), last.reason, flagged=True))
    title = Text("会计档案鉴定销毁", "Appraisal and destruction")
    return Card(title, tuple(facts), (), tuple(_choices(ctx, case, reader, people)), STATE_NAMES[case.state],
                _TONES.get(case.state, "wait"))  # fmt: skip


def _choices(ctx: Context, case: Case, reader: Person, people: Sequence[Person]) -> list[Choice]:
    found, deputies = [], ctx.custody.deputies if ctx.custody else {}
    for act, seats in OPEN.get(case.state, ()):
        for seat in seats:
            absent = absent_of(seat, reader, people, deputies)
            try:
                step(case, taking(case, act, seat, reader, ctx.now(), value=DESTROY, stepped_up=True, absent=absent))
            except Problem:
                continue
            found.append(_vote(case, seat) if act is Act.VOTE else _take(case, seat))
    try:
        step(case, refusing(case, reader, "x", ctx.now()))
    except Problem:
        return found
    why = FormField("reason", Text("原因", "Reason"), Input.LINES, required=True)
    form = Form(Text(f"终止 {case.id}", f"Stop {case.id}"), (why,), Text("终止", "Stop"))
    return [*found, Choice(Text("终止", "Stop"), REFUSE, case.id, len(case.events), "danger", form)]


def _vote(case: Case, seat: Seat) -> Choice:
    options = ((DESTROY, Text("同意销毁", "destroy")), (KEEP, Text("继续保管", "keep")))
    fields = (
        FormField("verdict", Text("意见", "Opinion"), Input.CHOICE, required=True, options=options),
        FormField("reason", Text("理由", "Reason"), Input.LINES, required=True),
    )
    form = Form(SEAT_NAMES[seat], fields, Text("提交", "Submit"))
    return Choice(SEAT_NAMES[seat], VOTE, f"{case.id}/{seat.value}", len(case.events), "primary", form)


def _take(case: Case, seat: Seat) -> Choice:
    hint = Text(f"在网页工作台输入「签字码 {case.id}」", f"type “sign code {case.id}” on the web desk")
    code = FormField("code", Text("签字码", "Signing code"), required=True, hint=hint)
    form = Form(SEAT_NAMES[seat], (code,), Text("签字", "Sign"))
    label = Text(f"签字：{SEAT_NAMES[seat].zh}", f"Sign: {SEAT_NAMES[seat].en}")
    style = "danger" if seat in (Seat.X_ORDER, Seat.X_CONFIRM) else "primary"
    return Choice(label, TAKE, f"{case.id}/{seat.value}", len(case.events), style, form)  # type: ignore[arg-type]


async def papers(ctx: Context, custody: Custody, case: Case, by: str, moment: datetime) -> tuple[OutFile, ...]:
    """意见书, and 清册 and certificate from when they are there, as PDF; the same for the same moment."""
    company = next((c.name for c in ctx.companies if c.code == case.company), case.company)
    at = moment.astimezone(ctx.zone)
    pages: list[tuple[str, Page]] = [("鉴定意见书", opinion(case, company, at, by))]
    stones = await custody.destructions.stones(case.id) if case.holder(Seat.X_CONFIRM) else []
    if case.digest:
        days = [stone.gone_at.astimezone(ctx.zone).date().isoformat() for stone in stones if stone.gone_at]
        spared = await custody.destructions.spared(case.id)
        pages.append(("销毁清册", destruction_list(case, company, at, by, max(days, default=""), spared)))
    if case.state in (State.FILING, State.DONE):
        pages.append(("销毁证明", certificate(case, stones, company, at, by)))
    return tuple([
        OutFile(f"{name}_{case.id}.pdf", "application/pdf", await ctx.offload(render, page, "pdf"))
        for name, page in pages
    ])  # fmt: skip


async def tell_all(ctx: Context, custody: Custody, case: Case, text: Text, but: str = "") -> None:
    """Everybody of the company who may take part, each with the card as they may act on it."""
    people, deputies = await ctx.people.all(), set(custody.deputies.values())
    for person in people:
        part = may(person, Right.DESTROY) or (person.id in deputies and not person.disabled)
        if person.company == case.company and person.id != but and part:
            key = f"{case.id}:{len(case.events)}:{person.id}"
            await ctx.post.tell(person.id, Reply(text, (card_of(ctx, case, person, people),)), key, "approvals")
