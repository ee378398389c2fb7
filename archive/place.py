"""Where on its original a value was read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands: page from 0, box (left, top, right, bottom) as fractions of the page as it is shown."""

    page: int
    box: tuple[float, float, float, float]
