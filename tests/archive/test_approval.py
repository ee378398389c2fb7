"""Approval: the first click decides, nobody decides on their own, later ones hear what stands."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.access import Person, Role
from archive.approval import Case, Rule, Verdict, decide, deciders, rule_for
from archive.document import Document, Kind
from archive.errors import AlreadyDecided, ChangedMeanwhile, NotAllowed, OwnDocument, ReasonMissing
from archive.item import FileRef, Item, ItemState

NOW = datetime(2026, 10, 5, 8, tzinfo=UTC)
LI = Person("li", "李员工", frozenset({Role.EMPLOYEE}), "销售部", "GD01")
WANG = Person("wang", "王审批", frozenset({Role.APPROVER}), "销售部", "GD01")
ZHAO = Person("zhao", "赵审批", frozenset({Role.APPROVER}), "研发部", "GD01")
QIAN = Person("qian", "钱经理", frozenset({Role.FINANCE, Role.APPROVER}), "财务部", "GD01")
ELSE = Person("else", "别家审批", frozenset({Role.APPROVER}), "销售部", "GD02")
PEOPLE = (LI, WANG, ZHAO, QIAN, ELSE)
FILE = FileRef("f1", "a.pdf", 10, "0" * 64, "0" * 64, "application/pdf")


def item(total: str = "742.00", owner: str = "li") -> Item:
    document = Document(Kind.EINVOICE, number="26339990000088000001", date=date(2026, 10, 1), total=Decimal(total))
    return Item("G2610-0001", "GD01", owner, "销售部", FILE, 0, document, ItemState.PENDING, NOW)


def case(*steps: Role) -> Case:
    return Case("G2610-0001", "G2610-0001", "一般", steps or (Role.APPROVER,), NOW)


def test_one_step_approved_closes_the_case() -> None:
    made = decide(case(), item(), WANG, Verdict.APPROVE, version=1, at=NOW)
    assert made.closed is Verdict.APPROVE
    assert made.version == 2
    assert [(d.person, d.verdict) for d in made.decisions] == [("wang", Verdict.APPROVE)]


def test_second_click_hears_what_stands() -> None:
    made = decide(case(), item(), WANG, Verdict.APPROVE, version=1, at=NOW)
    with pytest.raises(AlreadyDecided) as problem:
        decide(made, item(), QIAN, Verdict.REJECT, version=1, at=NOW, reason="太贵")
    assert "王审批" in problem.value.say("zh")
    assert "approved" in problem.value.say("en")


def test_two_steps_need_two_people() -> None:
    both = case(Role.APPROVER, Role.FINANCE)
    first = decide(both, item(), QIAN, Verdict.APPROVE, version=1, at=NOW)
    assert first.closed is None
    with pytest.raises(NotAllowed):  # has the finance role, but has already said yes to step one
        decide(first, item(), QIAN, Verdict.APPROVE, version=2, at=NOW)
    assert QIAN not in deciders(first, item(), PEOPLE)


@pytest.mark.parametrize(
    ("person", "version", "verdict", "reason", "problem"),
    [
        (replace(WANG, id="li"), 1, Verdict.APPROVE, "", OwnDocument),
        (LI, 1, Verdict.APPROVE, "", OwnDocument),
        (ELSE, 1, Verdict.APPROVE, "", NotAllowed),
        (replace(WANG, disabled=True), 1, Verdict.APPROVE, "", NotAllowed),
        (replace(WANG, roles=frozenset({Role.AUDITOR})), 1, Verdict.APPROVE, "", NotAllowed),
        (WANG, 7, Verdict.APPROVE, "", ChangedMeanwhile),
        (WANG, 1, Verdict.REJECT, "  ", ReasonMissing),
    ],
)
def test_refusals(person: Person, version: int, verdict: Verdict, reason: str, problem: type[Exception]) -> None:
    with pytest.raises(problem):
        decide(case(), item(), person, verdict, version=version, at=NOW, reason=reason)


def test_own_department_is_asked_first_and_others_stand_in() -> None:
    assert [p.id for p in deciders(case(), item(), PEOPLE)] == ["wang"]
    without = tuple(p for p in PEOPLE if p.id != "wang")
    assert {p.id for p in deciders(case(), item(), without)} == {"zhao", "qian"}


def test_rules_by_amount_category_and_department() -> None:
    rules = (
        Rule("大额", (Role.APPROVER, Role.FINANCE), at_least=Decimal(5000)),
        Rule("差旅", (Role.FINANCE,), categories=frozenset({"差旅-铁路"}), departments=frozenset({"销售部"})),
        Rule("一般", (Role.APPROVER,)),
    )
    assert rule_for(item("5000.00"), rules).name == "大额"
    assert rule_for(item("-6000.00"), rules).name == "大额"
    assert rule_for(item("4999.99"), rules).name == "一般"
    assert rule_for(replace(item(), category="差旅-铁路"), rules).name == "差旅"


@given(st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(Verdict), st.integers(1, 4)), max_size=12))
def test_no_order_of_clicks_closes_twice_or_lets_the_sender_decide(clicks: list[tuple[Person, Verdict, int]]) -> None:
    now = case(Role.APPROVER, Role.FINANCE)
    for person, verdict, version in clicks:
        try:
            after = decide(now, item(), person, verdict, version=version, at=NOW, reason="r")
        except (AlreadyDecided, ChangedMeanwhile, NotAllowed, OwnDocument):
            continue
        assert now.closed is None
        assert after.version == now.version + 1
        now = after
    assert "li" not in {d.person for d in now.decisions}
    approvals = [d.person for d in now.decisions if d.verdict is Verdict.APPROVE]
    assert len(set(approvals)) == len(approvals)
    assert now.closed is not Verdict.APPROVE or len(approvals) == 2
