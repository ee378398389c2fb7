"""A package that came in, as it is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """By the digest of its manifest, which makes it the same package again."""

    company: str  # the fonds it goes into
    digest: str
    name: str
    source: str  # the fonds it comes from
    signer: str
    units: int
    by: str
    at: datetime  # UTC
    done: int = 0  # units taken, in their order

    @property
    def id(self) -> str:
        """Its key."""
        return f"{self.company}|{self.digest}"

    @property
    def whole(self) -> bool:
        """Whether all of it is taken."""
        return self.done >= self.units
