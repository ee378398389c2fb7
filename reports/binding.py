"""What binds a volume on paper: 封面, 卷内目录, 备考表 and 脊背, as one PDF (DA/T 39, 会计基础工作规范 Art 55(3)).

The cover of vouchers names 单位名称、年度、月份、起讫日期、凭证种类、起讫号码. The spine is a strip to be cut out.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from archive.shelving import Volume
from archive.unit import Unit
from reports.cells import clean
from reports.pdf_table import INK, RULE
from reports.typeset import Setter, font

WIDTH, HEIGHT = A4
MARGIN = 22 * mm
ROWS = 28  # of a list on a sheet
WORDS = {"记": "记账凭证", "收": "收款凭证", "付": "付款凭证", "转": "转账凭证"}
#: 卷内目录: headings and widths in mm.
COLUMNS = (("序号", 11), ("件号", 14), ("文件号", 24), ("题名", 62), ("日期", 22), ("文件数", 14), ("备注", 19))


@dataclass(frozen=True, slots=True)
class Binding:
    """A volume with what is in it; `made`: the day it is bound."""

    company: str
    fonds: str
    volume: Volume
    units: tuple[Unit, ...]
    made: date
    maker: str = ""
    checker: str = ""


def bound(binding: Binding) -> bytes:
    """The PDF. Runs in a worker process."""
    setter, out = Setter(font()), io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, initialFontName=setter.name, pageCompression=1)
    canvas.setTitle(clean(f"{binding.volume.id} {binding.volume.title.zh}"))
    canvas.setAuthor(clean(binding.company))
    pen = _Pen(canvas, setter)
    _cover(pen, binding)
    canvas.showPage()
    sheets = [binding.units[n : n + ROWS] for n in range(0, len(binding.units), ROWS)] or [()]
    for number, units in enumerate(sheets, 1):
        _contents(pen, binding, units, (number - 1) * ROWS, number, len(sheets))
        canvas.showPage()
    _notes(pen, binding)
    canvas.showPage()
    _spine(pen, binding)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@dataclass(frozen=True)
class _Pen:
    """Words on a page, in one font and ink."""

    canvas: Canvas
    setter: Setter

    def words(self, said: str, x: float, y: float, size: float, where: str = "left", width: float = 0) -> None:
        """At a place; in two smaller lines where one doesn't fit the width."""
        shown = self.setter.shown(clean(said))
        lines: tuple[str, ...] = (shown,)
        if width and self.setter.width(shown, size) > width:
            size *= 0.8
            lines = self.setter.lines(shown, width, size)[:2]
        self.canvas.setFillColor(INK)
        self.canvas.setFont(self.setter.name, size)
        draw = {
            "left": self.canvas.drawString,
            "centre": self.canvas.drawCentredString,
            "right": self.canvas.drawRightString,
        }[where]
        level = y + (len(lines) - 1) * size * 0.6
        for line in lines:
            draw(x, level, line)
            level -= size * 1.2

    def box(self, x: float, y: float, width: float, height: float, line: float = 0.8) -> None:
        self.canvas.setStrokeColor(INK)
        self.canvas.setLineWidth(line)
        self.canvas.rect(x, y, width, height)

    def line(self, x: float, y: float, x2: float, y2: float) -> None:
        self.canvas.setStrokeColor(RULE)
        self.canvas.setLineWidth(0.5)
        self.canvas.line(x, y, x2, y2)


def _cover(pen: _Pen, b: Binding) -> None:
    v = b.volume
    pen.box(MARGIN - 6 * mm, MARGIN - 4 * mm, WIDTH - 2 * MARGIN + 12 * mm, HEIGHT - 2 * MARGIN + 8 * mm, 1.2)
    name = "会 计 凭 证 封 面" if v.category == "会计凭证" else "会 计 档 案 封 面"
    pen.words(name, WIDTH / 2, HEIGHT - 52 * mm, 28, "centre")
    pen.words(b.company, WIDTH / 2, HEIGHT - 72 * mm, 16, "centre", WIDTH - 2 * MARGIN)
    rows = [("年度", f"{v.year} 年"), ("月份", f"{v.month} 月" if v.month else "全年")]
    rows.append(("起讫日期", _span(v)))
    if v.word:
        rows.append(("凭证种类", WORDS.get(v.word, v.word)))
        rows += [("起讫号码", f"{v.word}字第 {v.first_no:04d} 号 至 第 {v.last_no:04d} 号")]
    else:
        rows.append(("档案名称", v.kind))
    rows += [("卷内件数", f"{v.count} 件"), ("保管期限", v.retention)]
    rows += [("全宗号", b.fonds), ("案卷档号", v.id)]
    if v.nth > 1:
        rows.append(("说明", f"补卷（第 {v.nth} 卷）"))
    top, left, right, row = HEIGHT - 92 * mm, MARGIN + 12 * mm, WIDTH - MARGIN - 12 * mm, 13 * mm
    pen.box(left, top - row * len(rows), right - left, row * len(rows))
    middle = left + 36 * mm
    pen.line(middle, top, middle, top - row * len(rows))
    for n, (label, value) in enumerate(rows):
        y = top - n * row
        if n:
            pen.line(left, y, right, y)
        pen.words(label, (left + middle) / 2, y - row / 2 - 4, 12, "centre")
        pen.words(value, middle + 4 * mm, y - row / 2 - 4, 12, "left", right - middle - 6 * mm)
    foot = MARGIN + 16 * mm
    pen.words("会计主管：", left, foot, 12)
    pen.words(f"立卷人：{b.maker}", left + 50 * mm, foot, 12)
    pen.words(f"立卷日期：{b.made}", left + 96 * mm, foot, 12)


def _span(v: Volume) -> str:
    if v.first is None or v.last is None:
        return "—"
    return f"{v.first} 至 {v.last}"


def _contents(pen: _Pen, b: Binding, units: Sequence[Unit], before: int, number: int, of: int) -> None:
    pen.words("卷 内 目 录", WIDTH / 2, HEIGHT - 26 * mm, 20, "centre")
    pen.words(f"案卷档号：{b.volume.id}", MARGIN, HEIGHT - 36 * mm, 10)
    if of > 1:
        pen.words(f"{number}/{of}", WIDTH - MARGIN, HEIGHT - 36 * mm, 10, "right")
    row, top = 8 * mm, HEIGHT - 40 * mm
    total = sum(width for _, width in COLUMNS) * mm
    bottom = top - row * (len(units) + 1)
    pen.box(MARGIN, bottom, total, top - bottom)
    x = MARGIN
    for n, (name, width) in enumerate(COLUMNS):
        if n:
            pen.line(x, top, x, bottom)
        pen.words(name, x + width * mm / 2, top - row / 2 - 3.5, 10, "centre")
        x += width * mm
    for n, unit in enumerate(units, 1):
        y = top - n * row
        pen.line(MARGIN, y, MARGIN + total, y)
        late = sum(1 for paper in unit.papers if paper.item)
        cells = (
            str(before + n), unit.archive_no[-4:], unit.file_no, unit.title,
            unit.formed.isoformat() if unit.formed else "", str(len(unit.papers)), f"单据 {late}" if late else "",
        )  # fmt: skip
        x = MARGIN
        for (_, width), cell in zip(COLUMNS, cells, strict=True):
            centred = width < 30
            at = x + width * mm / 2 if centred else x + 1.5 * mm
            pen.words(cell, at, y - row / 2 - 3, 9, "centre" if centred else "left", width * mm - 2 * mm)
            x += width * mm


def _notes(pen: _Pen, b: Binding) -> None:
    v = b.volume
    pen.words("卷 内 备 考 表", WIDTH / 2, HEIGHT - 32 * mm, 20, "centre")
    pen.words(f"案卷档号：{v.id}", MARGIN, HEIGHT - 44 * mm, 10)
    top, bottom = HEIGHT - 48 * mm, MARGIN
    pen.box(MARGIN, bottom, WIDTH - 2 * MARGIN, top - bottom)
    files = sum(len(unit.papers) for unit in b.units)
    pen.words("本卷情况说明：", MARGIN + 6 * mm, top - 12 * mm, 12)
    lines = [f"本卷共 {v.count} 件，电子文件 {files} 个，{v.retention}保管。", *(f"{note}。" for note in v.notes)]
    y = top - 22 * mm
    for said in lines:
        for line in pen.setter.lines(pen.setter.shown(clean(said)), WIDTH - 2 * MARGIN - 20 * mm, 11):
            if y < bottom + 50 * mm:
                break
            pen.words(line, MARGIN + 10 * mm, y, 11)
            y -= 7 * mm
    for n, (label, value) in enumerate((("立卷人", b.maker), ("检查人", b.checker), ("立卷时间", f"{b.made}"))):
        pen.words(f"{label}：{value}", WIDTH - MARGIN - 76 * mm, bottom + (30 - n * 10) * mm, 12)


def _spine(pen: _Pen, b: Binding) -> None:
    v = b.volume
    width, height = 30 * mm, 250 * mm
    left, bottom = (WIDTH - width) / 2, (HEIGHT - height) / 2
    pen.words("脊背：沿线裁下 / spine: cut along the line", WIDTH / 2, HEIGHT - 14 * mm, 8, "centre")
    pen.box(left, bottom, width, height)
    rows = (
        ("全宗号", b.fonds), ("年度", f"{v.year}"), ("月份", f"{v.month}" if v.month else "全年"),
        ("保管期限", v.retention), ("案卷号", v.id[-4:]),
    )  # fmt: skip
    row = 20 * mm
    for n, (label, value) in enumerate(rows):
        y = bottom + height - (n + 1) * row
        pen.line(left, y, left + width, y)
        pen.words(label, WIDTH / 2, y + row - 7 * mm, 9, "centre")
        pen.words(value, WIDTH / 2, y + 5 * mm, 14, "centre", width - 3 * mm)
    said = f"{v.kind}{f'（{v.word}）' if v.word else ''}"
    if v.word:
        said += f"{v.first_no}-{v.last_no}号"
    level = bottom + height - len(rows) * row - 14 * mm
    for piece in _upright(said):
        pen.words(piece, WIDTH / 2, level, 15, "centre", width - 4 * mm)
        level -= 9 * mm
        if level < bottom + 6 * mm:
            break


def _upright(words: str) -> list[str]:
    """From top to bottom: figures together, everything else a character at a time; brackets fall away."""
    pieces: list[str] = []
    for char in words:
        if char in "（）":
            continue
        if pieces and (char.isdigit() or char == "-") and (pieces[-1][-1].isdigit() or pieces[-1][-1] == "-"):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces
