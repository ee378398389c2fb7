"""Figures asked of the sample company's books, against its statements."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from archive.account import Account
from archive.book_figures import Books, answer
from archive.period import Period
from archive.question import Question, What
from archive.words import Text
from intake.sheet.read import read_book

COMPANY = Path("../shared/samples/company")
NAMES = {
    "revenue": "营业收入", "cost": "营业成本", "levies": "税金及附加", "selling": "销售费用",
    "finance_cost": "财务费用", "research": "研发费用", "income_tax": "所得税费用",
}  # fmt: skip


@pytest.fixture(scope="module")
def books() -> Books:
    """The vouchers of 2026 and the trial balances of its first and third quarter's last months."""
    if not COMPANY.exists():
        pytest.skip(f"the sample company is not at {COMPANY}")
    journal = COMPANY / "用友U8/凭证列表_2026.xls"
    vouchers = read_book(journal.read_bytes(), journal.name).records
    balances = []
    for month in ("2026-03", "2026-09"):
        (table,) = [p for p in COMPANY.glob(f"科目余额表/U8_发生额及余额表_{month}*") if "未结转" not in p.name]
        balances += read_book(table.read_bytes(), table.name).records
    return Books(vouchers, balances, ())  # type: ignore[arg-type]


def truth(name: str) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = json.loads((COMPANY / "truth" / name).read_text("utf-8"))[
        "statements"
    ]  # type: ignore[assignment]
    return found


@pytest.mark.parametrize("subject", NAMES)
def test_turnover_is_that_of_the_income_statement(books: Books, subject: str) -> None:
    statements = truth("income_statement.json")
    for month in range(1, 10):
        made = answer(Question(What.MEASURE, subject), Period.month(2026, month), books)
        wanted = Decimal(statements[f"2026-{month:02}"][NAMES[subject]]["本期金额"])
        assert getattr(made, "value", Decimal(0)) == wanted, month


def test_administrative_expenses_tell_the_research_in_them(books: Books) -> None:
    row = truth("income_statement.json")["2026-03"]
    made = answer(Question(What.MEASURE, "admin"), Period.month(2026, 3), books)
    assert made.value == Decimal(row["管理费用"]["本期金额"]) + Decimal(row["研发费用"]["本期金额"])  # type: ignore[union-attr]
    assert "其中研发费用 76,775.81 元" in made.basis[-1].zh  # type: ignore[union-attr]


def test_a_balance_is_carried_on_from_the_last_table(books: Books) -> None:
    statements = truth("balance_sheet.json")
    for month, from_table in ((3, True), (4, False), (6, False), (8, False), (9, True)):
        made = answer(Question(What.MEASURE, "cash"), Period.month(2026, month), books)
        assert made.value == Decimal(statements[f"2026-{month:02}"]["货币资金"]["期末余额"]), month  # type: ignore[union-attr]
        assert ("加凭证" in " ".join(b.zh for b in made.basis)) is not from_table  # type: ignore[union-attr]


def test_a_chart_alone_says_that_there_are_no_books() -> None:
    chart = [Account("6602", "管理费用")]
    why = answer(Question(What.MEASURE, "admin"), Period.month(2026, 4), Books((), (), chart))
    assert isinstance(why, Text)
    assert why.zh == "2026年4月没有账簿数据"
