"""A hand-over beside its commands: its card, its list, telling those who sign, and the steps the clock makes."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from archive.access import Person, Role
from archive.errors import NotYourSeat
from archive.four_properties.scheme import Result
from archive.handover import (
    HANDOVER_STATES,
    SEAT_NAMES,
    SEAT_ROLES,
    Handover,
    HandoverState,
    Seat,
    listed,
    may_refuse,
    movable,
    right_to,
    to_be_signed,
)
from archive.inspection import RunState
from archive.trail import Entry
from archive.unit import Unit
from archive.words import Text, same
from handlers.context import Context
from handlers.custody import Custody
from handlers.message import Card, Choice, Fact, Form, FormField, Input, OutFile, Reply, Tone
from reports.handover_list import handover_list
from reports.render import render

#: Buttons: a seat signs, somebody refuses.
SIGN, REFUSE = "handover_sign", "handover_refuse"
#: Units whose keeper changes in one transaction.
AT_ONCE = 50
#: Failing units on the list.
SHOWN = 500
_TONES: Mapping[HandoverState, Tone] = {
    HandoverState.CHECKING: "wait",
    HandoverState.SIGNING: "wait",
    HandoverState.MOVING: "wait",
    HandoverState.DONE: "good",
    HandoverState.REFUSED: "bad",
}


def draft(asker: Person, year: int, at: datetime, run: str = "") -> Handover:
    """A case before it has its number."""
    return Handover("", asker.company, year, asker.id, at, run)


def card_of(
    case: Handover, zone: ZoneInfo, reader: Person | None = None, people: Sequence[Person] = (),
    settled: Mapping[str, str] | None = None,
) -> Card:  # fmt: skip
    """What it is, who has signed, and the buttons `reader` has."""
    facts = [Fact(Text("编号", "Id"), case.id), Fact(Text("年度", "Year"), str(case.year))]
    if case.digest:
        many = Text(f"{case.units} 件 {len(case.rows)} 卷", f"{case.units} units, {len(case.rows)} volumes")
        facts.append(Fact(Text("移交", "To hand over"), many))
        if case.failed:
            left = Text(f"{case.failed} 件，不移交", f"{case.failed} units, not handed over")
            facts.append(Fact(Text("检测不通过", "Failed the check"), left, flagged=True))
        facts.append(Fact(Text("清册摘要", "Digest of the list"), case.digest[:16] + "…"))
    for seat in Seat:
        if signed := case.signed(seat):
            when = signed.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
            deputy = (
                Text(f"（代 {signed.deputy_name}）", f" (for {signed.deputy_name})") if signed.deputy_for else same("")
            )
            facts.append(Fact(SEAT_NAMES[seat], same(signed.name) + deputy + same(f" · {when}")))
        elif case.state is HandoverState.SIGNING:
            facts.append(Fact(SEAT_NAMES[seat], Text("待签", "to sign")))
    if case.refused:
        facts.append(Fact(Text("拒绝原因", "Refused because"), case.refused, flagged=True))
    if case.late:
        facts.append(Fact(Text("同意缓交至", "Delay agreed to"), case.late))
    choices = _choices(case, reader, people, settled or {}) if reader else []
    title = Text(f"{case.year} 年度会计档案移交", f"Hand-over of the archives of {case.year}")
    return Card(title, tuple(facts), (), tuple(choices), HANDOVER_STATES[case.state], _TONES[case.state])


def _choices(case: Handover, reader: Person, people: Sequence[Person], settled: Mapping[str, str]) -> list[Choice]:
    if case.state is not HandoverState.SIGNING:
        return []
    choices: list[Choice] = []
    for seat in case.open_seats:
        try:
            absent = right_to(case, seat, reader, people, settled)
        except NotYourSeat:
            continue
        label = SEAT_NAMES[seat]
        if absent:
            label = Text(f"{label.zh}（代 {absent.name}）", f"{label.en} (for {absent.name})")
        form = Form(Text(f"签 {label.zh}", f"Sign as {label.en}"), (_code(case),), Text("签字", "Sign"))
        choices.append(Choice(Text(f"签字：{label.zh}", f"Sign: {label.en}"), SIGN, f"{case.id}/{seat.value}",
                              case.version, "primary", form))  # fmt: skip
    if may_refuse(case, reader, people, settled):
        reason = FormField("reason", Text("拒绝原因", "Reason"), Input.LINES, required=True)
        form = Form(Text(f"拒绝 {case.id}", f"Refuse {case.id}"), (reason,), Text("拒绝", "Refuse"))
        choices.append(Choice(Text("拒绝", "Refuse"), REFUSE, case.id, case.version, "danger", form))
    return choices


def _code(case: Handover) -> FormField:
    hint = Text(
        f"在网页工作台输入「签字码 {case.id}」得到的 6 位数字",
        f"six figures; type “sign code {case.id}” on the web desk",
    )
    return FormField("code", Text("签字码", "Signing code"), required=True, hint=hint)


async def list_file(ctx: Context, custody: Custody, case: Handover, reader: Person) -> tuple[OutFile, ...]:
    """移交清册 as PDF, as it stands; nothing while it is being checked."""
    if not case.digest:
        return ()
    data = await _drawn(ctx, custody, case, reader.name)
    return (OutFile(f"移交清册_{case.id}.pdf", "application/pdf", data),)


async def _drawn(ctx: Context, custody: Custody, case: Handover, by: str) -> bytes:
    failures = await custody.inspections.failures(case.run, SHOWN)
    company = next((c.name for c in ctx.companies if c.code == case.company), case.company)
    at = (case.ended or ctx.now()).astimezone(ctx.zone)
    data: bytes = await ctx.offload(render, handover_list(case, failures, company, at, by), "pdf")
    return data


async def tell_all(
    ctx: Context, custody: Custody, case: Handover, text: Text, key: str, but: str = "", file: tuple[OutFile, ...] = ()
) -> None:
    """Everybody who could sign, or did, each with the card as they may act on it."""
    people = await ctx.people.all()
    deputies = {**custody.deputies, **case.deputies}
    for person in people:
        fits = person.company == case.company and not person.disabled and Role.CASHIER not in person.roles
        signs = any(person.roles & SEAT_ROLES[seat] for seat in Seat) or person.id in deputies.values()
        if fits and signs and person.id != but:
            card = card_of(case, ctx.zone, person, people, custody.deputies)
            await ctx.post.tell(person.id, Reply(text, (card,), file), f"{case.id}:{key}:{person.id}", "approvals")


# by the clock: each a step from where the case stands; run again after a crash it goes on or changes nothing


async def advance(ctx: Context, custody: Custody, case: Handover) -> Handover:
    """As far as it goes without a person."""
    if case.state is HandoverState.CHECKING:
        case = await _made_list(ctx, custody, case)
    if case.state is HandoverState.SIGNING and not case.told:
        case = await _asked(ctx, custody, case)
    if case.state is HandoverState.MOVING:
        case = await _moved(ctx, custody, case)
    return case


async def _asked(ctx: Context, custody: Custody, case: Handover) -> Handover:
    """Those who sign hear of it, with the list. Broken off, the same is told again, which nobody hears twice."""
    text = Text(f"{case.id} 检测完成，请核对移交清册并签字。", f"{case.id} is checked: read the list and sign.")
    keeper = Person("system", "归档 Guidang", frozenset())
    await tell_all(ctx, custody, case, text, "to-sign", file=await list_file(ctx, custody, case, keeper))

    def step(standing: Handover) -> tuple[Handover, list[Entry]]:
        if standing.told:
            return standing, []
        return replace(standing, told=True), [Entry("system", "handover_told", standing.id, ctx.now())]

    return await custody.handovers.change(case.id, step)


async def _made_list(ctx: Context, custody: Custody, case: Handover) -> Handover:
    run = await custody.inspections.run(case.run)
    if run.state is RunState.RUNNING:
        return case
    now = ctx.now()
    if run.state is RunState.CANCELLED:
        reason = Text("检测被取消", "the check was cancelled").zh

        def ended(standing: Handover) -> tuple[Handover, list[Entry]]:
            after = replace(
                standing, state=HandoverState.REFUSED, refused=reason, ended=now, version=standing.version + 1
            )
            return after, [Entry("system", "handover_refused", standing.id, now, "", {"reason": reason})]

        return await custody.handovers.change(case.id, ended)
    passed = [unit async for unit in _passing(custody, case)]
    rows = listed(case, passed, now.astimezone(ctx.zone).date())
    digest = plain_digest(case, rows)

    def step(standing: Handover) -> tuple[Handover, list[Entry]]:
        after = to_be_signed(standing, rows, run.failed, digest)
        return after, [Entry("system", "handover_listed", standing.id, now, "", {"list": digest, "run": run.id})]

    return await custody.handovers.change(case.id, step)


def plain_digest(case: Handover, rows: Sequence[object]) -> str:
    """SHA-256 of the list's words, for the list and for the trail."""
    words = f"{case.id}|{case.company}|{case.year}|{case.run}|" + "|".join(repr(row) for row in rows)
    return hashlib.sha256(words.encode()).hexdigest()


async def _passing(custody: Custody, case: Handover) -> AsyncIterator[Unit]:
    async for result in custody.inspections.all_results(case.run):
        if movable(result):
            yield await _unit(custody, case, result)


async def _unit(custody: Custody, case: Handover, result: Result) -> Unit:
    return await custody.units.unit(case.company, result.unit)


async def _moved(ctx: Context, custody: Custody, case: Handover) -> Handover:
    """All have signed: unit by unit the archive keeps what passed, then the signed list is kept and told."""
    place, lot = 0, list[str]()
    async for result in custody.inspections.all_results(case.run):
        place += 1
        if place <= case.moved:
            continue
        lot += [result.unit] if movable(result) else []
        if len(lot) >= AT_ONCE:
            case = await _lot(ctx, custody, case, place, lot)
            lot = []
    if place > case.moved:
        case = await _lot(ctx, custody, case, place, lot)
    now = ctx.now()
    done = replace(case, ended=now, state=HandoverState.DONE)
    data = await _drawn(ctx, custody, done, "归档 Guidang")
    file = await ctx.vault.hold(data, f"移交清册_{case.id}.pdf", "application/pdf")
    await ctx.vault.settle(file)

    def step(standing: Handover) -> tuple[Handover, list[Entry]]:
        if standing.state is not HandoverState.MOVING:
            return standing, []
        after = replace(standing, state=HandoverState.DONE, ended=now, file=file, version=standing.version + 1)
        facts = {"units": str(standing.units), "file": file.id, "sha256": file.sha256, "sm3": file.sm3}
        return after, [Entry("system", "handed_over", standing.id, now, "", facts)]

    case = await custody.handovers.change(case.id, step)
    text = Text(f"{case.id} 已移交，{case.units} 件由档案机构保管。", f"{case.id} is handed over: {case.units} units.")
    out = (OutFile(f"移交清册_{case.id}.pdf", "application/pdf", data),)
    await tell_all(ctx, custody, case, text, "done", file=out)
    return case


async def _lot(ctx: Context, custody: Custody, case: Handover, place: int, lot: Sequence[str]) -> Handover:
    now = ctx.now()

    def step(standing: Handover) -> tuple[Handover, list[Entry]]:
        if standing.moved >= place:
            return standing, []
        facts = {"units": str(len(lot)), "to": str(place)}
        return replace(standing, moved=place), [Entry("system", "keeper_changed", standing.id, now, "", facts)]

    return await custody.handovers.change(case.id, step, lot)
