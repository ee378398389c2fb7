"""Pages typed on a grid: each line of text is a row, each column half a character wide."""

from __future__ import annotations

import re

from intake.rows import Word, width


def typed(page: str, number: int = 0, score: float = 1.0) -> list[Word]:
    """The words of a page typed as text; two blanks or more part words. The page is as wide as its longest line."""
    lines = page.strip("\n").split("\n")
    across = max(sum(map(width, line)) for line in lines) + 2
    down = max(len(lines) + 2, 20)
    words = []
    for row, line in enumerate(lines):
        for match in re.finditer(r"\S+(?: \S+)*", line):
            left = sum(map(width, line[: match.start()])) + 1
            right = left + sum(map(width, match[0]))
            box = (left / across, (row + 1.1) / down, right / across, (row + 1.9) / down)
            words.append(Word(match[0], box, number, score))
    return words
