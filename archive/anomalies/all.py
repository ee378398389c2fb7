"""Everything unusual of a period in one list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from archive.anomalies.figures import benford, outliers
from archive.anomalies.hands import Workday, dated_off, made_late, off_hours, one_hand
from archive.anomalies.payments import in_a_row, paid_twice, payments, round_expenses, split
from archive.posting import Posting
from archive.remark import Remark
from archive.voucher import Voucher


def anomalies(
    period: Iterable[str],
    vouchers: Sequence[Voucher],
    postings: Sequence[Posting] = (),
    *,
    workday: Workday,
    limits: Sequence[Decimal] = (),
) -> tuple[Remark, ...]:
    """What looks unusual in these months ("2026-04"), each with its reason.

    `vouchers`: all of the company's, since a sum is unusual beside others; `postings`: the log of the accounting
    system, all of it; `limits`: sums from which a further approval is needed. Gaps, repeats, missing documents and
    unbalanced vouchers are findings of archive.matching.
    """
    months = frozenset(period)
    mine = [v for v in vouchers if v.period in months]
    log = [p for p in postings if p.period in months]
    paid = payments(vouchers)
    return (
        *one_hand(mine, log),
        *(off_hours(log, workday) if log else dated_off(mine, workday)),
        *made_late(log),
        *round_expenses(mine),
        *paid_twice(paid, months),
        *split(paid, limits, months),
        *in_a_row(vouchers, months),
        *outliers(vouchers, months),
        *benford(mine),
    )
