"""所有者权益变动表: what each voucher moved within and into equity, from the year's opening to the period's end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from archive.chart import Chart
from archive.ledger import Ledger
from archive.statements.form import Form
from archive.statements.income import net_profit
from archive.statements.statement import Check, Part, Statement, summed
from archive.sums import Pattern
from archive.voucher import ZERO
from archive.words import Text

RETAINED, CAPITAL, RESERVE, SURPLUS = "未分配利润", "实收资本（或股本）", "资本公积", "盈余公积"
WHOLE = "所有者权益合计"
_COLUMNS: Mapping[str, str] = {
    "实收资本": CAPITAL, "其他权益工具": "其他权益工具", "资本公积": RESERVE, "库存股": "减：库存股",
    "其他综合收益": "其他综合收益", "专项储备": "专项储备", "盈余公积": SURPLUS, "一般风险准备": SURPLUS,
    "本年利润": RETAINED, "利润分配": RETAINED, "以前年度损益调整": RETAINED,
}  # fmt: skip
Cells = dict[tuple[str, str], Decimal]  # (line key, column) → amount


def equity(ledger: Ledger, form: Form, period: str, months: Sequence[str], figures: Mapping[str, Decimal]) -> Statement:
    """`months` run from January; `figures`: the balance sheet at their end, which every column must come to."""
    cells: Cells = defaultdict(lambda: ZERO)
    parts: dict[str, list[Part]] = defaultdict(list)
    for account, amount in sorted(ledger.openings[months[0]].items()):
        node = ledger.chart.nodes[account]
        column = _COLUMNS.get(node.role) or (RETAINED if node.group in ("income", "expense", "equity") else "")
        if column:
            cells["opening", column] -= amount
    cells["comprehensive", RETAINED] += net_profit(ledger, months)
    for month in months:
        for p in ledger.months[month].patterns:
            _moved(p, ledger.chart, cells, parts)
    shown = _table(form, cells)
    names = {line.key: line.name for line in form.lines if line.key}
    checks = [_check(column, shown["本年年末余额"][column] or ZERO, figures) for column in form.columns]
    return Statement(form, period, shown, {names[k]: tuple(v) for k, v in parts.items()}, (), tuple(checks))


def _moved(p: Pattern, chart: Chart, cells: Cells, parts: dict[str, list[Part]]) -> None:
    moved: dict[str, Decimal] = defaultdict(lambda: ZERO)
    prior = outside = expense = False
    mine: list[tuple[str, Decimal]] = []
    for leg, amount in p.signed():
        node = chart.nodes[leg.account]
        column = _COLUMNS.get(node.role, RETAINED if node.group == "equity" else "")
        if column and not (p.transfer and node.role == "本年利润" and _results(p, chart)):
            moved[column] -= amount
            mine.append((leg.account, -amount))
            prior = prior or node.role == "以前年度损益调整"
        elif not column:
            outside = True
            expense = expense or node.group == "expense"
    moved = {c: a for c, a in moved.items() if a}
    if not moved:
        return
    key = _key(moved, prior=prior, outside=outside, expense=expense)
    for column, amount in moved.items():
        own = {"其他综合收益": "comprehensive", "专项储备": "special"}.get(column, key) if outside else key
        cells[own, column] += amount
    parts[key] += [Part(account, amount) for account, amount in mine]


def _results(p: Pattern, chart: Chart) -> bool:
    return any(chart.nodes[leg.account].group in ("income", "expense") for leg in p.legs)


def _key(moved: Mapping[str, Decimal], *, prior: bool, outside: bool, expense: bool) -> str:
    """The line a movement belongs to."""
    columns = set(moved)
    if prior:
        return "errors"
    if not outside or sum(moved.values(), ZERO) == 0:
        if columns == {SURPLUS, RETAINED}:
            return "reserve" if moved[SURPLUS] > 0 else "cover_loss"
        if columns == {RESERVE, CAPITAL}:
            return "reserve_to_capital"
        if columns == {SURPLUS, CAPITAL}:
            return "surplus_to_capital"
        return "internal_other"
    if columns & {CAPITAL, "减：库存股"} or columns == {RESERVE}:
        return "share_based" if expense else "capital"
    if "其他权益工具" in columns:
        return "instruments"
    if columns == {"其他综合收益"}:
        return "comprehensive"
    if columns == {"专项储备"}:
        return "special"
    return "distribution" if RETAINED in columns else "capital_other"


def _table(form: Form, cells: Cells) -> dict[str, dict[str, Decimal | None]]:
    shown: dict[str, dict[str, Decimal | None]] = {line.name: {} for line in form.lines if not line.head}
    treasury = "减：库存股"
    for column in form.columns[:-1]:
        sign = -1 if column == treasury else 1  # printed positive, deducted
        figures = {
            line.name: sign * cells.get((line.key, column), ZERO) + ZERO  # no -0
            for line in form.lines
            if not line.plus
        }
        summed(form.lines, figures)
        for name, amount in figures.items():
            shown[name][column] = amount
    for figures_ in shown.values():
        figures_[form.columns[-1]] = sum(
            (-(a or ZERO) if c == treasury else (a or ZERO) for c, a in figures_.items()), ZERO
        )
    return shown


def _check(column: str, end: Decimal, figures: Mapping[str, Decimal]) -> Check:
    line = "所有者权益（或股东权益）合计" if column == WHOLE else column
    name = Text(f"年末{column} = 资产负债表", f"{column} at the end = balance sheet")
    return Check(name, end, figures.get(line, ZERO))
