"""Ratios from finished statements (财务比率): each with its formula and the figures it was made of, or none and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from archive.words import Text

Figures = Mapping[str, Decimal | None]  # line of a statement → amount
RatioKind = Literal["percent", "times", "days"]
YEAR = Decimal(12)  # months
DAYS = Decimal(365)


@dataclass(frozen=True, slots=True)
class Ratio:
    """One ratio. A percent is a share of one; `value` None where a figure is missing or nothing can be divided by."""

    key: str
    name: Text
    family: Text
    kind: RatioKind
    value: Decimal | None
    formula: Text


@dataclass(frozen=True, slots=True)
class _Books:
    """What the ratios are made of; None: not known."""

    assets: Decimal | None
    assets_before: Decimal | None
    current_assets: Decimal | None
    stock: Decimal | None
    stock_before: Decimal | None
    prepaid: Decimal | None
    debtors: Decimal | None
    debtors_before: Decimal | None
    creditors: Decimal | None
    creditors_before: Decimal | None
    cash: Decimal | None
    current_debts: Decimal | None
    debts: Decimal | None
    equity: Decimal | None
    equity_before: Decimal | None
    revenue: Decimal | None
    cost: Decimal | None
    operating: Decimal | None
    before_tax: Decimal | None
    interest: Decimal | None
    net: Decimal | None
    operating_cash: Decimal | None


_LIQUID = Text("偿债能力", "Liquidity and debt")
_TURN = Text("营运能力", "Turnover")
_EARN = Text("盈利能力", "Margins and returns")
_DUPONT = Text("杜邦分析", "DuPont")


def ratios(closing: Figures, opening: Figures, period: Figures, cash: Figures, months: int) -> tuple[Ratio, ...]:
    """Of a period of so many months: balance sheet at its end and beginning, income and cash flow of it.

    Line names are those of 财会〔2019〕6号 or 小企业会计准则. Turnovers and returns are brought to a year (× 12 ÷
    months) and set against the average of beginning and end, the end alone where the beginning is not known.
    """
    b = _books(closing, opening, period, cash)
    a_year = YEAR / Decimal(months)
    assets, equity = _mean(b.assets_before, b.assets), _mean(b.equity_before, b.equity)
    quick = _less(b.current_assets, b.stock, b.prepaid)
    margin, turnover, lever = _over(b.net, b.revenue), _yearly(_over(b.revenue, assets), a_year), _over(assets, equity)
    return (
        _ratio("current_ratio", "流动比率", "Current ratio", _LIQUID, "times", _over(b.current_assets, b.current_debts),
               "流动资产 ÷ 流动负债", "current assets ÷ current liabilities"),
        _ratio("quick_ratio", "速动比率", "Quick ratio", _LIQUID, "times", _over(quick, b.current_debts),
               "（流动资产 − 存货 − 预付款项）÷ 流动负债",
               "(current assets − inventories − prepayments) ÷ current liabilities"),
        _ratio("cash_ratio", "现金比率", "Cash ratio", _LIQUID, "times", _over(b.cash, b.current_debts),
               "货币资金 ÷ 流动负债", "money ÷ current liabilities"),
        _ratio("debt_ratio", "资产负债率", "Debt ratio", _LIQUID, "percent", _over(b.debts, b.assets),
               "负债合计 ÷ 资产总计", "liabilities ÷ assets"),
        _ratio("interest_cover", "利息保障倍数", "Interest cover", _LIQUID, "times",
               _over(_plus(b.before_tax, b.interest), b.interest),
               "（利润总额 + 利息费用）÷ 利息费用", "(profit before tax + interest) ÷ interest"),
        _ratio("debtor_days", "应收账款周转天数", "Days of receivables", _TURN, "days",
               _days(_mean(b.debtors_before, b.debtors), b.revenue, a_year),
               "365 × 平均应收账款 ÷ 年化营业收入", "365 × average receivables ÷ revenue of a year"),
        _ratio("stock_days", "存货周转天数", "Days of inventories", _TURN, "days",
               _days(_mean(b.stock_before, b.stock), b.cost, a_year),
               "365 × 平均存货 ÷ 年化营业成本", "365 × average inventories ÷ cost of a year"),
        _ratio("creditor_days", "应付账款周转天数", "Days of payables", _TURN, "days",
               _days(_mean(b.creditors_before, b.creditors), b.cost, a_year),
               "365 × 平均应付账款 ÷ 年化营业成本", "365 × average payables ÷ cost of a year"),
        _ratio("gross_margin", "毛利率", "Gross margin", _EARN, "percent", _over(_less(b.revenue, b.cost), b.revenue),
               "（营业收入 − 营业成本）÷ 营业收入", "(revenue − cost) ÷ revenue"),
        _ratio("operating_margin", "营业利润率", "Operating margin", _EARN, "percent", _over(b.operating, b.revenue),
               "营业利润 ÷ 营业收入", "operating profit ÷ revenue"),
        _ratio("return_on_assets", "总资产净利率", "Return on assets", _EARN, "percent",
               _yearly(_over(b.net, assets), a_year), "年化净利润 ÷ 平均资产", "net profit of a year ÷ average assets"),
        _ratio("cash_cover", "盈利现金比率", "Operating cash to profit", _EARN, "percent",
               _over(b.operating_cash, b.net), "经营活动现金流量净额 ÷ 净利润", "net operating cash ÷ net profit"),
        _ratio("net_margin", "销售净利率", "Net margin", _DUPONT, "percent", margin,
               "净利润 ÷ 营业收入", "net profit ÷ revenue"),
        _ratio("asset_turnover", "总资产周转率", "Asset turnover", _DUPONT, "times", turnover,
               "年化营业收入 ÷ 平均资产", "revenue of a year ÷ average assets"),
        _ratio("leverage", "权益乘数", "Equity multiplier", _DUPONT, "times", lever,
               "平均资产 ÷ 平均所有者权益", "average assets ÷ average equity"),
        _ratio("return_on_equity", "净资产收益率", "Return on equity", _DUPONT, "percent",
               _times(margin, turnover, lever), "销售净利率 × 总资产周转率 × 权益乘数",
               "net margin × asset turnover × equity multiplier"),
    )  # fmt: skip


def _books(closing: Figures, opening: Figures, period: Figures, cash: Figures) -> _Books:
    total = ("资产总计", "资产合计")
    own = ("所有者权益（或股东权益）合计", "所有者权益合计")
    return _Books(
        _of(closing, *total), _of(opening, *total), _of(closing, "流动资产合计"),
        _of(closing, "存货"), _of(opening, "存货"), _of(closing, "预付款项", "预付账款"),
        _of(closing, "应收账款"), _of(opening, "应收账款"), _of(closing, "应付账款"), _of(opening, "应付账款"),
        _of(closing, "货币资金"), _of(closing, "流动负债合计"), _of(closing, "负债合计"),
        _of(closing, *own), _of(opening, *own), _of(period, "营业收入"), _of(period, "营业成本"),
        _of(period, "营业利润"), _of(period, "利润总额"),
        _of(period, "财务费用_其中：利息费用", "利息费用", "财务费用_其中：利息费用（收入以“-”号填列）"),
        _of(period, "净利润"), _of(cash, "经营活动产生的现金流量净额"),
    )  # fmt: skip


def _of(figures: Figures, *names: str) -> Decimal | None:
    return next((figures[name] for name in names if figures.get(name) is not None), None)


def _ratio(
    key: str, zh: str, en: str, family: Text, kind: RatioKind, value: Decimal | None, how_zh: str, how_en: str
) -> Ratio:
    return Ratio(key, Text(zh, en), family, kind, value, Text(how_zh, how_en))


def _over(above: Decimal | None, below: Decimal | None) -> Decimal | None:
    """A ratio to something that isn't positive says nothing."""
    return None if above is None or below is None or below <= 0 else above / below


def _mean(first: Decimal | None, last: Decimal | None) -> Decimal | None:
    return last if first is None or last is None else (first + last) / 2


def _less(whole: Decimal | None, *parts: Decimal | None) -> Decimal | None:
    return None if whole is None else whole - sum((part or Decimal(0) for part in parts), Decimal(0))


def _plus(one: Decimal | None, two: Decimal | None) -> Decimal | None:
    return None if one is None or two is None else one + two


def _yearly(value: Decimal | None, a_year: Decimal) -> Decimal | None:
    return None if value is None else value * a_year


def _days(held: Decimal | None, flow: Decimal | None, a_year: Decimal) -> Decimal | None:
    return None if held is None or flow is None or flow <= 0 else DAYS * held / (flow * a_year)


def _times(*factors: Decimal | None) -> Decimal | None:
    made = Decimal(1)
    for factor in factors:
        if factor is None:
            return None
        made *= factor
    return made
