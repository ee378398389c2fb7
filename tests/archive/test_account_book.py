"""Books of a year: every account ends where its entries lead, and where the demo company's own balances say."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.account_book import books
from archive.balance import Balance
from archive.voucher import Line, Voucher
from intake.sheet.read import read_book
from reports.account_book import drawn
from tests.intake.books import COMPANY

money = st.decimals(0, 10**6, places=2)


@given(st.lists(st.tuples(st.integers(1, 12), money), max_size=30), money)
def test_a_ledger_ends_where_its_entries_lead(moves: list[tuple[int, Decimal]], opening: Decimal) -> None:
    vouchers = []
    for n, (month, amount) in enumerate(moves, 1):
        lines = (Line("660201", debit=amount), Line("100201", credit=amount))
        vouchers.append(Voucher(2025, month, "记", n, lines, date(2025, month, 1)))
    rows = [Balance("2025-01", code, "银行", opening=opening) for code in ("1002", "100201")]
    made = books(2025, vouchers, rows)
    assert made[0].kind == "总账"
    if moves:
        assert [(b.kind, b.code) for b in made[1:]] == [("明细账", "6602"), ("日记账", "1002")]
        (bank,) = made[-1].accounts
        assert bank.opening == opening
        assert bank.entries[-1].balance == opening - sum(amount for _, amount in moves)
        assert [e.ref for e in bank.entries] == [v.ref for v in sorted(vouchers, key=lambda v: (v.month, v.number))]


def test_without_balances_there_is_no_general_ledger_and_it_says_so() -> None:
    voucher = Voucher(2025, 1, "记", 1, (Line("660201", debit=Decimal(5)), Line("100201", credit=Decimal(5))))
    made = books(2025, [voucher], [])
    assert [b.kind for b in made] == ["明细账", "日记账"]
    pdf = drawn(made[0], "某公司", datetime(2025, 12, 31))
    assert "没有年初余额" in pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()


@pytest.mark.skipif(not COMPANY.exists(), reason="the demo company's books are not here")
def test_the_demo_company_closes_as_its_balances_say() -> None:
    path = COMPANY / "用友U8" / "凭证列表_2025_gb18030.csv"
    vouchers = [r for r in read_book(path.read_bytes(), path.name, "", None, "").records if isinstance(r, Voucher)]
    rows: list[Balance] = []
    for table in sorted((COMPANY / "科目余额表").glob("U8_发生额及余额表_2025-*")):
        if table.stem.endswith(("-01", "-12")):
            found = read_book(table.read_bytes(), table.name, "", None, "").records
            rows += [r for r in found if isinstance(r, Balance)]
    closing = {b.account: b.closing for b in rows if b.period == "2025-12"}
    ends = {a.code: a.entries[-1].balance for book in books(2025, vouchers, rows) for a in book.accounts}
    assert len(ends) > 80
    assert {code: end for code, end in ends.items() if code in closing and end != closing[code]} == {}
