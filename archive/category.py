"""An expense category, and what leads to it: the built-in table of config/categories.json, as values."""

from __future__ import annotations

from dataclasses import dataclass

from archive.document import Kind
from archive.words import Text


@dataclass(frozen=True, slots=True)
class Category:
    """One expense category and what leads to it: a kind, a 税收分类编码简称 (between asterisks), or a word."""

    name: Text
    kinds: frozenset[Kind] = frozenset()
    short: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    rule: str = ""  # id of the built-in rule that is made of them, e.g. B05
