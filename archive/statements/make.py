"""The one door to statements: a kind and a period in, the finished statement with its notes and checks out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from archive.chart import STANDARDS
from archive.errors import BadPeriod, NoForm, NothingInBooks
from archive.finding import Level
from archive.ledger import Ledger, before, months_between
from archive.period import Period, parse
from archive.remark import Remark
from archive.statements.balance_sheet import balance_sheet
from archive.statements.cash_flow import cash_at, cash_flow
from archive.statements.equity import equity
from archive.statements.form import Form, Forms
from archive.statements.income import income, net_profit
from archive.statements.indirect import indirect
from archive.statements.statement import Check, Statement
from archive.voucher import ZERO
from archive.words import Text

#: Kind → its name and the words people use for it.
KINDS: Mapping[str, tuple[Text, tuple[str, ...]]] = {
    "balance": (Text("资产负债表", "Balance sheet"), 
                ("资产负债表", "balance sheet", "statement of financial position")),
    "income": (Text("利润表", "Income statement"),
               ("利润表", "损益表", "income statement", "profit and loss", "p&l")),
    "cash": (Text("现金流量表", "Cash flow statement"), ("现金流量表", "cash flow statement", "cash flow")),
    "indirect": (Text("现金流量表补充资料", "Supplement to the cash flow statement"),
                 ("现金流量表补充资料", "补充资料", "间接法", "indirect cash flow", "cash flow supplement")),
    "equity": (Text("所有者权益变动表", "Statement of changes in equity"),
               ("所有者权益变动表", "股东权益变动表", "权益变动表", "statement of changes in equity",
                "changes in equity", "equity statement")),
}  # fmt: skip
#: Kind → the one word that stands for it in questions, buttons and stored choices.
KEYS: Mapping[str, str] = {
    "balance": "balance_sheet", "income": "income_statement", "cash": "cash_flow", "indirect": "cash_flow_supplement",
    "equity": "equity_changes",
}  # fmt: skip
Inputs = Mapping[str, Mapping[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Span:
    """The months a statement is of."""

    label: str  # 2026-09, 2026Q3, 2026H1, 2026, 2026-09累计
    months: tuple[str, ...]


def kind_in(words: str) -> tuple[str, str] | None:
    """The kind of statement the words name, and the words without its name."""
    said = words.lower()
    named = [(word, kind) for kind, (_, names) in KINDS.items() for word in (*names, KEYS[kind])]
    for word, kind in sorted(named, key=lambda pair: -len(pair[0])):
        at = said.find(word)
        if at >= 0:
            return kind, f"{words[:at]} {words[at + len(word) :]}".strip()
    return None


def span_in(words: str, today: date) -> Span:
    """The months said: 2026-09, 三季度, 2026H1, 2026-09累计; the last whole month where none is. Raises BadPeriod."""
    said = words.strip()
    to_date = re.search(r"(?:本年)?累计|\bytd\b|year to date", said, re.IGNORECASE)
    if to_date:
        said = (said[: to_date.start()] + said[to_date.end() :]).strip()
    period = parse(said, today) if said else _last_month(today)
    if period is None:
        raise BadPeriod(words=words.strip())
    span = span_of(period)
    if span is None:
        raise BadPeriod(words=words.strip())
    last = span.months[-1]
    return Span(f"{last}累计", tuple(months_between(f"{last[:4]}-01", last))) if to_date else span


def span_of(period: Period) -> Span | None:
    """The months of a period; None when it isn't made of whole ones."""
    first, last = f"{period.first:%Y-%m}", f"{period.last:%Y-%m}"
    if period.first.day != 1 or period.last != Period.month(period.last.year, period.last.month).last:
        return None
    return Span(_label(first, last), tuple(months_between(first, last)))


def _last_month(today: date) -> Period:
    at = before(f"{today:%Y-%m}")
    return Period.month(int(at[:4]), int(at[5:]))


def _label(first: str, last: str) -> str:
    year, a, b = first[:4], int(first[5:]), int(last[5:])
    if first == last:
        return first
    if year == last[:4]:
        if (a, b) == (1, 12):
            return year
        if a % 3 == 1 and b == a + 2:
            return f"{year}Q{b // 3}"
        if (a, b) in ((1, 6), (7, 12)):
            return f"{year}H{b // 6}"
        if a == 1:
            return f"{last}累计"
    return f"{first}至{last}"


def make(ledger: Ledger, forms: Forms, kind: str, span: Span, inputs: Inputs, early: Sequence[str] = ()) -> Statement:
    """The statement. Raises NothingInBooks outside the books, NoForm where the standard has no such form."""
    months = [m for m in span.months if ledger.first <= m <= ledger.last] if ledger.months else []
    if not months:
        raise NothingInBooks(period=span.label, books=f"{ledger.first} – {ledger.last}" if ledger.months else "—")
    month = months[-1]
    at = date(int(month[:4]), int(month[5:]), 28)
    form = forms.find(kind, ledger.chart.standard, at, early)
    if form is None:
        raise NoForm(form=KINDS[kind][0], standard=_standard(ledger))
    made = _made(ledger, forms, form, span, months, inputs)
    notes = [*made.notes, *_about(ledger, span, months)]
    if at < form.since:
        words = Text(
            f"表式自 {form.since} 施行，更早的期间也按它编制",
            f"The form holds from {form.since}; used for earlier ones",
        )
        notes.append(words)
    doubtful = any(_touches(r, month) and r.level is Level.STOP for r in ledger.remarks)
    return replace(made, notes=tuple(notes), until=month, doubtful=doubtful)


def _touches(remark: Remark, month: str) -> bool:
    """Whether it is about the month or one before, on which its balances stand."""
    return bool(remark.refs) and remark.refs[0][:7] <= month


def _standard(ledger: Ledger) -> Text:
    return STANDARDS[ledger.chart.standard]


def _made(ledger: Ledger, forms: Forms, form: Form, span: Span, months: Sequence[str], inputs: Inputs) -> Statement:
    spans = _spans(ledger, form, months)
    if form.kind == "balance":
        return _balance(ledger, forms, form, span, months, inputs)
    if form.kind == "income":
        return income(ledger, form, span.label, spans, inputs)
    if form.kind == "indirect":
        made = indirect(ledger, form, forms.cash, span.label, spans)
        direct = forms.find("cash", form.standard, form.since)
        if direct is not None:
            other = cash_flow(ledger, direct, forms.cash, span.label, spans)
            made = replace(made, checks=(_agree(other, made),))
        return made
    if form.kind == "equity":
        year = months_between(max(f"{months[-1][:4]}-01", ledger.first), months[-1])
        sheet = forms.find("balance", form.standard, form.since)
        assert sheet is not None  # every standard has one
        end = balance_sheet(ledger, sheet, months[-1], months[-1], {})
        figures = {name: columns[sheet.columns[0]] or ZERO for name, columns in end.figures.items()}
        return equity(ledger, form, span.label, year, figures)
    made = cash_flow(ledger, form, forms.cash, span.label, spans)
    schedule = forms.find("indirect", form.standard, form.since)
    if schedule is None:
        return made
    other = indirect(
        ledger, schedule, forms.cash, span.label, {c: s for c, s in spans.items() if c in schedule.columns}
    )
    return replace(made, checks=(*made.checks, _agree(made, other)), supplement=other)


def _agree(direct: Statement, other: Statement) -> Check:
    name = Text("经营活动现金流量净额：直接法 = 间接法", "Net operating cash: direct = indirect")
    line, column = direct.form.facts["operating"], other.form.columns[0]
    return Check(name, direct.figures[line][column], other.figures[line][column])


def _balance(ledger: Ledger, forms: Forms, form: Form, span: Span, months: Sequence[str], inputs: Inputs) -> Statement:
    """With the cross-checks against the other statements: retained earnings move by profit, money by cash flow."""
    made = balance_sheet(ledger, form, span.label, months[-1], inputs)
    year = months_between(max(f"{months[-1][:4]}-01", ledger.first), months[-1])
    start, end = _retained(ledger, ledger.openings[year[0]]), _retained(ledger, ledger.closing(year[-1]) or {})
    shared = _shared(ledger, year)
    checks = [
        Check(
            Text("未分配利润变动 = 净利润 − 分配及其他", "Retained earnings moved by net profit less distributions"),
            end - start,
            net_profit(ledger, year) + shared,
        )
    ]
    direct = forms.find("cash", form.standard, form.since)
    if direct is not None and not any(ledger.months[m].filled for m in year):
        flow = cash_flow(ledger, direct, forms.cash, span.label, {"本期金额": year})
        moved = flow.figures[direct.facts["increase"]]["本期金额"]
        change = cash_at(ledger, ledger.closing(year[-1])) - cash_at(ledger, ledger.openings[year[0]])
        name = Text("现金净增加额 = 货币资金变动（不含受限）", "Net increase in cash = change of free money")
        checks.append(Check(name, moved, change))
    return replace(made, checks=(*made.checks, *checks))


def _retained(ledger: Ledger, balances: Mapping[str, Decimal]) -> Decimal:
    """Retained earnings with what isn't carried over yet, credit positive."""
    nodes = ledger.chart.nodes
    return -sum(
        (
            amount
            for account, amount in balances.items()
            if nodes[account].group in ("income", "expense")
            or nodes[account].role in ("本年利润", "利润分配", "以前年度损益调整")
        ),
        ZERO,
    )


def _shared(ledger: Ledger, months: Sequence[str]) -> Decimal:
    """What 利润分配, 本年利润 and 以前年度损益调整 moved against anything but results."""
    nodes = ledger.chart.nodes
    kept = ("本年利润", "利润分配", "以前年度损益调整")
    found = ZERO
    for month in months:
        for p in ledger.months[month].patterns:
            own = [a for x, a in p.signed() if nodes[x.account].role in kept]
            if own or p.transfer:
                results = sum((a for x, a in p.signed() if nodes[x.account].group in ("income", "expense")), ZERO)
                found -= sum(own, ZERO) + (results if p.transfer else ZERO)
    return found


def _spans(ledger: Ledger, form: Form, months: Sequence[str]) -> dict[str, Sequence[str] | None]:
    """The months of each column."""
    earlier = [before(m, 12) for m in months]
    year = months_between(f"{months[-1][:4]}-01", months[-1])
    known: dict[str, Sequence[str] | None] = {
        "本期金额": months,
        "本年累计金额": year if year[0] >= ledger.first else None,
        "上期金额": earlier if earlier[0] >= ledger.first else None,
    }
    return {column: known[column] for column in form.columns if column in known}


def _about(ledger: Ledger, span: Span, months: Sequence[str]) -> list[Text]:
    """What of the books keeps the figures from being relied upon."""
    notes = []
    if tuple(months) != span.months:
        notes.append(Text(f"账簿只有 {months[0]} 至 {months[-1]}", f"The books only cover {months[0]} to {months[-1]}"))
    if ledger.chart.evidence and ledger.chart.against:
        for_, against = "、".join(ledger.chart.evidence[:5]), "、".join(ledger.chart.against[:5])
        notes.append(
            Text(
                f"科目表有两种准则的特征，按{_standard(ledger).zh}编制。依据：{for_}；不一致：{against}",
                f"Marks of two standards in the chart; {_standard(ledger).en} is used. For: {for_}; against: {against}",
            )
        )
    bare = [r.refs[0] for r in ledger.remarks if r.kind == "table_only" and r.refs[0] <= months[-1]]
    if bare:
        some = "、".join(bare) if len(bare) < 4 else f"{bare[0]} … {bare[-1]}（{len(bare)}）"
        notes.append(
            Text(
                f"{some} 没有凭证，金额取自余额表：损益按借贷的自然方向取数，现金流量无法分项",
                f"{some}: no vouchers, figures are those of the trial balances: results by their natural side, no cash "
                "flows",
            )
        )
    for remark in ledger.remarks:
        if (
            remark.kind != "table_only"
            and remark.refs
            and remark.refs[0][:7] <= months[-1]
            and remark.level is not Level.NOTE
        ):
            notes.append(remark.why)
    if unknown := ledger.chart.unknown():
        some = "、".join(f"{n.code} {n.name}" for n in unknown[:20])
        notes.append(
            Text(f"{len(unknown)} 个科目没有对应：{some}", f"{len(unknown)} accounts are not understood: {some}")
        )
    return notes
