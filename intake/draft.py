"""A document being read: values with their source, how sure they are and where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from archive.document import Document, Kind, Line
from archive.finding import Finding
from intake.limits import TEXT_LENGTH
from intake.reading import Found, Place
from intake.rows import Span

#: Fields of Document that a reader fills one by one.
MONEY = ("amount_excl_tax", "tax", "total")


@dataclass(slots=True)
class Draft:
    """What one source says about one document. The first value put for a field stays."""

    source: str
    kind: Kind = Kind.OTHER
    values: dict[str, Any] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    pages: tuple[int, int] = (0, 0)
    text: str = ""

    def put(self, name: str, value: Any, span: Span | None = None, sure: float = 1.0) -> None:
        """Sets a field once; empty values are passed over. `sure` is lowered by the span's own score."""
        if value is None or value == "" or name in self.values:
            return
        self.values[name] = value.quantize(Decimal("0.01")) if name in MONEY else value
        self.confidence[name] = round(min(1.0, sure * (span.score if span else 1.0)), 3)
        if span:
            self.places[name] = Place(span.page, span.box)

    def note(self, name: str, value: str | None) -> None:
        """Sets an extra once; empty values are passed over."""
        if value:
            self.extra.setdefault(name, value)

    def get(self, name: str) -> Any:
        """The value of a field, or None."""
        return self.values.get(name)

    def found(self, source: Mapping[str, str] | None = None) -> Found:
        """The frozen value readers hand back; `source` tells whose word each field is, if not all its own."""
        document = Document(kind=self.kind, lines=tuple(self.lines), extra=dict(self.extra), **self.values)
        return Found(
            document=document,
            source=dict(source) if source is not None else dict.fromkeys(self.values, self.source),
            confidence=dict(self.confidence),
            places=dict(self.places),
            warnings=tuple(self.warnings),
            pages=self.pages,
            text=self.text[:TEXT_LENGTH],
        )
