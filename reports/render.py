"""The one door out: a page in, the bytes of a file out. Heavy libraries load only when their format is asked for."""

from __future__ import annotations

import json
from typing import Literal, get_args

from reports.page import Page

Format = Literal["pdf", "docx", "xlsx", "png", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)


def render(page: Page, format: Format, font_path: str | None = None) -> bytes:
    """The report as a file: PDF/A-3b, Word, Excel, a picture of the first page, or JSON (UTF-8).

    The same page gives the same bytes in every format. `font_path` names a TrueType font other than the packaged one.
    Raises FileNotFoundError without a font, pikepdf.pdfa.PdfaError if the PDF does not conform.
    """
    match format:
        case "pdf":
            from reports.to_pdf import pdf

            return pdf(page, font_path)
        case "docx":
            from reports.to_docx import docx

            return docx(page, font_path)
        case "xlsx":
            from reports.to_xlsx import xlsx

            return xlsx(page)
        case "png":
            from reports.to_pdf import printed
            from reports.to_png import preview

            return preview(printed(page, font_path))
        case "json":
            from reports.to_json import plain

            return json.dumps(plain(page), ensure_ascii=False, indent=1).encode()


def card(page: Page, font_path: str | None = None) -> bytes:
    """The report as a small picture for the chat: headline figures and one chart, PNG bytes."""
    from reports.to_png import summary_png

    return summary_png(page, font_path)
