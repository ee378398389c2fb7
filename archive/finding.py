"""What a check found: a value, never a log line, so that it can be stored, shown and counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from archive.words import Text


class Level(StrEnum):
    """How much it matters."""

    NOTE = "note"  # worth knowing
    WARN = "warn"  # a person should look
    STOP = "stop"  # can't go on like this


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a check or a reader: a stable code, both languages, and the field it is about (or "")."""

    code: str
    level: Level
    text: Text
    field: str = ""
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)


def flagged(findings: Sequence[Finding]) -> dict[str, str]:
    """The codes a person should look at, as a fact for the trail: {"checks": "sum,tax_id"}; {} where nothing is."""
    codes = sorted({f.code for f in findings if f.level is not Level.NOTE})
    return {"checks": ",".join(codes)} if codes else {}
