"""The table of 79号令 附表1 as it is shipped, and its clock."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from archive.retention import SOURCE_DOCUMENT, Term, terms

SHIPPED = json.loads((Path(__file__).parents[2] / "config" / "retention.json").read_text())


def test_the_shipped_table_is_the_laws() -> None:
    table = terms(SHIPPED["rows"])
    assert len(table) == 16
    by_label: dict[str, set[str]] = {}
    for name, term in table.items():
        by_label.setdefault(term.label, set()).add(name)
    assert by_label == {
        "30年": {"原始凭证", "记账凭证", "总账", "明细账", "日记账", "其他辅助性账簿", "会计档案移交清册"},
        "10年": {"月度、季度、半年度财务会计报告", "银行存款余额调节表", "银行对账单", "纳税申报表"},
        "5年": {"固定资产卡片"},
        "永久": {"年度财务会计报告", "会计档案保管清册", "会计档案销毁清册", "会计档案鉴定意见书"},
    }
    assert {term.category for term in table.values()} == {"会计凭证", "会计账簿", "财务会计报告", "其他会计资料"}
    assert "79号" in SHIPPED["source"]


def test_the_clock_starts_the_day_after_the_fiscal_year() -> None:
    table = terms(SHIPPED["rows"])
    assert table[SOURCE_DOCUMENT].expires(2024) == date(2054, 12, 31)  # runs from 2025-01-01
    assert table["年度财务会计报告"].expires(2024) is None
    assert table["固定资产卡片"].expires(2024) is None  # starts when the asset is scrapped
    assert (table[SOURCE_DOCUMENT].code, table["年度财务会计报告"].code) == ("D30", "Y")


@pytest.mark.parametrize("row", [{"years": 0}, {"years": "30"}, {"years": 10, "clock": "moon"}])
def test_a_bad_row_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="x: years"):
        terms([{"name": "x", "category": "c", **row}])


def test_a_longer_term_may_be_chosen() -> None:
    assert Term("原始凭证", "会计凭证", 50).expires(2026) == date(2076, 12, 31)
