"""资产负债表: balances by role, details with the opposite sign on the other side, what no line takes told.

应收/预收 and 预付/应付 by party, 应交税费 by second-level account (财会〔2019〕6号 附件2; 小企业会计准则 附录).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from archive.ledger import Ledger, before
from archive.money import thousands
from archive.statements.form import Form, FormLine, Term
from archive.statements.statement import INPUT, Check, Part, Statement, fits, summed
from archive.voucher import ZERO
from archive.words import Text

Inputs = Mapping[str, Mapping[str, Decimal]]  # month → key → amount
_OPEN = "=损益"  # profit and loss accounts that were not carried over yet


def balance_sheet(ledger: Ledger, form: Form, period: str, month: str, inputs: Inputs) -> Statement:
    """At the end of `month`, beside the end of the year before."""
    notes: list[Text] = []
    figures, parts = _at(ledger, form, month, inputs, notes)
    year_end = before(f"{month[:4]}-01")
    earlier = _at(ledger, form, year_end, inputs, [])[0] if ledger.closing(year_end) is not None else None
    if earlier is None:
        notes.append(
            Text(
                f"没有 {year_end} 的余额，上年年末余额空缺",
                f"No balances of {year_end}: the column of last year is empty",
            )
        )
    columns = {form.columns[0]: figures} | dict.fromkeys(form.columns[1:], earlier)
    names = [line.name for line in form.lines if not line.head]
    shown = {name: {c: (None if f is None else f[name]) for c, f in columns.items()} for name in names}
    total, other = "资产总计", "负债和所有者权益（或股东权益）总计"
    checks = [Check(Text(f"{total} = {other}", "Assets = liabilities and equity"), figures[total], figures[other])]
    if earlier is not None:
        name = Text("上年年末：资产 = 负债 + 所有者权益", "Last year's end: assets = liabilities + equity")
        checks.append(Check(name, earlier[total], earlier[other]))
    given = inputs.get(month, {})
    wanted = tuple(w for w in form.inputs if w.ask and w.key not in given and figures.get(w.source, ZERO) != 0)
    for w in wanted:
        notes.append(
            Text(
                f"{month} 没有填「{w.name.zh}」，{w.source}全部列为非流动，「{w.target}」未作划分",
                f"“{w.name.en}” of {month} was not given: all of it is shown as non-current",
            )
        )
    return Statement(form, period, shown, parts, tuple(notes), tuple(checks), wanted)


def _at(
    ledger: Ledger, form: Form, month: str, inputs: Inputs, notes: list[Text]
) -> tuple[dict[str, Decimal], dict[str, tuple[Part, ...]]]:
    balances = ledger.closing(month) or {}
    taken: dict[str, list[Part]] = defaultdict(list)
    lines = _lines_by_role(form)
    nets: list[str] = []
    rest: list[str] = []
    seconds: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for account, amount in sorted(balances.items()):
        if not amount:
            continue
        node = ledger.chart.nodes[account]
        group = node.group
        if group in ("income", "expense"):
            _put(taken, _open_line(form), account, amount)
            continue
        found = [(line, t) for line, t in lines.get(node.role, ()) if fits(t, node)]
        if not found:
            name = form.rest[group]
            _put(taken, form.line(name), account, amount)
            rest.append(f"{account} {node.name} {thousands(amount)} → {name}")
            continue
        take = found[0][1].take
        if not take:
            for line, _ in found:
                _put(taken, line, account, amount)
        elif take.startswith("二级"):
            seconds[node.second].append((account, amount))
        else:
            _by_side(ledger, account, month, amount, found, taken, nets)
    for second, mine in seconds.items():
        whole = sum((a for _, a in mine), ZERO)
        node = ledger.chart.nodes.get(second) or ledger.chart.nodes[mine[0][0]]
        side = "二级借" if whole > 0 else "二级贷"
        target = next((x for x, t in lines[node.role] if t.take == side), None)
        for account, amount in mine:
            _put(taken, target, account, amount)
    _told(ledger, nets, rest, notes)
    return _figures(form, taken, month, inputs, notes)


def _lines_by_role(form: Form) -> dict[str, list[tuple[FormLine, Term]]]:
    found: dict[str, list[tuple[FormLine, Term]]] = defaultdict(list)
    for line in form.lines:
        for t in line.terms:
            found[t.role].append((line, t))
    return found


def _open_line(form: Form) -> FormLine | None:
    return next((line for line in form.lines if any(t.role == _OPEN for t in line.terms)), None)


def _put(taken: dict[str, list[Part]], line: FormLine | None, account: str, amount: Decimal, party: str = "") -> None:
    if line is not None:
        taken[line.name].append(Part(account, -amount if line.credit else amount, party))


def _by_side(
    ledger: Ledger,
    account: str,
    month: str,
    amount: Decimal,
    found: list[tuple[FormLine, Term]],
    taken: dict[str, list[Part]],
    nets: list[str],
) -> None:
    details = ledger.details(account, month)
    if details is None:
        nets.append(f"{account} {ledger.chart.nodes[account].name}")
        details = {"": amount}
    for party, mine in sorted(details.items()):
        side = "借" if mine > 0 else "贷"
        line = next((x for x, t in found if t.take == side), found[0][0])
        if mine:
            _put(taken, line, account, mine, party)


def _told(ledger: Ledger, nets: list[str], rest: list[str], notes: list[Text]) -> None:
    if nets:
        some = "、".join(nets)
        notes.append(
            Text(
                f"没有往来单位的明细余额，按科目净额计算（未按明细重分类）：{some}",
                f"No balances by party: computed on net balances, not reclassified by detail: {some}",
            )
        )
    if rest:
        some = "；".join(rest[:20])
        notes.append(
            Text(
                f"这些科目没有专门的项目，列入其他：{some}。可用「科目映射」指定",
                f"No line of the form takes these accounts: {some}. “mapping” sets them",
            )
        )


def _figures(
    form: Form, taken: dict[str, list[Part]], month: str, inputs: Inputs, notes: list[Text]
) -> tuple[dict[str, Decimal], dict[str, tuple[Part, ...]]]:
    given = inputs.get(month, {})
    for w in form.inputs:
        amount = given.get(w.key)
        if not amount or not w.source:
            continue
        here = sum((p.amount for p in taken[w.source]), ZERO)
        if amount < 0 or amount > here:
            notes.append(
                Text(
                    f"「{w.name.zh}」{thousands(amount)} 超出{w.source} {thousands(here)}，没有采用",
                    f"“{w.name.en}” {thousands(amount)} is beyond {w.source} {thousands(here)} and was left out",
                )
            )
            continue
        taken[w.source].append(Part(INPUT + w.key, -amount))
        taken[w.target].append(Part(INPUT + w.key, amount))
    figures = {
        line.name: sum((p.amount for p in taken.get(line.name, ())), ZERO)
        for line in form.lines
        if not line.head and not line.plus
    }
    summed(form.lines, figures)
    return figures, {name: tuple(parts) for name, parts in taken.items()}
