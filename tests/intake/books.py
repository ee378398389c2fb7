"""Books for tests: small spreadsheets made here, and the demo company's where they are."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import xlsxwriter

COMPANY = Path("../shared/samples/company")
COMPANY_NAME = "苏州澄远智能装备有限公司"

U8 = (
    "会计期间",
    "制单日期",
    "凭证类别",
    "凭证号",
    "所附单据数",
    "科目编码",
    "科目名称",
    "摘要",
    "票据号",
    "借方金额",
    "贷方金额",
)


def workbook(rows: Sequence[Sequence[object]], sheet: str = "凭证") -> bytes:
    """An xlsx; days as day cells."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(r, c, cell, day)  # type: ignore[arg-type]
                elif cell is not None:
                    page.write(r, c, cell)
    return out.getvalue()


def text(rows: Sequence[Sequence[object]], encoding: str = "utf-8-sig", mark: str = ",") -> bytes:
    """A CSV in an encoding."""
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows([["" if cell is None else cell for cell in row] for row in rows])
    return out.getvalue().encode(encoding)


def journal(extra: Sequence[Sequence[object]] = (), *, debit: object = "1,000.00") -> list[list[object]]:
    """Two vouchers of 2026-04 in the form of U8, the second a closing entry."""
    rows: list[list[object]] = [
        ["凭证列表"],
        [f"单位名称：{COMPANY_NAME}"],
        list(U8),
        [
            4,
            "2026-04-03",
            "记",
            "0001",
            1,
            "660201",
            "办公费",
            "支付办公费 顺丰速运",
            "26339990000088000001",
            debit,
            "",
        ],
        [4, "2026-04-03", "记", "0001", 1, "100201", "工商银行7701", "支付办公费 顺丰速运", "", "", "1,000.00"],
        [4, "2026-04-30", "记", "0002", 0, "4103", "本年利润", "期间损益结转", "", "1000", ""],
        [4, "2026-04-30", "记", "0002", 0, "660201", "办公费", "期间损益结转", "", "", "1000"],
    ]
    return rows + [list(each) for each in extra]


def statement(extra: Sequence[Sequence[object]] = ()) -> list[list[object]]:
    """An account ending in 7701: one payment on 4 April."""
    rows: list[list[object]] = [
        ["账号", "交易日期", "借方发生额（支取）", "贷方发生额（收入）", "余额", "对方户名", "摘要", "交易流水号"],
        ["6222000011117701", "20260404", "1,000.00", "0.00", "9,000.00", "顺丰速运", "货款", "26040400000001"],
    ]
    return rows + [list(each) for each in extra]
