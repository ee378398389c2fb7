"""One table on paper: columns sized to what they hold, head repeated on every page, sums set off."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from zlib import crc32

from reportlab.lib.colors import HexColor  # type: ignore[import-untyped]
from reportlab.platypus import Flowable, PageBreak  # type: ignore[import-untyped]

from archive.words import Lang, Text
from reports.cells import said
from reports.page import Column, Row, Table, Unit
from reports.pdf_rows import BROUGHT, NONE, OVER, PAD, Laid, Role, carried, carry, printed_rows
from reports.typeset import Setter

INK, RULE, HEAD, ZEBRA, SUM = (HexColor(code) for code in ("#1f2733", "#5c6b7a", "#e4eaf1", "#f7f9fb", "#edf1f5"))
SIZES = (8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0)
UNBROKEN = 13.0  # a number or code up to this many ems is kept on one line
SHORT = 12  # so few rows stay together
MOST = 12  # lines in a cell
STEP = 1.3  # ems a level of a statement's items is moved in
CONTINUED = Text("（续）", " (continued)")


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole table measured for one width; every piece of it on the pages shares this."""

    title: str
    more: str
    columns: tuple[Column, ...]
    edges: tuple[float, ...]  # left edge of each column and the right edge of the last
    size: float
    head: Laid
    rows: tuple[Laid, ...]
    heights: tuple[float, ...]  # running sums, from 0
    font: str
    room: float  # height of an empty page
    split: int = 0  # column at which a right half begins
    over: tuple[Laid | None, ...] = ()  # 过次页 when the page ends before this row; () where nothing is carried
    brought: tuple[Laid | None, ...] = ()
    bare: bool = False  # its title is the page's own, and is not printed again

    @property
    def leading(self) -> float:
        return self.size * 1.28


def lay(
    table: Table, frame: tuple[float, float], setter: Setter, lang: Lang, unit: Unit, under: Text | None = None
) -> Layout:
    """Measure a table for a frame (width, height in points), at the largest size that breaks no figure.

    `under`: the title it stands under, which is not said twice.
    """
    width, room = frame
    words = [(role, _words(row, table.columns, setter, lang, unit), place) for role, row, place in printed_rows(table)]
    heads = [setter.shown(column.heading.to(lang)) for column in table.columns]
    body = [cells for role, cells, _ in words if role != "group"]
    sums = carried(table, setter, lang, unit) if table.carry else []
    fixed, wants = _needs(table.columns, heads, [*body, *[one for one in sums if one][-1:]], setter)
    deep: dict[int, int] = {}
    for (_, place), level in table.indents.items():
        deep[place] = max(level, deep.get(place, 0))
    wants = [want + STEP * deep.get(place, 0) for place, want in enumerate(wants)]
    decent = _decent(table.columns, fixed, wants)
    room_for_words = width - 2 * PAD * len(table.columns)
    sizes = SIZES[3:] if table.compact else SIZES
    size = next((size for size in sizes if sum(decent) * size <= room_for_words), SIZES[-1])
    widths = _widths(table.columns, (fixed, decent, wants), width, size)
    edges = tuple(accumulate(widths, initial=0.0))
    head = _laid(heads, "sum", widths, size, setter, False)
    rows, odd = [], False
    for role, cells, place in words:
        spread = [width] if role == "group" else widths
        bold = frozenset(column for row, column in table.bold if row == place) if table.bold else frozenset[int]()
        moved = {c: STEP * size * n for (row, c), n in table.indents.items() if row == place} if deep else NONE
        rows.append(_laid(cells, role, spread, size, setter, odd, bold, moved))
        odd = not odd if role != "group" and not table.split else False
    title = setter.shown(table.title.to(lang))
    more = setter.shown((table.title + CONTINUED).to(lang))
    heights = tuple(accumulate((row.height for row in rows), initial=0.0))
    over, brought = (carry(sums, label.to(lang), widths, size, setter) for label in (OVER, BROUGHT))
    return Layout(
        title,
        more,
        table.columns,
        edges,
        size,
        head,
        tuple(rows),
        heights,
        setter.name,
        room,
        table.split,
        over,
        brought,
        under == table.title,
    )


def _words(row: Row, columns: Sequence[Column], setter: Setter, lang: Lang, unit: Unit) -> list[str]:
    if len(row) == 1 and len(columns) > 1:
        return [setter.shown(said(row[0], "text", lang))]
    pairs = zip(row, columns, strict=True)
    return [setter.shown(said(cell, column.kind, lang, unit)) if cell is not None else "" for cell, column in pairs]


def _needs(
    columns: Sequence[Column], heads: list[str], body: list[list[str]], setter: Setter
) -> tuple[list[float], list[float]]:
    """For size 1: the least width of each column (figures and dates whole), and the width that breaks nothing."""
    least, wants = [], []
    for place, column in enumerate(columns):
        head = setter.width(heads[place], 1.0)
        longest = max((setter.width(row[place], 1.0) for row in body), default=0.0)
        if column.kind == "text":
            whole = max(setter.unbroken(heads[place]), *(setter.unbroken(row[place]) for row in body), 0.0)
            least.append(max(min(whole, UNBROKEN), min(max(longest, min(head, 3.2)), 4.2)))
        else:
            least.append(max(longest, min(head, 4.2)))
        wants.append(max(longest, head))
    return least, wants


def _decent(columns: Sequence[Column], least: list[float], wants: list[float]) -> list[float]:
    """Figures and short words whole, long words 60 % of what they want or eleven characters; for size 1."""
    return [
        max(low, want if want < 6.5 else min(want * 0.6, 11.0)) if column.kind == "text" else low
        for column, low, want in zip(columns, least, wants, strict=True)
    ]


def _widths(columns: Sequence[Column], stages: Sequence[list[float]], width: float, size: float) -> list[float]:
    """The first stage's widths, raised towards the next ones as far as there is room, the rest by weight."""
    pads = 2 * PAD
    got = [low * size + pads for low in stages[0]]
    if sum(got) > width:  # figures wider than the paper: all shrink alike and break
        return [one * width / sum(got) for one in got]
    for stage in stages[1:]:
        lack = [max(want * size + pads - one, 0.0) for want, one in zip(stage, got, strict=True)]
        spread = min((width - sum(got)) / sum(lack), 1.0) if sum(lack) else 0.0
        got = [one + more * spread for one, more in zip(got, lack, strict=True)]
    weights = [column.weight if column.kind == "text" else 0.35 for column in columns]
    left = width - sum(got)
    return [one + left * weight / sum(weights) for one, weight in zip(got, weights, strict=True)]


def _laid(
    cells: list[str],
    role: Role,
    widths: Sequence[float],
    size: float,
    setter: Setter,
    odd: bool,
    bold: frozenset[int] = frozenset(),
    indents: Mapping[int, float] = NONE,
) -> Laid:
    slack = 2 * PAD - 0.01
    lines = tuple(
        _capped(setter.lines(words, wide - slack - indents.get(place, 0.0), size)) if words else ()
        for place, (words, wide) in enumerate(zip(cells, widths, strict=True))
    )
    most = max((len(one) for one in lines), default=1) or 1
    return Laid(lines, role, most * size * 1.28 + 2 * PAD * 0.75, odd, bold, indents)


def _capped(lines: tuple[str, ...]) -> tuple[str, ...]:
    """At most MOST lines, so that no cell outgrows a page; the JSON attached to the file has the whole text."""
    return lines if len(lines) <= MOST else (*lines[: MOST - 1], lines[MOST - 1][:-1] + "…")


def mark(canvas: Any, title: str, height: float) -> None:
    """A bookmark with this title at the top of what is being drawn, `height` points above its foot."""
    key = f"{canvas.getPageNumber()}-{crc32(title.encode()):x}"
    canvas.bookmarkHorizontal(key, 0, height)
    canvas.addOutlineEntry(title, key, 0)


class Sheet(Flowable):  # type: ignore[misc]
    """The rows `first` to `last` of a table: as many as fit a page, the rest goes on to the next."""

    def __init__(self, layout: Layout, first: int = 0, last: int | None = None) -> None:
        super().__init__()
        self.layout, self.first = layout, first
        self.last = len(layout.rows) if last is None else last
        self.spaceBefore, self.spaceAfter = 10.0, 4.0
        self.follow = 0.0  # height of what must stand under the last row: notes and lines to sign

    @property
    def _brought(self) -> Laid | None:
        """承前页: what the page before carried over to this one."""
        return self.layout.brought[self.first] if self.layout.brought else None

    @property
    def _over(self) -> Laid | None:
        """过次页: what goes over to the next page."""
        return self.layout.over[self.last] if self.layout.over and self.last < len(self.layout.rows) else None

    @property
    def _gap(self) -> float:
        """Room for the title."""
        return 2.0 if self.layout.bare and self.first == 0 else 16.0

    @property
    def _above(self) -> float:
        return self._gap + self.layout.head.height + (self._brought.height if self._brought else 0.0)

    @property
    def _high(self) -> float:
        under = self._over.height if self._over else 0.0
        return self._above + self.layout.heights[self.last] - self.layout.heights[self.first] + under

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Says it doesn't fit where what follows would stand alone on the next page; then `split` is asked."""
        alone = self._high <= height < self._high + self.follow and self.last - self.first > 2
        return self.layout.edges[-1], height + 1 if alone else self._high

    def split(self, width: float, height: float) -> list[Flowable]:
        """A page holds what fits, a short table stays whole; no heading ends a page, no sum begins one."""
        heights = self.layout.heights
        spare = next((row.height for row in self.layout.over if row), 0.0)  # 过次页
        cut = bisect_right(heights, heights[self.first] + height - self._above - spare) - 1
        over = cut >= self.last  # all would fit, but not what follows: the last rows go over with it
        cut = self.last - 2 if over else cut
        while cut > self.first and (
            self.layout.rows[cut - 1].role == "group" or (cut < self.last and self.layout.rows[cut].role == "sum")
        ):
            cut -= 1
        fresh = height > self.layout.room - 2 * self.spaceBefore
        short = self.first == 0 and self.last <= SHORT
        if not fresh and (short or cut < min(self.first + 3, self.last)):
            return []
        cut = max(cut, self.first + 1)  # an empty page takes a row whatever it is
        rest = Sheet(self.layout, cut, self.last)
        rest.follow = self.follow
        return [Sheet(self.layout, self.first, cut), *([PageBreak()] if over else []), rest]

    def draw(self) -> None:
        layout, canvas = self.layout, self.canv
        height = self._high
        if self.first == 0:
            mark(canvas, layout.title, height)
        text = canvas.beginText()
        text.setFont(layout.font, 9.5)
        text.setFillColor(INK)
        text.setStrokeColor(INK)
        canvas.setLineWidth(0.2)
        text.setTextRenderMode(2)  # filled and stroked: the font has no bold
        text.setTextOrigin(0, height - 11)
        if self._gap > 2.0:
            text.textOut(layout.title if self.first == 0 else layout.more)
        text.setFont(layout.font, layout.size)
        top = height - self._gap
        self._ground(top)
        self._words(text, layout.head, top)
        top -= layout.head.height
        for row in self._shown():
            self._words(text, row, top)
            top -= row.height
        text.setTextRenderMode(0)
        canvas.drawText(text)

    def _shown(self) -> list[Laid]:
        """The rows of this page, with what was carried to it and what it carries over."""
        rows = self.layout.rows[self.first : self.last]
        return [row for row in (self._brought, *rows, self._over) if row is not None]

    def _ground(self, top: float) -> None:
        """Colours and rules under the words."""
        layout, canvas, wide = self.layout, self.canv, self.layout.edges[-1]
        canvas.setFillColor(HEAD)
        canvas.rect(0, top - layout.head.height, wide, layout.head.height, stroke=0, fill=1)
        rules = [top, top - layout.head.height]
        start = top
        top -= layout.head.height
        for row in self._shown():
            if row.odd or row.role in ("group", "sum"):
                canvas.setFillColor(SUM if row.role in ("group", "sum") else ZEBRA)
                canvas.rect(0, top - row.height, wide, row.height, stroke=0, fill=1)
            if row.role == "sum" or row is self._over:
                rules.append(top)
            top -= row.height
            if row is self._brought:
                rules.append(top)
        canvas.saveState()
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.5)
        for level in (*rules, top):
            canvas.line(0, level, wide, level)
        if layout.split:
            canvas.line(layout.edges[layout.split], start, layout.edges[layout.split], top)
        canvas.restoreState()

    def _words(self, text: Any, row: Laid, top: float) -> None:
        layout = self.layout
        size, leading, edges = layout.size, layout.leading, layout.edges
        base = top - PAD * 0.75 - size * 0.98
        for place, lines in enumerate(row.cells):
            if not lines:
                continue
            text.setTextRenderMode(0 if row.role in ("row", "carry") and place not in row.bold else 2)
            right = row.role != "group" and layout.columns[place].align == "right"
            for step, words in enumerate(lines):
                if right:
                    left = edges[place + 1] - PAD - text._canvas.stringWidth(words, layout.font, size)
                else:
                    left = edges[place] + PAD + row.indents.get(place, 0.0)
                text.setTextOrigin(left, base - step * leading)
                text.textOut(words)
