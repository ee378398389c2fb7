"""Words → rows of text whose every character knows where it stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from intake.fields import tidy

Box = tuple[float, float, float, float]

#: A gap wider than this many half-width characters is written as GAP in a row's text.
GAP = "\t"
_GAP_WIDTH = 1.6
#: Beside a half-width character this much is a blank between words.
_BLANK_WIDTH = 0.4


@dataclass(frozen=True, slots=True)
class Word:
    """A run of text in one line. Box: left, top, right, bottom as fractions of the page, from its top left corner."""

    text: str
    box: Box
    page: int = 0
    score: float = 1.0


@dataclass(slots=True)
class Row:
    """One visual row: `text` is folded for matching (GAP between columns), `kept` the same characters as printed."""

    words: list[Word]
    index: int = 0  # from the top of its page
    text: str = ""
    kept: list[str] = field(default_factory=list)
    lefts: list[float] = field(default_factory=list)
    rights: list[float] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)  # index of the character's word, -1 for a gap

    @property
    def page(self) -> int:
        return self.words[0].page

    @property
    def top(self) -> float:
        return min(w.box[1] for w in self.words)

    @property
    def bottom(self) -> float:
        return max(w.box[3] for w in self.words)

    def box(self, start: int, end: int) -> Box:
        """The box of text[start:end]; its height is that of the words it lies in."""
        inside = [i for i in range(start, end) if self.owners[i] >= 0] or [max(0, start - 1)]
        words = [self.words[self.owners[i]] for i in (inside[0], inside[-1])]
        return (
            self.lefts[inside[0]],
            min(w.box[1] for w in words),
            self.rights[inside[-1]],
            max(w.box[3] for w in words),
        )

    def printed(self, start: int, end: int) -> str:
        """text[start:end] as printed, gaps as single blanks."""
        return "".join(self.kept[start:end]).replace(GAP, " ").strip()

    def score(self, start: int, end: int) -> float:
        """How sure the words under text[start:end] are (1 for text that wasn't recognised from a picture)."""
        return min((self.words[i].score for i in set(self.owners[start:end]) if i >= 0), default=1.0)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a row without a gap or label in it."""

    text: str  # folded
    kept: str  # as printed
    box: Box
    page: int
    score: float
    row: int  # index of its row

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    @property
    def em(self) -> float:
        """Width of one full-width character, in fractions of the page."""
        return 2 * (self.box[2] - self.box[0]) / max(1, sum(map(width, self.text)))


@lru_cache(maxsize=4096)
def width(char: str) -> int:
    """2 for a full-width character, 1 for others."""
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


@lru_cache(maxsize=4096)
def _forms(char: str) -> tuple[str, str]:
    """A character's tidy and folded form; blanks and invisible ones give empty strings."""
    kept = tidy(char)
    return kept, unicodedata.normalize("NFKC", kept)


def to_rows(words: Iterable[Word]) -> list[Row]:
    """The words of one page in rows from top to bottom. A row follows slight slopes from neighbour to neighbour."""
    groups: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.box[0]):
        middle, height = (word.box[1] + word.box[3]) / 2, word.box[3] - word.box[1]
        best, nearest = None, 1.0
        for group in groups:
            last = group[-1].box
            distance = abs(middle - (last[1] + last[3]) / 2)
            if distance < nearest and distance <= 0.5 * min(height, last[3] - last[1]):
                best, nearest = group, distance
        if best is None:
            groups.append([word])
        else:
            best.append(word)
    rows = [_row(group) for group in groups]
    rows.sort(key=lambda r: (r.words[0].box[1] + r.words[0].box[3]) / 2)
    for index, row in enumerate(rows):
        row.index = index
    return rows


def _row(words: list[Word]) -> Row:
    row = Row(words)
    text: list[str] = []
    edge, em, last = words[0].box[0], 0.0, ""
    for index, word in enumerate(words):
        left, _, right, _ = word.box
        half = (right - left) / max(1, sum(map(width, word.text)))
        place, spaced = left, False
        for char in word.text:
            after = place + half * width(char)
            kept, folded = _forms(char)
            if folded:
                blank = _gap_before(row, text, place - edge, min(em or half, half), spaced, last, folded)
                for n, c in enumerate(folded):
                    _add(row, text, c, blank + kept if n == 0 else "", place, after, index)
                edge, em, last, spaced = max(edge, after), half, folded, False
            elif char.isspace():
                spaced = True
            place = after
    row.text = "".join(text)
    return row


def _gap_before(row: Row, text: list[str], gap: float, half: float, spaced: bool, last: str, char: str) -> str:
    """Writes a GAP where the distance is wide; otherwise gives the blank, if any, that belongs before the character."""
    if not text:
        return ""
    if gap > _GAP_WIDTH * half:
        _add(row, text, GAP, GAP, row.rights[-1], row.rights[-1] + gap, -1)
        return ""
    narrow = width(last[-1]) == 1 or width(char[0]) == 1
    return " " if spaced or (narrow and gap > _BLANK_WIDTH * half) else ""


def _add(row: Row, text: list[str], char: str, kept: str, left: float, right: float, owner: int) -> None:
    text.append(char)
    row.kept.append(kept)
    row.lefts.append(left)
    row.rights.append(right)
    row.owners.append(owner)


def spans_of(row: Row, taken: Sequence[tuple[int, int]]) -> list[Span]:
    """What is left of a row between gaps once the (start, end) pieces in `taken` are removed."""
    spans = []
    marks = sorted([*taken, (len(row.text), len(row.text))])
    start = 0
    for low, high in marks:
        spans += _pieces(row, start, low)
        start = max(start, high)
    return spans


def _pieces(row: Row, start: int, end: int) -> list[Span]:
    pieces, begin = [], start
    for i in range(start, end + 1):
        if i == end or row.text[i] == GAP:
            if i > begin:
                pieces.append(span(row, begin, i))
            begin = i + 1
    return pieces


def span(row: Row, start: int, end: int) -> Span:
    """text[start:end] of a row as a Span."""
    return Span(
        row.text[start:end], row.printed(start, end), row.box(start, end), row.page, row.score(start, end), row.index
    )
