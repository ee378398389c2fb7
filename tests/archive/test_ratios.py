"""Ratios by hand-made figures, and what happens where one is missing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.ratios import Ratio, ratios

CLOSING = {
    "货币资金": Decimal(100), "应收账款": Decimal(300), "预付款项": Decimal(20), "存货": Decimal(180),
    "流动资产合计": Decimal(600), "资产总计": Decimal(1_000), "应付账款": Decimal(150), "流动负债合计": Decimal(300),
    "负债合计": Decimal(400), "所有者权益（或股东权益）合计": Decimal(600),
}  # fmt: skip
OPENING = {
    "应收账款": Decimal(100), "存货": Decimal(120), "应付账款": Decimal(50), "资产总计": Decimal(600),
    "所有者权益（或股东权益）合计": Decimal(400),
}  # fmt: skip
PERIOD = {
    "营业收入": Decimal(400), "营业成本": Decimal(300), "营业利润": Decimal(60), "利润总额": Decimal(50),
    "财务费用_其中：利息费用": Decimal(10), "净利润": Decimal(40),
}  # fmt: skip
CASH = {"经营活动产生的现金流量净额": Decimal(30)}


def by_key(found: tuple[Ratio, ...]) -> dict[str, Decimal | None]:
    return {r.key: r.value for r in found}


def test_a_quarter() -> None:
    found = by_key(ratios(CLOSING, OPENING, PERIOD, CASH, 3))
    expected = {
        "current_ratio": "2", "quick_ratio": "1.3333", "cash_ratio": "0.3333", "debt_ratio": "0.4",
        "interest_cover": "6",
        "debtor_days": "45.625", "stock_days": "45.625", "creditor_days": "30.4167", "gross_margin": "0.25",
        "operating_margin": "0.15", "return_on_assets": "0.2", "cash_cover": "0.75", "net_margin": "0.1",
        "asset_turnover": "2", "leverage": "1.6", "return_on_equity": "0.32",
    }  # fmt: skip
    rounded = {k: v.quantize(Decimal("0.0001")) for k, v in found.items() if v is not None}
    assert rounded == {key: Decimal(value).quantize(Decimal("0.0001")) for key, value in expected.items()}


def test_small_enterprises_names_and_an_unknown_beginning() -> None:
    closing = {**CLOSING, "预付账款": CLOSING["预付款项"]}
    del closing["预付款项"]
    found = by_key(ratios(closing, {}, PERIOD, {}, 12))
    assert found["quick_ratio"] == Decimal(400) / Decimal(300)
    assert found["leverage"] == Decimal(1_000) / Decimal(600)  # the end alone
    assert found["cash_cover"] is None


@pytest.mark.parametrize("revenue", [Decimal(0), Decimal(-5), None])
def test_nothing_is_divided_by_nothing(revenue: Decimal | None) -> None:
    found = by_key(ratios(CLOSING, OPENING, {**PERIOD, "营业收入": revenue}, CASH, 1))
    assert [found[k] for k in ("gross_margin", "net_margin", "debtor_days", "return_on_equity")] == [None] * 4
    assert found["current_ratio"] == 2


MONEY = st.decimals("0.01", "1e9", places=2)


@given(st.fixed_dictionaries(dict.fromkeys((*CLOSING, *PERIOD), MONEY)), st.integers(1, 12))
def test_dupont_is_net_profit_of_a_year_to_equity(figures: dict[str, Decimal], months: int) -> None:
    found = by_key(ratios(figures, {}, figures, {}, months))
    whole, equity = found["return_on_equity"], figures["所有者权益（或股东权益）合计"]
    assert whole is not None
    assert abs(whole - figures["净利润"] * 12 / months / equity) <= abs(whole) * Decimal("1e-20")
    assert all(r.name.zh and r.formula.en for r in ratios(figures, {}, figures, {}, months))
