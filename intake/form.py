"""One page sorted out: rows, the labels in them, what stands between the labels, and the named blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from intake.blocks import Block, take_blocks
from intake.labels import COLON, LABEL
from intake.rows import Row, Span, Word, span, spans_of, to_rows

#: A line of the 密码区: it may hold anything that looks like a number.
_CIPHER = re.compile(r"(?=[^<>+]*[<>+])(?=(?:[^<>*/+]*[<>*/+]){3})[\d<>+*/-]{12,}")


@dataclass(frozen=True, slots=True)
class Label:
    """A printed label: its key, its own span, the row it stands in and where it ends there."""

    key: str
    span: Span
    row: int
    end: int


@dataclass(slots=True)
class Form:
    """One page, sorted out: rows, the labels in them, what stands between the labels, and the named blocks."""

    rows: list[Row]
    labels: list[Label]
    spans: list[Span]  # everything that is no label, row by row
    blocks: list[Block]
    words: Sequence[Word]

    def again(self, vocabulary: re.Pattern[str]) -> Form:
        """The same page sorted out with another vocabulary."""
        return to_form(self.words, vocabulary)

    def all(self, *keys: str) -> list[Label]:
        """The labels with one of these keys, from top to bottom."""
        return [label for label in self.labels if label.key in keys]

    @property
    def text(self) -> str:
        """The page as text, row by row."""
        return "\n".join(row.printed(0, len(row.text)) for row in self.rows)


def to_form(words: Sequence[Word], vocabulary: re.Pattern[str] = LABEL) -> Form:
    """The words of one page as a Form."""
    blocks, rest = take_blocks(words)
    rows = to_rows(rest)
    labels: list[Label] = []
    spans: list[Span] = []
    for index, row in enumerate(rows):
        taken = []
        for match in vocabulary.finditer(row.text):
            colon = COLON.match(row.text, match.end())
            end = colon.end() if colon else match.end()
            taken.append((match.start(), end))
            labels.append(Label(str(match.lastgroup), span(row, match.start(), match.end()), index, end))
        spans += [s for s in spans_of(row, taken) if not _CIPHER.fullmatch(s.text)]
    return Form(rows, labels, spans, blocks, words)


def right_of(form: Form, label: Label) -> list[Span]:
    """The spans to the right of a label up to the next label of its row, nearest row first, then from left to right.

    Values often stand a little above or below their label's line: half a line either way is taken.
    """
    edge = label.span.box[2] - 1.2 * label.span.em
    stop = min(
        (
            x.span.box[0]
            for x in form.labels
            if x is not label and level(x.span, label.span) and x.span.box[0] >= label.span.box[2]
        ),
        default=1.0,
    )
    near = [s for s in form.spans if s.page == label.span.page and edge <= s.box[0] < stop and level(s, label.span)]
    return sorted(near, key=lambda s: (s.box[0], abs(s.middle - label.span.middle)))


def joined(spans: Sequence[Span], gap: float = 2.0) -> Span | None:
    """Neighbouring spans of one line as one, as long as they stand within `gap` full-width characters."""
    if not spans:
        return None
    whole = spans[0]
    for part in spans[1:]:
        if part.box[0] - whole.box[2] > gap * max(whole.em, part.em) or not level(part, whole):
            break
        left, top, right, bottom = whole.box
        box = (left, min(top, part.box[1]), max(right, part.box[2]), max(bottom, part.box[3]))
        text, kept = whole.text + part.text, f"{whole.kept} {part.kept}"
        whole = replace(whole, text=text, kept=kept, box=box, score=min(whole.score, part.score))
    return whole


def level(one: Span, other: Span) -> bool:
    """Whether two spans stand in one row, or nearly."""
    return one.row == other.row or abs(one.middle - other.middle) <= 0.75 * min(one.height, other.height)
