"""现金流量表补充资料 (《企业会计准则第31号》 Art 16): operating cash from net profit, by what each account moved.

A second way, which never asks which cash line a flow belongs to: every account is of a class (result, stock,
receivables, payables, long-lived or financing), and what it moved counts as cash kept back or set free. Tax on
long-lived assets, and stock or payables that became such assets, are taken out: their cash is no operating cash.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from archive.chart import Chart, Node
from archive.ledger import Ledger
from archive.statements.cash_flow import is_cash, rule_for
from archive.statements.form import CashRules, Form, item_name
from archive.statements.statement import Part, Statement, summed
from archive.sums import Leg, Pattern
from archive.voucher import ZERO

#: Flows that are no operating ones, by the item a voucher carries.
_ELSEWHERE = frozenset(
    {"invest_in", "invest_income", "disposal", "subsidiary_in", "invest_other_in", "capex", "invest_out",
     "subsidiary_out", "invest_other_out", "capital_in", "borrowed", "finance_other_in", "repaid", "dividends",
     "interest", "finance_other_out", "fx"}
)  # fmt: skip
_WORKING = ("receivables", "payables", "inventory", "other")
_WORN = ("depreciation", "rou", "amortisation", "deferred", "dta", "dtl")
_COST = frozenset({"固定资产", "使用权资产", "无形资产", "固定资产清理", "长期待摊费用", "在建工程"})
Shares = dict[tuple[str, str], Decimal]  # (class, account) → cash set free


def shares_of(chart: Chart, rules: CashRules, patterns: Iterable[Pattern]) -> Shares:
    """What each class contributes to a month's operating cash."""
    found: Shares = defaultdict(lambda: ZERO)
    for p in patterns:
        if p.transfer:
            continue
        for key, amount in _pattern(p, chart, rules).items():
            found[key] += amount
    return found


def _month_shares(ledger: Ledger, rules: CashRules, month: str) -> Shares:
    known: Shares | None = ledger.memo.get(("shares", month))
    if known is None:
        known = ledger.memo["shares", month] = shares_of(ledger.chart, rules, ledger.months[month].patterns)
    return known


def _pattern(p: Pattern, chart: Chart, rules: CashRules) -> Shares:
    found: Shares = defaultdict(lambda: ZERO)
    legs = [(leg, a, chart.nodes[leg.account]) for leg, a in p.signed()]
    cash = any(is_cash(node) for _, _, node in legs)
    others = [(leg, a, node, _class(node, rules)) for leg, a, node in legs if not is_cash(node)]
    classes = {c for _, _, _, c in others}
    loses = any(node.role in ("资产减值损失", "信用减值损失") for _, _, node, _ in others)
    sold = any(node.role in _COST for _, _, node, c in others if c == "long")
    for leg, amount, node, kind in others:
        if kind == "result":
            found["profit", leg.account] -= amount
            if back := _added_back(node, leg, others, rules):
                found[back, leg.account] += amount
        elif kind.startswith("allowance"):
            if not loses:
                found[kind.removeprefix("allowance_"), leg.account] -= amount
        elif kind in _WORN:
            if not (sold or "equity" in classes):
                found[kind, leg.account] -= amount
        elif kind in _WORKING:
            found[kind, leg.account] -= amount
    if not (cash and _operates(p, others, rules)):
        _taken_out(found)
    return found


def _class(node: Node, rules: CashRules) -> str:
    if node.group in ("income", "expense"):
        return "result"
    rule = rule_for(rules.classes, node)
    if rule:
        return rule.debit
    return "equity" if node.role == "其他综合收益" else "long"


def _added_back(node: Node, leg: Leg, others: Sequence[tuple[Leg, Decimal, Node, str]], rules: CashRules) -> str:
    """The line that takes a result out of profit because its cash isn't operating; "" for the rest."""
    if node.role == "财务费用" and node.tag == "汇兑损益":
        plain = all(c == "long" or n.tag == "汇兑损益" for _, _, n, c in others)
        return "finance" if plain else ""
    rule = rule_for(rules.added_back, node)
    return rule.debit if rule else ""


def _operates(p: Pattern, others: Sequence[tuple[Leg, Decimal, Node, str]], rules: CashRules) -> bool:
    """Whether cash of the voucher may be operating: not by its item, nor where only long-lived things stand against."""
    items = {rules.items.get(item_name(leg.item), "") for leg in p.legs if leg.item}
    if items and items <= _ELSEWHERE:
        return False
    real = [c for _, _, n, c in others if not (n.role == "应交税费" and n.tag == "增值税")]
    return not real or not all(c == "long" for c in real)


def _taken_out(found: Shares) -> None:
    """No operating cash moved: what working capital seems to set free or keep back is taken out of it again."""
    rest = sum(found.values(), ZERO)
    if not rest:
        return
    for kind in ("payables", "receivables", "inventory", "other", *_WORN, "profit"):
        mine = [key for key in found if key[0] == kind]
        if mine:
            found[mine[0]] -= rest
            return


def indirect(
    ledger: Ledger, form: Form, rules: CashRules, period: str, spans: Mapping[str, Sequence[str] | None]
) -> Statement:
    """The supplementary schedule. `spans` as in `cash_flow`."""
    columns: dict[str, dict[str, Decimal] | None] = {}
    kept: dict[str, tuple[Part, ...]] = {}
    for n, (column, months) in enumerate(spans.items()):
        if months is None:
            columns[column] = None
            continue
        whole: Shares = defaultdict(lambda: ZERO)
        for m in months:
            for share, amount in _month_shares(ledger, rules, m).items():
                whole[share] += amount
        lines = {line.key: line for line in form.lines if line.key}
        parts: dict[str, list[Part]] = defaultdict(list)
        for (kind, account), amount in sorted(whole.items()):
            parts[lines[kind].name].append(Part(account, amount))
        figures = {line.name: sum((p.amount for p in parts[line.name]), ZERO) for line in form.lines if line.key}
        summed(form.lines, figures)
        columns[column] = figures
        if n == 0:
            kept = {name: tuple(p for p in mine if p.amount) for name, mine in parts.items()}
    names = [line.name for line in form.lines if not line.head]
    shown = {name: {c: (None if f is None else f[name]) for c, f in columns.items()} for name in names}
    return Statement(form, period, shown, kept)
