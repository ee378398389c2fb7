"""The rules the archive keeps to, as data: their names, from when they are in force, when that was looked at last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Law:
    """One rule. `until`: the day it ends, where that is known."""

    name: str
    number: str
    since: date
    checked: date
    until: date | None = None
