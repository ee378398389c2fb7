"""What a report costs: CPU seconds by format and rows, as ratios to a bare table of the same rows in the same library.

Run: python -m bench.reports [rows …] [--json]   (100 and 5000 unless told)
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from archive.document import Kind
from archive.period import Period
from archive.words import Text
from reports.cells import said
from reports.claim import Claim
from reports.fonts import font_file
from reports.head import Head
from reports.page import Column, Page, Signatures, TwoSided
from reports.registers import expenses
from reports.render import Format, card, render
from reports.statement import Line, statement

MADE = datetime(2026, 11, 1, 9, tzinfo=UTC)
SELLERS = (
    "上海晨光文具股份有限公司",
    "北京星辰科技发展有限责任公司上海浦东新区分公司",
    "锦江之星旅馆有限公司",
    "Acme Cloud Ltd",
)


def report(count: int) -> Page:
    """An October register of `count` claims."""
    rows = [_claim(place) for place in range(count)]
    head = Head("杭州云栖智联信息技术有限公司", Period.month(2026, 10), MADE, "周会计")
    return expenses(rows, head)


def _claim(place: int) -> Claim:
    net = Decimal(place * 7919 % 999_983 + 100) / 100
    tax = (net * Decimal("0.06")).quantize(Decimal("0.01"))
    return Claim(
        item_id=f"G2610-{place:05}",
        archive_no=f"KJ·2026-PZ·D30-{place:05}",
        date=date(2026, 10, 1) + timedelta(days=place % 31),
        kind=tuple(Kind)[place % 7],
        number=f"2644{place * 104_729:016}",
        seller=SELLERS[place % 4],
        category=("办公用品", "差旅-住宿", "交通费", "餐饮招待", "软件与云服务")[place % 5],
        department=("研发部", "市场部", "财务部")[place % 3],
        person=("张伟", "李娜", "王芳", "赵磊")[place % 4],
        net=net,
        tax=tax,
        total=net + tax,
        state=Text("已归档", "archived"),
    )


def balance_sheet() -> Page:
    """A two-sided statement of the usual length: 35 lines a side."""
    end, begin = Text("期末余额", "Closing"), Text("上年年末余额", "Opening")
    sides = []
    for start, name in ((1, Text("资产", "Assets")), (40, Text("负债和所有者权益", "Liabilities and equity"))):
        lines = [
            Line(Text(f"项目{nth}", f"Item {nth}"), nth, (Decimal(nth * 10_007), Decimal(nth * 9_973)), 1)
            for nth in range(start, start + 34)
        ]
        parts = tuple(range(start, start + 34))
        sums = tuple(sum((Decimal(str(line.values[n])) for line in lines), Decimal(0)) for n in (0, 1))
        total = Line(Text("总计", "Total"), start + 34, sums, 0, True, parts)
        columns = (Column("item", name, weight=2), Column("end", end, "money"), Column("begin", begin, "money"))
        sides.append(statement(name, columns, [*lines, total]))
    title = Text("资产负债表", "Balance sheet")
    head = Head("杭州云栖智联信息技术有限公司", Period.month(2026, 10), MADE, "周会计")
    return head.page(title, Text("会小企01表", "Form 01"), (TwoSided(title, *sides), Signatures()))


def words(page: Page) -> list[list[str]]:
    """The register alone, as words."""
    table = next(table for table in page.tables() if table.register)
    return [
        [said(cell, column.kind, "zh") for cell, column in zip(row, table.columns, strict=True)] for row in table.rows()
    ]


def bare_pdf(page: Page) -> bytes:
    """A ReportLab LongTable in the same font: no wrapping, no charts, no PDF/A."""
    from reportlab.lib.pagesizes import A4, landscape  # type: ignore[import-untyped]
    from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
    from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
    from reportlab.platypus import LongTable, SimpleDocTemplate  # type: ignore[import-untyped]

    pdfmetrics.registerFont(TTFont("bare", font_file(), subfontIndex=0))
    out = io.BytesIO()
    style = [("FONT", (0, 0), (-1, -1), "bare", 7)]
    SimpleDocTemplate(out, pagesize=landscape(A4)).build([LongTable(words(page), style=style, repeatRows=1)])
    return out.getvalue()


def bare_xlsx(page: Page) -> bytes:
    """An xlsxwriter sheet with the rows as words."""
    import xlsxwriter  # type: ignore[import-untyped]

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(words(page)):
            sheet.write_row(place, 0, row)
    return out.getvalue()


def bare_docx(page: Page) -> bytes:
    """A python-docx table filled row by row through its cell objects."""
    from docx import Document

    document, rows = Document(), words(page)
    table = document.add_table(len(rows), len(rows[0]))
    for row, line in zip(table.rows, rows, strict=True):
        for cell, word in zip(row.cells, line, strict=True):
            cell.text = word
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def cost(work: Callable[[], bytes]) -> tuple[float, int]:
    """CPU seconds of the better of two runs after a first one has loaded the libraries, and the bytes made."""
    size, best = 0, float("inf")
    for _ in range(2):
        start = time.process_time()
        size = len(work())
        best = min(best, time.process_time() - start)
    return best, size


async def measure(counts: Sequence[int] = (100, 5000)) -> dict[str, Any]:
    """By rows: CPU seconds of building the page; of each format with its ratio to the bare table, and its size."""
    _warm()
    found: dict[str, Any] = {f"{count}": _measured(report(count), count) for count in counts}
    found["sheet"] = {}
    for format in FORMATS:
        took, size = cost(partial(render, balance_sheet(), format))
        found["sheet"][format] = {"cpu_s": round(took, 3), "kb": round(size / 1000)}
    return {"rows": found, "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}


def _warm() -> None:
    """So that no figure has the loading of a library in it."""
    page = report(5)
    for format in FORMATS:
        render(page, format)
    for plain in BARE.values():
        plain(page)


def _measured(page: Page, count: int) -> dict[str, Any]:
    start = time.process_time()
    report(count)
    found: dict[str, Any] = {"build": {"cpu_s": round(time.process_time() - start, 3)}}
    for format in FORMATS:
        took, size = cost(partial(render, page, format))
        found[format] = {"cpu_s": round(took, 3), "kb": round(size / 1000)}
        if format in BARE:
            least, _ = cost(partial(BARE[format], page))
            found[format] |= {"bare_cpu_s": round(least, 3), "ratio": round(took / least, 2)}
    took, size = cost(partial(card, page))
    return found | {"card": {"cpu_s": round(took, 3), "kb": round(size / 1000)}}


FORMATS: tuple[Format, ...] = ("pdf", "xlsx", "docx", "png", "json")
BARE: Mapping[str, Callable[[Page], bytes]] = {"pdf": bare_pdf, "xlsx": bare_xlsx, "docx": bare_docx}


def table(found: Mapping[str, Any]) -> str:
    """The figures, one line a format and count."""
    names = ("cpu_s", "bare_cpu_s", "ratio", "kb")
    lines = [f"{'rows':>6} {'format':7}" + "".join(f"{name:>11}" for name in names)]
    for count, formats in found["rows"].items():
        for format, row in formats.items():
            lines.append(f"{count:>6} {format:7}" + "".join(f"{row.get(name, ''):>11}" for name in names))
    return "\n".join([*lines, f"peak memory {found['peak_memory_mb']} MB"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=int)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = asyncio.run(measure(options.rows or (100, 5000)))
    print(json.dumps(result) if options.json else table(result))
