"""What a check can say: passed, failed, not run, not applicable; never passed for what was not looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from archive.words import Text


class Outcome(StrEnum):
    """The four things a check can come to."""

    PASS = "pass"  # noqa: S105  no password
    FAIL = "fail"
    NOT_RUN = "not_run"
    NOT_APPLICABLE = "not_applicable"


OUTCOME_NAMES: Mapping[Outcome, Text] = {
    Outcome.PASS: Text("通过", "passed"),
    Outcome.FAIL: Text("不通过", "failed"),
    Outcome.NOT_RUN: Text("未检", "not run"),
    Outcome.NOT_APPLICABLE: Text("不适用", "not applicable"),
}


class Stage(StrEnum):
    """When it is checked. The values are the words people and the command line use."""

    FILING = "归档"
    TRANSFER = "移交接收"
    KEEPING = "长期保存"


STAGE_NAMES: Mapping[Stage, Text] = {
    Stage.FILING: Text("归档", "filing"),
    Stage.TRANSFER: Text("移交接收", "hand-over"),
    Stage.KEEPING: Text("长期保存", "long-term keeping"),
}


class Property(StrEnum):
    """The four properties; the first figure of an item's code."""

    AUTHENTIC = "1"
    COMPLETE = "2"
    USABLE = "3"
    SAFE = "4"


PROPERTY_NAMES: Mapping[Property, Text] = {
    Property.AUTHENTIC: Text("真实性", "authenticity"),
    Property.COMPLETE: Text("完整性", "completeness"),
    Property.USABLE: Text("可用性", "usability"),
    Property.SAFE: Text("安全性", "security"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one item came to, why, and on what evidence (digests, counts, versions, as plain words)."""

    outcome: Outcome
    why: Text
    evidence: Mapping[str, str] = field(default_factory=dict)


def passed(why: Text, **evidence: object) -> Verdict:
    """It was looked at and holds."""
    return Verdict(Outcome.PASS, why, _plain(evidence))


def failed(why: Text, **evidence: object) -> Verdict:
    """It was looked at and does not hold."""
    return Verdict(Outcome.FAIL, why, _plain(evidence))


def not_run(why: Text, **evidence: object) -> Verdict:
    """未检: it should have been looked at and could not be."""
    return Verdict(Outcome.NOT_RUN, why, _plain(evidence))


def not_applicable(why: Text) -> Verdict:
    """不适用: there is nothing of the kind to be looked at."""
    return Verdict(Outcome.NOT_APPLICABLE, why)


def _plain(evidence: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in evidence.items() if value not in (None, "")}


def listed(each: Text | str, first: int = 3, *, of: list[Text]) -> Text:
    """`each` as a heading and the first few of many, with how many there are more."""
    head = each if isinstance(each, Text) else Text(each, each)
    more = len(of) - first
    zh = "；".join(t.zh for t in of[:first]) + (f"；另有 {more} 项" if more > 0 else "")
    en = "; ".join(t.en for t in of[:first]) + (f"; and {more} more" if more > 0 else "")
    return Text(f"{head.zh}：{zh}", f"{head.en}: {en}")
