"""结构 as a page: common-size statements, what revenue and expenses are made of, and by department."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from archive.analysis.structure import Share
from archive.words import Text, same
from reports.analysis.words import ITEM, cents, money, note, percent, share
from reports.head import Head
from reports.page import Block, Chart, Column, Group, Page, Row, Series, Signatures, Table

TITLE = Text("结构分析", "Structure")
SUBTITLE = Text("收入、费用、资产、负债的构成", "What revenue, expenses, assets and debts are made of")
NO_DEPARTMENT = Text("未填部门", "No department")
#: Accounts of one line that are listed; the rest is summed.
MOST = 25
_SIZED = (
    ITEM,
    money("amount", "金额", "Amount"),
    percent("share", "占比", "Share"),
    money("earlier", "上年同期", "Year earlier"),
    percent("earlier_share", "占比", "Share"),
)
_PARTS = (
    Column("account", Text("科目", "Account"), weight=3.0),
    money("amount", "金额", "Amount"),
    percent("share", "占比", "Share"),
)


def page(
    income: Sequence[Share],
    balance: Sequence[Share],
    lines: Mapping[str, Sequence[Share]],
    departments: Sequence[Share],
    english: Mapping[str, Text],
    head: Head,
) -> Page:
    """`lines`: line of the income statement → its accounts."""
    blocks: list[Block] = []
    expenses = [
        s for s in income if s.name in ("营业成本", "税金及附加", "销售费用", "管理费用", "研发费用", "财务费用")
    ]
    blocks += _pie(Text("成本费用构成", "Cost and expenses"), expenses, english)
    for line, shares in lines.items():
        if line == "营业收入":
            blocks += _pie(Text("收入构成", "Revenue"), shares, {})
    if departments:
        named = [Share(s.name or NO_DEPARTMENT.zh, s.amount, s.of_whole) for s in departments]
        blocks += _pie(Text("费用按部门", "Expenses by department"), named, {NO_DEPARTMENT.zh: NO_DEPARTMENT})
    blocks.append(_sized(Text("利润表结构（占营业收入）", "Income statement, of revenue"), income, english))
    blocks.append(_sized(Text("资产负债表结构（占资产总计）", "Balance sheet, of all assets"), balance, english))
    for line, shares in lines.items():
        if shares:
            blocks.append(_accounts(english.get(line, same(line)), shares))
    blocks.append(
        note(
            "金额取自本期利润表与期末资产负债表及其科目明细；部门取自凭证分录的部门栏。",
            "Amounts are those of the period's income statement, its closing balance sheet and their accounts; "
            "departments are those the entries name.",
        )
    )
    return head.page(TITLE, SUBTITLE, (*blocks, Signatures()))


def _pie(title: Text, shares: Sequence[Share], english: Mapping[str, Text]) -> list[Chart]:
    shown = sorted((s for s in shares if s.amount > 0), key=lambda s: -s.amount)
    if len(shown) < 2:
        return []
    labels = tuple(english.get(s.name, same(s.name)) for s in shown)
    return [Chart("pie", title, labels, (Series(Text("金额", "Amount"), tuple(s.amount for s in shown)),))]


def _sized(title: Text, shares: Sequence[Share], english: Mapping[str, Text]) -> Table:
    rows = tuple(
        (
            english.get(s.name, same(s.name)),
            cents(s.amount),
            share(s.of_whole),
            cents(s.earlier),
            share(s.earlier_of_whole),
        )
        for s in shares
    )
    return Table(title, _SIZED, (Group(rows),), compact=len(rows) > 30)


def _accounts(title: Text, shares: Sequence[Share]) -> Table:
    rows: list[Row] = [(s.name, cents(s.amount), share(s.of_whole)) for s in shares[:MOST]]
    rest = shares[MOST:]
    if rest:
        amount = sum((s.amount for s in rest), Decimal(0))
        part = sum((s.of_whole or Decimal(0) for s in rest), Decimal(0))
        rows.append((Text(f"其余 {len(rest)} 个科目", f"{len(rest)} other accounts"), cents(amount), share(part)))
    whole = sum((s.amount for s in shares), Decimal(0))
    total: Row = (Text("合计", "Total"), cents(whole), share(Decimal(1)) if whole else None)
    return Table(title + Text("明细", " by account"), _PARTS, (Group(tuple(rows)),), total)
