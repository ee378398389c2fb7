"""利润表: net movement of profit and loss accounts on their natural side, without the transfer to 本年利润."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from archive.ledger import Ledger
from archive.statements.form import Form
from archive.statements.statement import INPUT, Check, Part, Statement, fits, summed
from archive.voucher import ZERO
from archive.words import Text


def moved(ledger: Ledger, months: Sequence[str]) -> dict[str, Decimal]:
    """Account → debit less credit of business in these months."""
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for month in months:
        for account, (debit, credit) in ledger.months[month].turnover.items():
            found[account] += debit - credit
    return found


def income(
    ledger: Ledger,
    form: Form,
    period: str,
    spans: Mapping[str, Sequence[str] | None],
    inputs: Mapping[str, Mapping[str, Decimal]],
) -> Statement:
    """`spans`: column → its months; None where the books don't reach. The first column's parts are kept."""
    columns: dict[str, dict[str, Decimal] | None] = {}
    parts: dict[str, tuple[Part, ...]] = {}
    for n, (column, months) in enumerate(spans.items()):
        if months is None:
            columns[column] = None
            continue
        figures, mine = _figures(ledger, form, months, inputs)
        columns[column] = figures
        if n == 0:
            parts = mine
    names = [line.name for line in form.lines if not line.head]
    shown = {name: {c: (None if f is None else f[name]) for c, f in columns.items()} for name in names}
    first = next(iter(spans.values())) or ()
    checks = list(_checks(ledger, form, first, shown[form.facts["profit"]][next(iter(spans))] or ZERO))
    return Statement(form, period, shown, parts, (), tuple(checks))


def _figures(
    ledger: Ledger, form: Form, months: Sequence[str], inputs: Mapping[str, Mapping[str, Decimal]]
) -> tuple[dict[str, Decimal], dict[str, tuple[Part, ...]]]:
    parts: dict[str, list[Part]] = defaultdict(list)
    for account, amount in sorted(moved(ledger, months).items()):
        node = ledger.chart.nodes[account]
        if not amount or not node.role:
            continue
        for line in form.lines:
            if any(fits(t, node) for t in line.terms):
                parts[line.name].append(Part(account, -amount if line.credit else amount))
    for line in form.lines:
        if line.input:
            given = sum((inputs.get(m, {}).get(line.input, ZERO) for m in months), ZERO)
            if given:
                parts[line.name].append(Part(INPUT + line.input, given))
    figures = {
        line.name: sum((p.amount for p in parts.get(line.name, ())), ZERO)
        for line in form.lines
        if not line.head and not line.plus
    }
    summed(form.lines, figures)
    return figures, {name: tuple(mine) for name, mine in parts.items()}


def net_profit(ledger: Ledger, months: Sequence[str]) -> Decimal:
    """All profit and loss accounts together, straight from the ledger: no form in between."""
    return -sum((a for account, a in moved(ledger, months).items() if _is_result(ledger, account)), ZERO)


def _is_result(ledger: Ledger, account: str) -> bool:
    node = ledger.chart.nodes[account]
    return node.group in ("income", "expense")


def _checks(ledger: Ledger, form: Form, months: Sequence[str], profit: Decimal) -> list[Check]:
    found = [
        Check(
            Text("净利润 = 全部损益科目净额", "Net profit = all profit and loss accounts"),
            profit,
            net_profit(ledger, months),
        )
    ]
    carried = carried_over(ledger, months)
    still = open_result(ledger, months)
    found.append(
        Check(
            Text(
                "净利润 = 结转入本年利润的净额 + 尚未结转的损益",
                "Net profit = carried over to this year's profit + not carried over yet",
            ),
            profit,
            carried + still,
        )
    )
    return found


def carried_over(ledger: Ledger, months: Sequence[str]) -> Decimal:
    """What the transfer vouchers took from profit and loss accounts, as profit.

    Of months told by a trial balance: what 本年利润 and 利润分配 gained, with what was appropriated or distributed.
    """
    found = ZERO
    for month in months:
        for p in ledger.months[month].patterns:
            for leg, amount in p.signed():
                role = ledger.chart.nodes[leg.account].role
                if p.filled:
                    if role in ("本年利润", "利润分配", "盈余公积") or (role == "应付股利" and not leg.debit):
                        found -= amount
                elif p.transfer and _is_result(ledger, leg.account):
                    found += amount
    return found


def open_result(ledger: Ledger, months: Sequence[str]) -> Decimal:
    """What profit and loss accounts still hold at the end more than at the beginning, as profit."""
    if not months:
        return ZERO
    start, end = ledger.openings[months[0]], ledger.closing(months[-1]) or {}
    return sum((start.get(a, ZERO) for a in start if _is_result(ledger, a)), ZERO) - sum(
        (end.get(a, ZERO) for a in end if _is_result(ledger, a)), ZERO
    )
