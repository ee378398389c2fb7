"""Approval: which steps a document needs, who may decide, and what a decision makes of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum

from archive.access import Person, Right, Role, may
from archive.errors import AlreadyDecided, ChangedMeanwhile, NotAllowed, OwnDocument, ReasonMissing
from archive.item import Item
from archive.words import Text


class Verdict(StrEnum):
    """What a person says."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"


VERDICT_NAMES = {
    Verdict.APPROVE: Text("通过", "approved"),
    Verdict.REJECT: Text("驳回", "rejected"),
    Verdict.WITHDRAW: Text("撤回", "withdrew"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the approval settings: when it fits, its steps apply. Empty conditions fit everything."""

    name: str
    steps: tuple[Role, ...]
    at_least: Decimal | None = None  # total ≥
    below: Decimal | None = None  # total <
    categories: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()

    def fits(self, item: Item) -> bool:
        """Whether the rule covers the item. A red document is measured by its absolute total."""
        total = abs(item.document.total or Decimal(0))
        return (
            (self.at_least is None or total >= self.at_least)
            and (self.below is None or total < self.below)
            and (not self.categories or item.category in self.categories)
            and (not self.departments or item.department in self.departments)
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """Who said what, when, and why."""

    step: int
    person: str
    name: str
    verdict: Verdict
    at: datetime
    reason: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """The stored matter of one approval. Buttons carry only its id and version."""

    id: str
    item: str
    rule: str
    steps: tuple[Role, ...]
    opened_at: datetime
    step: int = 0  # the step now open; len(steps) when all have approved
    decisions: tuple[Decision, ...] = ()
    closed: Verdict | None = None
    reminded_at: datetime | None = None
    version: int = 1


def rule_for(item: Item, rules: Sequence[Rule]) -> Rule:
    """The first rule that fits; settings always end with one that fits everything."""
    return next(rule for rule in rules if rule.fits(item))


def deciders(case: Case, item: Item, people: Sequence[Person]) -> tuple[Person, ...]:
    """Who may decide the open step: has the step's role and the right, isn't the sender, decided no earlier step.

    A department's own approver goes first: someone of another department only when the department has none.
    """
    if case.closed or case.step >= len(case.steps):
        return ()
    role = case.steps[case.step]
    fit = [p for p in people if role in p.roles and not _bar(case, item, p)]
    own = [p for p in fit if p.department == item.department]
    return tuple(own or fit)


def _bar(case: Case, item: Item, person: Person) -> bool:
    return (
        person.disabled
        or person.company != item.company
        or person.id == item.owner
        or not may(person, Right.DECIDE)
        or any(d.person == person.id for d in _given(case))
    )


def _given(case: Case) -> tuple[Decision, ...]:
    """The approvals of the steps before the open one. Those from before a rejection or withdrawal count no more."""
    return case.decisions[len(case.decisions) - case.step :]


def already(case: Case, zone: tzinfo) -> AlreadyDecided:
    """What somebody hears who comes after the decision: whose it is, and when by the clocks of the zone."""
    last = case.decisions[-1]
    when = last.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return AlreadyDecided(item=case.item, who=last.name, verdict=VERDICT_NAMES[last.verdict], when=when)


def decide(
    case: Case,
    item: Item,
    person: Person,
    verdict: Verdict,
    *,
    version: int,
    at: datetime,
    reason: str = "",
    channel: str = "",
    zone: tzinfo = UTC,
) -> Case:
    """The case after a click. Raises what the clicker must hear instead: decided, changed, no right, own, no reason."""
    if case.closed:
        raise already(case, zone)
    if person.id == item.owner:
        raise OwnDocument()
    if person.disabled or person.company != item.company or not may(person, Right.DECIDE):
        raise NotAllowed(right=Text("审批", "approve"))
    if version != case.version:
        raise ChangedMeanwhile(item=item.id)
    role = case.steps[case.step]
    if role not in person.roles or _bar(case, item, person):
        raise NotAllowed(right=Text(f"审批（第 {case.step + 1} 步）", f"approve (step {case.step + 1})"))
    if verdict is Verdict.REJECT and not reason.strip():
        raise ReasonMissing()
    made = Decision(case.step, person.id, person.name, verdict, at, reason.strip(), channel)
    step = case.step + 1 if verdict is Verdict.APPROVE else case.step
    closed = verdict if verdict is Verdict.REJECT or step == len(case.steps) else None
    return replace(case, step=step, decisions=(*case.decisions, made), closed=closed, version=case.version + 1)
