"""What people set for a company's statements: mappings, figures no account holds, the standard, early forms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

#: Keys: map|660208, input|2026-09|long_term_loans_due_within_1y, standard, early|asbe-income-2026.
MAP, INPUT, STANDARD, EARLY = "map|", "input|", "standard", "early|"


@dataclass(frozen=True, slots=True)
class Choices:
    """As they stand."""

    mapping: Mapping[str, str] = field(default_factory=dict)  # account → role or role/tag
    inputs: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)  # month → key → amount
    standard: str = ""
    early: tuple[str, ...] = ()


def choices_of(told: Mapping[str, str]) -> Choices:
    """The choices with these keys; empty values count as taken back."""
    mapping: dict[str, str] = {}
    inputs: dict[str, dict[str, Decimal]] = defaultdict(dict)
    early = []
    for key, value in sorted(told.items()):
        if not value:
            continue
        if key.startswith(MAP):
            mapping[key.removeprefix(MAP)] = value
        elif key.startswith(INPUT):
            month, _, name = key.removeprefix(INPUT).partition("|")
            inputs[month][name] = Decimal(value)
        elif key.startswith(EARLY):
            early.append(key.removeprefix(EARLY))
    return Choices(mapping, dict(inputs), told.get(STANDARD, ""), tuple(early))
