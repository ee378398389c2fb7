"""What a reader hands back: every document found in a file, each field with its source, confidence and place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from archive.authentic import Authenticity
from archive.document import Document
from archive.errors import Problem
from archive.finding import Finding
from archive.place import Place as Place

#: Sources in the order they are believed (domain: structured data first, a picture last).
SOURCES = ("xml", "attachment", "custom_tag", "custom_data", "text", "qr", "ocr")


@dataclass(frozen=True, slots=True)
class Found:
    """One document found in a file."""

    document: Document
    source: Mapping[str, str] = field(default_factory=dict)  # field → one of SOURCES
    confidence: Mapping[str, float] = field(default_factory=dict)  # field → 0…1
    places: Mapping[str, Place] = field(default_factory=dict)
    warnings: tuple[Finding, ...] = ()
    pages: tuple[int, int] = (0, 0)  # first and last page, from 0
    text: str = ""  # everything readable in it, for search


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file holds. `error` says why nothing could be read; then `found` is empty."""

    name: str
    carrier: str  # xml ofd pdf image text html unknown
    found: tuple[Found, ...] = ()
    pages: int = 0
    warnings: tuple[Finding, ...] = ()
    error: Problem | None = None
    authentic: Authenticity | None = None  # what its seals and signatures are worth; None where it can bear none
