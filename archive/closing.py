"""Whether a month can be closed (财会〔2024〕12号 21(三), 24): numbers run on, all posted, balanced, carried over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive import matching
from archive.ledger import Ledger
from archive.statements.statement import Statement
from archive.voucher import Voucher
from archive.words import Text, same

#: Of one point so many findings are named.
NAMED = 10


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that must be so before a month is closed."""

    name: Text
    wrong: tuple[Text, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it is."""
        return not self.wrong


def points(ledger: Ledger, month: str, vouchers: Sequence[Voucher], statements: Sequence[Statement]) -> list[Point]:
    """Every point of a month, in the order a closing is made."""
    numbers = [r.why for r in matching.numbers(vouchers)]
    unbalanced = [same(v.ref) for v in vouchers if v.difference]
    remarks = [r.why for r in ledger.remarks if r.refs and r.refs[0][:7] == month and r.kind != "unbalanced"]
    if month not in ledger.months or ledger.months[month].vouchers == 0:
        remarks.insert(0, Text(f"{month} 没有凭证", f"{month} has no vouchers"))
    return [
        Point(Text("凭证编号连续", "Voucher numbers run on"), _some(numbers)),
        Point(Text("凭证借贷平衡", "Vouchers balance"), _some(unbalanced)),
        Point(Text("凭证全部记账", "All vouchers are posted"), _some(list(_unposted(vouchers)))),
        Point(Text("与余额表相符", "Ties with the trial balance"), _some(remarks)),
        Point(Text("损益已结转", "Results are carried over"), _some(list(_open(ledger, month)))),
        Point(
            Text("报表勾稽相符", "Statements tie"), _some([c.name for s in statements for c in s.checks if not c.ok])
        ),
    ]


def _some(found: Sequence[Text]) -> tuple[Text, ...]:
    if len(found) <= NAMED:
        return tuple(found)
    return (*found[:NAMED], Text(f"另有 {len(found) - NAMED} 处", f"{len(found) - NAMED} more"))


def _unposted(vouchers: Sequence[Voucher]) -> Iterator[Text]:
    """Where the export tells who posted: those nobody posted."""
    if any(v.poster for v in vouchers):
        yield from (same(v.ref) for v in vouchers if not v.poster)


def _open(ledger: Ledger, month: str) -> Iterator[Text]:
    if month not in ledger.months:
        return
    closing = ledger.closing(month) or {}
    for account, amount in sorted(closing.items()):
        node = ledger.chart.nodes[account]
        if amount and node.group in ("income", "expense"):
            yield Text(f"{account} {node.name} 余额 {amount:,.2f}", f"{account} {node.name}: {amount:,.2f} left")
