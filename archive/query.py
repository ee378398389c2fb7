"""A search as a value: what is asked for and what may be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from archive.document import Kind
from archive.item import ItemState


@dataclass(frozen=True, slots=True)
class Scope:
    """What the asker may see: one company; only items laid before `person` unless that is None."""

    company: str
    person: str | None


@dataclass(frozen=True, slots=True)
class Query:
    """Every condition must hold. `words` match anywhere in the readable text; names, numbers and codes included."""

    words: tuple[str, ...] = ()
    kinds: frozenset[Kind] = frozenset()
    states: frozenset[ItemState] = frozenset()
    first: date | None = None  # document date ≥
    last: date | None = None  # document date ≤
    at_least: Decimal | None = None  # total ≥
    at_most: Decimal | None = None  # total ≤
    above: Decimal | None = None  # total >
    below: Decimal | None = None  # total <
    owner: str = ""  # person id of the sender
    category: str = ""
    department: str = ""
    page: int = 0
    size: int = 8


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of what was found, newest document first: item ids, and how many there are in all."""

    ids: tuple[str, ...]
    total: int
