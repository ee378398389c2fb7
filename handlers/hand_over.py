"""移交 2025: a year's archives from accounting to the archive body; checked, listed, signed by four, kept there."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from archive.access import Person, Role
from archive.errors import (
    BadSelection,
    BadValue,
    DelayRefused,
    NotAllowed,
    NotDueYet,
    NotFound,
    OnlyOnTheDesk,
    WrongSignCode,
)
from archive.four_properties.verdict import Stage
from archive.handover import (
    SEAT_NAMES,
    Handover,
    HandoverState,
    Seat,
    deputise,
    due_from,
    latest,
    refuse,
    right_to,
    sign,
)
from archive.selection import Selection
from archive.trail import Entry
from archive.words import Text
from handlers.context import Context
from handlers.custodian import custody_of
from handlers.custody import Custody
from handlers.handing import card_of, draft, list_file, tell_all
from handlers.inspecting import begin as begin_run
from handlers.message import Choice, Form, Message, Reply

_CASE = re.compile(r"YJ([0-9]{4}-[^\s/|]+-[0-9]{2,})", re.IGNORECASE)
_DESTRUCTION = re.compile(r"XH[0-9]{4}-[^\s/|]+-[0-9]{2,}", re.IGNORECASE)
_YEAR = re.compile(r"((?:19|20)[0-9]{2})年?度?")
_DELAY = re.compile(r"(?:缓交|延期|delay)\s*", re.IGNORECASE)
#: Years back that are looked at for what was never handed over.
BACK = 8


async def hand_over(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """移交 2025 · 移交 YJ2025-GD01-01 · 移交 缓交 2024 原因 · 移交.

    Raises BadSelection, NotDueYet, AlreadyHandedOver, NothingSelected.
    """
    custody = custody_of(ctx)
    if match := _CASE.search(rest):
        return await _shown(ctx, custody, asker, f"YJ{match[1]}")
    if match := _DELAY.match(rest):
        return await _delay(ctx, custody, asker, message, rest[match.end() :])
    if not rest.strip():
        return await _overview(ctx, custody, asker)
    found = _YEAR.fullmatch(rest.strip())
    if found is None:
        raise BadSelection(words=rest.strip())
    return await _begin(ctx, custody, asker, message, int(found[1]))


async def _begin(ctx: Context, custody: Custody, asker: Person, message: Message, year: int) -> Reply:
    if Role.FINANCE not in asker.roles:
        raise NotAllowed(right=Text("会计机构发起移交", "accounting begins a hand-over"))
    now = ctx.now()
    end = date(year, 12, 31)
    if now.astimezone(ctx.zone).date() <= end:
        raise NotDueYet(year=year, day=end)
    standing, _ = await custody.handovers.of_year(asker.company, year)
    case = draft(asker, year, now)
    if standing is None or standing.state is HandoverState.REFUSED:
        what = Selection(asker.company, year)
        run = await begin_run(ctx, custody, asker, Stage.TRANSFER, Decimal(1), what, message.channel, "handover")
        case = draft(asker, year, now, run.id)
    entry = Entry(asker.id, "handover_begun", "", now, message.channel, {"year": str(year), "run": case.run})
    case = await custody.handovers.begin(case, entry)
    text = Text(
        f"{case.id} 已开始：正在按移交接收环节逐件检测，完成后请双方签字。",
        f"{case.id} has begun: every unit is being checked; then both sides sign.",
    )
    return Reply(text, (card_of(case, ctx.zone),))


async def sign_code(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """签字码 YJ2025-GD01-01: six figures, on the desk only. Raises OnlyOnTheDesk, NotFound."""
    if message.channel != "desk":
        raise OnlyOnTheDesk()
    custody = custody_of(ctx)
    case_id = await _to_sign(custody, asker, rest)
    code = await custody.handovers.code(asker.id, case_id)
    await ctx.trail.add(Entry(asker.id, "sign_code_given", case_id, ctx.now(), message.channel))
    text = Text(
        f"{case_id} 的签字码 {code}，10 分钟内用一次，只签这一份清册。请核对清册后在签字表单里填写。",
        f"The code for {case_id} is {code}: for ten minutes, once, for this list only. Read the list, then fill it in.",
    )
    return Reply(text, private=(code,))


async def _to_sign(custody: Custody, asker: Person, words: str) -> str:
    """The hand-over or destruction that is meant, if it is of the person's company. Raises NotFound."""
    if match := _DESTRUCTION.search(words):
        if (await custody.destructions.case(match[0].upper())).company != asker.company:
            raise NotFound(item=match[0])
        return match[0].upper()
    match = _CASE.search(words)
    return (await _case(custody, asker, f"YJ{match[1]}" if match else words.strip() or "?")).id


async def signed(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The button of a seat, with the code. Raises NotYourSeat, WrongSignCode, HandoverClosed."""
    assert message.click is not None  # the table sends only clicks here
    custody = custody_of(ctx)
    case_id, _, seat_name = message.click.subject.rpartition("/")
    case, seat = await _case(custody, asker, case_id), _seat(seat_name)
    people = await ctx.people.all()
    mine = case.signed(seat)
    if mine is None or mine.person != asker.id:
        if case.state is HandoverState.SIGNING and mine is None:
            right_to(case, seat, asker, people, custody.deputies)  # a code isn't used up for what would be refused
        if not await custody.handovers.redeem(asker.id, case.id, message.click.values.get("code", "")):
            case = await custody.handovers.case(case.id)
            mine = case.signed(seat)
            if mine is None or mine.person != asker.id:  # else: pressed twice, and the first has signed
                raise WrongSignCode()
    now = ctx.now()

    def step(standing: Handover) -> tuple[Handover, list[Entry]]:
        after = sign(standing, seat, asker, people, custody.deputies, now, message.channel)
        made = after.signed(seat)
        facts = {"seat": SEAT_NAMES[seat].zh, "list": standing.digest}
        facts |= {"deputy_for": made.deputy_for} if made and made.deputy_for else {}
        return after, [Entry(asker.id, "handover_signed", standing.id, now, message.channel, facts)]

    after = await custody.handovers.change(case.id, step)
    text = Text(f"{asker.name} 已签「{SEAT_NAMES[seat].zh}」", f"{asker.name} signed “{SEAT_NAMES[seat].en}”")
    if after != case:
        await tell_all(ctx, custody, after, text, f"signed:{seat}", but=asker.id)
    return Reply(text, (card_of(after, ctx.zone, asker, people, custody.deputies),))


async def refused(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The other button, with a reason. Raises NotYourSeat, ReasonMissing, HandoverClosed."""
    assert message.click is not None  # the table sends only clicks here
    custody = custody_of(ctx)
    case = await _case(custody, asker, message.click.subject)
    people, now = await ctx.people.all(), ctx.now()
    reason = message.click.values.get("reason", "")

    def step(standing: Handover) -> tuple[Handover, list[Entry]]:
        after = refuse(standing, asker, people, custody.deputies, reason, now)
        return after, [
            Entry(asker.id, "handover_refused", standing.id, now, message.channel, {"reason": after.refused})
        ]

    after = await custody.handovers.change(case.id, step)
    text = Text(f"{asker.name} 拒绝了 {case.id}：{after.refused}", f"{asker.name} refused {case.id}: {after.refused}")
    await tell_all(ctx, custody, after, text, "refused", but=asker.id)
    return Reply(text, (card_of(after, ctx.zone),))


async def deputy(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """委托签字 王芳 YJ2025-GD01-01: the absent one names who signs for them. Raises NotFound, NotYourSeat."""
    custody = custody_of(ctx)
    match = _CASE.search(rest)
    if match is None:
        hint = Text("例：委托签字 王芳 YJ2025-GD01-01", "Example: deputy wang YJ2025-GD01-01")
        raise BadValue(field=Text("移交编号", "hand-over"), value=rest.strip()[:40], hint=hint)
    case = await _case(custody, asker, f"YJ{match[1]}")
    name = rest.replace(match[0], "").strip()
    people = await ctx.people.all()
    named = [p for p in people if p.company == asker.company and name in (p.id, p.name)]
    if len(named) != 1:
        raise NotFound(item=name or "?")
    now, who = ctx.now(), named[0]

    def step(standing: Handover) -> tuple[Handover, list[Entry]]:
        after = deputise(standing, asker, who, people)
        return after, [Entry(asker.id, "handover_deputy", standing.id, now, message.channel, {"deputy": who.id})]

    after = await custody.handovers.change(case.id, step)
    text = Text(f"{who.name} 可代 {asker.name} 签 {case.id}", f"{who.name} may sign {case.id} for {asker.name}")
    card = card_of(after, ctx.zone, who, people, custody.deputies)
    await ctx.post.tell(who.id, Reply(text, (card,)), f"deputy:{case.id}:{asker.id}:{who.id}", "approvals")
    return Reply(text)


async def form(ctx: Context, asker: Person, action: str, subject: str) -> Form | None:
    """The form behind a button, as it stands for the person now."""
    custody = custody_of(ctx)
    try:
        case = await _case(custody, asker, subject.rpartition("/")[0] or subject)
    except NotFound:
        return None
    card = card_of(case, ctx.zone, asker, await ctx.people.all(), custody.deputies)
    return next((c.form for c in card.choices if (c.action, c.subject) == (action, subject)), None)


async def _delay(ctx: Context, custody: Custody, asker: Person, message: Message, words: str) -> Reply:
    """The archive body agrees that a year stays with accounting, three years after its end at most (Art 11)."""
    found = _YEAR.match(words.strip())
    if found is None:
        raise BadSelection(words=words.strip())
    year, reason = int(found[1]), words.strip()[found.end() :].strip(" ，,：:")
    if Role.ARCHIVIST not in asker.roles:
        raise NotAllowed(right=Text("档案机构同意缓交", "the archive body agrees to a delay"))
    today, until = ctx.now().astimezone(ctx.zone).date(), latest(year)
    if today > until:
        raise DelayRefused(year=year, why=Text(f"最迟到 {until}，已超过三年", f"{until} was the last day: three years"))
    if not reason:
        raise DelayRefused(year=year, why=Text("没有写原因", "no reason was given"))
    entry = Entry(asker.id, "handover_delayed", f"handover:{asker.company}:{year}", ctx.now(), message.channel,
                  {"until": until.isoformat(), "reason": reason})  # fmt: skip
    await custody.handovers.delay(asker.company, year, until.isoformat(), entry)
    text = Text(
        f"已同意 {year} 年度缓交，最迟 {until}（{reason}）；会注明在移交清册上。",
        f"{year} may be handed over until {until} ({reason}); the list will say so.",
    )
    for person in await ctx.people.having(Role.FINANCE, asker.company):
        await ctx.post.tell(person.id, Reply(text), f"delay:{asker.company}:{year}:{person.id}")
    return Reply(text)


async def _shown(ctx: Context, custody: Custody, asker: Person, case_id: str) -> Reply:
    case = await _case(custody, asker, case_id)
    people = await ctx.people.all()
    file = await list_file(ctx, custody, case, asker)
    return Reply(cards=(card_of(case, ctx.zone, asker, people, custody.deputies),), files=file)


async def _overview(ctx: Context, custody: Custody, asker: Person) -> Reply:
    cases = await custody.handovers.cases(asker.company, 5)
    year = ctx.now().astimezone(ctx.zone).year - 1
    say = Text(f"移交 {year}", f"hand over {year}")
    if not cases:
        offered = (Choice(say, say=say),) if Role.FINANCE in asker.roles else ()
        return Reply(Text("还没有移交过。", "Nothing was handed over yet."), choices=offered)
    people = await ctx.people.all()
    cards = tuple(card_of(case, ctx.zone, asker, people, custody.deputies) for case in cases)
    return Reply(Text(f"最近 {len(cases)} 次移交", f"The last {len(cases)} hand-overs"), cards)


async def _case(custody: Custody, person: Person, case_id: str) -> Handover:
    """The case, if it is of the person's company; otherwise it isn't there."""
    case = await custody.handovers.case(case_id)
    if case.company != person.company:
        raise NotFound(item=case_id)
    return case


def _seat(name: str) -> Seat:
    try:
        return Seat(name)
    except ValueError as error:
        raise NotFound(item=name or "?") from error


# by the clock


async def deadlines(ctx: Context, custody: Custody, company: str) -> None:
    """Finance and archivists hear each month of a year that is due or overdue, unless its delay was agreed to."""
    today = ctx.now().astimezone(ctx.zone).date()
    for year in range(today.year - BACK, today.year):
        if today < due_from(year) or not await custody.units.count(Selection(company, year)):
            continue
        case, until = await custody.handovers.of_year(company, year)
        if (case and case.state is not HandoverState.REFUSED) or (until and today.isoformat() <= until):
            continue
        last = latest(year)
        text = Text(
            f"{year} 年度会计档案由会计机构保管已满一年，请移交档案机构；缓交须经同意，最迟 {last}。",
            f"Accounting has kept the archives of {year} for a year: hand them over; a delay needs consent, to {last}.",
        )
        if today > last:
            text = Text(
                f"{year} 年度会计档案逾期未移交：{last} 已满三年，请立即移交。",
                f"The archives of {year} are overdue: three years ended on {last}. Hand them over at once.",
            )
        say = Text(f"移交 {year}", f"hand over {year}")
        told = {p.id for role in (Role.FINANCE, Role.ARCHIVIST) for p in await ctx.people.having(role, company)}
        for person in sorted(told):
            key = f"handover-due:{company}:{year}:{today:%Y-%m}:{person}"
            await ctx.post.tell(person, Reply(text, choices=(Choice(say, say=say),)), key)
