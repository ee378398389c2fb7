"""Blocks of a form, named by a label written from top to bottom at their left edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intake.labels import STACKS
from intake.rows import Word, width


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the form named by a vertical label."""

    kind: str
    left: float
    right: float
    top: float
    bottom: float
    page: int = 0


def take_blocks(words: Sequence[Word]) -> tuple[list[Block], list[Word]]:
    """Finds labels whose characters are written one below the other; gives their blocks and the other words."""
    singles = [w for w in words if len(w.text.strip()) == 1 and width(w.text.strip()) == 2]
    blocks: list[Block] = []
    used: set[int] = set()
    for name, kind in STACKS:
        for first in (w for w in singles if w.text.strip() == name[0] and id(w) not in used):
            chain = _chain(first, name, singles)
            if chain:
                used.update(map(id, chain))
                left, right = min(w.box[0] for w in chain), max(w.box[2] for w in chain)
                blocks.append(Block(kind, left, right, chain[0].box[1], chain[-1].box[3], first.page))
    for word in words:
        named = next((k for n, k in STACKS if n == word.text.strip()), "")
        if named and (word.box[3] - word.box[1]) > 2 * _usual_height(words):
            blocks.append(Block(named, word.box[0], word.box[2], word.box[1], word.box[3], word.page))
            used.add(id(word))
    return blocks, [w for w in words if id(w) not in used]


def _chain(first: Word, name: str, singles: Sequence[Word]) -> list[Word]:
    """The single characters that continue `name` downwards from its first; empty if it isn't all there."""
    chain = [first]
    for char in name[1:]:
        last = chain[-1].box
        size, middle = last[3] - last[1], (last[0] + last[2]) / 2
        below = [
            w
            for w in singles
            if w.text.strip() == char
            and abs((w.box[0] + w.box[2]) / 2 - middle) < 0.7 * (last[2] - last[0])
            and 0 < w.box[1] - last[1] < 5 * size
        ]
        if not below:
            return []
        chain.append(min(below, key=lambda w: w.box[1]))
    return chain


def _usual_height(words: Sequence[Word]) -> float:
    heights = sorted(w.box[3] - w.box[1] for w in words)
    return heights[len(heights) // 2]
