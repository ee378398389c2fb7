"""A sentence in both languages, kept side by side so that neither is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or label, Chinese first."""

    zh: str
    en: str

    def to(self, lang: Lang) -> str:
        """The sentence in the reader's language."""
        return self.en if lang == "en" else self.zh

    def filled(self, **facts: object) -> Text:
        """The template with its {names} replaced; facts that are Texts go in in their own language."""
        return Text(
            self.zh.format(**{k: v.zh if isinstance(v, Text) else v for k, v in facts.items()}),
            self.en.format(**{k: v.en if isinstance(v, Text) else v for k, v in facts.items()}),
        )

    def __add__(self, other: Text) -> Text:
        return Text(self.zh + other.zh, self.en + other.en)


def same(words: str) -> Text:
    """A text that is the same in both languages: a name, a number, a date."""
    return Text(words, words)


def spoken(value: Text | str, lang: Lang) -> str:
    """A Text or a plain string, in the reader's language."""
    return value.to(lang) if isinstance(value, Text) else value
