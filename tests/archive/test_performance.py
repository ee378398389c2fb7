"""How the archive does its work: from items, cases and trail entries to figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from archive.access import Role
from archive.approval import Case, Decision, Verdict
from archive.document import Document, Kind
from archive.finding import Finding, Level
from archive.item import FileRef, Item, ItemState
from archive.performance import decisions, measure, quantile
from archive.trail import Entry
from archive.words import same

AT = datetime(2026, 10, 5, 9, tzinfo=UTC)
PATIENCE = timedelta(hours=24)
FILE = FileRef("f", "a.pdf", 1000, "", "", "application/pdf")
FIELDS = ("number", "date", "total", "seller_name")
ITEM = Item(
    "G2610-0001", "GD01", "li", "", FILE, 0, Document(Kind.VAT), ItemState.ARCHIVED, AT, carrier="pdf",
    source=dict.fromkeys(FIELDS, "text"), confidence=dict.fromkeys(FIELDS, 1.0),
)  # fmt: skip


def hour(count: float) -> datetime:
    return AT + timedelta(hours=count)


def case(*made: tuple[float, Verdict, int], opened: float = 0) -> Case:
    said = tuple(Decision(step, "wang", "王芳", verdict, hour(at)) for at, verdict, step in made)
    return Case("G2610-0001", "G2610-0001", "", (Role.APPROVER,), hour(opened), decisions=said)


def entry(action: str, who: str = "li", about: str = "G2610-0001", at: float = 0, **facts: str) -> Entry:
    return Entry(who, action, about, hour(at), facts=facts)


def measured(*trail: Entry, item: Item = ITEM, of: Case | None = None):  # type: ignore[no-untyped-def]
    people = frozenset({"li", "wang"})
    return measure([(item, of or case())], trail, people, PATIENCE, hour(30))


def test_what_was_laid_before_the_approver_at_once_was_sure() -> None:
    sure = measured(entry("received", came=hour(-0.001).isoformat()), entry("submitted"))
    assert [(t.doubtful, t.read, t.wrong, t.seconds) for t in sure.taken] == [(False, 4, 0, Decimal("3.60"))]
    asked = measured(entry("received"), entry("corrected", total="9.00 → 90.00"), entry("submitted"))
    assert [(t.doubtful, t.wrong, t.seconds) for t in asked.taken] == [(True, 1, None)]


def test_corrections_tell_what_was_misread_and_what_was_not_read() -> None:
    item = replace(ITEM, source={**ITEM.source, "total": "person", "seller_name": "person"})
    fixed = entry("corrected", total="9.00 → 90.00", seller_name="— → 顺丰", category="其他 → 快递费", flag="x → y")
    (taken,) = measured(fixed, item=item).taken
    assert (taken.read, taken.wrong, taken.missing) == (3, 1, 1)


def test_what_was_filled_in_and_changed_again_was_not_misread() -> None:
    item = replace(ITEM, source={**ITEM.source, "total": "person"})
    first, second = entry("corrected", total="— → 9.00"), entry("corrected", total="9.00 → 90.00")
    (taken,) = measured(first, second, item=item).taken
    assert (taken.read, taken.wrong, taken.missing) == (3, 0, 1)


def test_use_and_refusals_count_for_the_company_only() -> None:
    found = measured(
        entry("viewed", "wang"), entry("viewed", "he", "G2610-0009"), entry("refused"), entry("exported", about="kpi"),
        entry("refused", "he"),
    )  # fmt: skip
    assert (found.refused, found.uses) == (1, {"viewed": 1, "exported": 1})


def test_each_step_counts_from_the_one_before() -> None:
    found = decisions(case((2, Verdict.APPROVE, 0), (32, Verdict.APPROVE, 1)), PATIENCE)
    assert [(d.step, d.hours, d.overdue) for d in found] == [(1, 2, False), (2, 30, True)]


def test_after_a_withdrawal_it_counts_from_when_it_was_laid_anew() -> None:
    found = decisions(case((1, Verdict.WITHDRAW, 0), (12, Verdict.REJECT, 0), opened=10), PATIENCE)
    assert [(d.step, d.hours) for d in found] == [(1, Decimal(2))]


def test_waiting_is_overdue_after_its_patience() -> None:
    waiting = replace(ITEM, state=ItemState.PENDING)
    assert (measured(item=waiting).waiting, measured(item=waiting).overdue) == ((Decimal(30),), 1)
    assert measured(item=waiting, of=case(opened=10)).overdue == 0


def test_a_warning_is_no_pass_and_an_archived_report_is_no_document() -> None:
    flagged = replace(ITEM, findings=(Finding("sum", Level.WARN, same("x")),))
    assert not measured(item=flagged).taken[0].clean
    report = replace(ITEM, document=Document(extra={"version": "1"}))
    assert measured(item=report).taken == ()


@given(st.lists(st.decimals(0, 1000, places=2), min_size=1), st.sampled_from(("0.01", "0.5", "0.9", "1")))
def test_quantile_is_one_of_them_with_enough_below(values: list[Decimal], share: str) -> None:
    found = quantile(values, Decimal(share))
    assert found in values
    assert sum(value <= found for value in values) >= len(values) * Decimal(share)
    assert sum(value < found for value in values) < max(len(values) * Decimal(share), 1)
