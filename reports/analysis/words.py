"""Columns, names and notes that analyses share."""

from __future__ import annotations

from decimal import Decimal

from archive.money import CENT
from archive.words import Text
from reports.page import Cell, Column, Paragraph

#: Keys of all analyses (handlers/analysis.py): archived, they are other material, no 财务会计报告.
ANALYSES = frozenset(
    {"anomalies", "trend", "structure", "ratios", "ageing", "customers", "purchases", "forecast", "budget"}
)
ITEM = Column("item", Text("项目", "Item"), weight=2.2)
SOURCE = Column("source", Text("取自", "From"), weight=1.6)
INCOME = Text("利润表", "income statement")
BALANCE = Text("资产负债表", "balance sheet")
CASH = Text("现金流量表", "cash flow statement")
VOUCHERS = Text("凭证", "vouchers")
NOTHING = Text("没有可比数据", "nothing to compare with")


def money(key: str, zh: str, en: str) -> Column:
    """A column of money."""
    return Column(key, Text(zh, en), "money")


def percent(key: str, zh: str, en: str) -> Column:
    """A column of shares."""
    return Column(key, Text(zh, en), "percent")


def cents(amount: Decimal | None) -> Cell:
    """To the cent; nothing stays nothing."""
    return None if amount is None else amount.quantize(CENT)


def share(value: Decimal | None) -> Cell:
    """A share to a tenth of a per cent."""
    return None if value is None else value.quantize(Decimal("0.0001"))


def note(zh: str, en: str) -> Paragraph:
    """A line below the tables."""
    return Paragraph(Text(zh, en), "note")
