"""账龄 from the books: what each party owes or is owed, by age, tied to the balance of its accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from archive.ageing import Aged, Move, ageing
from archive.analysis.parties import names
from archive.ledger import Ledger, before, months_between
from archive.sums import key_of
from archive.voucher import ZERO, Voucher

#: Which accounts are aged: role → whether a debit is owed to us.
ROLES: Mapping[str, bool] = {"应收账款": True, "其他应收款": True, "应付账款": False, "其他应付款": False}
#: Whom an entry or an opening balance without a party belongs to.
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Owed:
    """One role's balance by party and age; `balance` is that of its accounts, which the parties must add up to."""

    role: str
    aged: tuple[Aged, ...]
    balance: Decimal
    untold: Decimal  # of the opening balance: owed by nobody the books name

    @property
    def total(self) -> Decimal:
        """What the parties come to."""
        return sum((a.total for a in self.aged), ZERO)


def owed(ledger: Ledger, vouchers: Sequence[Voucher], month: str) -> list[Owed]:
    """At the end of the month, by role; roles without any balance or movement are left out.

    What was owed before the books begin is dated the day before: it is at least as old as that.
    """
    end = before(month, -1)
    at = date(int(end[:4]), int(end[5:]), 1) - timedelta(days=1)
    called = names(ledger, vouchers)
    found = []
    for role, debit in ROLES.items():
        accounts = {a for a, node in ledger.chart.nodes.items() if node.role == role}
        sign = 1 if debit else -1
        opening, untold = _opening(ledger, accounts, sign)
        moves = [*opening, *_moves(ledger, vouchers, accounts, sign, month, called)]
        moves += _filled(ledger, accounts, sign, month)
        closing = ledger.closing(month) or {}
        balance = sign * sum((closing.get(a, ZERO) for a in accounts), ZERO)
        aged = ageing(moves, at)
        if aged or balance:
            found.append(Owed(role, aged, balance, untold))
    return found


def _opening(ledger: Ledger, accounts: set[str], sign: int) -> tuple[list[Move], Decimal]:
    """The balances with which the books begin, by party where the party table adds up to the account."""
    first = ledger.first
    day = date(int(first[:4]), int(first[5:]), 1) - timedelta(days=1)
    moves: list[Move] = []
    untold = ZERO
    for account in sorted(accounts):
        balance = ledger.openings[first].get(account, ZERO)
        parties = ledger.details(account, before(first)) if balance else {}
        if parties is None:
            parties = {NOBODY: balance}
            untold += sign * balance
        moves += [Move(party, day, sign * amount) for party, amount in parties.items() if amount]
    return moves, untold


def _moves(
    ledger: Ledger, vouchers: Sequence[Voucher], accounts: set[str], sign: int, month: str, called: Mapping[str, str]
) -> list[Move]:
    found = []
    for v in vouchers:
        if v.period > month or v.period < ledger.first:
            continue
        on = v.date or date(v.year, v.month, 28)
        for line in v.lines:
            if key_of(line) in accounts and line.amount:
                party = called.get(line.party, line.party)
                found.append(Move(party, on, sign * line.amount, v.ref))
    return found


def _filled(ledger: Ledger, accounts: set[str], sign: int, month: str) -> list[Move]:
    """What trial balances have beyond the vouchers, and what they open with otherwise: of no party."""
    found = []
    for each in months_between(ledger.first, month):
        amount = sum(
            (a for p in ledger.months[each].patterns if p.filled for leg, a in p.signed() if leg.account in accounts),
            ZERO,
        )
        if each != ledger.first:
            last = before(each)
            carried = sum(
                (ledger.openings[last].get(a, ZERO) + ledger.months[last].moved.get(a, ZERO) for a in accounts), ZERO
            )
            amount += sum((ledger.openings[each].get(a, ZERO) for a in accounts), ZERO) - carried
        if amount:
            found.append(Move(NOBODY, date(int(each[:4]), int(each[5:]), 1), sign * amount))
    return found
