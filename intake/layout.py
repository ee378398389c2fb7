"""Words with boxes → the document they print: labels and geometry, for PDF and OFD text and for OCR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intake.reading import Found


@dataclass(frozen=True, slots=True)
class Word:
    """A run of text in one line. Box: left, top, right, bottom as fractions of the page, from its top left corner."""

    text: str
    box: tuple[float, float, float, float]
    page: int = 0
    score: float = 1.0


def find(words: Sequence[Word], source: str) -> Found | None:
    """The one document these words print, or None; `source` is "text" or "ocr"."""
    raise NotImplementedError
