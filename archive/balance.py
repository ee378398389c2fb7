"""Trial balances (科目余额表): one row an account and month, signed, and the sums that must hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.finding import Level
from archive.money import thousands
from archive.remark import Remark
from archive.words import Text

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Balance:
    """One row. Balances are debit positive, credit negative; turnovers as printed."""

    period: str  # 2026-04
    account: str  # digits only
    name: str
    opening: Decimal = ZERO
    debit: Decimal = ZERO  # 本期发生
    credit: Decimal = ZERO
    closing: Decimal = ZERO
    year_debit: Decimal | None = None  # 本年累计
    year_credit: Decimal | None = None
    party: str = ""  # customer, supplier or person below the account: its code
    party_name: str = ""
    row: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        """Its place in the books."""
        return (self.period, self.account, self.party)


def check(rows: Sequence[Balance]) -> tuple[Remark, ...]:
    """Opening ± turnover = closing in each row; children add up to their parent; the sides are equal overall."""
    return (*_rows(rows), *_levels(rows), *_sides(rows))


def _rows(rows: Iterable[Balance]) -> Iterator[Remark]:
    for r in rows:
        made = r.opening + r.debit - r.credit
        if made != r.closing:
            a, b = thousands(made), thousands(r.closing)
            why = Text(
                f"{r.account} {r.name}：期初 + 借 − 贷 = {a}，期末写的是 {b}",
                f"{r.account} {r.name}: opening + debit − credit = {a}, but closing says {b}",
            )
            yield Remark("balance_row", Level.STOP, (r.account,), why, r.row)


def _levels(rows: Sequence[Balance]) -> Iterator[Remark]:
    plain = [r for r in rows if not r.party]
    for period in sorted({r.period for r in plain}):
        known = {r.account: r for r in plain if r.period == period}
        under: dict[str, list[Balance]] = {}
        for code, row in known.items():
            if parent := _above(code, known):
                under.setdefault(parent, []).append(row)
        for code, children in under.items():
            whole, parts = known[code].closing, sum((c.closing for c in children), ZERO)
            if whole != parts:
                a, b = thousands(parts), thousands(whole)
                why = Text(
                    f"{code} {known[code].name}：下级期末合计 {a}，本级 {b}",
                    f"{code} {known[code].name}: the accounts below close at {a} together, it says {b}",
                )
                yield Remark("balance_levels", Level.WARN, (code,), why, known[code].row)


def _above(code: str, known: Iterable[str] | dict[str, Balance]) -> str | None:
    return next((code[:n] for n in range(len(code) - 1, 2, -1) if code[:n] in known), None)


def _sides(rows: Sequence[Balance]) -> Iterator[Remark]:
    """Only where all first-level accounts are there: a table of one customer's balances need not be even."""
    for period in sorted({r.period for r in rows}):
        known = {r.account: r for r in rows if r.period == period and not r.party}
        top = [r for code, r in known.items() if _above(code, known) is None]
        if len({r.account[:1] for r in top}) < 3:
            continue
        for name, zh, en in (("opening", "期初", "opening"), ("closing", "期末", "closing")):
            if rest := sum((getattr(r, name) for r in top), ZERO):
                d = thousands(rest)
                why = Text(f"{period} {zh}借贷不平，相差 {d}", f"{period} {en} does not balance, difference {d}")
                yield Remark("balance_sides", Level.STOP, (period,), why)
        if rest := sum((r.debit - r.credit for r in top), ZERO):
            d = thousands(rest)
            why = Text(f"{period} 本期发生借贷不平，相差 {d}", f"{period} turnover does not balance, difference {d}")
            yield Remark("balance_sides", Level.STOP, (period,), why)
