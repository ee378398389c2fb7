"""Logs of accounting systems and budgets, in the forms people have them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from archive.budget import BudgetLine
from archive.posting import Posting
from intake.sheet.read import read_book
from tests.intake.books import text, workbook


def _log(*rows: tuple[object, ...]) -> list[Posting]:
    book = read_book(workbook(rows), "日志.xlsx")
    assert book.kind == "postings"
    return [r for r in book.records if isinstance(r, Posting)]


def test_a_log_with_the_voucher_in_one_column() -> None:
    book = read_book(
        text([
            ("时间", "操作员", "操作", "凭证"), ("2026-04-30 22:01:09", "周敏", "制单", "2026-04 记-23"),
            ("2026-05-02 09:00:00", "吴倩", "审核", "2026年4月 记字第23号"),
            ("2026-05-02 09:05:00", "吴倩", "登录", ""),
        ]),
        "log.csv",
    )  # fmt: skip
    assert [(p.voucher, p.period) for p in book.records if isinstance(p, Posting)] == [("2026-04 记-23", "2026-04")] * 2
    assert book.records[0] == Posting.told(book.records[0].at, "周敏", "制单", "2026-04 记-23", 2)  # type: ignore[union-attr]
    assert [r.kind for r in book.remarks] == ["no_voucher_rows"]


def test_a_log_with_day_hour_word_and_number_apart() -> None:
    (one,) = _log(
        ("操作日期", "操作时间", "用户名", "操作类型", "会计期间", "凭证字", "凭证号"),
        ("2026-05-03", "08:00:01", "admin", "审核", "2026-04", "付", "0007"),
    )
    assert (str(one.on), one.time, one.who, one.voucher) == ("2026-05-03", "08:00:01", "admin", "2026-04 付-7")


def test_without_a_period_the_month_of_the_day_counts() -> None:
    (one,) = _log(("时间", "操作员", "操作", "凭证号"), ("2026-05-03 10:00", "甲", "记账", "12"))
    assert one.voucher == "2026-05 记-12"


def _budget(name: str, *rows: tuple[object, ...]) -> list[tuple[object, ...]]:
    book = read_book(text(rows), name)
    assert book.kind == "budgets", book.error
    return [(b.year, b.months, b.account, b.name, b.amount) for b in book.records if isinstance(b, BudgetLine)]


ALL = tuple(range(1, 13))


def test_a_budget_one_amount_a_row() -> None:
    assert _budget(
        "2026预算.csv", ("科目编码", "科目名称", "期间", "预算金额"), ("6602.01", "办公费", "2026-07", "1,200.00"),
        ("6602", "管理费用", "三季度", "30"), ("", "营业收入", "全年", "900"), ("合计", "", "", "931"),
    ) == [
        (2026, (7,), "660201", "办公费", Decimal(1200)), (2026, (7, 8, 9), "6602", "管理费用", Decimal(30)),
        (2026, ALL, "", "营业收入", Decimal(900)),
    ]  # fmt: skip


def test_a_budget_with_a_column_a_month_in_ten_thousands() -> None:
    found = _budget(
        "x.csv", ("2026年度费用预算",), ("单位：万元",), ("项目", "1月", "2月", "3月"), ("差旅费", "1.5", "", "2")
    )
    assert found == [(2026, (1,), "", "差旅费", Decimal(15000)), (2026, (3,), "", "差旅费", Decimal(20000))]


def test_a_table_of_months_that_does_not_say_budget_is_none() -> None:
    rows = [("项目", "1月", "2月", "3月"), ("差旅费", "1", "2", "3")]
    assert read_book(text(rows), "费用.csv").error
    assert read_book(text(rows), "费用.csv", kind="budgets", period="2026-01").kind == "budgets"


@pytest.mark.parametrize("amount", ["一百", "12x"])
def test_an_amount_that_is_none_is_noticed_with_its_row(amount: str) -> None:
    book = read_book(text([("项目", "年度", "预算金额"), ("差旅费", "2026", amount)]), "x.csv")
    assert ("bad_amount", 2) in {(r.kind, r.row) for r in book.remarks}
