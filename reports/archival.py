"""A drawn PDF becomes PDF/A-3b: data attached, dates and language set, written and checked. Same in, same out."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime

import pikepdf
import pikepdf.pdfa as pdfa

from reports.cells import clean
from reports.to_pdf import fixed_date
from reports.to_pdf import stamp as stamped


def sealed(printed: bytes, title: str, author: str, at: datetime, data: Mapping[str, bytes]) -> bytes:
    """`data`: XML files by name. Raises pikepdf.pdfa.PdfaError if the file does not conform."""
    stamp = stamped(at)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(printed)) as document:
        for sheet in document.pages:
            if "/Trans" in sheet.obj:
                del sheet.obj["/Trans"]  # see to_pdf
        for name, content in data.items():
            document.attachments[name] = pikepdf.AttachedFileSpec(
                document, content, filename=name, mime_type="application/xml", relationship=pikepdf.Name.Data,
                description=title, creation_date=stamp, mod_date=stamp,
            )  # fmt: skip
        document.Root.Lang = pikepdf.String("zh-CN")
        document.docinfo["/Title"] = clean(title)
        document.docinfo["/Author"] = clean(author)
        document.docinfo["/Creator"] = "Guidang"
        document.docinfo["/CreationDate"] = document.docinfo["/ModDate"] = pikepdf.String(stamp)
        pdfa.prepare(document, "3b")
        fixed_date(document, at)
        pdfa.save(document, out, "3b", repair=False, deterministic_id=True)
    return out.getvalue()
