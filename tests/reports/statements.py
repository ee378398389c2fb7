"""A drawn balance sheet (会小企01表) in two sides, and an income statement, with lines that sum others."""

from __future__ import annotations

from decimal import Decimal

from archive.words import Text, same
from reports.page import Chart, Column, Page, Series, Signatures, TwoSided
from reports.statement import Line, statement
from tests.reports.drawn import head

END, BEGIN = (
    Column("end", Text("期末余额", "Closing"), "money"),
    Column("begin", Text("上年年末余额", "Opening"), "money"),
)
ASSETS, CLAIMS = Text("资产", "Assets"), Text("负债和所有者权益（或股东权益）", "Liabilities and equity")


def _line(nth: int, name: str, end: str, begin: str, indent: int = 1, adds: tuple[int, ...] = ()) -> Line:
    return Line(same(name), nth, (Decimal(end), Decimal(begin)), indent, bool(adds), adds)


LEFT = statement(
    ASSETS,
    (Column("item", ASSETS, weight=2), END, BEGIN),
    (
        Line(Text("流动资产：", "Current assets:"), strong=True),
        _line(1, "货币资金", "1234567.89", "998877.66"),
        _line(2, "应收账款", "-2300.50", "88000.00"),
        _line(3, "存货", "5600000.00", "4700000.01"),
        _line(15, "流动资产合计", "6832267.39", "5786877.67", 0, (1, 2, 3)),
        Line(Text("非流动资产：", "Non-current assets:"), strong=True),
        _line(16, "固定资产", "3000000.00", "3200000.00"),
        _line(17, "其中：尚未办妥产权证书的固定资产", "0.00", "0.00", 2),
        _line(29, "非流动资产合计", "3000000.00", "3200000.00", 0, (16,)),
        _line(30, "资产总计", "9832267.39", "8986877.67", 0, (15, 29)),
    ),
)
RIGHT = statement(
    CLAIMS,
    (Column("item", CLAIMS, weight=2), END, BEGIN),
    (
        Line(Text("流动负债：", "Current liabilities:"), strong=True),
        _line(31, "短期借款", "1000000.00", "1000000.00"),
        _line(32, "应付账款", "832267.39", "986877.67"),
        _line(40, "负债合计", "1832267.39", "1986877.67", 0, (31, 32)),
        _line(41, "实收资本（或股本）", "8000000.00", "7000000.00"),
        _line(53, "负债和所有者权益总计", "9832267.39", "8986877.67", 0, (40, 41)),
    ),
)
TITLE = Text("资产负债表", "Balance sheet")


def balance_sheet() -> Page:
    """October's, on one page."""
    return head().page(TITLE, Text("会小企01表", "Form 01"), (TwoSided(TITLE, LEFT, RIGHT), Signatures()))


def income_statement() -> Page:
    """October's, with a waterfall from revenue to profit."""
    month, year = Column("month", Text("本月金额", "Month"), "money"), Column("year", Text("本年累计", "Year"), "money")
    lines = (
        _line(1, "一、营业收入", "2450000.00", "19800000.00", 0),
        _line(2, "减：营业成本", "1530000.00", "12100000.00"),
        _line(14, "管理费用", "612345.67", "5012345.67"),
        _line(21, "二、营业利润（亏损以“-”号填列）", "307654.33", "2687654.33", 0, (1, -2, -14)),
    )
    steps = (Decimal("2450000"), Decimal("-1530000"), Decimal("-612345.67"), Decimal("307654.33"))
    chart = Chart(
        "waterfall",
        Text("利润的形成", "From revenue to profit"),
        tuple(Text(name, name) for name in ("营业收入", "营业成本", "管理费用", "营业利润")),
        (Series(Text("本月", "Month"), steps),),
        levels=frozenset({0, 3}),
    )
    name = Text("利润表", "Income statement")
    table = statement(name, (Column("item", Text("项目", "Item"), weight=2), month, year), lines)
    return head().page(name, Text("会小企02表", "Form 02"), (table, chart, Signatures()))
