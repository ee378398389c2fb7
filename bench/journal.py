"""What reading a journal costs: CPU seconds and memory by rows, as a ratio to the bare cells of the same file.

Run: python -m bench.journal [rows …] [--json]   (10000 and 50000 unless told)
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import resource
import time
from collections.abc import Callable
from typing import Any

import python_calamine
import xlsxwriter  # type: ignore[import-untyped]

from intake.sheet.read import read_book

HEAD = ("期间", "日期", "凭证字", "凭证号", "附件数", "科目编码", "科目名称", "摘要", "借方金额", "贷方金额")


def journal(rows: int) -> bytes:
    """A workbook of so many entries, two a voucher."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("序时账")
        sheet.write_row(0, 0, HEAD)
        for n in range(rows // 2):
            both = (4, f"2026-04-{1 + n % 28:02}", "记", n + 1, 1)
            sheet.write_row(2 * n + 1, 0, (*both, "660201", "管理费用_办公费", f"购办公用品 {n}", f"{n + 1}.00", ""))
            sheet.write_row(2 * n + 2, 0, (*both, "100201", "银行存款_工行", f"购办公用品 {n}", "", f"{n + 1}.00"))
    return out.getvalue()


async def measure(counts: tuple[int, ...] = (10_000, 50_000)) -> dict[str, Any]:
    """By rows: CPU seconds of `read_book` and of the bare cells (the baseline), their ratio, peak memory in MB."""
    found = {}
    for rows in counts:
        data = journal(rows)
        bare = _spent(
            lambda data=data: python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()
        )
        read = _spent(lambda data=data: read_book(data, "序时账.xlsx"))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        found[str(rows)] = {
            "cpu_seconds": round(read, 2), "bare_cells": round(bare, 2), "times": round(read / bare, 1), "peak_mb": peak
        }  # fmt: skip
    return found


def _cells(data: bytes) -> None:
    python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def _spent(task: Callable[[], object]) -> float:
    began = time.process_time()
    task()
    return time.process_time() - began


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.journal", description=__doc__)
    parser.add_argument("rows", nargs="*", type=int)
    parser.add_argument("--json", action="store_true", help="always so")
    options = parser.parse_args()
    made = asyncio.run(measure(tuple(options.rows) or (10_000, 50_000)))
    print(json.dumps(made, ensure_ascii=False, indent=1))
