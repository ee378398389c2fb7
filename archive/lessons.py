"""What corrections teach: the same thing put into the same category by several people. Counted, never guessed. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from archive.classify import Basis, even, shorts
from archive.document import Document

#: From how many documents, corrected by how many people, a rule is suggested.
DOCUMENTS, PEOPLE = 3, 2
KEPT = 50  # corrections remembered of one thing, the last ones
LINES = 5  # lines of a document whose goods are counted
_GOODS = re.compile(r"\*[^*]*\*")
_LONGEST_GOODS = 20


class LessonState(StrEnum):
    """What became of what was learnt."""

    COUNTING = "counting"
    PROPOSED = "proposed"
    DISMISSED = "dismissed"  # for good


@dataclass(frozen=True, slots=True)
class Correction:
    """Somebody put a document into another category."""

    item: str
    category: str
    by: str  # person id
    at: datetime  # UTC


@dataclass(frozen=True, slots=True)
class Lesson:
    """All corrections of documents that share one thing: a seller, a 税收分类简称, or the name of goods."""

    company: str
    basis: Basis
    match: str
    corrections: tuple[Correction, ...] = ()
    state: LessonState = LessonState.COUNTING
    category: str = ""  # of the suggestion, once it was made
    by: str = ""  # who proposed or dismissed it
    at: datetime | None = None  # and when, UTC

    @property
    def key(self) -> str:
        """See `key_of`."""
        return key_of(self.company, self.basis, self.match)

    def with_(self, made: Correction) -> Lesson:
        """One more; a later word about the same document takes the place of the earlier one."""
        others = tuple(c for c in self.corrections if c.item != made.item)
        return replace(self, corrections=(*others, made)[-KEPT:])

    def of(self, category: str) -> tuple[Correction, ...]:
        """Those that chose this category."""
        return tuple(c for c in self.corrections if c.category == category)

    def ripe(self, category: str) -> bool:
        """Whether a rule may be suggested: enough documents, enough people, and never asked before."""
        chosen = self.of(category)
        enough = len({c.item for c in chosen}) >= DOCUMENTS and len({c.by for c in chosen}) >= PEOPLE
        most = len(chosen) * 2 > len(self.corrections)
        return self.state is LessonState.COUNTING and enough and most


def key_of(company: str, basis: Basis, match: str) -> str:
    """One name for one thing of a company; short enough for a button anywhere."""
    return f"{company}:{hashlib.sha256(f'{basis.value}|{even(match)}'.encode()).hexdigest()[:24]}"


def things(document: Document) -> tuple[tuple[Basis, str], ...]:
    """What of a document a lesson can be about, the most telling first."""
    found: list[tuple[Basis, str]] = []
    if seller := (document.seller_name or "").strip():
        found.append((Basis.SELLER, seller))
    found += [(Basis.SHORT, short) for short in shorts(document)[:LINES] if short]
    goods = dict.fromkeys(_GOODS.sub("", line.name).strip() for line in document.lines[:LINES])
    found += [(Basis.WORD, name) for name in goods if 2 <= len(even(name)) <= _LONGEST_GOODS]
    return tuple(found)


def first_ripe(lessons: Sequence[Lesson], category: str) -> Lesson | None:
    """The one to suggest: of several that a correction made ripe the most telling, so that one question is asked."""
    return next((lesson for lesson in lessons if lesson.ripe(category)), None)
