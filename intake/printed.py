"""A row as it was printed, blanks and all, whose pieces still know where they stand."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from intake.rows import GAP, Row, Span, Word, span, to_rows


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """`text` is the row in narrow characters; between columns stands a tab. `owners[i]`: the row's character at i."""

    row: Row
    text: str
    owners: tuple[int, ...]

    def where(self, start: int = 0, end: int | None = None) -> Span:
        """text[start:end] (not empty) as a Span."""
        inside = self.owners[start : len(self.text) if end is None else end]
        return span(self.row, inside[0], inside[-1] + 1)


def printed_rows(words: Iterable[Word]) -> list[PrintedRow]:
    """The words of one page in rows from top to bottom."""
    return [_printed(row) for row in to_rows(word for word in words if word.text.strip())]


def _printed(row: Row) -> PrintedRow:
    text: list[str] = []
    owners: list[int] = []
    for index, kept in enumerate(row.kept):
        for char in kept if kept == GAP else unicodedata.normalize("NFKC", kept):
            text.append(char)
            owners.append(index)
    return PrintedRow(row, "".join(text), tuple(owners))
