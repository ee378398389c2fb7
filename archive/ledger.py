"""The ledger: balances and movements of every month, and balances by party, as `bookkeeping` made them of the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from archive.chart import Chart
from archive.remark import Remark
from archive.sums import Pattern, Sums
from archive.voucher import ZERO

Amounts = Mapping[str, Decimal]


def before(month: str, back: int = 1) -> str:
    """The month so many months earlier: 2026-01 → 2025-12."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 - back, 12)
    return f"{year:04}-{number + 1:02}"


def months_between(first: str, last: str) -> list[str]:
    """Every month from the first to the last, both included."""
    found = []
    at = first
    while at <= last:
        found.append(at)
        at = before(at, -1)
    return found


@dataclass(frozen=True, slots=True)
class Month:
    """What moved in a month."""

    period: str
    patterns: tuple[Pattern, ...]
    moved: Amounts  # account → debit less credit
    turnover: Mapping[str, tuple[Decimal, Decimal]]  # account → debit, credit, without the transfer of the result
    vouchers: int
    filled: bool = False  # the trial balance had to fill in
    empty: bool = False  # nothing is known of this month


@dataclass(slots=True)
class Ledger:
    """One company's books, month after month. Made by `bookkeeping.ledger_of`; read only."""

    chart: Chart
    months: dict[str, Month]
    openings: dict[str, dict[str, Decimal]]  # month → account → balance at its beginning, debit positive
    sums: Mapping[str, Sums]
    remarks: list[Remark] = field(default_factory=list)
    party_rows: dict[str, dict[str, dict[str, tuple[Decimal, Decimal]]]] = field(default_factory=dict)
    party_names: dict[str, str] = field(default_factory=dict)
    year_openings: dict[str, dict[str, Decimal]] = field(default_factory=dict)  # first month → at its year's beginning
    memo: dict[tuple[str, str], Any] = field(default_factory=dict)  # what was worked out of a month, by kind and month
    _details: dict[tuple[str, str], dict[str, Decimal] | None] = field(default_factory=dict)

    @property
    def first(self) -> str:
        """The first month of which anything is known; "" of an empty ledger."""
        return min(self.months, default="")

    @property
    def last(self) -> str:
        """The last month of which anything is known."""
        return max(self.months, default="")

    def closing(self, month: str) -> dict[str, Decimal] | None:
        """Balances at the end of a month, debit positive; None outside the books."""
        following = before(month, -1)
        if following in self.openings:
            return self.openings[following]
        if month == self.last:
            closing = dict(self.openings[month])
            for account, amount in self.months[month].moved.items():
                closing[account] = closing.get(account, ZERO) + amount
            self.openings[following] = closing
            return closing
        if month == before(self.first[:4] + "-01") and self.first in self.year_openings:
            return self.year_openings[self.first]
        return None

    def details(self, account: str, month: str) -> dict[str, Decimal] | None:
        """The account's balance at a month's end by party; None where the parties don't add up to it."""
        key = (account, month)
        if key not in self._details:
            self._details[key] = self._by_party(account, month)
        return self._details[key]

    def _by_party(self, account: str, month: str) -> dict[str, Decimal] | None:
        balance = (self.closing(month) or {}).get(account, ZERO)
        rows = self.party_rows.get(account, {})
        at: dict[str, Decimal] = {}
        start = ""
        if month in rows:
            at, start = {p: c for p, (_, c) in rows[month].items()}, before(month, -1)
        elif (following := before(month, -1)) in rows:
            at, start = {p: o for p, (o, _) in rows[following].items()}, following
        elif earlier := [m for m in rows if m < month]:
            anchor = max(earlier)
            at, start = {p: c for p, (_, c) in rows[anchor].items()}, before(anchor, -1)
        elif self.openings[self.first].get(account, ZERO) == 0:
            start = self.first
        else:
            later = sorted(m for m in rows if m > month)
            if not later:
                return None if balance else {}
            anchor = later[0]
            at = {p: o for p, (o, _) in rows[anchor].items()}
            self._roll(account, at, months_between(before(month, -1), before(anchor)), -1)
            start = before(month, -1)
        if start:
            self._roll(account, at, months_between(start, month), 1)
        if sum(at.values(), ZERO) != balance:
            return None
        return at

    def _parties(self, month: str) -> Mapping[str, Sequence[tuple[str, tuple[Decimal, Decimal]]]]:
        """Account → (party, debit and credit) of a month."""
        known: dict[str, list[tuple[str, tuple[Decimal, Decimal]]]] | None = self.memo.get(("parties", month))
        if known is None:
            known = defaultdict(list)
            for (code, party), both in self.sums[month].parties.items() if month in self.sums else ():
                known[code].append((party, both))
            self.memo["parties", month] = known
        return known

    def _roll(self, account: str, at: dict[str, Decimal], months: Iterable[str], sign: int) -> None:
        for month in months:
            for party, (debit, credit) in self._parties(month).get(account, ()):
                name = self.party_names.get(party, party)
                at[name] = at.get(name, ZERO) + sign * (debit - credit)
