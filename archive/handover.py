"""移交 within a company: the case, its list, who signs what, and what each step makes of it. Pure.

79号令 Art 11: accounting may keep a year's archives for one year after its end, then hands them to the archive body; a
delay needs that body's consent and may not exceed three years; a cashier may not keep archives. Art 12, 24: list by
list, item by item, the receiver takes only what passes; 经办人 and 监督人 of both sides sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from archive.access import Person, Role
from archive.errors import ChangedMeanwhile, HandoverClosed, NotYourSeat, ReasonMissing
from archive.four_properties.scheme import Result
from archive.item import FileRef
from archive.unit import Unit
from archive.words import Text


class Seat(StrEnum):
    """Who signs, in the order of the list."""

    GIVER = "giver"
    GIVER_WATCH = "giver_watch"
    TAKER = "taker"
    TAKER_WATCH = "taker_watch"


SEAT_NAMES: Mapping[Seat, Text] = {
    Seat.GIVER: Text("移交方经办人", "handler of the handing side"),
    Seat.GIVER_WATCH: Text("移交方监督人", "supervisor of the handing side"),
    Seat.TAKER: Text("接收方经办人", "handler of the receiving side"),
    Seat.TAKER_WATCH: Text("接收方监督人", "supervisor of the receiving side"),
}
#: Whose role fits a seat: accounting hands over, the archive body takes.
SEAT_ROLES: Mapping[Seat, frozenset[Role]] = {
    Seat.GIVER: frozenset({Role.FINANCE}),
    Seat.GIVER_WATCH: frozenset({Role.FINANCE, Role.APPROVER}),
    Seat.TAKER: frozenset({Role.ARCHIVIST}),
    Seat.TAKER_WATCH: frozenset({Role.ARCHIVIST, Role.AUDITOR}),
}


class HandoverState(StrEnum):
    """Where it stands. Each is left by one stored step, so that a crash goes on from there."""

    CHECKING = "checking"  # the four-property run is under way
    SIGNING = "signing"
    MOVING = "moving"  # all have signed; the units change their keeper one by one
    DONE = "done"
    REFUSED = "refused"


HANDOVER_STATES: Mapping[HandoverState, Text] = {
    HandoverState.CHECKING: Text("检测中", "being checked"),
    HandoverState.SIGNING: Text("待签字", "to be signed"),
    HandoverState.MOVING: Text("已签字，正在变更保管", "signed, the keeper is being changed"),
    HandoverState.DONE: Text("已移交", "handed over"),
    HandoverState.REFUSED: Text("已拒绝", "refused"),
}


@dataclass(frozen=True, slots=True)
class ListRow:
    """One line of the 移交清册 (79号令 Art 24): a volume."""

    name: str  # 名称
    volume: str  # 卷号
    count: int  # 册数
    years: str  # 起止年度
    number: str  # 档案编号
    term: str  # 应保管期限
    kept: str  # 已保管期限
    units: int  # 件, beside the columns the law names


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed which seat, when and where; `deputy_for`: the id of the absent one."""

    seat: Seat
    person: str
    name: str
    at: datetime  # UTC
    channel: str
    deputy_for: str = ""
    deputy_name: str = ""


@dataclass(frozen=True, slots=True)
class Handover:
    """The stored case. Buttons carry its id, the seat and its version."""

    id: str  # YJ2025-01
    company: str
    year: int
    by: str
    at: datetime  # UTC
    run: str  # of the four-property checks
    state: HandoverState = HandoverState.CHECKING
    units: int = 0  # that passed and are on the list
    failed: int = 0  # that stay behind
    rows: tuple[ListRow, ...] = ()
    digest: str = ""  # SHA-256 of the list, which they sign
    signatures: tuple[Signature, ...] = ()
    deputies: Mapping[str, str] = field(default_factory=dict)  # absent → deputy
    refused: str = ""  # the reason
    refused_by: str = ""
    moved: int = 0
    told: bool = False  # whether those who sign were asked
    late: str = ""  # the day until which a delay was agreed to
    file: FileRef | None = None  # the signed list
    ended: datetime | None = None
    version: int = 1

    def signed(self, seat: Seat) -> Signature | None:
        """The seat's signature."""
        return next((s for s in self.signatures if s.seat is seat), None)

    @property
    def open_seats(self) -> tuple[Seat, ...]:
        """Those still to sign."""
        return tuple(seat for seat in Seat if self.signed(seat) is None)


def listed(case: Handover, units: Iterable[Unit], today: date) -> tuple[ListRow, ...]:
    """The rows of the list: one a volume, in the order of the units."""
    volumes: dict[tuple[str, str, str], list[Unit]] = {}
    for unit in units:
        number = unit.volume or unit.archive_no.rpartition("-")[0]
        volumes.setdefault((unit.category, number, unit.retention), []).append(unit)
    return tuple(
        ListRow(f"{found[0].year}年{category}", number.rpartition("-")[2], 1, _years(found), number, term,
                kept_for(case.year, today), len(found))
        for (category, number, term), found in volumes.items()
    )  # fmt: skip


def kept_for(year: int, today: date) -> str:
    """已保管期限: from the first day after the fiscal year's end (Art 14)."""
    months = (today.year - year - 1) * 12 + today.month - 1
    years, rest = divmod(max(months, 0), 12)
    return (f"{years}年" if years else "") + (f"{rest}个月" if rest or not years else "")


def _years(units: Sequence[Unit]) -> str:
    first, last = min(u.year for u in units), max(u.year for u in units)
    return str(first) if first == last else f"{first}–{last}"


def to_be_signed(case: Handover, rows: tuple[ListRow, ...], failed: int, digest: str) -> Handover:
    """The checks are done and the list is made. Raises ChangedMeanwhile."""
    if case.state is not HandoverState.CHECKING:
        raise ChangedMeanwhile(item=case.id)
    return replace(
        case, state=HandoverState.SIGNING, rows=rows, units=sum(row.units for row in rows), failed=failed,
        digest=digest, version=case.version + 1,
    )  # fmt: skip


def right_to(
    case: Handover, seat: Seat, person: Person, people: Sequence[Person], settled: Mapping[str, str]
) -> Person | None:
    """None: in their own right; else for whom the person is deputy. `settled`: absent → deputy by the settings.

    Raises NotYourSeat: a cashier, who signs another seat or stands for somebody who did, who has no role for it.
    """
    if Role.CASHIER in person.roles:
        why = Text("出纳不得兼管会计档案（79号令第11条）", "a cashier may not keep archives (Order 79, Art 11)")
        raise NotYourSeat(seat=SEAT_NAMES[seat], why=why)
    used = {s.person for s in case.signatures} | {s.deputy_for for s in case.signatures if s.deputy_for}
    if person.id in used:
        why = Text("你已在这份清册上签过或被代签", "you have signed this list already, or a deputy did for you")
        raise NotYourSeat(seat=SEAT_NAMES[seat], why=why)
    if person.company == case.company and person.roles & SEAT_ROLES[seat]:
        return None
    absent = {a for a, deputy in {**settled, **case.deputies}.items() if deputy == person.id} - used
    for each in people:
        fits = each.company == case.company and each.roles & SEAT_ROLES[seat] and Role.CASHIER not in each.roles
        if each.id in absent and fits and person.company == case.company:
            return each
    why = Text("角色不符，也没有人委托你代签", "your role does not fit, and nobody made you their deputy")
    raise NotYourSeat(seat=SEAT_NAMES[seat], why=why)


def sign(
    case: Handover, seat: Seat, person: Person, people: Sequence[Person], settled: Mapping[str, str], at: datetime,
    channel: str,
) -> Handover:  # fmt: skip
    """With the signature; the fourth begins the move. The same person's second click changes nothing.

    Raises HandoverClosed, NotYourSeat.
    """
    mine = case.signed(seat)
    if mine is not None and mine.person == person.id:
        return case
    if case.state is not HandoverState.SIGNING:
        raise HandoverClosed(case=case.id, state=HANDOVER_STATES[case.state])
    if mine is not None:
        why = Text(f"{mine.name} 已签", f"{mine.name} has signed it")
        raise NotYourSeat(seat=SEAT_NAMES[seat], why=why)
    absent = right_to(case, seat, person, people, settled)
    deputy = (absent.id, absent.name) if absent else ("", "")
    made = Signature(seat, person.id, person.name, at, channel, *deputy)
    after = replace(case, signatures=(*case.signatures, made), version=case.version + 1)
    return after if after.open_seats else replace(after, state=HandoverState.MOVING)


def may_refuse(case: Handover, person: Person, people: Sequence[Person], settled: Mapping[str, str]) -> bool:
    """Whoever could sign one of the seats, or did."""
    if any(s.person == person.id for s in case.signatures):
        return True
    for seat in Seat:
        try:
            right_to(replace(case, signatures=()), seat, person, people, settled)
        except NotYourSeat:
            continue
        return True
    return False


def refuse(
    case: Handover, person: Person, people: Sequence[Person], settled: Mapping[str, str], reason: str, at: datetime
) -> Handover:
    """Ended without a hand-over; the units stay where they are. Raises HandoverClosed, NotYourSeat, ReasonMissing."""
    if case.state is not HandoverState.SIGNING:
        raise HandoverClosed(case=case.id, state=HANDOVER_STATES[case.state])
    if not may_refuse(case, person, people, settled):
        why = Text("你不是签字人", "you are none of those who sign")
        raise NotYourSeat(seat=Text("拒绝", "refusal"), why=why)
    if not reason.strip():
        raise ReasonMissing()
    return replace(
        case, state=HandoverState.REFUSED, refused=reason.strip()[:500], refused_by=person.id, ended=at,
        version=case.version + 1,
    )  # fmt: skip


def deputise(case: Handover, absent: Person, deputy: Person, people: Sequence[Person]) -> Handover:
    """The absent one names who signs for them. Raises HandoverClosed, NotYourSeat."""
    if case.state not in (HandoverState.CHECKING, HandoverState.SIGNING):
        raise HandoverClosed(case=case.id, state=HANDOVER_STATES[case.state])
    seat = next((s for s in Seat if absent.roles & SEAT_ROLES[s]), None)
    if seat is None or Role.CASHIER in absent.roles or any(s.person == absent.id for s in case.signatures):
        why = Text("你没有可以委托的签字", "you have no signature to give away")
        raise NotYourSeat(seat=Text("委托", "deputy"), why=why)
    if Role.CASHIER in deputy.roles or deputy.id == absent.id or deputy.disabled or deputy.company != case.company:
        why = Text(f"{deputy.name} 不能代签", f"{deputy.name} can't sign for you")
        raise NotYourSeat(seat=Text("委托", "deputy"), why=why)
    return replace(case, deputies={**case.deputies, absent.id: deputy.id}, version=case.version + 1)


def movable(result: Result) -> bool:
    """What the receiver takes: what passed."""
    return result.passed


# deadlines


def due_from(year: int) -> date:
    """The day from which the year is to be handed over: accounting keeps it for one year after its end."""
    return date(year + 2, 1, 1)


def latest(year: int) -> date:
    """The last day to which it may be delayed: three years after its end."""
    return date(year + 3, 12, 31)
