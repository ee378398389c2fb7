"""The rules of a company: every version ever proposed, who decided it, and which are in force. Pure.

财会〔2024〕11号 Art 17: setting or changing a rule of automatic processing is itself approved, signed and filed. So a
version is proposed by one person and comes into force only when another one has approved it; both stay for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from archive.access import Person, Right, may
from archive.approval import VERDICT_NAMES, Verdict
from archive.classify import Basis, CategoryRule, Clause
from archive.errors import BuiltInRule, NotAllowed, NotFound, OwnRule, ReasonMissing, RuleDecided, RuleWaits, SameRule
from archive.words import Text


class Move(StrEnum):
    """What a version does."""

    ADD = "add"
    CHANGE = "change"
    RETIRE = "retire"


MOVE_NAMES: Mapping[Move, Text] = {
    Move.ADD: Text("新增", "new"),
    Move.CHANGE: Text("修改", "change"),
    Move.RETIRE: Text("停用", "retire"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants of the rules, in values. Of RETIRE the clause and the category stay as they are."""

    move: Move
    rule: str = ""  # R3; "" for a new one
    category: str = ""
    basis: Basis = Basis.WORD
    matches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One version of a rule as it was proposed. Never changed afterwards."""

    company: str
    rule: str  # R3
    version: int  # from 1
    move: Move
    category: str
    basis: Basis
    matches: tuple[str, ...]
    by: str  # person id of the proposer
    name: str  # and the name, as it was
    at: datetime  # UTC
    origin: str = ""  # the message it came in: the same message again proposes nothing new
    ground: str = ""  # what it rests on, e.g. the ids of corrected items


@dataclass(frozen=True, slots=True)
class Ruling:
    """What became of a proposed version. One for each, the first."""

    company: str
    rule: str
    version: int
    verdict: Verdict
    by: str
    name: str
    at: datetime  # UTC
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """All of a company's rules, in the order of their numbers and versions."""

    company: str
    versions: tuple[RuleVersion, ...] = ()
    rulings: tuple[Ruling, ...] = ()

    def ruling(self, version: RuleVersion) -> Ruling | None:
        """What became of it; None while it waits."""
        return next((r for r in self.rulings if (r.rule, r.version) == (version.rule, version.version)), None)

    def of(self, rule: str) -> tuple[RuleVersion, ...]:
        """Every version of a rule, the first one first."""
        return tuple(v for v in self.versions if v.rule == rule)

    def version(self, rule: str, version: int) -> RuleVersion:
        """Raises NotFound."""
        found = next((v for v in self.versions if (v.rule, v.version) == (rule, version)), None)
        if found is None:
            raise NotFound(item=Text(f"规则 {rule}", f"rule {rule}"))
        return found

    def waiting(self) -> tuple[RuleVersion, ...]:
        """Proposed and not decided."""
        decided = {(r.rule, r.version) for r in self.rulings}
        return tuple(v for v in self.versions if (v.rule, v.version) not in decided)

    def in_force(self) -> tuple[RuleVersion, ...]:
        """Of each rule the last approved version, unless that retired it."""
        approved = {(r.rule, r.version) for r in self.rulings if r.verdict is Verdict.APPROVE}
        last: dict[str, RuleVersion] = {}
        for version in self.versions:
            if (version.rule, version.version) in approved:
                last[version.rule] = max(last.get(version.rule, version), version, key=lambda v: v.version)
        return tuple(v for v in last.values() if v.move is not Move.RETIRE)

    def rules(self) -> tuple[CategoryRule, ...]:
        """Those in force, for `classify`."""
        return tuple(map(as_rule, self.in_force()))

    def rules_with(self, proposed: RuleVersion) -> tuple[CategoryRule, ...]:
        """Those that would be in force if this one were approved."""
        others = tuple(as_rule(v) for v in self.in_force() if v.rule != proposed.rule)
        return others if proposed.move is Move.RETIRE else (*others, as_rule(proposed))


def as_rule(version: RuleVersion) -> CategoryRule:
    """The version as a rule to decide by."""
    clause = Clause(version.basis, version.matches)
    return CategoryRule(version.rule, version.version, version.category, (clause,), number(version.rule), own=True)


def number(rule: str) -> int:
    """R3 → 3."""
    return int(rule[1:])


def propose(
    book: Book, wanted: Wanted, person: Person, at: datetime, *, built_in: Sequence[str], origin: str = "",
    ground: str = "",
) -> RuleVersion:  # fmt: skip
    """The next version. Raises NotAllowed, BuiltInRule, NotFound, RuleWaits, SameRule."""
    if person.company != book.company or not may(person, Right.PROPOSE_RULE):
        raise NotAllowed(right=Text("提出归类规则", "propose rules"))
    rule, last = wanted.rule, None
    if wanted.move is Move.ADD:
        rule = f"R{max((number(v.rule) for v in book.versions), default=0) + 1}"
    else:
        if rule in built_in:
            raise BuiltInRule(rule=rule)
        last = next((v for v in book.in_force() if v.rule == rule), None)
        if last is None:
            raise NotFound(item=Text(f"在用的规则 {rule}", f"a rule {rule} in force"))
    if waits := next((v for v in book.waiting() if v.rule == rule), None):
        raise RuleWaits(rule=rule, version=waits.version, who=waits.name)
    category, basis, matches = wanted.category, wanted.basis, wanted.matches
    if wanted.move is Move.RETIRE and last is not None:
        category, basis, matches = last.category, last.basis, last.matches
    elif same := _same(book, category, basis, matches):
        raise SameRule(rule=same.rule, version=same.version)
    version = max((v.version for v in book.of(rule)), default=0) + 1
    return RuleVersion(
        book.company, rule, version, wanted.move, category, basis, matches, person.id, person.name, at, origin, ground
    )


def _same(book: Book, category: str, basis: Basis, matches: tuple[str, ...]) -> RuleVersion | None:
    """One that says the same, in force or waiting to be."""
    said = (category, basis, frozenset(matches))
    standing = (*book.in_force(), *(v for v in book.waiting() if v.move is not Move.RETIRE))
    return next((v for v in standing if (v.category, v.basis, frozenset(v.matches)) == said), None)


def may_decide(version: RuleVersion, person: Person) -> bool:
    """Whether the person may approve or reject it: the right, the same company, and not its proposer."""
    return person.company == version.company and may(person, Right.DECIDE_RULE) and person.id != version.by


def decide(
    book: Book, rule: str, version: int, person: Person, verdict: Verdict, at: datetime, *, reason: str = "",
    zone: tzinfo = UTC,
) -> Ruling:  # fmt: skip
    """What the person's word makes of a proposal; WITHDRAW is its proposer's alone. `zone`: of whose clocks is told.

    Raises NotFound, RuleDecided, OwnRule, NotAllowed, ReasonMissing.
    """
    if person.company != book.company:
        raise NotFound(item=Text(f"规则 {rule}", f"rule {rule}"))
    proposed = book.version(rule, version)
    if made := book.ruling(proposed):
        when = made.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        raise RuleDecided(rule=rule, version=version, who=made.name, verdict=VERDICT_NAMES[made.verdict], when=when)
    if verdict is Verdict.WITHDRAW:
        if person.id != proposed.by:
            raise NotAllowed(right=Text("撤回这条规则", "take this rule back"))
    elif person.id == proposed.by:
        raise OwnRule()
    elif not may_decide(proposed, person):
        raise NotAllowed(right=Text("审批归类规则", "approve rules"))
    if verdict is Verdict.REJECT and not reason.strip():
        raise ReasonMissing()
    return Ruling(book.company, rule, version, verdict, person.id, person.name, at, reason.strip())
