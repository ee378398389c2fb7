"""What `guidang channels check` finds out about a platform, one thing at a time."""

from __future__ import annotations

from dataclasses import dataclass

from archive.words import Text


@dataclass(frozen=True, slots=True)
class Found:
    """One thing looked at; what to do when it is not well."""

    ok: bool
    what: Text
    then: Text | None = None
