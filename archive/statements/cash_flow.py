"""现金流量表, direct: by the 现金流量项目 the vouchers carry, else by the counterparts of each voucher that moves cash.

Counterparts follow the official table of 小企业会计准则 row by row, which suits 企业会计准则 as well; input and
output tax goes with what it was paid on; what moves between cash accounts is no flow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.chart import Chart, Node
from archive.ledger import Ledger
from archive.money import CENT, thousands
from archive.statements.form import CashRules, Form, Rule, item_name
from archive.statements.statement import Check, Part, Statement, fits, summed
from archive.sums import Pattern
from archive.voucher import ZERO
from archive.words import Text

Flows = dict[tuple[str, str], Decimal]  # (key, counterpart account) → received


@dataclass(frozen=True, slots=True)
class Flowed:
    """A month's flows, and how they were told."""

    flows: Flows
    by_item: int = 0  # vouchers
    by_counterpart: int = 0
    unknown: Mapping[str, Decimal] | None = None  # items nobody knows → what they received
    unread: Decimal = ZERO  # change of cash in months without vouchers


def is_cash(node: Node) -> bool:
    """Cash and cash equivalents: cash, bank, other money that isn't tied up (《企业会计准则第31号》 Art 2)."""
    return node.role in ("库存现金", "银行存款") or (node.role == "其他货币资金" and node.tag != "受限")


def flows_of(chart: Chart, rules: CashRules, patterns: Iterable[Pattern]) -> Flowed:
    """The flows of a month's vouchers."""
    found: Flows = defaultdict(lambda: ZERO)
    unknown: dict[str, Decimal] = defaultdict(lambda: ZERO)
    counted = [0, 0]
    unread = ZERO
    for p in patterns:
        cash = [(leg, a) for leg, a in p.signed() if is_cash(chart.nodes[leg.account])]
        if not cash or p.transfer:
            continue
        if p.filled and len(p.legs) > 12:  # a whole month in one: nothing can be told from it
            unread += sum((a for _, a in cash), ZERO)
            continue
        mine = _by_items(p, chart, rules, sum((a for _, a in cash), ZERO), unknown)
        told = mine if mine is not None else _by_counterparts(p, chart, rules)
        if told:
            counted[mine is None] += p.count
        for key, amount in told.items():
            found[key] += amount
    return Flowed(dict(found), counted[0], counted[1], dict(unknown), unread)


def month_flows(ledger: Ledger, rules: CashRules, month: str) -> Flowed:
    """The flows of one of the ledger's months, worked out once."""
    known: Flowed | None = ledger.memo.get(("flows", month))
    if known is None:
        known = ledger.memo["flows", month] = flows_of(ledger.chart, rules, ledger.months[month].patterns)
    return known


def _by_items(p: Pattern, chart: Chart, rules: CashRules, change: Decimal, unknown: dict[str, Decimal]) -> Flows | None:
    """By the items on its lines; None where they don't make up the change of cash."""
    named = [(leg, c) for leg, c in zip(p.legs, p.cash, strict=True) if leg.item]
    if not named or sum((c for _, c in named), ZERO) != change:
        return None
    others = sorted({leg.account for leg in p.legs if not is_cash(chart.nodes[leg.account])})
    found: Flows = defaultdict(lambda: ZERO)
    for leg, amount in named:
        key = rules.items.get(item_name(leg.item))
        if key is None:
            unknown[leg.item] += amount
            key = "other_in" if amount > 0 else "other_out"
        own = leg.account if leg.account in others else others[0] if others else leg.account
        found[key, own] += amount
    return found


def _by_counterparts(p: Pattern, chart: Chart, rules: CashRules) -> Flows:
    others = [(leg, a) for leg, a in p.signed() if not is_cash(chart.nodes[leg.account])]
    if not others:
        return {}
    paid = _paid(p, chart)
    keyed = [(leg, -a, counterpart(chart.nodes[leg.account], rules, debit=leg.debit)) for leg, a in others]
    kinds = {k for _, _, k in keyed}
    found: Flows = defaultdict(lambda: ZERO)
    loose = []
    for leg, amount, key in keyed:
        if key in ("vat", "fx") and kinds - {key}:
            loose.append((leg, amount))
        else:
            found[_settled(key, kinds, chart, paid=paid), leg.account] += amount
    for leg, amount in loose:
        _spread(found, leg.account, amount)
    return found


def _settled(key: str, kinds: set[str], chart: Chart, *, paid: bool) -> str:
    """A key that depends on the rest of its voucher: what was withheld from wages stays with them."""
    if "wages" in kinds and key in ("other", "personal_tax", "taxes", "tax_refund"):
        return "wages"
    if key == "personal_tax":  # 个人所得税 paid for employees is paid for them; the small standard has it among taxes
        return "wages" if chart.standard == "asbe" else "taxes"
    if key == "vat":
        return "taxes" if paid else "tax_refund"
    if key == "other":
        return "other_out" if paid else "other_in"
    return key


def _paid(p: Pattern, chart: Chart) -> bool:
    """Whether cash stands on the credit side: a red correction keeps the side of what it corrects."""
    debit = credit = ZERO
    for leg, amount in zip(p.legs, p.amounts, strict=True):
        if is_cash(chart.nodes[leg.account]):
            debit, credit = (debit + amount, credit) if leg.debit else (debit, credit + amount)
    return abs(credit) >= abs(debit)


def _spread(found: Flows, account: str, amount: Decimal) -> None:
    """Tax follows what it was paid on, by amounts; the last share takes the rest of the cents."""
    weights = [(key, abs(a)) for key, a in found.items() if a]
    whole = sum((w for _, w in weights), ZERO)
    if not whole:
        found["other_out" if amount < 0 else "other_in", account] += amount
        return
    left = amount
    for n, (key, weight) in enumerate(weights):
        share = left if n == len(weights) - 1 else (amount * weight / whole).quantize(CENT)
        left -= share
        found[key] += share


def rule_for(rules: Sequence[Rule], node: Node) -> Rule | None:
    """The most telling rule: one for the tag before one for the role."""
    exact = next((r for r in rules if r.term.tag is not None and fits(r.term, node)), None)
    return exact or next((r for r in rules if r.term.tag is None and fits(r.term, node)), None)


def counterpart(node: Node, rules: CashRules, *, debit: bool) -> str:
    """What a counterpart on this side stands for."""
    rule = rule_for(rules.counterparts, node)
    if rule is None:
        return "other"
    return rule.debit if debit else rule.credit


def cash_at(ledger: Ledger, balances: Mapping[str, Decimal] | None) -> Decimal:
    """Cash and cash equivalents among balances."""
    found = ((a, ledger.chart.nodes[a]) for a in balances or {})
    return sum(((balances or {})[a] for a, node in found if is_cash(node)), ZERO)


def cash_flow(
    ledger: Ledger, form: Form, rules: CashRules, period: str, spans: Mapping[str, Sequence[str] | None]
) -> Statement:
    """`spans`: column → its months; None where the books don't reach."""
    columns: dict[str, dict[str, Decimal] | None] = {}
    parts: dict[str, tuple[Part, ...]] = {}
    notes: list[Text] = []
    for n, (column, months) in enumerate(spans.items()):
        if months is None:
            columns[column] = None
            continue
        flowed = [month_flows(ledger, rules, m) for m in months]
        figures, mine = _figures(ledger, form, months, flowed)
        columns[column] = figures
        if n == 0:
            parts = mine
            notes += _notes(flowed)
    names = [line.name for line in form.lines if not line.head]
    shown = {name: {c: (None if f is None else f[name]) for c, f in columns.items()} for name in names}
    first, months = next(iter(spans.items()))
    end = cash_at(ledger, ledger.closing(months[-1])) if months else ZERO
    name = Text("期末现金 = 现金类科目期末余额", "Cash at the end = balances of the cash accounts")
    checks = (Check(name, shown[form.facts["closing"]][first], end),)
    return Statement(form, period, shown, parts, tuple(notes), checks)


def _figures(
    ledger: Ledger, form: Form, months: Sequence[str], flowed: Sequence[Flowed]
) -> tuple[dict[str, Decimal], dict[str, tuple[Part, ...]]]:
    whole: Flows = defaultdict(lambda: ZERO)
    for each in flowed:
        for key, amount in each.flows.items():
            whole[key] += amount
    lines = {key: line for line in form.lines for key in (line.key, *line.keys) if key}
    parts: dict[str, list[Part]] = defaultdict(list)
    for (flow, account), amount in sorted(whole.items()):
        if line := lines.get(flow):
            parts[line.name].append(Part(account, -amount if line.out else amount))
    opening = cash_at(ledger, ledger.openings[months[0]])
    figures = {
        line.name: opening if line.key == "opening" else sum((p.amount for p in parts.get(line.name, ())), ZERO)
        for line in form.lines
        if not line.head and (line.key or not line.plus)
    }
    summed(form.lines, figures)
    return figures, {name: tuple(p for p in mine if p.amount) for name, mine in parts.items()}


def _notes(flowed: Sequence[Flowed]) -> list[Text]:
    notes = []
    items, others = sum(f.by_item for f in flowed), sum(f.by_counterpart for f in flowed)
    if items or others:
        notes.append(
            Text(
                f"{items} 张凭证按现金流量项目，{others} 张按对方科目",
                f"{items} vouchers by their cash flow item, {others} by their counterpart accounts",
            )
        )
    unknown: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for f in flowed:
        for item, amount in sorted((f.unknown or {}).items()):
            unknown[item] += amount
    if unknown:
        some = "；".join(f"{item} {thousands(a)}" for item, a in unknown.items())
        notes.append(
            Text(f"不认识的现金流量项目，列入其他：{some}", f"Unknown cash flow items, shown as other: {some}")
        )
    if unread := sum((f.unread for f in flowed), ZERO):
        notes.append(
            Text(
                f"没有凭证的月份现金净变动 {thousands(unread)}，无法分项，未列入各项目",
                f"Cash changed by {thousands(unread)} in months without vouchers: it is in no line",
            )
        )
    return notes
