"""账龄 as a page: each kind of debt by party and age, with what it adds up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from archive.ageing import CLASSES, Aged
from archive.analysis.owed import NOBODY, Owed
from archive.words import Text, same
from reports.analysis.words import cents, money, note
from reports.head import Head
from reports.page import Block, Chart, Column, Fact, Facts, Group, Page, Row, Series, Signatures, Table

TITLE = Text("账龄分析表", "Ageing")
SUBTITLE = Text("应收、应付按往来单位和账龄", "Receivables and payables by party and age")
NAMES: Mapping[str, Text] = {
    "应收账款": Text("应收账款", "Receivables"),
    "其他应收款": Text("其他应收款", "Other receivables"),
    "应付账款": Text("应付账款", "Payables"),
    "其他应付款": Text("其他应付款", "Other payables"),
}
WITHOUT = Text("（未写往来单位）", "(no party told)")
LABELS = (
    Text("30天内", "≤ 30 d"),
    Text("31-90天", "31-90 d"),
    Text("91-180天", "91-180 d"),
    Text("181-365天", "181-365 d"),
    Text("1-2年", "1-2 y"),
    Text("2-3年", "2-3 y"),
    Text("3年以上", "> 3 y"),
)
#: Parties listed; the rest is summed.
MOST = 60


def page(debts: Sequence[Owed], first: str, head: Head) -> Page:
    """One table a kind of debt; `first`: the month the books begin."""
    facts = tuple(Fact(NAMES[d.role], cents(d.total), "money") for d in debts)
    blocks: list[Block] = [Facts(facts)]
    for d in debts:
        sums = _sums(d.aged)
        if d.role in ("应收账款", "应付账款") and any(sums):
            series = (Series(Text("金额", "Amount"), tuple(sums)),)
            blocks.append(Chart("bar", NAMES[d.role] + Text("账龄", " by age"), LABELS, series))
    for d in debts:
        blocks.append(_table(d))
        if d.total != d.balance:
            gap = f"{d.total - d.balance:,.2f}"
            blocks.append(
                note(
                    f"【不符】{d.role}账龄合计与科目余额相差 {gap}。",
                    f"[Does not tie] {NAMES[d.role].en}: the parties differ from the account by {gap}.",
                )
            )
        if d.untold:
            blocks.append(
                note(
                    f"{d.role}期初余额 {d.untold:,.2f} 没有往来余额表可分到单位，列在「{WITHOUT.zh}」。",
                    f"{NAMES[d.role].en}: no party table tells whose the opening {d.untold:,.2f} is; “{WITHOUT.en}”.",
                )
            )
    tied = [NAMES[d.role] for d in debts if d.total == d.balance]
    if tied:
        names = Text("、".join(t.zh for t in tied), ", ".join(t.en for t in tied))
        blocks.append(note(f"与科目期末余额相符：{names.zh}。", f"Ties to the accounts' balances: {names.en}."))
    blocks.append(
        note(
            f"取自凭证分录的往来单位与期初往来余额；收付款先冲最早的一笔；{first} 以前的余额按该月初计，实际更早；"
            "「预收（付）」为多收多付的部分。",
            f"From the entries' parties and the opening balances by party; payments settle the oldest first; what was "
            f"owed before {first} counts from then and is older; “advance” is what was paid beyond.",
        )
    )
    return head.page(TITLE, SUBTITLE, (*blocks, Signatures()))


def _sums(aged: Sequence[Aged]) -> list[Decimal]:
    return [sum((a.classes[n] for a in aged), Decimal(0)) for n in range(len(CLASSES) + 1)]


def _table(d: Owed) -> Table:
    columns = (
        Column("party", Text("往来单位", "Party"), weight=2.6),
        money("total", "余额", "Balance"),
        *(Column(f"c{n}", label, "money") for n, label in enumerate(LABELS)),
        money("advance", "预收（付）", "Advance"),
        Column("oldest", Text("最早日期", "Oldest"), "date"),
    )
    rows: list[Row] = [_row(a) for a in d.aged[:MOST]]
    if rest := d.aged[MOST:]:
        rows.append(_sum(Text(f"其余 {len(rest)} 家", f"{len(rest)} others"), rest))
    return Table(NAMES[d.role], columns, (Group(tuple(rows)),), _sum(Text("合计", "Total"), d.aged), compact=True)


def _row(a: Aged) -> Row:
    name = WITHOUT if a.party == NOBODY else same(a.party)
    return (
        name,
        cents(a.total),
        *(cents(c) if c else None for c in a.classes),
        cents(a.advance) if a.advance else None,
        a.oldest,
    )


def _sum(name: Text, aged: Sequence[Aged]) -> Row:
    advance = sum((a.advance for a in aged), Decimal(0))
    total = sum((a.total for a in aged), Decimal(0))
    return (
        name,
        cents(total),
        *(cents(c) if c else None for c in _sums(aged)),
        cents(advance) if advance else None,
        None,
    )
