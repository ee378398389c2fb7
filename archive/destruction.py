"""鉴定销毁: the case, who takes part in it, and what each event makes of it. Pure; a case is its events, replayed.

79号令 Art 16–18: appraisal by the archive body with accounting, audit and discipline inspection (DA/T 94-2022 13.2
adds information technology); 鉴定意见书; 销毁清册; five signatures before; supervisors of the archive, the accounting
and, for electronic archives, the information body before and after. The irreversible step takes two people, each with a
code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from archive.access import Person, Role
from archive.errors import DestructionElsewhere, NotYourSeat, ReasonMissing, SecondPersonNeeded, StepUpNeeded
from archive.handover import ListRow
from archive.words import Text


class Seat(StrEnum):
    """A place in a case that one person takes. Their first letter tells of which act they are."""

    V_ARCHIVE = "v_archive"
    V_ACCOUNTING = "v_accounting"
    V_AUDIT = "v_audit"
    V_DISCIPLINE = "v_discipline"
    V_IT = "v_it"
    S_HEAD = "s_head"
    S_ARCHIVE_HEAD = "s_archive_head"
    S_ACCOUNTING_HEAD = "s_accounting_head"
    S_ARCHIVE = "s_archive"
    S_ACCOUNTING = "s_accounting"
    W_ARCHIVE = "w_archive"
    W_ACCOUNTING = "w_accounting"
    W_IT = "w_it"
    X_ORDER = "x_order"
    X_CONFIRM = "x_confirm"


VOTERS = tuple(seat for seat in Seat if seat.value[0] == "v")
SIGNERS = tuple(seat for seat in Seat if seat.value[0] == "s")
WATCHERS = tuple(seat for seat in Seat if seat.value[0] == "w")
SEAT_NAMES: Mapping[Seat, Text] = {
    Seat.V_ARCHIVE: Text("鉴定：档案", "appraisal: archive"),
    Seat.V_ACCOUNTING: Text("鉴定：会计", "appraisal: accounting"),
    Seat.V_AUDIT: Text("鉴定：审计", "appraisal: audit"),
    Seat.V_DISCIPLINE: Text("鉴定：纪检监察", "appraisal: discipline inspection"),
    Seat.V_IT: Text("鉴定：信息技术", "appraisal: information technology"),
    Seat.S_HEAD: Text("单位负责人", "head of the company"),
    Seat.S_ARCHIVE_HEAD: Text("档案管理机构负责人", "head of the archive body"),
    Seat.S_ACCOUNTING_HEAD: Text("会计管理机构负责人", "head of the accounting body"),
    Seat.S_ARCHIVE: Text("档案管理机构经办人", "handler of the archive body"),
    Seat.S_ACCOUNTING: Text("会计管理机构经办人", "handler of the accounting body"),
    Seat.W_ARCHIVE: Text("监销：档案管理机构", "supervisor of the archive body"),
    Seat.W_ACCOUNTING: Text("监销：会计管理机构", "supervisor of the accounting body"),
    Seat.W_IT: Text("监销：信息系统管理机构", "supervisor of the information body"),
    Seat.X_ORDER: Text("销毁执行", "who orders the destruction"),
    Seat.X_CONFIRM: Text("销毁复核", "who confirms the destruction"),
}
SEAT_ROLES: Mapping[Seat, frozenset[Role]] = {
    Seat.V_ARCHIVE: frozenset({Role.ARCHIVIST, Role.ARCHIVE_HEAD}),
    Seat.V_ACCOUNTING: frozenset({Role.FINANCE, Role.ACCOUNTING_HEAD}),
    Seat.V_AUDIT: frozenset({Role.AUDITOR}),
    Seat.V_DISCIPLINE: frozenset({Role.DISCIPLINE}),
    Seat.V_IT: frozenset({Role.IT}),
    Seat.S_HEAD: frozenset({Role.HEAD}),
    Seat.S_ARCHIVE_HEAD: frozenset({Role.ARCHIVE_HEAD}),
    Seat.S_ACCOUNTING_HEAD: frozenset({Role.ACCOUNTING_HEAD}),
    Seat.S_ARCHIVE: frozenset({Role.ARCHIVIST}),
    Seat.S_ACCOUNTING: frozenset({Role.FINANCE}),
    Seat.W_ARCHIVE: frozenset({Role.ARCHIVIST, Role.ARCHIVE_HEAD}),
    Seat.W_ACCOUNTING: frozenset({Role.FINANCE, Role.ACCOUNTING_HEAD}),
    Seat.W_IT: frozenset({Role.IT}),
    Seat.X_ORDER: frozenset({Role.ARCHIVIST, Role.IT}),
    Seat.X_CONFIRM: frozenset({Role.HEAD, Role.ARCHIVE_HEAD}),
}


class State(StrEnum):
    """Where a case stands."""

    APPRAISING = "appraising"
    OPINION = "opinion"  # all five bodies found it worthless; the list is to be made
    SIGNING = "signing"
    WATCHING = "watching"  # supervisors check the list before
    READY = "ready"  # nothing is destroyed; the order and its confirmation are missing
    EXECUTING = "executing"
    HALTED = "halted"  # in the midst of it; goes on after two people order it again
    CHECKING = "checking"  # trying to get something back
    SIGNING_AFTER = "signing_after"
    FILING = "filing"  # its three papers are put into the archive
    DONE = "done"
    REFUSED = "refused"


STATE_NAMES: Mapping[State, Text] = {
    State.APPRAISING: Text("鉴定中", "being appraised"),
    State.OPINION: Text("已鉴定，待编清册", "appraised, the list is to be made"),
    State.SIGNING: Text("清册待签字", "the list is to be signed"),
    State.WATCHING: Text("待监销人核对", "supervisors are to check"),
    State.READY: Text("待下令销毁", "to be ordered"),
    State.EXECUTING: Text("销毁中", "being destroyed"),
    State.HALTED: Text("已停，未完成", "halted, not finished"),
    State.CHECKING: Text("不可恢复性验证", "being checked for recovery"),
    State.SIGNING_AFTER: Text("待监销人签字", "supervisors are to sign"),
    State.FILING: Text("已销毁，文书归档中", "destroyed, its papers are being filed"),
    State.DONE: Text("已销毁", "destroyed"),
    State.REFUSED: Text("不予销毁", "not to be destroyed"),
}


class Act(StrEnum):
    """What an event is."""

    VOTE = "vote"  # value: destroy, keep
    LIST = "list"  # value: SHA-256 of the list
    SIGN = "sign"
    WATCH = "watch"
    ORDER = "order"
    CONFIRM = "confirm"
    HALT = "halt"
    EXECUTED = "executed"
    CHECKED = "checked"  # value: unrecoverable, or recovered
    WITNESS = "witness"  # a supervisor signs after
    FILED = "filed"  # value: 档号 of the papers
    REFUSE = "refuse"


#: The state in which each is possible.
FITS: Mapping[Act, frozenset[State]] = {
    Act.VOTE: frozenset({State.APPRAISING}),
    Act.LIST: frozenset({State.OPINION}),
    Act.SIGN: frozenset({State.SIGNING}),
    Act.WATCH: frozenset({State.WATCHING}),
    Act.ORDER: frozenset({State.READY, State.HALTED}),
    Act.CONFIRM: frozenset({State.READY, State.HALTED}),
    Act.HALT: frozenset({State.EXECUTING, State.CHECKING}),
    Act.EXECUTED: frozenset({State.EXECUTING}),
    Act.CHECKED: frozenset({State.CHECKING}),
    Act.WITNESS: frozenset({State.SIGNING_AFTER}),
    Act.FILED: frozenset({State.FILING}),
    Act.REFUSE: frozenset({State.APPRAISING, State.OPINION, State.SIGNING, State.WATCHING, State.READY}),
}
#: Acts of the service itself; all others are a person's in a seat.
OWN = frozenset({Act.LIST, Act.HALT, Act.EXECUTED, Act.CHECKED, Act.FILED, Act.REFUSE})
DESTROY, KEEP = "destroy", "keep"
UNRECOVERABLE, RECOVERED = "unrecoverable", "recovered"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a case, with what was true of the person then."""

    act: Act
    by: str
    name: str
    at: datetime  # UTC
    seat: Seat | None = None
    department: str = ""
    value: str = ""
    reason: str = ""
    channel: str = ""
    deputy_for: str = ""  # id of the absent one
    stepped_up: bool = False  # a code given out on the web desk was redeemed for it


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its events make it. Stored with them; `replay` of the events is the case again."""

    id: str  # XH2056-GD01-01
    company: str
    by: str
    at: datetime  # UTC
    units: tuple[str, ...]  # ids of the 件, by 档号
    rows: tuple[ListRow, ...] = ()  # of the 销毁清册, a volume each
    held: tuple[tuple[str, str], ...] = ()  # 档号 and why, of what is due and may not be destroyed (Art 19)
    state: State = State.APPRAISING
    digest: str = ""  # of the list, as signed
    events: tuple[Event, ...] = ()

    def taken(self, *seats: Seat) -> tuple[Event, ...]:
        """Who took these seats before the destruction; orders only since the last halt."""
        return tuple(e for e in self._since() if e.seat in seats and e.act is not Act.WITNESS)

    def holder(self, seat: Seat) -> Event | None:
        """Who holds a seat."""
        return next(iter(self.taken(seat)), None)

    @property
    def witnesses(self) -> tuple[Event, ...]:
        """Supervisors who signed after it."""
        return tuple(e for e in self.events if e.act is Act.WITNESS)

    def _since(self) -> tuple[Event, ...]:
        """Without orders and confirmations that a halt, or something recovered, has ended."""
        ends = (n for n, e in enumerate(self.events) if e.act is Act.HALT or e.value == RECOVERED)
        last = max(ends, default=-1)
        return tuple(e for n, e in enumerate(self.events) if n > last or e.act not in (Act.ORDER, Act.CONFIRM))


def fits(case: Case, seat: Seat, person: Person) -> None:
    """Whether somebody's role is the seat's. Raises NotYourSeat: another company, disabled, a cashier, no such role."""
    if Role.CASHIER in person.roles:
        raise _no(seat, "出纳不得兼管会计档案（79号令第11条）", "a cashier may not keep archives (Order 79, Art 11)")
    if person.disabled or person.company != case.company or not person.roles & SEAT_ROLES[seat]:
        raise _no(seat, "角色不符", "your role does not fit")


def refusing(case: Case, person: Person, reason: str, at: datetime, channel: str = "") -> Event:
    """The event of somebody who could take any seat and stops the case. Raises NotYourSeat."""
    for seat in Seat:
        try:
            fits(case, seat, person)
        except NotYourSeat:
            continue
        return Event(Act.REFUSE, person.id, person.name, at, None, person.department, "", reason.strip()[:500], channel)
    raise _no(Seat.V_ARCHIVE, "你不是参与鉴定销毁的人", "you take no part in it")


def taking(
    case: Case, act: Act, seat: Seat, person: Person, at: datetime, *, value: str = "", reason: str = "",
    channel: str = "", stepped_up: bool = False, absent: Person | None = None,
) -> Event:  # fmt: skip
    """The event of a person who takes a seat. `absent`: for whom they are deputy, possible for signatures only.

    Raises NotYourSeat.
    """
    if absent is None:
        fits(case, seat, person)
    elif seat not in SIGNERS or person.company != case.company or person.disabled or Role.CASHIER in person.roles:
        raise _no(seat, "这一席不能代签", "nobody can stand in for this seat")
    else:
        fits(case, seat, absent)
    return Event(act, person.id, person.name, at, seat, person.department, value, reason.strip()[:500], channel,
                 absent.id if absent else "", stepped_up)  # fmt: skip


def absent_of(seat: Seat, person: Person, people: Sequence[Person], deputies: Mapping[str, str]) -> Person | None:
    """For whom somebody would sign a seat: None in their own right, or when nobody made them their deputy.

    `deputies`: absent → deputy, by the settings; they sign, and neither vote, supervise nor order.
    """
    if seat not in SIGNERS or person.roles & SEAT_ROLES[seat]:
        return None
    mine = (p for p in people if deputies.get(p.id) == person.id and p.company == person.company)
    return next((p for p in mine if p.roles & SEAT_ROLES[seat]), None)


def step(case: Case, event: Event) -> Case:
    """The case after an event. Raises DestructionElsewhere where it doesn't fit, NotYourSeat, ReasonMissing,
    SecondPersonNeeded, StepUpNeeded.
    """
    if case.state not in FITS[event.act]:
        raise DestructionElsewhere(case=case.id, state=STATE_NAMES[case.state])
    if event.act not in OWN:
        _seated(case, event)
    if event.act in (Act.VOTE, Act.REFUSE) and event.value != DESTROY and not event.reason.strip():
        raise ReasonMissing()
    after = replace(case, events=(*case.events, event))
    if event.act is Act.LIST:
        after = replace(after, digest=event.value)
    return replace(after, state=_state(after, event))


def replay(case: Case, events: Iterable[Event]) -> Case:
    """The case from its beginning with these events. Raises what `step` raises."""
    now = replace(case, state=State.APPRAISING, digest="", events=())
    for event in events:
        now = step(now, event)
    return now


def _seated(case: Case, event: Event) -> None:
    seat = event.seat
    wanted = {Act.VOTE: VOTERS, Act.SIGN: SIGNERS, Act.WATCH: WATCHERS, Act.WITNESS: WATCHERS,
              Act.ORDER: (Seat.X_ORDER,), Act.CONFIRM: (Seat.X_CONFIRM,)}[event.act]  # fmt: skip
    if seat is None or seat not in wanted:
        raise NotYourSeat(seat=SEAT_NAMES[wanted[0]], why=Text("不是这一席", "not this seat"))
    if event.act is Act.WITNESS:
        _witness(case, event, seat)
        return
    if case.holder(seat):
        raise _no(seat, "已经有人签过", "somebody has signed it")
    of_act = {e.by for e in case.taken(*wanted)} | {e.deputy_for for e in case.taken(*wanted)} - {""}
    if event.by in of_act or event.deputy_for in of_act:
        raise _no(seat, "一人只能占一席", "one person takes one seat")
    if event.act is Act.WATCH:
        _watch(case, event, seat)
    if event.act in (Act.SIGN, Act.WATCH, Act.ORDER, Act.CONFIRM) and not event.stepped_up:
        raise StepUpNeeded(seat=SEAT_NAMES[seat])
    if event.act is Act.CONFIRM:
        order = case.holder(Seat.X_ORDER)
        if order is None or order.by == event.by:
            raise SecondPersonNeeded(case=case.id)
    if event.act in (Act.ORDER, Act.CONFIRM) and event.by in {e.by for e in case.taken(*WATCHERS)}:
        raise _no(seat, "监销人不得下令销毁", "a supervisor may not order it")


def _watch(case: Case, event: Event, seat: Seat) -> None:
    """Supervisors come from three departments (Art 18(3)) and watch what others have handled."""
    if not event.department or event.department in {e.department for e in case.taken(*WATCHERS)}:
        raise _no(seat, "监销人须来自不同部门", "supervisors must come from different departments")
    handlers = case.taken(Seat.S_ARCHIVE, Seat.S_ACCOUNTING)
    if event.by in {e.by for e in handlers} | {e.deputy_for for e in handlers}:
        raise _no(seat, "经办人不得监销", "who handled it may not supervise it")


def _witness(case: Case, event: Event, seat: Seat) -> None:
    before = case.holder(seat)
    if before is None or before.by != event.by:
        raise _no(seat, "须由事前核对的监销人签字", "only the supervisor who checked it before may sign after")
    if any(e.seat is seat for e in case.witnesses):
        raise _no(seat, "已经签过", "it is signed already")
    if not event.stepped_up:
        raise StepUpNeeded(seat=SEAT_NAMES[seat])


def _state(case: Case, event: Event) -> State:
    act, value = event.act, event.value
    if act is Act.REFUSE or (act is Act.VOTE and value != DESTROY):
        return State.REFUSED
    if act in (Act.VOTE, Act.SIGN, Act.WATCH):
        seats, then = {
            Act.VOTE: (VOTERS, State.OPINION), Act.SIGN: (SIGNERS, State.WATCHING), Act.WATCH: (WATCHERS, State.READY),
        }[act]  # fmt: skip
        return then if len(case.taken(*seats)) == len(seats) else case.state
    if act is Act.CHECKED:
        return State.SIGNING_AFTER if value == UNRECOVERABLE else State.HALTED
    if act is Act.WITNESS:
        return State.FILING if len(case.witnesses) == len(WATCHERS) else case.state
    return {Act.LIST: State.SIGNING, Act.ORDER: case.state, Act.CONFIRM: State.EXECUTING, Act.HALT: State.HALTED,
            Act.EXECUTED: State.CHECKING, Act.FILED: State.DONE}[act]  # fmt: skip


def _no(seat: Seat, zh: str, en: str) -> NotYourSeat:
    return NotYourSeat(seat=SEAT_NAMES[seat], why=Text(zh, en))
