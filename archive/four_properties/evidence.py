"""What the checks look at: facts gathered of one 件 beforehand, so that judging them needs nothing but these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from archive.authentic import Authenticity
from archive.unit import Paper, Unit
from archive.words import Text

_NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Scan:
    """What a virus scanner said. `problem` says why it said nothing; `engine` is its name and version."""

    engine: str = ""
    found: str = ""  # the name of what it found; empty: nothing
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """What came of opening a file. `carrier` by its content; `why` is empty when it opens."""

    carrier: str = ""
    why: Text = _NOTHING
    pages: int = 0

    @property
    def opens(self) -> bool:
        """Whether it does."""
        return bool(self.carrier) and not self.why.zh


@dataclass(frozen=True, slots=True)
class Content:
    """One file as it was found. `problem`: missing, no_key, broken, or empty when its bytes could be read.

    Digests are of the decrypted bytes, computed anew. `linked`: whether the file's own register names this record.
    """

    paper: Paper
    problem: str = ""
    size: int = 0
    sha256: str = ""
    sm3: str = ""
    opening: Opening | None = None
    linked: bool | None = None
    signed: Authenticity | None = None
    scan: Scan | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """The trail of the unit: how many entries, which don't agree with their digest, whether it ends as the record."""

    links: int
    broken: tuple[int, ...] = ()  # places in the chain
    agrees: bool | None = None  # the record with the digest its last entry holds; None: it has none of its own
    sealed: bool = True  # the head of the chain bears a right seal


@dataclass(frozen=True, slots=True)
class Carried:
    """The package it came in: what its manifest and register say against what is there."""

    manifest: str  # SHA-256 of the manifest
    signed: bool
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    unpacks: bool = True
    registered_files: int = 0  # of this unit, by the register
    register: Mapping[str, str] = field(default_factory=dict)  # heading → value, of this unit's row


@dataclass(frozen=True, slots=True)
class Carrier:
    """The medium it was read from: what it is, and whether every byte could be read."""

    kind: str
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything known of one unit. None: nobody looked."""

    unit: Unit
    today: date
    contents: tuple[Content, ...]
    source: str = ""  # by which channel or system it came in
    same_number: int | None = None  # units that bear this 档号; 1 is itself
    previous: str | None = None  # the 档号 before it where that one is missing; "" when it is there
    attachments: int | None = None  # 附件数, as registered
    process: Process | None = None
    package: Carried | None = None
    carrier: Carrier | None = None
