"""Several reports bound as one PDF: a contents page, bookmarks, and one run of page numbers through all of it."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pikepdf
import pikepdf.pdfa as pdfa
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from archive.words import Text, same
from reports.cells import clean
from reports.page import Block, Column, Group, Page, Paragraph, Row, Table
from reports.pdf_table import INK
from reports.to_json import plain
from reports.to_pdf import FOOT, MARGIN, fixed_date, printed, stamp
from reports.typeset import Setter, font

ABSENT = Text("未附：{why}", "not included: {why}")
NO_REASON = Text("", "")
_CONTENTS = Text("目录", "Contents")


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a pack: its page, or why there is none."""

    name: Text
    page: Page | None
    why: Text = NO_REASON


def contents(cover: Page, sections: Sequence[Section], starts: Sequence[int | None]) -> Page:
    """The cover: every section with the page it begins on, or what is missing."""
    rows: list[Row] = [
        (number, s.name, start, same("") if s.page else ABSENT.filled(why=s.why))
        for number, (s, start) in enumerate(zip(sections, starts, strict=True), 1)
    ]
    columns = (
        Column("number", Text("序号", "No."), "count"), Column("name", Text("内容", "Section")),
        Column("page", Text("页", "Page"), "count"), Column("note", Text("说明", "Remark"), weight=2),
    )  # fmt: skip
    blocks: tuple[Block, ...] = (Table(_CONTENTS, columns, (Group(tuple(rows)),)), *cover.blocks)
    return replace(cover, blocks=blocks)


def bound(cover: Page, sections: Sequence[Section], font_path: str | None = None) -> bytes:
    """The pack as PDF/A-3b, each report's figures attached; the same pages give the same bytes."""
    parts = [(s, pikepdf.open(io.BytesIO(printed(s.page, font_path)))) for s in sections if s.page is not None]
    front = _pages(contents(cover, sections, [1 if s.page else None for s in sections]), font_path)
    starts, at = dict[int, int](), front + 1
    for section, part in parts:
        starts[id(section)] = at
        at += len(part.pages)
    numbered = [starts.get(id(s)) for s in sections]
    with pikepdf.open(io.BytesIO(printed(contents(cover, sections, numbered), font_path))) as document:
        for _, part in parts:
            document.pages.extend(part.pages)
        _number(document, cover, font_path)
        with document.open_outline() as outline:
            outline.root.clear()  # the cover's own tables
            outline.root.append(pikepdf.OutlineItem(_CONTENTS.to(cover.lang), 0))
            for section, _ in parts:
                title = clean(section.name.to(cover.lang))
                outline.root.append(pikepdf.OutlineItem(title, starts[id(section)] - 1))
        return _archival(document, cover, [s for s, _ in parts])


def _pages(page: Page, font_path: str | None) -> int:
    with pikepdf.open(io.BytesIO(printed(page, font_path))) as document:
        return len(document.pages)


def _number(document: pikepdf.Pdf, cover: Page, font_path: str | None) -> None:
    """n / N in the middle of each foot, beside the section's own count."""
    setter = Setter(font(font_path))
    out, total = io.BytesIO(), len(document.pages)
    canvas = Canvas(out, invariant=1, initialFontName=setter.name)
    for number, sheet in enumerate(document.pages, 1):
        _, _, width, height = (float(edge) for edge in sheet.mediabox)
        canvas.setPageSize((width, height))
        canvas.setFont(setter.name, 8)
        canvas.setFillColor(INK)
        canvas.drawCentredString(width / 2, MARGIN - FOOT + 3, f"{number} / {total}")
        canvas.showPage()
    canvas.save()
    with pikepdf.open(io.BytesIO(out.getvalue())) as stamps:
        for sheet, foot in zip(document.pages, stamps.pages, strict=True):
            form = document.copy_foreign(foot.as_form_xobject())
            name = sheet.add_resource(form, pikepdf.Name.XObject, pikepdf.Name("/PackFoot"))
            sheet.contents_add(b"q\n", prepend=True)  # whatever the sheet sets is undone before the foot is drawn
            sheet.contents_add(b"\nQ q %s Do Q\n" % str(name).encode())


def _archival(document: pikepdf.Pdf, cover: Page, sections: Sequence[Section]) -> bytes:
    out, when = io.BytesIO(), stamp(cover.made_at)
    for sheet in document.pages:
        if "/Trans" in sheet.obj:
            del sheet.obj["/Trans"]
    for number, section in enumerate(sections, 1):
        assert section.page is not None
        name = f"{number:02}.json"
        figures = json.dumps(plain(section.page), ensure_ascii=False, indent=1).encode()
        document.attachments[name] = pikepdf.AttachedFileSpec(
            document, figures, filename=name, mime_type="application/json", relationship=pikepdf.Name.Data,
            description=clean(section.name.en), creation_date=when, mod_date=when,
        )  # fmt: skip
    document.Root.Lang = pikepdf.String("en" if cover.lang == "en" else "zh-CN")
    document.docinfo["/Title"] = clean(cover.title.to(cover.lang))
    document.docinfo["/Subject"] = clean(f"{cover.company} {cover.period.to(cover.lang)}")
    document.docinfo["/Author"] = clean(cover.made_by)
    document.docinfo["/Creator"] = "Guidang"
    document.docinfo["/CreationDate"] = document.docinfo["/ModDate"] = pikepdf.String(when)
    document.Root.PageMode = pikepdf.Name.UseOutlines
    pdfa.prepare(document, "3b")
    fixed_date(document, cover.made_at)
    pdfa.save(document, out, "3b", repair=False, deterministic_id=True)
    return out.getvalue()


def note(words: Text) -> Paragraph:
    """A line below the contents."""
    return Paragraph(words, "note")
