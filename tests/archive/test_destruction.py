"""鉴定销毁: no way to destroy what is held, unsettled or within its term; who may take which seat; replay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.access import Person, Right, Role
from archive.destroying import Fate, Next, next_of, obstacles
from archive.destruction import (
    DESTROY,
    KEEP,
    RECOVERED,
    SEAT_ROLES,
    SIGNERS,
    UNRECOVERABLE,
    VOTERS,
    WATCHERS,
    Act,
    Case,
    Event,
    Seat,
    State,
    refusing,
    replay,
    step,
    taking,
)
from archive.errors import (
    DestructionElsewhere,
    NotYourSeat,
    Problem,
    ReasonMissing,
    SecondPersonNeeded,
    StepUpNeeded,
)
from archive.holds import Hold, Why
from archive.unit import Unit
from archive.words import Text

AT = datetime(2057, 1, 5, tzinfo=UTC)
TODAY = date(2057, 1, 5)
UNIT = Unit(
    "GD01|2026-09|记-1", "GD01", "记账凭证", "会计凭证", "收到苏州湖东新能源有限公司货款", "记-1", date(2026, 9, 1),
    2026, 9, "30年", date(2056, 12, 31), "GD01-KJ·JZ·2026·D30-0009-0001", "GD01-KJ·JZ·2026·D30-0009",
)  # fmt: skip
HOLD = Hold("H1", "GD01", Why.LITIGATION, "纠纷", "chen", AT, words="苏州湖东")
CASE = Case("XH2056-GD01-01", "GD01", "chen", AT, (UNIT.id,))
OWED: Mapping[str, Text] = {"苏州湖东新能源有限公司": Text("未结清", "open")}


def who(seat: Seat, company: str = "GD01") -> Person:
    """Somebody made for a seat alone."""
    return Person(seat.value, seat.value, frozenset({sorted(SEAT_ROLES[seat])[0]}), f"部门{seat.value}", company)


def takes(case: Case, act: Act, seat: Seat, person: Person | None = None, value: str = "") -> Case:
    return step(case, taking(case, act, seat, person or who(seat), AT, value=value, stepped_up=True))


def own(case: Case, act: Act, value: str = "") -> Case:
    return step(case, Event(act, "system", "归档", AT, value=value, reason="原因"))


def upto(state: State) -> Case:
    """A case that came to a state by the right way."""
    case = CASE
    for seat in VOTERS:
        case = takes(case, Act.VOTE, seat, value=DESTROY) if case.state is not state else case
    case = own(case, Act.LIST, "ab" * 32) if case.state is not state else case
    for act, seats in ((Act.SIGN, SIGNERS), (Act.WATCH, WATCHERS)):
        for seat in seats:
            case = takes(case, act, seat) if case.state is not state else case
    for act, seat in ((Act.ORDER, Seat.X_ORDER), (Act.CONFIRM, Seat.X_CONFIRM)):
        case = takes(case, act, seat) if case.state is not state else case
    if case.state is not state:
        case = own(case, Act.EXECUTED)
    if case.state is not state:
        case = own(case, Act.CHECKED, UNRECOVERABLE)
    for seat in WATCHERS:
        case = takes(case, Act.WITNESS, seat) if case.state is not state else case
    return own(case, Act.FILED, "GD01-KJ·XH·2057·Y-0001-0001") if case.state is not state else case


@pytest.mark.parametrize(
    "state", [s for s in State if s not in (State.HALTED, State.REFUSED)], ids=lambda state: state.value
)
def test_the_right_way_comes_to_every_state_and_is_replayed(state: State) -> None:
    case = upto(state)
    assert case.state is state
    assert replay(CASE, case.events) == case


PEOPLE = [who(seat) for seat in Seat] + [
    Person("all", "全能", frozenset(Role) - {Role.CASHIER}, "办公室", "GD01"),
    Person("cash", "出纳", frozenset({Role.CASHIER, Role.ARCHIVIST}), "财务部", "GD01"),
    Person("other", "外司", frozenset(Role) - {Role.CASHIER}, "档案室", "GD02"),
]
Tried = tuple[Act, Seat, Person, bool, str]
ACTS = st.tuples(
    st.sampled_from(Act), st.sampled_from(Seat), st.sampled_from(PEOPLE), st.booleans(),
    st.sampled_from([DESTROY, KEEP, UNRECOVERABLE, RECOVERED]),
)  # fmt: skip
#: Beginnings on the right way, so that the far end is met as often as the near one.
BEGUN = st.sampled_from([s for s in State if s not in (State.HALTED, State.REFUSED)])


@given(BEGUN, st.lists(ACTS, max_size=25))
def test_executing_means_all_of_them_and_two_people_with_codes(begun: State, tried: list[Tried]) -> None:
    case = upto(begun)
    for act, seat, person, code, value in tried:
        try:
            if act in (Act.LIST, Act.HALT, Act.EXECUTED, Act.CHECKED, Act.FILED):
                case = step(case, Event(act, "system", "归档", AT, value=value, reason="原因"))
            elif act is Act.REFUSE:
                case = step(case, refusing(case, person, "不同意", AT))
            else:
                case = step(case, taking(case, act, seat, person, AT, value=value, reason="原因", stepped_up=code))
        except Problem:
            continue
        assert replay(CASE, case.events) == case
        if case.state in (State.EXECUTING, State.CHECKING, State.SIGNING_AFTER, State.FILING, State.DONE):
            _whole(case)
        assert not {e.by for e in case.events} & {"cash", "other"}


def _whole(case: Case) -> None:
    assert len({e.by for e in case.taken(*VOTERS)}) == 5
    assert all(e.value == DESTROY for e in case.taken(*VOTERS))
    assert len({e.by for e in case.taken(*SIGNERS)}) == 5
    watching = case.taken(*WATCHERS)
    assert len({e.by for e in watching}) == len({e.department for e in watching}) == 3
    order, confirmed = case.holder(Seat.X_ORDER), case.holder(Seat.X_CONFIRM)
    assert order
    assert confirmed
    assert order.by != confirmed.by
    assert all(e.stepped_up for e in (*case.taken(*SIGNERS), *watching, order, confirmed))


@given(
    expires=st.none() | st.dates(date(2050, 1, 1), date(2060, 1, 1)), held=st.booleans(), owed=st.booleans(),
    shared=st.booleans(), fate=st.none() | st.sampled_from(Fate),
)  # fmt: skip
def test_no_unit_that_is_held_unsettled_or_within_its_term_loses_its_keys(
    expires: date | None, held: bool, owed: bool, shared: bool, fate: Fate | None
) -> None:
    unit = replace(UNIT, expires=expires)
    found = obstacles(unit, TODAY, [HOLD] if held else [], OWED if owed else {}, ["G2609-0001"] if shared else [])
    free = expires is not None and expires < TODAY and not (held or owed or shared)
    assert (not found) is free
    then = next_of(fate, found)
    if then is Next.KEYS:
        assert free
        assert fate is None
    if fate is Fate.KEYED:
        assert then is Next.SWEEP, "what was begun is finished"


def test_the_last_day_of_the_term_is_within_it() -> None:
    assert obstacles(UNIT, date(2056, 12, 31), [], {})
    assert not obstacles(UNIT, date(2057, 1, 1), [], {})
    assert obstacles(replace(UNIT, archive_no=""), TODAY, [], {})


def test_one_body_that_wants_it_kept_ends_it_and_says_why() -> None:
    with pytest.raises(ReasonMissing):
        takes(CASE, Act.VOTE, Seat.V_AUDIT, value=KEEP)
    vote = taking(CASE, Act.VOTE, Seat.V_AUDIT, who(Seat.V_AUDIT), AT, value=KEEP, reason="仍有查考价值")
    case = step(CASE, vote)
    assert case.state is State.REFUSED
    with pytest.raises(DestructionElsewhere):
        takes(case, Act.VOTE, Seat.V_IT, value=DESTROY)


def test_seats_are_of_different_people_and_departments() -> None:
    both = Person("two", "双职", frozenset({Role.ARCHIVE_HEAD, Role.ARCHIVIST, Role.FINANCE}), "档案室", "GD01")
    case = takes(upto(State.SIGNING), Act.SIGN, Seat.S_ARCHIVE_HEAD, both)
    with pytest.raises(NotYourSeat, match="一人"):
        takes(case, Act.SIGN, Seat.S_ARCHIVE, both)
    case = takes(upto(State.WATCHING), Act.WATCH, Seat.W_ARCHIVE)
    with pytest.raises(NotYourSeat, match="不同部门"):
        takes(case, Act.WATCH, Seat.W_IT, replace(who(Seat.W_IT), department=who(Seat.W_ARCHIVE).department))
    with pytest.raises(NotYourSeat, match="不同部门"):
        takes(case, Act.WATCH, Seat.W_IT, replace(who(Seat.W_IT), department=""))
    with pytest.raises(NotYourSeat, match="经办人"):
        takes(case, Act.WATCH, Seat.W_ACCOUNTING, who(Seat.S_ACCOUNTING))


def test_a_deputy_signs_for_the_absent_and_nowhere_else() -> None:
    deputy, absent = Person("dep", "代签", frozenset({Role.EMPLOYEE}), "办公室", "GD01"), who(Seat.S_HEAD)
    case = upto(State.SIGNING)
    case = step(case, taking(case, Act.SIGN, Seat.S_HEAD, deputy, AT, absent=absent, stepped_up=True))
    with pytest.raises(NotYourSeat):  # nor does the absent one take another seat
        takes(case, Act.SIGN, Seat.S_ARCHIVE, replace(absent, roles=frozenset({Role.ARCHIVIST})))
    for act, seat in ((Act.VOTE, Seat.V_IT), (Act.WATCH, Seat.W_IT), (Act.CONFIRM, Seat.X_CONFIRM)):
        with pytest.raises(NotYourSeat):
            taking(case, act, seat, deputy, AT, absent=who(seat), stepped_up=True)


def test_the_order_alone_or_without_a_code_destroys_nothing() -> None:
    ready = upto(State.READY)
    with pytest.raises(SecondPersonNeeded):
        takes(ready, Act.CONFIRM, Seat.X_CONFIRM)
    with pytest.raises(StepUpNeeded):
        step(ready, taking(ready, Act.ORDER, Seat.X_ORDER, who(Seat.X_ORDER), AT))
    two = Person("two", "双职", frozenset({Role.ARCHIVE_HEAD, Role.ARCHIVIST}), "档案室", "GD01")
    ordered = takes(ready, Act.ORDER, Seat.X_ORDER, two)
    assert ordered.state is State.READY
    with pytest.raises(SecondPersonNeeded):
        takes(ordered, Act.CONFIRM, Seat.X_CONFIRM, two)
    watcher = replace(who(Seat.W_ARCHIVE), roles=frozenset({Role.ARCHIVIST}))
    with pytest.raises(NotYourSeat, match="监销人"):
        takes(ready, Act.ORDER, Seat.X_ORDER, watcher)


@pytest.mark.parametrize("how", [Act.HALT, Act.CHECKED])
def test_after_a_halt_two_people_order_it_again(how: Act) -> None:
    case = own(upto(State.CHECKING), how, RECOVERED)
    assert case.state is State.HALTED
    with pytest.raises(SecondPersonNeeded):
        takes(case, Act.CONFIRM, Seat.X_CONFIRM)
    with pytest.raises(DestructionElsewhere):
        step(case, refusing(case, who(Seat.S_HEAD), "算了", AT + timedelta(days=1)))
    case = takes(takes(case, Act.ORDER, Seat.X_ORDER), Act.CONFIRM, Seat.X_CONFIRM)
    assert case.state is State.EXECUTING
    assert replay(CASE, case.events) == case


def test_only_the_supervisor_of_before_signs_after() -> None:
    case = upto(State.SIGNING_AFTER)
    with pytest.raises(NotYourSeat, match="事前"):
        takes(case, Act.WITNESS, Seat.W_IT, replace(who(Seat.W_IT), id="new"))
    case = takes(case, Act.WITNESS, Seat.W_IT)
    with pytest.raises(NotYourSeat, match="已经签过"):
        takes(case, Act.WITNESS, Seat.W_IT)


def test_a_cashier_has_no_right_to_take_part() -> None:
    assert Right.DESTROY not in Person("x", "x", frozenset({Role.HEAD, Role.CASHIER})).rights
