"""Borrowing: nothing opens outside its time, way, person and company; nobody grants their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.access import Person, Role
from archive.borrowing import (
    MOST_DAYS,
    WAITS,
    Ask,
    Loan,
    LoanState,
    Mode,
    asked,
    by_the_clock,
    deciders,
    granted,
    loan,
    mark,
    may_decide,
    opens,
    refused,
    reminds,
    returned,
    revoked,
    used,
)
from archive.errors import BadLoan, LoanClosed, LoanOver, NotYourLoan, ReasonNeeded
from archive.item import FileRef
from archive.unit import Paper, Part, Unit

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)
FILE = FileRef("f1", "a.pdf", "application/pdf", 3, "0" * 64, "0" * 64)


def person(id: str, *roles: Role, company: str = "GD01") -> Person:
    return Person(id, id, frozenset(roles), company=company)


LI, WANG = person("li", Role.EMPLOYEE), person("wang", Role.FINANCE)
ZHAO, SUN = person("zhao", Role.ARCHIVIST), replace(person("sun", Role.AUDITOR), until=NOW + timedelta(days=90))
QIAN = person("qian", Role.FINANCE)  # a second: nobody grants their own
STRANGER = person("chen", Role.FINANCE, Role.ARCHIVIST, company="GD02")


def unit(*parts: Part) -> Unit:
    papers = tuple(Paper(n, part, FILE) for n, part in enumerate(parts, 1))
    return Unit("GD01|2025-09|记-23", "GD01", "记账凭证", "会计凭证", "付货款", "记-23", date(2025, 9, 3), 2025, 9,
                "30年", None, "KJ·CW·2025-30-0001-0023", papers=papers)  # fmt: skip


def begun(mode: Mode = Mode.VIEW, who: Person = LI, *parts: Part, days: int = 3) -> Loan:
    ask = Ask("记-23 2025-09", mode, days, "核对付款")
    return replace(loan(ask, unit(*(parts or (Part.VOUCHER, Part.SOURCE))), who, NOW), id="JY26-0001")


def test_words() -> None:
    assert asked("记-23 2025-09 5天 复制 理由：核对付款", NOW.date()) == Ask("记-23 2025-09", Mode.COPY, 5, "核对付款")
    assert asked("记-23 2025-09 理由 对账", NOW.date()) == Ask("记-23 2025-09", Mode.VIEW, 3, "对账")
    said = asked("G2610-0042 download until 2026-11-09 because: audit", NOW.date())
    assert said == Ask("G2610-0042", Mode.COPY, 7, "audit")
    with pytest.raises(ReasonNeeded):
        asked("记-23 2025-09 3天", NOW.date())
    for words in (
        "理由：没有说什么",
        "记-23 2025-09 99天 理由：久",
        "记-23 至2026-13-40 理由：错",
        "记-23 0天 理由：零",
    ):
        with pytest.raises(BadLoan):
            asked(words, NOW.date())


def test_who_grants() -> None:
    everybody = [LI, WANG, ZHAO, SUN, STRANGER]
    assert deciders(begun(), everybody) == [WANG, ZHAO]
    assert deciders(begun(Mode.COPY), everybody) == [WANG]  # source documents: the head of accounting
    assert deciders(begun(Mode.COPY, LI, Part.VOUCHER), everybody) == [WANG, ZHAO]
    assert deciders(begun(Mode.COPY, SUN, Part.VOUCHER), everybody) == [WANG]  # for outsiders
    assert deciders(begun(Mode.VIEW, WANG), everybody) == [ZHAO]
    with pytest.raises(NotYourLoan):
        granted(begun(Mode.VIEW, WANG), WANG, NOW, ZONE)
    with pytest.raises(NotYourLoan):
        loan(Ask("x", Mode.VIEW, 1, "y"), unit(Part.VOUCHER), STRANGER, NOW)


def test_a_life() -> None:
    running = granted(begun(), ZHAO, NOW, ZONE)
    assert running.until == datetime(2026, 11, 5, 16, tzinfo=UTC)  # the end of its third day after today in Shanghai
    after, use = used(running, LI, Mode.VIEW, NOW, 2)
    assert (after.views, after.copies, use.page, use.archive_no) == (1, 0, 2, running.archive_no)
    with pytest.raises(LoanOver):
        used(running, LI, Mode.COPY, NOW)
    with pytest.raises(NotYourLoan):
        used(running, SUN, Mode.VIEW, NOW)
    with pytest.raises(LoanClosed):
        granted(running, ZHAO, NOW, ZONE)
    with pytest.raises(ReasonNeeded):
        revoked(running, ZHAO, NOW, " ")
    gone = revoked(running, ZHAO, NOW, "审计已结束")
    assert not opens(gone, LI, gone.unit, Mode.VIEW, NOW)
    assert returned(running, LI, NOW).state is LoanState.RETURNED
    with pytest.raises(NotYourLoan):
        returned(running, ZHAO, NOW)
    no = refused(begun(), WANG, NOW, "不必要")
    assert (no.state, no.why) == (LoanState.REFUSED, "不必要")


def test_the_clock() -> None:
    running = granted(begun(Mode.COPY), WANG, NOW, ZONE)
    assert running.until is not None
    end = running.until
    assert by_the_clock(running, end - timedelta(seconds=1)) == running
    assert by_the_clock(running, end).state is LoanState.EXPIRED
    out, _ = used(running, LI, Mode.COPY, NOW)
    late = by_the_clock(out, end)
    assert late.state is LoanState.OVERDUE
    assert by_the_clock(late, end + timedelta(days=99)) == late
    assert reminds(late, end, ZONE)
    assert not reminds(replace(late, reminded="2026-11-06"), end, ZONE)
    assert reminds(running, end - timedelta(hours=1), ZONE)
    assert not reminds(running, NOW, ZONE)
    assert by_the_clock(begun(), NOW + WAITS).state is LoanState.EXPIRED


def test_mark() -> None:
    assert mark(begun(), "李雷", NOW, ZONE).zh == "仅供利用 李雷(li) 2026-11-02 11:00 KJ·CW·2025-30-0001-0023 JY26-0001"


PEOPLE = (LI, WANG, QIAN, ZHAO, SUN, STRANGER)


@given(
    who=st.sampled_from(PEOPLE), by=st.sampled_from((LI, WANG, ZHAO, SUN)), mode=st.sampled_from(Mode),
    asks=st.sampled_from(Mode), days=st.integers(1, MOST_DAYS), after=st.integers(-90_000, 3_500_000),
    state=st.sampled_from(LoanState), views=st.integers(0, 40), copies=st.integers(0, 5), disabled=st.booleans(),
    other=st.booleans(),
)  # fmt: skip
def test_nothing_opens_that_was_not_granted(
    who: Person, by: Person, mode: Mode, asks: Mode, days: int, after: int, state: LoanState, views: int, copies: int,
    disabled: bool, other: bool,
) -> None:  # fmt: skip
    case = begun(asks, by, days=days)
    granter = next(p for p in PEOPLE if may_decide(case, p))
    case = replace(granted(case, granter, NOW, ZONE), state=state, views=views, copies=copies)
    moment = NOW + timedelta(seconds=after)
    person, name = replace(who, disabled=disabled), "another" if other else case.unit
    last = (NOW.astimezone(ZONE) + timedelta(days=days)).date()
    allowed = (
        who is by and not disabled and not other and state is LoanState.RUNNING
        and moment >= NOW and moment.astimezone(ZONE).date() <= last
        and (mode is Mode.VIEW or asks is Mode.COPY)
        and (views < 30 if mode is Mode.VIEW else copies < 3)
    )  # fmt: skip
    assert opens(case, person, name, mode, moment) is allowed


STEPS: Mapping[str, Callable[[Loan, Person, datetime], Loan]] = {
    "grant": lambda case, who, now: granted(case, who, now, ZONE),
    "refuse": lambda case, who, now: refused(case, who, now, "不必要"),
    "return": returned,
    "revoke": lambda case, who, now: revoked(case, who, now, "收回"),
    "use": lambda case, who, now: used(case, who, Mode.VIEW, now)[0],
    "copy": lambda case, who, now: used(case, who, Mode.COPY, now)[0],
    "tick": lambda case, who, now: by_the_clock(case, now),
}


@given(steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)),
                                st.sampled_from(PEOPLE), st.integers(0, 400_000)), max_size=12))  # fmt: skip
def test_no_way_around(steps: list[tuple[str, Person, int]]) -> None:
    """Whatever is tried in whatever order: a use needs a grant by another who may, and an ended case stays ended."""
    case, now, ended = begun(Mode.COPY), NOW, False
    for what, who, later in steps:
        now += timedelta(seconds=later)
        before = case
        try:
            case = STEPS[what](case, who, now)
        except (NotYourLoan, LoanClosed, LoanOver, ReasonNeeded):
            continue
        assert not ended or case == before
        ended = case.ended is not None
        if case.views + case.copies:
            assert case.decided_by in (WANG.id, QIAN.id)
