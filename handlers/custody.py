"""What the later life of the archive needs: units, checks, hand-overs, packages; small Protocols in one value."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from archive.destroying import Next, Tombstone
from archive.destruction import Case
from archive.four_properties.evidence import Content, Evidence
from archive.four_properties.scheme import Result, Scheme
from archive.four_properties.verdict import Stage
from archive.handover import Handover
from archive.inspection import Run
from archive.item import FileRef, Item
from archive.package.arrival import Arrival
from archive.package.card import UnitCard
from archive.selection import Selection
from archive.trail import Entry
from archive.unit import Paper, Unit
from archive.words import Text


class Units(Protocol):
    """The 件 of the archive in a stable order."""

    async def unit(self, company: str, unit_id: str) -> Unit:
        """By its id or its 档号. Raises NotFound."""

    async def page(self, selection: Selection, after: str, limit: int) -> tuple[list[Unit], str]:
        """The next units after a place ("" from the start) and the place of the last; "" when there are no more."""

    async def count(self, selection: Selection) -> int:
        """How many."""


class Inspections(Protocol):
    """Runs and their results, kept."""

    async def new_id(self, at: datetime) -> str: ...

    async def begin(self, run: Run, entry: Entry) -> None: ...

    async def run(self, run_id: str) -> Run:
        """Raises NotFound."""

    async def runs(self, company: str, limit: int = 20) -> list[Run]:
        """The last begun first."""

    async def running(self) -> list[Run]: ...

    async def keep(self, before: Run, after: Run, results: Sequence[Result], entries: Sequence[Entry]) -> None:
        """One step, in one transaction. Raises ChangedMeanwhile."""

    async def cancel(self, run_id: str, entry: Entry) -> Run:
        """Raises NotFound, ChangedMeanwhile."""

    async def results(self, unit: str, limit: int = 10) -> list[Result]:
        """A unit's, the latest first."""

    async def failures(self, run_id: str, limit: int) -> list[Result]: ...

    async def failing(self, run_id: str) -> set[str]: ...

    def all_results(self, run_id: str) -> AsyncIterator[Result]: ...


class Examiner(Protocol):
    """Looks at units: their files decrypted, digested, opened and scanned in worker processes."""

    async def examine(
        self, units: Sequence[Unit], today: date, *, keep: bool = False
    ) -> list[tuple[Evidence, tuple[bytes, ...]]]:
        """The evidence of each, and with `keep` the plain bytes of its files (empty for one that can't be read)."""

    async def look(self, files: Sequence[tuple[Paper, bytes]]) -> list[Content]:
        """Files that come from outside, as they are."""

    async def calm(self) -> None:
        """Waits while people's documents are being read: checking gives way to them."""


class Receiving(Protocol):
    """Taking packages in."""

    async def arrival(self, company: str, digest: str) -> Arrival | None: ...

    async def begin(self, arrival: Arrival) -> Arrival:
        """Written down; one that was begun before is returned as it stands."""

    async def take(
        self, arrival: Arrival, card: UnitCard, files: Sequence[FileRef], at: datetime, ids: Sequence[str]
    ) -> tuple[Arrival, list[Item]]:
        """One unit with its originals, in one transaction; the same again changes nothing. Raises DuplicateFile."""


class Handovers(Protocol):
    """Hand-overs within a company."""

    async def begin(self, case: Handover, entry: Entry) -> Handover:
        """The case with its number. Raises AlreadyHandedOver."""

    async def case(self, case_id: str) -> Handover:
        """Raises NotFound."""

    async def cases(self, company: str, limit: int = 10) -> list[Handover]:
        """The latest first."""

    async def live(self) -> list[Handover]: ...

    async def of_year(self, company: str, year: int) -> tuple[Handover | None, str]:
        """The year's latest case and the day until which a delay was agreed to ("" for none)."""

    async def change(
        self, case_id: str, step: Callable[[Handover], tuple[Handover, Sequence[Entry]]], keepers: Sequence[str] = ()
    ) -> Handover:
        """A pure step, in one transaction; `keepers`: units the archive keeps from then on."""

    async def delay(self, company: str, year: int, until: str, entry: Entry) -> None: ...

    async def keeper(self, unit: str) -> str:
        """`archive`, or "" while accounting keeps it."""

    async def code(self, person: str, case: str) -> str: ...

    async def redeem(self, person: str, case: str, code: str) -> bool: ...


class Destructions(Protocol):
    """鉴定销毁: cases, and the units they destroy."""

    async def begin(self, case: Case, year: int, channel: str = "") -> Case:
        """The case with its number."""

    async def case(self, case_id: str) -> Case:
        """Raises NotFound."""

    async def cases(self, company: str, limit: int = 10) -> list[Case]:
        """The latest first."""

    async def live(self) -> list[Case]: ...

    async def change(self, case_id: str, step: Callable[[Case], Case]) -> Case:
        """archive.destruction.step, in one transaction with its entry."""

    async def stones(self, case_id: str) -> list[Tombstone]: ...

    async def spared(self, case_id: str) -> dict[str, str]:
        """档号 → why it was not destroyed after all."""

    async def destroy(self, case_id: str, unit_id: str, open_: Mapping[str, Text], today: date, at: datetime) -> Next:
        """All that is to be done with one unit, wherever it stands. Raises DestructionElsewhere."""

    async def rest(self, case_id: str) -> list[str]:
        """Units whose keys are gone and that are not swept yet."""


@dataclass(frozen=True, slots=True)
class Custody:
    """The ports and the schemes, wired in bot/custody.py."""

    units: Units
    inspections: Inspections
    examiner: Examiner
    receiving: Receiving
    handovers: Handovers
    destructions: Destructions
    schemes: Mapping[Stage, Scheme]
    yearly: str = ""  # month-day on which the check of what is kept begins by itself
    deputies: Mapping[str, str] = field(default_factory=dict)  # absent → who signs for them
