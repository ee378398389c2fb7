"""What a report costs: CPU seconds by format and rows, as ratios to a bare table of the same rows in the same library.

Run: python -m bench.reports [rows …]   (100 and 5000 unless told)
"""

from __future__ import annotations

import io
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

from archive.document import Kind
from archive.period import Period
from archive.words import Text
from reports.cells import said
from reports.claim import Claim
from reports.fonts import font_file
from reports.head import Head
from reports.page import Page
from reports.registers import expenses
from reports.render import Format, card, render

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


def main(counts: list[int]) -> None:
    """Print one line a format and count."""
    warm = report(5)
    formats: tuple[Format, ...] = ("pdf", "xlsx", "docx", "png", "json")
    bare: dict[str, Callable[[Page], bytes]] = {"pdf": bare_pdf, "xlsx": bare_xlsx, "docx": bare_docx}
    for format in formats:
        render(warm, format)
    for plain in bare.values():
        plain(warm)
    print(f"{'rows':>6} {'format':7} {'CPU s':>7} {'bare':>7} {'ratio':>6} {'kB':>7}")
    for count in counts:
        page = report(count)
        start = time.process_time()
        report(count)
        print(f"{count:>6} {'build':7} {time.process_time() - start:7.2f}")
        for format in formats:
            took, size = cost(partial(render, page, format))
            line = f"{count:>6} {format:7} {took:7.2f}"
            if format in bare:
                least, _ = cost(partial(bare[format], page))
                line += f" {least:7.2f} {took / least:6.2f}"
            else:
                line += f" {'':7} {'':6}"
            print(f"{line} {size / 1000:7.0f}", flush=True)
        took, size = cost(partial(card, page))
        print(f"{count:>6} {'card':7} {took:7.2f} {'':7} {'':6} {size / 1000:7.0f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [100, 5000])
