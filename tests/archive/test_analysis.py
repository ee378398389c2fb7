"""Analyses of the books tie to the statements of the same months, to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.ageing import ageing
from archive.analysis import ranking, structure, trend
from archive.analysis.figures import REVENUE, Figures, change, of, previous, year_earlier
from archive.analysis.forecast import AHEAD, forecast, rough
from archive.analysis.owed import ROLES, owed
from archive.analysis.parties import names
from archive.analysis.planned import Compared, compare
from archive.analysis.ratio_table import of_period, table
from archive.balance import Balance
from archive.bookkeeping import ledger_of
from archive.budget import BudgetLine, check
from archive.chart import Chart
from archive.ledger import before, months_between
from archive.voucher import Line, Voucher
from config.forms import forms
from intake.sheet.read import read_book
from tests.archive.company import COMPANY, books, inputs, needed, truth

MONTHS = months_between("2025-01", "2026-09")


@cache
def figures() -> Figures:
    return Figures(books("U8"), forms(), inputs())


@cache
def vouchers() -> list[Voucher]:
    found = [r for p in COMPANY.glob("用友U8/*.xls*") for r in read_book(p.read_bytes(), p.name).records]
    return [v for v in found if isinstance(v, Voucher)]


@needed
def test_the_trend_is_the_statements_month_by_month() -> None:
    points = trend.points(figures(), "2026-09")
    assert [p.month for p in points] == MONTHS
    income, cash, sheet = (truth(n)["statements"] for n in ("income_statement", "cash_flow_statement", "balance_sheet"))
    for p in points:
        assert p.revenue == Decimal(income[p.month]["营业收入"]["本期金额"])
        assert p.net == Decimal(income[p.month]["净利润"]["本期金额"])
        assert p.cash == Decimal(cash[p.month]["经营活动产生的现金流量净额"]["本期金额"])
        assert p.money == Decimal(sheet[p.month]["货币资金"]["期末余额"])


@needed
def test_comparatives_are_the_statements_of_those_spans() -> None:
    lines = {c.line: c for c in trend.compared(figures(), MONTHS[-3:])}
    income = truth("income_statement")["statements"]
    revenue = lines["营业收入"]
    wanted = [Decimal(income[q]["营业收入"]["本期金额"]) for q in ("2026Q3", "2026Q2", "2025Q3")]
    assert [revenue.now, revenue.before, revenue.year_earlier] == wanted
    first = {c.line: c for c in trend.compared(figures(), ["2025-01"])}
    assert first["营业收入"].before is None
    assert first["营业收入"].year_earlier is None


@needed
def test_customers_come_to_revenue_every_month() -> None:
    for month in MONTHS:
        found = ranking.customers(books("U8"), vouchers(), [month], year_earlier([month]))
        assert found.total == of(figures().lines("income", [month]), REVENUE), month
        assert all(r.earlier is None for r in found.ranks) == (month < "2026-01")
    whole = ranking.customers(books("U8"), vouchers(), MONTHS, ())
    assert whole.ranks == sorted(whole.ranks, key=lambda r: (-r.amount, r.name))
    assert {r.name for r in whole.ranks if r.amount} <= set(truth("parties")["customers"].values()) | {""}


def test_a_code_no_table_names_is_named_by_its_vouchers_words() -> None:
    ledger = ledger_of(Chart("asbe", {}), {}, ())
    lines = [
        ("C1", "出口销售 Nordhafen Logistics GmbH 票号71661913"), ("C1", "收到Nordhafen Logistics GmbH外汇货款"),
        ("C2", "销售商品 上海样例(集团)有限公司"), ("C3", "收款 苏州甲有限公司"), ("C3", "收款 苏州乙有限公司"),
        ("C4", "计提"),
    ]  # fmt: skip
    made = [Voucher(2026, 4, "记", n, (Line("1122", summary=s, party=p),)) for n, (p, s) in enumerate(lines, 1)]
    assert names(ledger, made) == {"C1": "Nordhafen Logistics GmbH", "C2": "上海样例（集团）有限公司"}


@needed
def test_suppliers_are_suppliers() -> None:
    """What is ranked are those of the books' list, and organisations that expenses were paid to; nobody twice."""
    found = ranking.suppliers(books("U8"), vouchers(), months_between("2026-01", "2026-09"), ())
    names = [r.name for r in found.ranks]
    assert len(names) == len(set(names))
    assert set(truth("parties")["customers"].values()).isdisjoint(names)
    assert found.ranks[0].name in set(truth("parties")["suppliers"].values())


@needed
@pytest.mark.parametrize("month", ["2025-01", "2025-12", "2026-09"])
def test_what_is_owed_ties_to_the_accounts_and_to_each_party(month: str) -> None:
    debts = {d.role: d for d in owed(books("U8"), vouchers(), month)}
    assert set(debts) == set(ROLES)
    assert all(d.total == d.balance for d in debts.values())
    for role, side in (("客户", "应收账款"), ("供应商", "应付账款")):
        file = next(COMPANY.glob(f"科目余额表/U8_{role}往来余额表_{month}.*"))
        rows = [r for r in read_book(file.read_bytes(), file.name).records if isinstance(r, Balance) and r.party]
        wanted: dict[str, Decimal] = {}
        for r in rows:
            if books("U8").chart.nodes[r.account].role == side:
                wanted[r.party_name] = wanted.get(r.party_name, Decimal(0)) + r.closing * (1 if role == "客户" else -1)
        told = {a.party: a.total for a in debts[side].aged if a.total}
        assert told == {name: amount for name, amount in wanted.items() if amount}


@needed
def test_ratios_open_with_the_year_s_opening_and_with_the_month_before() -> None:
    first, second = (figures().opening(m) for m in ("2025-01", "2025-02"))
    sheet = truth("balance_sheet")["statements"]["2025-01"]
    assert first["应收账款"] == Decimal(sheet["应收账款"]["上年年末余额"])
    assert second["应收账款"] == Decimal(sheet["应收账款"]["期末余额"])
    rows = {r.ratio.key: r for r in table(figures(), MONTHS[-3:])}
    income = truth("income_statement")["statements"]
    revenue, cost = (Decimal(income["2026Q3"][line]["本期金额"]) for line in ("营业收入", "营业成本"))
    assert rows["gross_margin"].ratio.value == (revenue - cost) / revenue
    assert rows["return_on_equity"].before == of_period(figures(), previous(MONTHS[-3:]))[-1].value
    assert all(r.ratio.value is not None for r in rows.values())


@needed
def test_structure_adds_up() -> None:
    lines = {s.name: s for s in structure.common_size(figures(), "income", MONTHS[-1:])}
    assert lines["营业收入"].of_whole == 1
    parts = structure.parts(figures(), "管理费用", MONTHS[-1:])
    assert sum((p.amount for p in parts), Decimal(0)) == lines["管理费用"].amount
    departments = structure.by_department(books("U8"), vouchers(), MONTHS[-1:])
    whole = sum((lines[n].amount for n in structure.EXPENSES), Decimal(0))
    assert sum((d.amount for d in departments), Decimal(0)) == whole


@needed
def test_a_forecast_is_a_range_around_its_middle_and_begins_with_the_cash_there_is() -> None:
    debts = {d.role: d.aged for d in owed(books("U8"), vouchers(), "2026-06")}
    found = forecast(figures(), debts["应收账款"], debts["应付账款"], "2026-06")
    assert found is not None
    assert found.months == ("2026-07", "2026-08", "2026-09")
    line = truth("cash_flow_statement")["statements"]["2026-06"]["期末现金及现金等价物余额"]
    assert found.opening == Decimal(line["本期金额"])
    for flow in found.flows:
        assert all(r.low <= r.middle <= r.high for r in flow.months)
        assert all(r.middle % 1000 == 0 for r in flow.months)
    ends = [found.closing(n) for n in range(AHEAD)]
    assert all(r.low < r.middle < r.high for r in ends)
    real = truth("cash_flow_statement")["statements"]
    for n, month in enumerate(found.months):  # of the demo company, what came lay within
        assert ends[n].low <= Decimal(real[month]["期末现金及现金等价物余额"]["本期金额"]) <= ends[n].high
    assert forecast(figures(), (), (), "2025-02") is None


def _line(name: str, amount: str, months: tuple[int, ...], account: str = "", department: str = "") -> BudgetLine:
    return BudgetLine(2026, months, account, name, Decimal(amount), department)


YEAR = tuple(range(1, 13))


@needed
def test_actual_against_budget() -> None:
    lines = [
        _line("营业收入", "24000000", YEAR), _line("一、营业收入", "900000", (9,)),
        _line("办公费", "30000", (7, 8, 9), "660201"),
        _line("管理费用", "1200000", YEAR, "6602"), _line("没有这一项", "100", (9,)), _line("营业成本", "5", (1,)),
        _line("购买商品、接受劳务支付的现金", "3000000", (7, 8, 9)),
    ]  # fmt: skip
    found = {c.name: c for c in compare(figures(), lines, vouchers(), MONTHS[-3:])}
    income = truth("income_statement")["statements"]["2026Q3"]
    revenue = found["营业收入"]
    assert (revenue.budget, revenue.year, revenue.spread) == (Decimal(6000000), Decimal(24000000), True)
    assert revenue.actual == Decimal(income["营业收入"]["本期金额"])
    assert revenue.income
    assert found["一、营业收入"].actual == revenue.actual
    assert (found["办公费"].budget, found["办公费"].spread) == (Decimal(30000), False)
    admin = found["管理费用"]
    assert admin.source == "account"
    cash = truth("cash_flow_statement")["statements"]["2026Q3"]["购买商品、接受劳务支付的现金"]["本期金额"]
    assert (found["购买商品、接受劳务支付的现金"].actual, found["购买商品、接受劳务支付的现金"].income) == (
        Decimal(cash),
        False,
    )
    assert found["没有这一项"].actual is None
    assert "营业成本" not in found  # its budget is of January
    split = [
        replace(lines[3], department=d) for d in {x.department for v in vouchers() for x in v.lines if x.department}
    ]
    parts = compare(figures(), split, vouchers(), MONTHS[-3:])
    assert sum((c.actual or Decimal(0) for c in parts), Decimal(0)) == admin.actual


@pytest.mark.parametrize(
    ("budget", "actual", "income", "good"),
    [("100", "120", True, True), ("100", "120", False, False), ("100", "80", False, True), ("100", "100", True, None)],
)
def test_what_is_favourable(budget: str, actual: str, income: bool, good: bool | None) -> None:
    item = Compared("", "x", "", Decimal(budget), Decimal(actual), Decimal(budget), "account", income, False)
    assert item.good is good
    assert item.share == (Decimal(actual) - Decimal(budget)) / Decimal(budget)


def test_one_item_planned_twice_is_told() -> None:
    lines = [replace(_line("x", a, YEAR), row=n) for n, a in enumerate(("1", "1", "2"), 2)]
    assert [r.row for r in check(lines)] == [4]


@given(st.decimals("-1e12", "1e12", places=2))
def test_rough_figures_are_near_and_have_three_figures(amount: Decimal) -> None:
    near = rough(amount)
    assert abs(near - amount) <= max(Decimal(500), abs(amount) / 100)
    assert near % 1000 == 0


@given(st.integers(2000, 2099), st.integers(1, 12), st.integers(1, 36))
def test_spans_before_are_as_long_and_end_where_this_begins(year: int, month: int, count: int) -> None:
    first = f"{year}-{month:02}"
    months = months_between(first, before(first, 1 - count))
    assert len(previous(months)) == len(months) == count
    assert previous(months)[-1] == before(first)
    assert [m[5:] for m in year_earlier(months)] == [m[5:] for m in months]


def test_no_change_is_told_against_a_loss() -> None:
    assert change(Decimal(5), Decimal(-5)) is None
    assert change(Decimal(5), Decimal(4)) == Decimal("0.25")
    assert ageing([], date(2026, 1, 1)) == ()
