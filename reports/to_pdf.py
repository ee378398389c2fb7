"""A page as PDF/A-3b on A4: the paper form of a report, with its figures attached as JSON."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pikepdf.pdfa as pdfa
from reportlab.lib.pagesizes import A4, landscape  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate  # type: ignore[import-untyped]

from archive.words import Text
from reports.cells import clean
from reports.page import Block, Chart, Facts, Page, Paragraph, Signatures, Table, TwoSided
from reports.pdf_blocks import FactRow, Lines, Pictures, SignRow, Title
from reports.pdf_table import INK, RULE, Sheet, lay
from reports.to_json import plain
from reports.typeset import Setter, font

MARGIN, FOOT = 34.0, 10.0
WIDE = 8  # more columns than this and the paper lies
LOST = Text("注：字体缺字以「〓」代替：{codes}。", "Note: characters missing in the font are shown as 〓: {codes}.")
PAGES = "pages"


def pdf(page: Page, font_path: str | None = None) -> bytes:
    """The page as PDF/A-3b bytes, checked after writing. The same page gives the same bytes.

    Raises pikepdf.pdfa.PdfaError if the file does not conform, FileNotFoundError without a font.
    """
    return _archival(printed(page, font_path), page)


def printed(page: Page, font_path: str | None = None) -> bytes:
    """The page as plain PDF bytes, neither archival nor checked: enough to draw a preview from."""
    setter = Setter(font(font_path))
    lying = any(len(table.columns) > WIDE for table in page.tables())
    width, height = landscape(A4) if lying else A4
    inner = width - 2 * MARGIN
    out = io.BytesIO()
    document = BaseDocTemplate(out, pagesize=(width, height))
    room = height - 2 * MARGIN - FOOT - 4
    frame = Frame(MARGIN, MARGIN + FOOT, inner, room, 0, 0, 0, 0)
    edges = _edges(page, setter, width, height)
    document.addPageTemplates(PageTemplate("sheet", [frame], onPage=edges))
    document.build(_kept(list(_story(page, setter, (inner, room), font_path))), canvasmaker=_maker(setter, page))
    return out.getvalue()


def _story(page: Page, setter: Setter, room: tuple[float, float], font_path: str | None) -> Iterator[Flowable]:
    width = room[0]
    yield Title(page, setter, width)
    charts: list[Chart] = []
    for block in (*page.blocks, None):
        if isinstance(block, Chart):
            charts.append(block)
            continue
        for start in range(0, len(charts), 2):
            yield Pictures(charts[start : start + 2], page, width, font_path)
        charts.clear()
        if block is not None:
            yield from _block(block, page, setter, room)
    if setter.lost:
        codes = ", ".join(f"U+{ord(char):04X}" for char in sorted(setter.lost))
        yield Lines(LOST.filled(codes=codes).to(page.lang), 7.5, setter, width)


def _kept(story: list[Flowable]) -> list[Flowable]:
    """Tells each table the height of the notes and signature lines under it, so that they don't stand alone."""
    follow = 0.0
    for part in reversed(story):
        if isinstance(part, Lines | SignRow):
            follow += part.height + part.spaceBefore + part.spaceAfter
        elif isinstance(part, Sheet):
            part.follow, follow = min(follow, 150.0), 0.0
        else:
            follow = 0.0
    return story


def _block(block: Block, page: Page, setter: Setter, room: tuple[float, float]) -> Iterator[Flowable]:
    width = room[0]
    match block:
        case Table() | TwoSided():
            table = block.joined() if isinstance(block, TwoSided) else block
            yield Sheet(lay(table, room, setter, page.lang, page.unit, page.title))
        case Facts():
            yield FactRow(block, page, setter, width)
        case Paragraph():
            size = {"text": 9.5, "heading": 12.0, "note": 8.0}[block.tone]
            yield Lines(block.text.to(page.lang), size, setter, width, block.tone == "heading")
        case Signatures():
            yield SignRow(block, page.lang, setter, width)


def _edges(page: Page, setter: Setter, width: float, height: float) -> Any:
    """What stands on every page: whose report and which, who made it, page x of y."""
    title = setter.shown(clean(f"{page.title.to(page.lang)} · {page.period.to(page.lang)}"))
    company = setter.shown(clean(page.company))
    made = Text("制表：{who} {when}", "Made by {who}, {when}").filled(
        who=page.made_by, when=page.made_at.strftime("%Y-%m-%d %H:%M")
    )
    foot = setter.shown(clean(made.to(page.lang)))

    def draw(canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont(setter.name, 7.5)
        canvas.setFillColor(INK)
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.4)
        if canvas.getPageNumber() > 1:
            canvas.drawString(MARGIN, height - MARGIN + 6, company)
            canvas.drawRightString(width - MARGIN, height - MARGIN + 6, title)
            canvas.line(MARGIN, height - MARGIN + 2, width - MARGIN, height - MARGIN + 2)
        canvas.line(MARGIN, MARGIN + 4, width - MARGIN, MARGIN + 4)
        canvas.drawString(MARGIN, MARGIN - 7, foot)
        number = canvas.getPageNumber()
        words = f"Page {number} of " if page.lang == "en" else f"第 {number} 页 共 "
        left = width - MARGIN - setter.width(words + ("10" if page.lang == "en" else "10 页"), 7.5)
        canvas.drawString(left, MARGIN - 7, words)
        canvas.translate(left + setter.width(words, 7.5), MARGIN - 7)
        canvas.doForm(PAGES)
        canvas.restoreState()

    return draw


def _maker(setter: Setter, page: Page) -> Any:
    """A canvas that knows the number of pages at its end: every page shows one form, written last."""

    class Counted(Canvas):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.update(invariant=1, initialFontName=setter.name, pageCompression=1)
            super().__init__(*args, **kwargs)

        def save(self) -> None:
            count = self.getPageNumber() - 1
            self.beginForm(PAGES, 0, -3, 60, 12)
            self.setFont(setter.name, 7.5)
            self.setFillColor(INK)
            self.drawString(0, 0, str(count) if page.lang == "en" else f"{count} 页")
            self.endForm()
            super().save()

    return Counted


def _archival(printed: bytes, page: Page) -> bytes:
    """PDF/A-3b: the figures attached as data, dates and language set, then written and checked."""
    figures = json.dumps(plain(page), ensure_ascii=False, indent=1).encode()
    when = stamp(page.made_at)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(printed)) as document:
        for sheet in document.pages:
            if "/Trans" in sheet.obj:
                del sheet.obj["/Trans"]  # an empty transition is all ReportLab writes; PDF/A refuses it
        document.attachments["report.json"] = pikepdf.AttachedFileSpec(
            document,
            figures,
            filename="report.json",
            mime_type="application/json",
            relationship=pikepdf.Name.Data,
            description="Report data",
            creation_date=when,
            mod_date=when,
        )
        document.Root.Lang = pikepdf.String("en" if page.lang == "en" else "zh-CN")
        document.docinfo["/Title"] = clean(page.title.to(page.lang))
        document.docinfo["/Subject"] = clean(f"{page.company} {page.period.to(page.lang)}")
        document.docinfo["/Author"] = clean(page.made_by)
        document.docinfo["/Creator"] = "Guidang"
        document.docinfo["/CreationDate"] = document.docinfo["/ModDate"] = pikepdf.String(when)
        pdfa.prepare(document, "3b")
        fixed_date(document, page.made_at)
        pdfa.save(document, out, "3b", repair=False, deterministic_id=True)
    return out.getvalue()


def fixed_date(document: pikepdf.Pdf, when: datetime) -> None:
    """The metadata's own date is the clock's; set it to the report's, so that equal reports are equal bytes."""
    stream = document.Root.Metadata
    iso = (when if when.tzinfo else when.replace(tzinfo=UTC)).isoformat().encode()
    stream.write(re.sub(rb"(<xmp:MetadataDate>)[^<]*", rb"\g<1>" + iso, stream.read_bytes()))


def stamp(when: datetime) -> str:
    """The moment as PDF writes dates."""
    zone = when.strftime("%z")
    return when.strftime("D:%Y%m%d%H%M%S") + (f"{zone[:3]}'{zone[3:5]}'" if zone else "Z")
