"""Pictures for the chat: the first page as it prints, and a card with figures and one chart for a phone."""

from __future__ import annotations

import io

from reports.cells import clean
from reports.charts import folded, paint, png, style
from reports.fonts import legible
from reports.page import Facts, Page, Paragraph

WIDTH = 1240  # pixels: sharp on a phone, small enough to send
CARD = (5.4, 6.0)  # inches at 200 dpi: 1080 × 1200 pixels
PER_ROW = 2


def preview(pdf: bytes, width: int = WIDTH) -> bytes:
    """The first page of a PDF as PNG, `width` pixels wide. Raises pypdfium2.PdfiumError for something else."""
    import pypdfium2

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
    """Title, up to six headline figures and the first chart on one card, readable on a phone."""
    with style(font_path) as glyphs:
        from matplotlib.figure import Figure

        def shown(words: str) -> str:
            return legible(clean(words), glyphs)

        lang, chart = page.lang, next(page.charts(), None)
        facts = [fact for block in page.blocks if isinstance(block, Facts) for fact in block.items][:6]
        rows = -(-len(facts) // PER_ROW)
        height = 1.3 + 0.72 * rows + (3.1 if chart else 0.9)
        figure = Figure(figsize=(CARD[0], height), dpi=200, facecolor="white")
        top = _heading(figure, page, height, shown)
        for place, fact in enumerate(facts):
            left = 0.06 + (place % PER_ROW) * 0.47
            _fact(figure, fact, page, left, top - 0.72 * (place // PER_ROW) / height, height, shown, lang)
        low = top - 0.72 * rows / height
        if chart:
            axes = figure.add_axes((0.2, 0.3 / height, 0.74, low - 0.8 / height))
            paint(axes, chart, lang, page.unit, shown)
        else:
            words = next((block.text.to(lang) for block in page.blocks if isinstance(block, Paragraph)), "")
            figure.text(0.06, low - 0.2 / height, folded(shown(words), 52, 3), fontsize=11, va="top")
        return png(figure)
