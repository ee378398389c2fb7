"""What a file of books holds: its kind, mapping, records and everything that was noticed. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from archive.account import Account
from archive.asset import AssetCard
from archive.balance import Balance
from archive.bank_line import BankLine
from archive.budget import BudgetLine
from archive.errors import Problem
from archive.posting import Posting
from archive.remark import Remark
from archive.voucher import Voucher
from intake.sheet.columns import BookKind

Record: TypeAlias = Voucher | Balance | Account | AssetCard | BankLine | Posting | BudgetLine


@dataclass(frozen=True, slots=True)
class Book:
    """One file as understood. `mapping`: heading → field; `unmapped`: headings nobody asked for."""

    name: str
    kind: BookKind | None = None
    source: str = ""  # of its form: see Header.source
    form: str = ""  # of its headings alone
    given: Mapping[str, str] = field(default_factory=dict)  # heading → field, where a person said so
    sheet: str = ""
    encoding: str = ""
    header_row: int = 0  # from 1
    mapping: Mapping[str, str] = field(default_factory=dict)
    unmapped: tuple[str, ...] = ()
    company: str = ""  # as its banner says
    records: tuple[Record, ...] = ()
    rows: int = 0  # rows of data read
    remarks: tuple[Remark, ...] = ()
    error: Problem | None = None

    @property
    def periods(self) -> tuple[str, ...]:
        """The months in it, in order."""
        return tuple(sorted({r.period for r in self.records if not isinstance(r, Account | AssetCard)}))
