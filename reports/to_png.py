"""Pictures for the chat: the first page as it prints, and a card with figures and one chart for a phone."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

import pypdfium2  # type: ignore[import-untyped]

from reports.cells import clean, said
from reports.chart_style import INK, folded, png, style
from reports.charts import paint
from reports.fonts import legible
from reports.page import Fact, Facts, Page, Paragraph

if TYPE_CHECKING:
    from matplotlib.figure import Figure, FigureBase, SubFigure

WIDTH = 1240  # pixels: sharp on a phone, small enough to send
CARD = 5.4  # inches at 200 dpi: 1080 pixels
BOX = 0.72  # inches for a row of figures
GREY = "#5c6b7a"


def preview(pdf: bytes, width: int = WIDTH) -> bytes:
    """The first page of a PDF as PNG, `width` pixels wide. Raises pypdfium2.PdfiumError for something else."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        sheet = document[0]
        picture = sheet.render(scale=width / sheet.get_width()).to_pil()
        out = io.BytesIO()
        picture.convert("RGB").save(out, "PNG", optimize=True)
        return out.getvalue()
    finally:
        document.close()


def summary_png(page: Page, font_path: str | None = None) -> bytes:
    """Title, up to six headline figures and the first chart (or the first sentence) on one card for a phone."""
    with style(font_path) as glyphs:
        from matplotlib.figure import Figure

        def shown(words: str) -> str:
            return legible(clean(words), glyphs)

        chart = next(page.charts(), None)
        facts = [fact for block in page.blocks if isinstance(block, Facts) for fact in block.items][:6]
        high = 1.15 + BOX * -(-len(facts) // 2) + (0.0 if chart else 0.5)
        figure = Figure(figsize=(CARD, high + (3.3 if chart else 0)), dpi=200, facecolor="white")
        figure.set_layout_engine("constrained", w_pad=0.14, h_pad=0.1)
        head, body = _halves(figure, high) if chart else (figure, None)
        _heading(head, page, high, shown)
        for place, fact in enumerate(facts):
            _fact(head, fact, page, 0.06 + place % 2 * 0.47, 1 - (1.15 + BOX * (place // 2)) / high, high, shown)
        if chart and body is not None:
            paint(body.add_subplot(), chart, page.lang, page.unit, shown)
        else:
            words = next((block.text.to(page.lang) for block in page.blocks if isinstance(block, Paragraph)), "")
            head.text(0.06, 0.32 / high, folded(shown(words), 66, 2), fontsize=10, color=INK, va="center")
        return png(figure)


def _halves(figure: Figure, high: float) -> tuple[SubFigure, SubFigure]:
    halves = cast("Sequence[SubFigure]", figure.subfigures(2, 1, height_ratios=(high, 3.3)))
    return halves[0], halves[1]


def _heading(card: FigureBase, page: Page, high: float, shown: Callable[[str], str]) -> None:
    lang = page.lang
    card.text(0.06, 1 - 0.42 / high, shown(page.title.to(lang)), fontsize=17, color=INK, va="center")
    card.text(0.94, 1 - 0.42 / high, shown(page.period.to(lang)), fontsize=11, color=INK, ha="right", va="center")
    card.text(0.06, 1 - 0.78 / high, folded(shown(page.company), 50, 1), fontsize=9.5, color=GREY, va="center")
    unit = page.unit_line().to(lang)
    card.text(0.94, 1 - 0.78 / high, shown(unit), fontsize=9.5, color=GREY, ha="right", va="center")


def _fact(
    card: FigureBase, fact: Fact, page: Page, left: float, top: float, high: float, shown: Callable[[str], str]
) -> None:
    value = shown(said(fact.value, fact.kind, page.lang, page.unit))
    card.text(left, top, shown(fact.label.to(page.lang)), fontsize=9.5, color=GREY, va="center")
    size = min(19.0, 19.0 * 14 / max(len(value), 1))
    card.text(left, top - 0.31 / high, value, fontsize=size, color=INK, va="center")
