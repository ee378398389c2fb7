"""Statements of the banks as they come, and what bites in them: generated files in the forms seen."""

from __future__ import annotations

from decimal import Decimal

import pytest

from archive.balance import Balance
from archive.bank_line import BankLine
from archive.voucher import Voucher
from intake.sheet.book import Book
from intake.sheet.read import read_book
from tests.intake.books import journal, text, workbook

OURS = "4000021109200012345"
ICBC = [
    "凭证号", "本方账号", "对方账号", "交易时间", "借/贷", "借方发生额", "贷方发生额", "对方行号", "对方单位", "用途",
    "摘要", "附言", "回单个性化信息", "余额", "时间戳",
]  # fmt: skip


def _icbc(debit: str, credit: str, balance: str, stamp: str) -> list[object]:
    side = "借" if debit else "贷"
    return ["0", f"\t{OURS}", "\t6222000099990001", "2026-04-04 10:11:12", side, debit, credit, "102", "供应商甲",
            "货款", "转账", "", "", balance, stamp]  # fmt: skip


FORMS: dict[str, list[list[object]]] = {
    "平安": [
        ["交易日期", "账号", "借", "贷", "账户余额", "对方账户", "对方账户名称", "交易流水号", "摘要", "用途"],
        ["20260404", f"\t{OURS}", "1,000.00", "-", "9,000.00", "\t6222000099990001", "供应商甲", "2604040001", "转账",
         "货款"],
        ["20260405", f"\t{OURS}", "-", "50.00", "9,050.00", "\t6222000099990002", "客户乙", "2604050001", "转账",
         "收款"],
    ],
    "工行第二行": [
        ["[HISTORYDETAIL]"], list(ICBC), _icbc("1,000.00", "", "9,000.00", "2026-04-04-10.11.12.000001"),
        _icbc("", "50.00", "9,050.00", "2026-04-05-10.11.12.000002"),
    ],
    "招行带符号": [
        [f"账号：{OURS}", "", ""],
        ["交易日", "交易时间", "流水号", "付方名称", "付方账户", "收方名称", "收方账户", "交易金额", "余额", "摘要"],
        ["20260404", "10:11:12", "G0001", "我公司", OURS, "供应商甲", "6222000099990001", "-1,000.00", "9,000.00",
         "货款"],
        ["20260405", "10:11:12", "G0002", "客户乙", "6222000099990002", "我公司", OURS, "50.00", "9,050.00", "收款"],
    ],
}  # fmt: skip


def _lines(book: Book) -> list[BankLine]:
    assert not book.error, book.error
    return [each for each in book.records if isinstance(each, BankLine)]


@pytest.mark.parametrize("bank", FORMS)
@pytest.mark.parametrize("carrier", ["xlsx", "utf-16", "gb18030"])
def test_each_form_is_signed_from_our_side(bank: str, carrier: str) -> None:
    rows = FORMS[bank]
    data = workbook(rows) if carrier == "xlsx" else text(rows, carrier, "\t" if carrier == "utf-16" else ",")
    if carrier == "utf-16":  # a tab before digits is no column then
        data = text([[str(cell).lstrip("\t") for cell in row] for row in rows], carrier, "\t")
    lines = _lines(read_book(data, "流水"))
    assert [(x.amount, x.balance, x.account) for x in lines] == [
        (Decimal("-1000.00"), Decimal("9000.00"), OURS), (Decimal("50.00"), Decimal("9050.00"), OURS),
    ]  # fmt: skip
    assert lines[0].party == "供应商甲"
    assert lines[0].serial


def test_totals_red_brackets_and_formulas_of_text() -> None:
    rows: list[list[object]] = [
        ["交易日期", "账号", "借", "贷", "账户余额", "对方账户名称", "交易流水号"],
        ["20260404", f'="{OURS}"', "（1,000.00）", "-", "11,000.00", "退款", "1"],
        ["20260405", f'="{OURS}"', "100.00", "——", "10,900.00", "供应商", "2"],
        ["合计", "", "-900.00", "0.00", "", "", ""],
    ]
    lines = _lines(read_book(text(rows), "a.csv"))
    assert [(x.amount, x.account) for x in lines] == [(Decimal("1000.00"), OURS), (Decimal("-100.00"), OURS)]


def test_two_currencies_in_one_column_are_told_with_their_rows() -> None:
    head: list[object] = ["账号", "交易日期", "交易金额", "余额", "币种", "摘要", "对方户名"]
    rows: list[list[object]] = [head, [OURS, "20260404", "-1.00", "9.00", "人民币", "x", "y"],
                                [OURS, "20260405", "-1.00", "8.00", "美元", "x", "y"]]  # fmt: skip
    book = read_book(text(rows), "a.csv")
    assert [(r.kind, r.row) for r in book.remarks] == [("two_currencies", 3)]
    marked: list[list[object]] = [head, [OURS, "20260404", "¥-1.00", "9.00", "", "x", "y"],
                                  [OURS, "20260405", "US$ 1.00", "10.00", "", "x", "y"]]  # fmt: skip
    assert ("two_currencies", 3) in {(r.kind, r.row) for r in read_book(text(marked), "a.csv").remarks}
    one = [[*row[:4], "人民币", *row[5:]] if n else row for n, row in enumerate(rows)]
    assert not read_book(text(one), "a.csv").remarks


def test_a_month_pasted_twice_is_one_month() -> None:
    rows = journal()
    book = read_book(workbook([*rows, *rows[3:]]), "a.xlsx")
    assert [v.ref for v in book.records if isinstance(v, Voucher)] == ["2026-04 记-1", "2026-04 记-2"]
    assert [r.kind for r in book.remarks] == ["voucher_twice"] * 2


def test_an_account_with_two_balances_is_told_and_the_same_row_counts_once() -> None:
    head: list[object] = ["科目编码", "科目名称", "期初余额", "借方发生额", "贷方发生额", "期末余额"]
    row: list[object] = ["1002", "银行存款", "10", "5", "3", "12"]
    book = read_book(text([["2026年4月"], head, row, row]), "a.csv")
    assert len([b for b in book.records if isinstance(b, Balance)]) == 1
    assert [r.kind for r in book.remarks] == ["row_twice"]
    other = read_book(text([["2026年4月"], head, row, ["1002", "银行存款", "10", "5", "4", "11"]]), "a.csv")
    assert [(r.kind, r.row) for r in other.remarks] == [("balance_twice", 4)]


def test_red_quantities_and_prices_are_no_matter_of_the_books() -> None:
    rows = [
        [*row, "数量", "单价"] if n == 2 else [*row, "-3", "-1.5"] if n > 2 else row for n, row in enumerate(journal())
    ]
    book = read_book(workbook(rows), "a.xlsx")
    assert len(book.records) == 2
    assert not book.remarks
