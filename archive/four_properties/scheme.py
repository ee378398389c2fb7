"""Which items a stage asks for, required or advisory; judging a unit by it; and what is kept of the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archive.four_properties import authenticity, completeness, security, usability
from archive.four_properties.evidence import Evidence
from archive.four_properties.parameters import Parameters
from archive.four_properties.verdict import Outcome, Property, Stage, Verdict
from archive.words import Text

Check = Callable[[Evidence, Parameters], Verdict]


@dataclass(frozen=True, slots=True)
class Rule:
    """One item of the table. Its version goes up when what it looks at changes."""

    code: str
    name: Text
    check: Check
    version: int = 1

    @property
    def property(self) -> Property:
        """Which of the four it belongs to."""
        return Property(self.code[0])


RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("1-1", Text("来源真实", "source"), authenticity.origin),
        Rule("1-2", Text("元数据准确", "metadata accurate"), authenticity.metadata),
        Rule("1-3", Text("内容真实", "content as registered"), authenticity.content),
        Rule("1-4", Text("元数据与内容关联", "metadata and content linked"), authenticity.link),
        Rule("1-5", Text("归档信息包", "package as its manifest"), authenticity.package),
        Rule("2-1", Text("数据总量", "amount"), completeness.amount),
        Rule("2-2", Text("元数据完整", "metadata complete"), completeness.metadata),
        Rule("2-3", Text("内容完整", "content complete"), completeness.content),
        Rule("2-4", Text("信息包完整", "package complete"), completeness.package),
        Rule("3-1", Text("元数据可读", "metadata readable"), usability.metadata),
        Rule("3-2", Text("内容可读", "content readable"), usability.content),
        Rule("3-3", Text("软硬件环境", "platform"), usability.platform),
        Rule("3-4", Text("信息包可用", "package usable"), usability.package),
        Rule("4-1", Text("病毒", "virus"), security.virus),
        Rule("4-2", Text("载体", "medium"), security.carrier),
        Rule("4-3", Text("过程", "process"), security.process),
    )
}


@dataclass(frozen=True, slots=True)
class Scheme:
    """What a stage asks for. A required item that fails stops the unit; an advisory one is told."""

    stage: Stage
    version: str
    required: tuple[str, ...]
    advisory: tuple[str, ...] = ()
    parameters: Parameters = field(default_factory=Parameters)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every item asked for, in the order of the table."""
        return tuple(code for code in RULES if code in self.required or code in self.advisory)

    @property
    def rules_version(self) -> str:
        """The scheme's version and each rule's: what a result must name to be repeated."""
        return f"{self.version}/" + ".".join(f"{code}v{RULES[code].version}" for code in self.codes)


@dataclass(frozen=True, slots=True)
class Result:
    """What a run found of one unit: kept as its metadata (DA/T 94-2022 E.1.4 c)."""

    unit: str
    run: str
    stage: Stage
    version: str  # of the scheme
    at: datetime  # UTC
    by: str
    archive_no: str
    verdicts: Mapping[str, Verdict]
    failed: tuple[str, ...] = ()  # required items that failed
    advised: tuple[str, ...] = ()  # advisory items that failed
    not_run: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether no required item failed. What was not run is told, never counted as passed."""
        return not self.failed


def judge(scheme: Scheme, evidence: Evidence, run: str, at: datetime, by: str) -> Result:
    """Every item of the scheme on this evidence."""
    verdicts = {code: RULES[code].check(evidence, scheme.parameters) for code in scheme.codes}

    def those(outcome: Outcome, among: Sequence[str]) -> tuple[str, ...]:
        return tuple(code for code in among if code in verdicts and verdicts[code].outcome is outcome)

    return Result(
        evidence.unit.id, run, scheme.stage, scheme.version, at, by, evidence.unit.archive_no, verdicts,
        those(Outcome.FAIL, scheme.required), those(Outcome.FAIL, scheme.advisory),
        those(Outcome.NOT_RUN, scheme.codes),
    )  # fmt: skip


def schemes(rows: Mapping[str, Mapping[str, object]]) -> dict[Stage, Scheme]:
    """The table of schemes from data: stage → {version, required, advisory, parameters}. Raises ValueError."""
    table: dict[Stage, Scheme] = {}
    for name, row in rows.items():
        required, advisory = _codes(row.get("required", ())), _codes(row.get("advisory", ()))
        if both := set(required) & set(advisory):
            raise ValueError(f"{name}: {', '.join(sorted(both))} is required and advisory")
        given = row.get("parameters", {})
        if not isinstance(given, Mapping):
            raise ValueError(f"{name}: parameters is no table")
        known = Parameters.__dataclass_fields__
        if strange := set(given) - set(known):
            raise ValueError(f"{name}: {', '.join(sorted(strange))} is no parameter")
        parameters = {k: tuple(map(str, v)) if isinstance(v, Sequence) and not isinstance(v, str) else v
                      for k, v in given.items()}  # fmt: skip
        table[Stage(name)] = Scheme(
            Stage(name), str(row["version"]), required, advisory, Parameters(**parameters)  # type: ignore[arg-type]
        )  # fmt: skip
    if missing := set(Stage) - set(table):
        raise ValueError(f"no scheme for {', '.join(sorted(missing))}")
    return table


def _codes(given: object) -> tuple[str, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise ValueError(f"{given!r} is no list of items")
    codes = tuple(str(code) for code in given)
    if unknown := [code for code in codes if code not in RULES]:
        raise ValueError(f"no such item: {', '.join(unknown)}")
    return codes
