"""记账凭证 on paper: the printed form of a booking voucher as PDF/A-3b, its data attached as XML.

会计基础工作规范 Art 51: date, number, summary, accounts, amounts, number of attachments, signatures of 制单、稽核、
记账 and 会计主管. A voucher of several sheets bears fractions (1/2). The same voucher is the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal

from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from archive.capitals import capitals
from archive.money import thousands
from archive.voucher import ZERO, Line, Voucher
from reports.archival import sealed
from reports.booking_xml import booking_xml
from reports.cells import clean
from reports.pdf_table import INK, RULE
from reports.typeset import Setter, font

WIDTH, HEIGHT = 240 * mm, 140 * mm  # the usual paper of vouchers
LEFT, TOP = 14 * mm, HEIGHT - 33 * mm
ROW, HEAD = 9.2 * mm, 8 * mm
LINES = 7  # entries on a sheet
#: 摘要, 会计科目, 借方金额, 贷方金额
WIDTHS = (78 * mm, 74 * mm, 30 * mm, 30 * mm)
NAME = "booking.xml"


@dataclass(frozen=True, slots=True)
class Booking:
    """One voucher and whose books it stands in."""

    company: str
    tax_id: str
    voucher: Voucher
    period: str  # 2026-09


def drawn(bookings: Sequence[Booking]) -> list[tuple[bytes, bytes]]:
    """(PDF/A, XML) of each. Runs in a worker process, many at a time: the font is read once."""
    return [both(each) for each in bookings]


def both(booking: Booking) -> tuple[bytes, bytes]:
    """The form and 入账信息结构化数据文件 (财会〔2024〕11号 Art 31), which is attached to the form as well."""
    data = booking_xml(booking.company, booking.tax_id, booking.voucher)
    title = f"记账凭证 {booking.voucher.ref}"
    return sealed(_printed(booking), title, booking.company, _made(booking.voucher), {NAME: data}), data


def _made(voucher: Voucher) -> datetime:
    """The day of the voucher, not of its printing: printed again, it is the same."""
    if voucher.date:
        return datetime.combine(voucher.date, time(), UTC)
    return datetime(voucher.year, voucher.month, 1, tzinfo=UTC)


def _printed(booking: Booking) -> bytes:
    setter, out = Setter(font()), io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, initialFontName=setter.name, pageCompression=1)
    sheets = [booking.voucher.lines[n : n + LINES] for n in range(0, len(booking.voucher.lines), LINES)] or [()]
    for number, lines in enumerate(sheets, 1):
        _sheet(canvas, setter, booking, lines, number, len(sheets))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _sheet(canvas: Canvas, setter: Setter, booking: Booking, lines: Sequence[Line], number: int, of: int) -> None:
    v = booking.voucher
    canvas.setFillColor(INK)
    canvas.setStrokeColor(INK)
    _centred(canvas, setter, "记 账 凭 证", WIDTH / 2, HEIGHT - 15 * mm, 20)
    canvas.setLineWidth(0.8)
    canvas.line(WIDTH / 2 - 28 * mm, HEIGHT - 17.5 * mm, WIDTH / 2 + 28 * mm, HEIGHT - 17.5 * mm)
    day = f"{v.date.year} 年 {v.date.month} 月 {v.date.day} 日" if v.date else f"{v.year} 年 {v.month} 月"
    _centred(canvas, setter, day, WIDTH / 2, HEIGHT - 24 * mm, 10)
    right = LEFT + sum(WIDTHS)
    _left(canvas, setter, f"核算单位：{booking.company}", LEFT, HEIGHT - 30 * mm, 9.5)
    part = f"  {number}/{of}" if of > 1 else ""
    _right(canvas, setter, f"{v.word}字第 {v.number:04d} 号{part}", right, HEIGHT - 30 * mm, 10)
    _grid(canvas, setter)
    for n, line in enumerate(lines):
        _entry(canvas, setter, line, TOP - HEAD - n * ROW)
    last = number == of
    _totals(canvas, setter, v, last)
    told = "—" if v.attachments is None else str(v.attachments)
    _stacked(canvas, setter, f"附件{told}张", right + 5.5 * mm, TOP - 16 * mm)
    foot = TOP - HEAD - (LINES + 1) * ROW - 7 * mm
    for n, (label, name) in enumerate(
        (("会计主管", ""), ("记账", v.poster), ("审核", v.checker), ("出纳", ""), ("制单", v.maker))
    ):
        _left(canvas, setter, f"{label}：{name}", LEFT + n * 43 * mm, foot, 9.5)


def _grid(canvas: Canvas, setter: Setter) -> None:
    canvas.setLineWidth(0.6)
    bottom = TOP - HEAD - (LINES + 1) * ROW
    right = LEFT + sum(WIDTHS)
    canvas.rect(LEFT, bottom, right - LEFT, TOP - bottom)
    canvas.setLineWidth(0.4)
    canvas.setStrokeColor(RULE)
    for n in range(LINES + 1):
        canvas.line(LEFT, TOP - HEAD - n * ROW, right, TOP - HEAD - n * ROW)
    x = LEFT
    for n, (width, name) in enumerate(zip(WIDTHS, ("摘　　要", "会 计 科 目", "借方金额", "贷方金额"), strict=True)):
        if n:
            canvas.line(x, TOP, x, bottom + (ROW if n == 1 else 0))
        _centred(canvas, setter, name, x + width / 2, TOP - HEAD + 2.6 * mm, 10)
        x += width


def _entry(canvas: Canvas, setter: Setter, line: Line, top: float) -> None:
    account = " ".join(filter(None, (line.account, line.account_name)))
    extra = "　".join(filter(None, (line.party, _foreign(line))))
    account = f"{account}　{extra}" if extra else account
    x = LEFT
    for words, width in zip((line.summary, account), WIDTHS[:2], strict=True):
        _fitted(canvas, setter, words, x + 1.5 * mm, top, width - 3 * mm)
        x += width
    for amount, width in zip((line.debit, line.credit), WIDTHS[2:], strict=True):
        if amount:
            canvas.setFillColor(INK)
            _right(canvas, setter, thousands(amount), x + width - 1.5 * mm, top - ROW / 2 - 3.2, 9.5)
        x += width


def _foreign(line: Line) -> str:
    return f"{line.currency} {thousands(line.foreign)}" if line.foreign is not None else ""


def _totals(canvas: Canvas, setter: Setter, v: Voucher, last: bool) -> None:
    top = TOP - HEAD - LINES * ROW
    if not last:
        _left(canvas, setter, "过次页", LEFT + 1.5 * mm, top - ROW / 2 - 3.2, 9.5)
        return
    debit, credit = (sum((getattr(x, side) for x in v.lines), ZERO) for side in ("debit", "credit"))
    words = f"合计（大写）：{_words(debit)}"
    _fitted(canvas, setter, words, LEFT + 1.5 * mm, top, WIDTHS[0] + WIDTHS[1] - 3 * mm)
    x = LEFT + WIDTHS[0] + WIDTHS[1]
    for amount, width in zip((debit, credit), WIDTHS[2:], strict=True):
        _right(canvas, setter, thousands(amount), x + width - 1.5 * mm, top - ROW / 2 - 3.2, 9.5)
        x += width


def _words(amount: Decimal) -> str:
    return ("负" if amount < 0 else "") + capitals(abs(amount))


def _fitted(canvas: Canvas, setter: Setter, words: str, x: float, top: float, width: float) -> None:
    """Words in one row of the table: one line, two smaller ones, or three and a dot dot dot."""
    shown = setter.shown(clean(words))
    for size, most in ((9.5, 1), (8.0, 2), (6.5, 3)):
        lines = setter.lines(shown, width, size)
        if len(lines) <= most:
            break
    else:
        lines = (*lines[:2], lines[2][:-1] + "…")
    step = size * 1.12
    level = top - ROW / 2 + step * (len(lines) - 2) / 2 + size * 0.18 + step / 2 - size * 0.5
    for line in lines:
        canvas.setFont(setter.name, size)
        canvas.drawString(x, level, line)
        level -= step


def _left(canvas: Canvas, setter: Setter, words: str, x: float, y: float, size: float) -> None:
    canvas.setFont(setter.name, size)
    canvas.drawString(x, y, setter.shown(clean(words)))


def _right(canvas: Canvas, setter: Setter, words: str, x: float, y: float, size: float) -> None:
    canvas.setFont(setter.name, size)
    canvas.drawRightString(x, y, setter.shown(clean(words)))


def _centred(canvas: Canvas, setter: Setter, words: str, x: float, y: float, size: float) -> None:
    canvas.setFont(setter.name, size)
    canvas.drawCentredString(x, y, setter.shown(clean(words)))


def _stacked(canvas: Canvas, setter: Setter, words: str, x: float, y: float) -> None:
    """From top to bottom, figures together: 附件 12 张."""
    for piece in _pieces(words):
        _centred(canvas, setter, piece, x, y, 10)
        y -= 6 * mm


def _pieces(words: str) -> Iterator[str]:
    held = ""
    for char in words:
        if char.isdigit():
            held += char
            continue
        if held:
            yield held
            held = ""
        yield char
    if held:
        yield held
