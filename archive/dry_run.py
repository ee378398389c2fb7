"""What a proposed rule would change, tried on documents that are in already. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.classify import Basis, CategoryRule, classify
from archive.item import Item


@dataclass(frozen=True, slots=True)
class Moved:
    """One document that would fall elsewhere."""

    item: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Effect:
    """Of `of` documents, the last ones received, these would have been sorted otherwise."""

    of: int
    moved: tuple[Moved, ...]
    agreed: int = 0  # of those, how many a person had put where the rule would
    against: int = 0  # and how many a person had put elsewhere


def dry_run(items: Sequence[Item], now: Sequence[CategoryRule], then: Sequence[CategoryRule], fallback: str) -> Effect:
    """The rules of now against those of then, on the same documents. Nothing is changed by it."""
    moved: list[Moved] = []
    agreed = against = 0
    for item in items:
        before = classify(item.document, now, fallback).category
        after = classify(item.document, then, fallback).category
        if before == after:
            continue
        moved.append(Moved(item.id, before, after))
        if item.classified is not None and item.classified.basis is Basis.PERSON:
            agreed += item.category == after
            against += item.category != after
    return Effect(len(items), tuple(moved), agreed, against)
