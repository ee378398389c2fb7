"""The trail: a chain of entries in which each carries the digest of the one before, so that none can go unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody did, before it is chained. `about` is an item, case, person or file id."""

    who: str  # person id, or "system"
    action: str  # received read filed corrected approved rejected archived viewed downloaded exported signed_in …
    about: str
    at: datetime  # UTC, milliseconds
    channel: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry in its place in the chain."""

    seq: int  # from 1, without gaps
    entry: Entry
    previous: str  # digest of link seq-1; GENESIS for the first
    digest: str


def digest_of(seq: int, entry: Entry, previous: str) -> str:
    """SHA-256 over a canonical form of the link's content, lower-case hex."""
    canonical = json.dumps(
        [seq, entry.who, entry.action, entry.about, entry.at.isoformat(timespec="milliseconds"), entry.channel,
         sorted(entry.facts.items()), previous],
        ensure_ascii=False, separators=(",", ":"),
    )  # fmt: skip
    return hashlib.sha256(canonical.encode()).hexdigest()


def link(seq: int, entry: Entry, previous: str) -> Link:
    """The entry, chained."""
    return Link(seq, entry, previous, digest_of(seq, entry, previous))
