"""Which expense category a document falls into: rules as data, the first that fits, and the reason is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.document import Document, Kind
from archive.words import Text


@dataclass(frozen=True, slots=True)
class Category:
    """One expense category and what leads to it: a kind, a 税收分类编码简称 (between asterisks), or a word."""

    name: Text
    kinds: frozenset[Kind] = frozenset()
    short: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """The category chosen and why, so that the rule can be looked up (财会〔2024〕11号 17: 可查询、可校验、可追溯)."""

    category: Text
    why: Text


def choose(document: Document, categories: Sequence[Category], fallback: Text) -> Choice:
    """The first category whose tax short name fits a line, else whose word occurs, else whose kind fits."""
    shorts = [s for line in document.lines for s in re.findall(r"\*([^*]+)\*", line.name)]
    for category in categories:
        for short in category.short:
            if short in shorts:
                return Choice(category.name, Text(f"税收分类「{short}」", f"tax class “{short}”"))
    for category in categories:
        if document.kind in category.kinds:
            return Choice(category.name, Text("票据种类", "kind of document"))
    said = " ".join([*(line.name for line in document.lines), document.seller_name or "", document.type or ""]).lower()
    for category in categories:
        for word in category.words:
            if word in said:
                return Choice(category.name, Text(f"用语「{word}」", f"the word “{word}”"))
    return Choice(fallback, Text("没有规则适用", "no rule fits"))
