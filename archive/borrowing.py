"""Borrowing (利用): who asks for a 件, who grants it, for how long, in what way, and when it ends by itself.

79号令 Art 13: looking, copying and lending are registered and nothing is harmed. 会计基础工作规范 Art 55(4): source
documents are not lent out; a copy of them needs the head of accounting. DA/T 94-2022 E.6, E.7.5: apply, approve, grant
for a time, remind, revoke by itself, count uses. What leaves here is a marked copy, never the original.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from archive import reason
from archive.access import Person, Right, Role, may
from archive.errors import BadLoan, LoanClosed, LoanOver, NotYourLoan, ReasonNeeded
from archive.unit import Part, Unit
from archive.words import Text


class Mode(StrEnum):
    """利用方式."""

    VIEW = "view"
    COPY = "copy"  # looks as well


MODE_NAMES = {Mode.VIEW: Text("查阅", "view"), Mode.COPY: Text("复制", "copy")}


class LoanState(StrEnum):
    """Where it stands as it is stored; whether it opens anything depends on the time as well (`opens`)."""

    ASKED = "asked"
    REFUSED = "refused"
    RUNNING = "running"
    RETURNED = "returned"
    OVERDUE = "overdue"  # a copy is out and its time is over: nothing opens, and its return is asked for
    EXPIRED = "expired"  # its time was over, revoked by itself
    REVOKED = "revoked"  # by a person, with a reason


STATE_NAMES = {
    LoanState.ASKED: Text("待批", "waits for a decision"),
    LoanState.REFUSED: Text("未批准", "refused"),
    LoanState.RUNNING: Text("利用中", "running"),
    LoanState.RETURNED: Text("已归还", "returned"),
    LoanState.OVERDUE: Text("逾期未还", "overdue"),
    LoanState.EXPIRED: Text("到期自动收回", "ended by itself"),
    LoanState.REVOKED: Text("已收回", "revoked"),
}
#: States from which something may still follow.
OPEN = frozenset({LoanState.ASKED, LoanState.RUNNING, LoanState.OVERDUE})
USUAL_DAYS, MOST_DAYS = 3, 30
USUAL_VIEWS, USUAL_COPIES = 30, 3
#: Asked and not decided for so long: it ends, and is to be asked anew.
WAITS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Loan:
    """One borrowing. `until` is the moment from which nothing opens (UTC); counts are of uses through it."""

    id: str  # JY26-0001
    company: str
    unit: str
    archive_no: str  # 档号
    title: str  # 名称
    by: str  # 利用人
    reason: str
    mode: Mode
    days: int
    asked: datetime
    sources: bool  # holds source documents
    outside: bool = False  # for somebody outside the company: an external auditor
    state: LoanState = LoanState.ASKED
    decided_by: str = ""
    decided: datetime | None = None
    until: datetime | None = None
    why: str = ""  # of a refusal or revocation
    ended: datetime | None = None
    views: int = 0
    copies: int = 0
    most_views: int = USUAL_VIEWS
    most_copies: int = USUAL_COPIES
    reminded: str = ""  # the last day of a reminder

    @property
    def key(self) -> str:
        """Its place in storage and what trail entries are about."""
        return f"{self.company}|{self.id}"


@dataclass(frozen=True, slots=True)
class Use:
    """A line of the 利用登记 (DA/T 94 12.3): 利用人、利用时间、利用方式、名称、档号."""

    loan: str
    who: str
    at: datetime
    mode: Mode
    title: str
    archive_no: str
    page: int = 0  # from 1; 0: all of it


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked for, in words."""

    unit: str
    mode: Mode
    days: int
    reason: str


_DAYS = re.compile(r"(?<![\d-])(\d{1,3})\s*(?:天|日|days?\b)", re.IGNORECASE)
_UNTIL = re.compile(r"(?:至|到|until)\s*(20\d\d-\d\d-\d\d)", re.IGNORECASE)
_COPY = re.compile(r"(?:下载|复制|copy|download)", re.IGNORECASE)
_VIEW = re.compile(r"(?:查阅|只读|view)", re.IGNORECASE)


def asked(words: str, today: date) -> Ask:
    """记-23 2025-09 3天 复制 理由：…. Raises ReasonNeeded, BadLoan."""
    said, why = reason.split(words)
    days, mode = USUAL_DAYS, Mode.VIEW
    if match := _UNTIL.search(said):
        try:
            days = (date.fromisoformat(match[1]) - today).days
        except ValueError:
            days = 0
        said = said.replace(match[0], " ")
    elif match := _DAYS.search(said):
        days, said = int(match[1]), said.replace(match[0], " ")
    if match := _COPY.search(said):
        mode, said = Mode.COPY, said.replace(match[0], " ")
    elif match := _VIEW.search(said):
        said = said.replace(match[0], " ")
    unit = " ".join(said.split())
    if not unit or not 1 <= days <= MOST_DAYS:
        raise BadLoan(words=words.strip() or "—", most=MOST_DAYS)
    if not why:
        raise ReasonNeeded(item=unit)
    return Ask(unit, mode, days, why)


def loan(ask: Ask, unit: Unit, who: Person, at: datetime) -> Loan:
    """The case as it begins, still without a number. Raises NotYourLoan for another company's 件."""
    if unit.company != who.company or not may(who, Right.SEARCH):
        raise NotYourLoan(item=unit.archive_no or unit.id)
    holds = any(paper.part is not Part.VOUCHER for paper in unit.papers)
    return Loan(
        "", unit.company, unit.id, unit.archive_no, unit.title, who.id, ask.reason, ask.mode, ask.days, at, holds,
        who.until is not None,
    )  # fmt: skip


def may_decide(each: Loan, person: Person) -> bool:
    """Whether the person may grant it: of the company, with the right, never the borrower.

    A copy of source documents, or for somebody outside, is for the head of accounting alone (Art 55(4)).
    """
    if person.company != each.company or person.id == each.by or not may(person, Right.LEND):
        return False
    return Role.FINANCE in person.roles if needs_head(each) else True


def needs_head(each: Loan) -> bool:
    """Whether only the head of accounting may grant it."""
    return each.mode is Mode.COPY and (each.sources or each.outside)


def deciders(each: Loan, people: Sequence[Person]) -> list[Person]:
    """Those who may, in the order of their names."""
    return sorted((p for p in people if may_decide(each, p)), key=lambda p: p.id)


def granted(each: Loan, person: Person, now: datetime, zone: ZoneInfo) -> Loan:
    """Running until the end of its last day there. Raises NotYourLoan, LoanClosed."""
    _decidable(each, person)
    last = now.astimezone(zone).date() + timedelta(days=each.days)
    until = datetime.combine(last, time(), zone) + timedelta(days=1)
    return replace(each, state=LoanState.RUNNING, decided_by=person.id, decided=now, until=until.astimezone(now.tzinfo))


def refused(each: Loan, person: Person, now: datetime, why: str) -> Loan:
    """Raises NotYourLoan, LoanClosed, ReasonNeeded."""
    _decidable(each, person)
    if not why.strip():
        raise ReasonNeeded(item=each.id)
    return replace(each, state=LoanState.REFUSED, decided_by=person.id, decided=now, why=why.strip(), ended=now)


def returned(each: Loan, person: Person, now: datetime) -> Loan:
    """By the borrower: copies are given back or destroyed, what was asked is withdrawn. Raises as above."""
    if person.id != each.by or person.company != each.company:
        raise NotYourLoan(item=each.id)
    if each.state not in OPEN:
        raise LoanClosed(item=each.id, state=STATE_NAMES[each.state])
    return replace(each, state=LoanState.RETURNED, ended=now)


def revoked(each: Loan, person: Person, now: datetime, why: str) -> Loan:
    """Ended early by somebody who could have granted it. Raises NotYourLoan, LoanClosed, ReasonNeeded."""
    if not may_decide(each, person):
        raise NotYourLoan(item=each.id)
    if each.state not in (LoanState.RUNNING, LoanState.OVERDUE):
        raise LoanClosed(item=each.id, state=STATE_NAMES[each.state])
    if not why.strip():
        raise ReasonNeeded(item=each.id)
    return replace(each, state=LoanState.REVOKED, ended=now, why=why.strip())


def _decidable(each: Loan, person: Person) -> None:
    if not may_decide(each, person):
        raise NotYourLoan(item=each.id)
    if each.state is not LoanState.ASKED:
        raise LoanClosed(item=each.id, state=STATE_NAMES[each.state])


def opens(each: Loan, person: Person, unit: str, mode: Mode, now: datetime) -> bool:
    """Whether it lets this person use this 件 in this way at this moment."""
    return (
        each.state is LoanState.RUNNING
        and not person.disabled
        and (each.by, each.company, each.unit) == (person.id, person.company, unit)
        and each.decided is not None and each.until is not None
        and each.decided <= now < each.until
        and (mode is Mode.VIEW or each.mode is Mode.COPY)
        and (each.views < each.most_views if mode is Mode.VIEW else each.copies < each.most_copies)
    )  # fmt: skip


def used(each: Loan, person: Person, mode: Mode, now: datetime, page: int = 0) -> tuple[Loan, Use]:
    """One use, counted. Raises NotYourLoan for somebody else's, LoanOver."""
    if (each.by, each.company) != (person.id, person.company):
        raise NotYourLoan(item=each.id)
    if not opens(each, person, each.unit, mode, now):
        raise LoanOver(item=each.id, why=_over(each, mode, now))
    counted = replace(each, views=each.views + 1) if mode is Mode.VIEW else replace(each, copies=each.copies + 1)
    return counted, Use(each.id, person.id, now, mode, each.title, each.archive_no, page)


def _over(each: Loan, mode: Mode, now: datetime) -> Text:
    if each.state is not LoanState.RUNNING:
        return STATE_NAMES[each.state]
    if each.until is not None and now >= each.until:
        return STATE_NAMES[LoanState.EXPIRED]
    if mode is Mode.COPY and each.mode is not Mode.COPY:
        return Text("只批准了查阅", "only viewing was granted")
    return Text("次数已用完", "its uses are spent")


def by_the_clock(each: Loan, now: datetime) -> Loan:
    """What the time alone makes of it: viewing ends by itself, a copy that is out is asked back, a wait ends."""
    if each.state is LoanState.ASKED and now >= each.asked + WAITS:
        return replace(each, state=LoanState.EXPIRED, ended=now)
    if each.state is LoanState.RUNNING and each.until is not None and now >= each.until:
        if each.copies:
            return replace(each, state=LoanState.OVERDUE)
        return replace(each, state=LoanState.EXPIRED, ended=now)
    return each


def reminds(each: Loan, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the borrower is to hear of it today (催还): on its last day, and each day that it is overdue."""
    today = now.astimezone(zone).date()
    if each.until is None or each.reminded == today.isoformat():
        return False
    last = each.until.astimezone(zone).date() - timedelta(days=1)
    return each.state is LoanState.OVERDUE or (each.state is LoanState.RUNNING and today >= last)


def mark(each: Loan, name: str, at: datetime, zone: ZoneInfo) -> Text:
    """The watermark: viewer, time, 档号, the loan; and that it is a copy."""
    when = f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
    tail = f"{name}({each.by}) {when} {each.archive_no or each.unit} {each.id}"
    return Text(f"仅供利用 {tail}", f"For reference only {tail}")
