"""鉴定 2056: what is due is appraised by five bodies, listed, signed, supervised and destroyed; nothing else can be."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date

from archive.access import Person, Role
from archive.destruction import (
    DESTROY,
    SEAT_NAMES,
    STATE_NAMES,
    Act,
    Case,
    Event,
    Seat,
    State,
    absent_of,
    refusing,
    step,
    taking,
)
from archive.errors import BadValue, NotAllowed, NotFound, NothingToDestroy, WrongSignCode
from archive.handover import ListRow, kept_for
from archive.unit import Unit
from archive.words import Text
from handlers.context import Context
from handlers.custodian import custody_of
from handlers.custody import Custody
from handlers.destroy_cards import OPEN, card_of, papers, tell_all
from handlers.kept import due, last_day
from handlers.message import Choice, Form, Message, Reply

_CASE = re.compile(r"XH[0-9]{4}-[^\s/|]+-[0-9]{2,}", re.IGNORECASE)
#: 件 in one case: a list that people can still check item by item.
MOST = 2000


async def appraise(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """鉴定 2056 · 鉴定 XH2056-GD01-01 · 鉴定. Raises NothingToDestroy, NotAllowed, BadPeriod."""
    custody = custody_of(ctx)
    if match := _CASE.search(rest):
        case = await _case(custody, asker, match[0].upper())
        card = card_of(ctx, case, asker, await ctx.people.all())
        return Reply(cards=(card,), files=await papers(ctx, custody, case, asker.name, ctx.now()))
    if not rest.strip():
        return await _overview(ctx, custody, asker)
    return await _begin(ctx, custody, asker, message, rest)


async def _begin(ctx: Context, custody: Custody, asker: Person, message: Message, rest: str) -> Reply:
    if Role.ARCHIVIST not in asker.roles:
        raise NotAllowed(right=Text("档案机构发起鉴定", "the archive body begins an appraisal"))
    now = ctx.now()
    today = now.astimezone(ctx.zone).date()
    until = last_day(rest, today)
    ended = [each for each in await due(ctx, asker.company, until) if each.unit.expires and each.unit.expires < today]
    free = [each.unit for each in ended if not each.blocked][:MOST]
    held = tuple((each.unit.archive_no, "；".join(b.why.zh for b in each.blocked)) for each in ended if each.blocked)
    if not free:
        raise NothingToDestroy(day=until, held=len(held))
    case = Case("", asker.company, asker.id, now, tuple(u.id for u in free), _rows(free, today), held)
    case = await custody.destructions.begin(case, until.year, message.channel)
    text = Text(
        f"{case.id} 已开始：{len(free)} 件待鉴定，请档案、会计、审计、纪检、信息五方提出意见。",
        f"{case.id} has begun: {len(free)} units; five bodies give their opinions.",
    )
    await tell_all(ctx, custody, case, text, but=asker.id)
    return Reply(text, (card_of(ctx, case, asker, await ctx.people.all()),))


def _rows(units: Sequence[Unit], today: date) -> tuple[ListRow, ...]:
    """One a volume, by 档号 (79号令 Art 18(1))."""
    volumes: dict[tuple[str, str], list[Unit]] = {}
    for unit in units:
        volumes.setdefault((unit.archive_no.rpartition("-")[0], unit.retention), []).append(unit)
    return tuple(
        ListRow(f"{found[0].year}年{found[0].kind}", number.rpartition("-")[2], 1, str(found[0].year), number, term,
                kept_for(found[0].year, today), len(found))
        for (number, term), found in volumes.items()
    )  # fmt: skip


async def voted(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The button of a body: destroy, or keep, with its reason. With the fifth the list is made."""
    assert message.click is not None  # the table sends only clicks here
    custody = custody_of(ctx)
    case, seat = await _pressed(custody, asker, message.click.subject)
    value, reason = (message.click.values.get(name, "").strip() for name in ("verdict", "reason"))
    if value not in (DESTROY, "keep"):
        raise BadValue(
            field=Text("意见", "Opinion"), value=value or "—", hint=Text("请选择意见。", "Please choose an opinion.")
        )
    event = taking(case, Act.VOTE, seat, asker, ctx.now(), value=value, reason=reason, channel=message.channel)
    after = await custody.destructions.change(case.id, lambda standing: step(standing, event))
    if after.state is State.OPINION:
        listed = Event(Act.LIST, "system", "归档 Guidang", ctx.now(), value=_digest(after))
        after = await custody.destructions.change(case.id, lambda standing: step(standing, listed))
    return await _answer(ctx, custody, asker, after, seat)


async def taken(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The button of a seat, with the code. Raises NotYourSeat, WrongSignCode, SecondPersonNeeded."""
    assert message.click is not None
    custody = custody_of(ctx)
    case, seat = await _pressed(custody, asker, message.click.subject)
    act = next((act for act, seats in OPEN.get(case.state, ()) if seat in seats), Act.SIGN)
    absent = absent_of(seat, asker, await ctx.people.all(), custody.deputies) if act is Act.SIGN else None
    event = taking(case, act, seat, asker, ctx.now(), channel=message.channel, stepped_up=True, absent=absent)
    step(case, event)  # a code isn't used up for what would be refused
    if not await custody.handovers.redeem(asker.id, case.id, message.click.values.get("code", "")):
        raise WrongSignCode()
    after = await custody.destructions.change(case.id, lambda standing: step(standing, event))
    return await _answer(ctx, custody, asker, after, seat)


async def stopped(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """Anybody who takes part ends it before it is carried out, with a reason."""
    assert message.click is not None
    custody = custody_of(ctx)
    case = await _case(custody, asker, message.click.subject)
    event = refusing(case, asker, message.click.values.get("reason", ""), ctx.now(), message.channel)
    after = await custody.destructions.change(case.id, lambda standing: step(standing, event))
    return await _answer(ctx, custody, asker, after, None)


async def form(ctx: Context, asker: Person, action: str, subject: str) -> Form | None:
    """The form behind a button, as it stands for the person now."""
    custody = custody_of(ctx)
    try:
        case = await _case(custody, asker, subject.partition("/")[0])
    except NotFound:
        return None
    choices = card_of(ctx, case, asker, await ctx.people.all()).choices
    return next((c.form for c in choices if (c.action, c.subject) == (action, subject)), None)


async def _answer(ctx: Context, custody: Custody, asker: Person, case: Case, seat: Seat | None) -> Reply:
    name, done = STATE_NAMES[case.state], SEAT_NAMES[seat] if seat else Text("终止", "stop")
    text = Text(f"{asker.name}：{done.zh}。{case.id} {name.zh}", f"{asker.name}: {done.en}. {case.id} {name.en}")
    await tell_all(ctx, custody, case, text, but=asker.id)
    return Reply(text, (card_of(ctx, case, asker, await ctx.people.all()),))


async def _overview(ctx: Context, custody: Custody, asker: Person) -> Reply:
    cases = await custody.destructions.cases(asker.company, 5)
    if not cases:
        say = Text("到期", "due")
        return Reply(Text("还没有鉴定销毁过。", "Nothing was appraised yet."), choices=(Choice(say, say=say),))
    text = Text(f"最近 {len(cases)} 次鉴定销毁", f"The last {len(cases)} appraisals")
    people = await ctx.people.all()
    return Reply(text, tuple(card_of(ctx, case, asker, people) for case in cases))


async def _pressed(custody: Custody, asker: Person, subject: str) -> tuple[Case, Seat]:
    case_id, _, name = subject.rpartition("/")
    case = await _case(custody, asker, case_id)
    try:
        return case, Seat(name)
    except ValueError as error:
        raise NotFound(item=name or "?") from error


async def _case(custody: Custody, person: Person, case_id: str) -> Case:
    """The case, if it is of the person's company; otherwise it isn't there."""
    case = await custody.destructions.case(case_id)
    if case.company != person.company:
        raise NotFound(item=case_id)
    return case


def _digest(case: Case) -> str:
    """SHA-256 of the list's words, which they sign."""
    words = "|".join((case.id, *case.units, *map(repr, case.rows), *map(repr, case.held)))
    return hashlib.sha256(words.encode()).hexdigest()
