"""What borrowing and audit sampling need of storage, as small Protocols in one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from archive.borrowing import Loan, Use
from archive.sampling import Sample
from archive.trail import Entry


class Loans(Protocol):
    """Borrowings and the register of uses."""

    async def ask(self, case: Loan, channel: str = "") -> Loan:
        """The case with its number."""

    async def loan(self, company: str, loan_id: str) -> Loan:
        """Raises NotFound."""

    async def open(self, company: str) -> list[Loan]:
        """Those asked for, running and overdue, the earliest first."""

    async def of_year(self, company: str, year: int, limit: int = 0) -> list[Loan]:
        """Those asked for in a year, the last first; `limit` 0 is all."""

    async def uses(self, company: str, year: int) -> list[Use]:
        """Uses through loans asked for in a year, loan by loan."""

    async def change(
        self, company: str, loan_id: str, step: Callable[[Loan], tuple[Loan, Use | None, Entry] | None]
    ) -> Loan:
        """A pure step with its use, kept in one transaction. Raises NotFound, and what the step raises."""


class Samples(Protocol):
    """Samples as they were drawn."""

    async def keep(self, sample: Sample, at: datetime, channel: str = "") -> Sample:
        """The sample with its number."""

    async def sample(self, company: str, sample_id: str) -> Sample:
        """Raises NotFound."""

    async def last(self, company: str, limit: int = 10) -> list[Sample]:
        """The latest first."""


@dataclass(frozen=True, slots=True)
class Lending:
    """The ports, wired in bot/app.py."""

    loans: Loans
    samples: Samples
