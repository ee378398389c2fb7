"""Books written down by hand for tests: vouchers from short rows, and the ledger of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from archive import sums
from archive.balance import Balance
from archive.bookkeeping import ledger_of
from archive.chart import chart_of
from archive.ledger import Ledger
from archive.voucher import Line, Voucher
from config.forms import forms

#: (account, debit, credit) with party and cash flow item where there are any
Entry = tuple[str, str, str] | tuple[str, str, str, str] | tuple[str, str, str, str, str]


def voucher(month: str, number: int, entries: Iterable[Entry], summary: str = "") -> Voucher:
    """One voucher of a month."""
    lines = []
    for entry in entries:
        account, debit, credit, *more = entry
        party, item = (*more, "", "")[:2]
        lines.append(Line(account, "", summary, Decimal(debit or 0), Decimal(credit or 0), party, cash_item=item))
    return Voucher(int(month[:4]), int(month[5:]), "记", number, tuple(lines))


def opening(month: str, balances: Mapping[str, str]) -> list[Balance]:
    """A trial balance of which only the openings are known to move nothing: closing equals opening."""
    return [
        Balance(month, account, "", Decimal(amount), Decimal(0), Decimal(0), Decimal(amount))
        for account, amount in balances.items()
    ]


def ledger(
    names: Mapping[str, str],
    vouchers: Sequence[Voucher],
    balances: Sequence[Balance] = (),
    given: Mapping[str, str] | None = None,
) -> Ledger:
    """The ledger as the archive makes it."""
    months: dict[str, list[Voucher]] = {}
    for v in vouchers:
        months.setdefault(v.period, []).append(v)
    made = {m: sums.unpacked(sums.packed(sums.of(m, vs))) for m, vs in months.items()}
    return ledger_of(
        chart_of(dict(names), forms().roles, given or {}), {m: s for m, s in made.items() if s is not None}, balances
    )
