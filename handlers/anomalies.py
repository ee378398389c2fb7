"""异常: what looks unusual in the books of a period, with what its vouchers and documents leave open."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from archive.anomalies.all import anomalies
from archive.finding import Level
from archive.posting import Posting
from archive.remark import Remark
from archive.words import Text
from handlers.compared import Ledger, ledger, matched
from handlers.context import Context

#: Left-overs of reconciling: the last month's are on their way, and no anomaly.
_ON_THE_WAY = ("book_received_unmatched", "book_paid_unmatched")


@dataclass(frozen=True, slots=True)
class Unusual:
    """What was found, what could not be looked at, and how many vouchers the period has."""

    remarks: tuple[Remark, ...]
    unchecked: tuple[Text, ...]
    vouchers: int


async def unusual(ctx: Context, company: str, months: Sequence[str]) -> Unusual:
    """Of these months. Raises NoBooks."""
    books = await ledger(ctx, company)
    log = await ctx.books.records(company, "postings", Posting)
    limits = sorted({rule.at_least for rule in ctx.rules if rule.at_least})
    told: list[Remark] = []
    known = {v.period for v in books.vouchers}
    known |= {line.period for lines in books.statements.values() for line in lines}
    for month in months:
        if month not in known:
            continue
        result = await matched(ctx, company, month, books)
        told += [r for r in result.remarks if r.kind not in _ON_THE_WAY or month < _last_told(books)]

    def expected(day: date) -> bool:
        """Weekends that aren't worked stand out; of the holidays many hold a month's closing (1 January, 1 October)."""
        return day.weekday() < 5 or ctx.workdays.works(day)

    odd = await asyncio.to_thread(anomalies, months, books.vouchers, log, workday=expected, limits=limits)
    mine = [p for p in log if p.period in months]
    unchecked = [r.why for r in told if r.level is Level.NOTE and not r.kind.startswith(("bank_", "book_"))]
    if not mine:
        unchecked.append(
            Text(
                "没有导入这段时间的操作日志，记账时间按凭证日期看，同一人制单审核只按凭证看",
                "the accounting system's log of this time: postings are judged by the voucher's own date and names",
            )
        )
    if not limits:
        unchecked.append(
            Text("审批规则没有金额限额，没有查拆分付款", "the approval rules have no limits: split payments")
        )
    kept = [r for r in told if r.level is not Level.NOTE]
    each = {(r.kind, r.refs): r for r in (*kept, *odd)}  # two months may tell of the same: an invoice in both
    return Unusual(tuple(each.values()), tuple(unchecked), sum(v.period in set(months) for v in books.vouchers))


def _last_told(books: Ledger) -> str:
    """The last month any bank statement tells of."""
    return max((line.period for lines in books.statements.values() for line in lines), default="")
