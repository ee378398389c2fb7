"""PDF → documents: attached or hidden data, the printed text, and QR code or recognition where that fails."""

from __future__ import annotations

import base64
import binascii
import time
import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from archive.errors import NoDocument, Problem
from archive.finding import Finding
from archive.words import Text, same
from intake import doubts, layout, qr, xml_reader
from intake.agree import agree
from intake.coded import CODED, with_code, with_codes
from intake.doubts import doubt
from intake.draft import Draft
from intake.limits import ATTACHMENTS, CODED_PAGES, FILE_WORDS, PAGES, PICTURE_PAGES, RECOGNISING, SPEAKING, XML_BYTES
from intake.pdf_codes import codes_on
from intake.pdf_text import PageText, as_shown, text_of
from intake.pdfium import open_pdf, picture
from intake.reading import Found, Place, Reading
from intake.sniff import sniff

#: Pages are drawn at these resolutions for a QR code and for recognition.
_QR_DPI, _OCR_DPI = 144, 200
_GARBLED = 0.3
#: A picture that covers this much of a page is the page: a scan, whatever watermark lies over it.
_COVERING = 0.6
#: What stands for a page that can't even be opened.
BROKEN = PageText([], 0, 0.0)
#: Below this a field is worth the time a QR code takes.
_SURE = 0.9


def read_pdf(data: bytes, name: str) -> Reading:
    """Every document in a PDF. Raises Encrypted, Truncated, NoDocument."""
    pdf = open_pdf(data, name)
    try:
        return _read(pdf, name)
    finally:
        pdf.close()


def _read(pdf: Any, name: str) -> Reading:
    pages = len(pdf)
    texts = _texts(pdf)
    broken = [n for n, text in enumerate(texts) if text is BROKEN]
    warnings: list[Finding] = doubts.unread(broken)
    if pages > len(texts):
        warnings.append(doubt(doubts.PAGES, pages=pages, read=len(texts)))
    attached, unread = _attached(pdf, name)
    warnings += unread
    printed = _printed(texts)
    if pdf.get_formtype() and not all(
        draft.values.keys() >= {"number", "total"} for draft in printed or [Draft("text")]
    ):
        texts = _texts(pdf, filled=True)
        printed = _printed(texts)
    agreed = [_as_shown(agree(group), texts) for group in _paired(printed, attached)]
    firsts = [one.pages[0] for one in agreed]
    found = [_by_code(one, pdf, firsts.count(one.pages[0]) == 1) for one in agreed]
    read = {n for draft in printed for n in range(draft.pages[0], draft.pages[1] + 1)}
    scans = [n for n, text in enumerate(texts) if n not in (*read, *broken) and _is_picture(pdf, n, text)]
    if not attached and scans:
        recognised, nothing = _recognised(pdf, scans, name)
        found += recognised
        warnings += [doubt(doubts.SCANNED), *doubts.unread(nothing)]
        found.sort(key=lambda f: f.pages)
    found += _only_coded(pdf, [n for n in range(len(texts)) if n not in (*read, *broken, *scans)])
    if not found:
        raise NoDocument(name=name)
    return Reading(name, "pdf", tuple(found), pages, tuple(warnings))


def _printed(texts: Sequence[PageText]) -> tuple[Draft, ...]:
    return layout.find_all([word for text in texts for word in text.words], "text")


def _texts(pdf: Any, *, filled: bool = False) -> list[PageText]:
    """The text of the first pages, as many as the limits allow; `filled` with what stands in form fields and notes."""
    if filled:
        pdf.init_forms()
    texts: list[PageText] = []
    words = 0
    for number in range(min(len(pdf), PAGES)):
        if words > FILE_WORDS:
            break
        try:
            if filled:
                page = pdf[number]
                page.flatten()
                page.close()  # only a page opened anew shows its fields as text
            texts.append(text_of(pdf[number], number))
        except pdfium.PdfiumError:  # a damaged page; the others may be whole
            texts.append(BROKEN)
        words += len(texts[-1].words)
    return texts


def _attached(pdf: Any, name: str) -> tuple[list[Draft], list[Finding]]:
    """Documents in embedded files, known by content and not by name, and in the Info dictionary's hidden XML."""
    files = []
    findings: list[Finding] = []
    for index in range(min(pdf.count_attachments(), ATTACHMENTS)):
        title = str(index + 1)
        try:
            attachment = pdf.get_attachment(index)
            title = attachment.get_name() or title
            files.append((title, bytes(attachment.get_data())))
        except pdfium.PdfiumError:
            findings.append(doubt(doubts.ATTACHMENT, name=same(title), why=Text("已损坏", "it is damaged")))
    hidden = _hidden(pdf.get_metadata_value("hidexml"))
    if hidden:
        files.append(("hidexml", hidden))
    drafts: list[Draft] = []
    for title, content in files:
        if sniff(content) != "xml":
            continue
        try:
            draft = xml_reader.draft_of(content, title, "attachment")
        except Problem as problem:
            findings.append(doubt(doubts.ATTACHMENT, name=same(title), why=problem.what.filled(name=title)))
            continue
        if draft:
            drafts.append(draft)
    return drafts, findings


def _hidden(text: str) -> bytes | None:
    """XML that a producer put gzipped and base64-coded into the Info dictionary; None if it isn't that."""
    if not text:
        return None
    try:
        packed = base64.b64decode("".join(text.split()), validate=True)
        unpacker = zlib.decompressobj(wbits=47)  # gzip or zlib, told by the header
        content = unpacker.decompress(packed, XML_BYTES)
    except (binascii.Error, zlib.error, ValueError):
        return None
    return content if unpacker.eof else None


def _paired(printed: Sequence[Draft], attached: Sequence[Draft]) -> list[list[Draft]]:
    """Which attachment belongs to which printed document: by number, else the only one to the only one."""
    groups = [[draft] for draft in printed]
    for data in attached:
        mates = [g for g in groups if g[0].get("number") == data.get("number")]
        alone = len(printed) == 1 and len(attached) == 1
        if mates or alone:
            (mates or groups)[0].append(data)
        else:
            groups.append([data])
    return groups


def _as_shown(found: Found, texts: Sequence[PageText]) -> Found:
    """The document with its places on the pages as they are shown."""
    places = {name: Place(p.page, as_shown(p.box, texts[p.page].quarters)) for name, p in found.places.items()}
    return replace(found, places=places)


def _by_code(found: Found, pdf: Any, alone: bool) -> Found:
    """Compared with its QR code where that is a picture of its own, which costs little.

    Where title, number, date or total is missing or was guessed, the page is drawn to find the code: it is believed.
    """
    if found.document.kind not in CODED:
        return found
    sure = all(found.confidence.get(name, 0.0) >= _SURE for name in ("type", "number", "date", "total"))
    page = found.pages[0]
    if sure:
        return with_codes(found, codes_on(pdf[page]), page, alone)
    image = picture(pdf[page], _QR_DPI, grey=True)
    for mark in qr.decode(image):
        if payload := qr.parse(mark.text):
            return with_code(found, payload, Place(page, mark.box))
    return found


def _only_coded(pdf: Any, numbers: Sequence[int]) -> list[Found]:
    """Pages in whose text no document was found: a QR code may still tell one, where fonts give no text."""
    found = []
    for number in numbers[:CODED_PAGES]:
        for mark in qr.decode(picture(pdf[number], _QR_DPI, grey=True)):
            if payload := qr.parse(mark.text):
                found.append(with_code(None, payload, Place(number, mark.box)))
    return found


def _is_picture(pdf: Any, number: int, text: PageText) -> bool:
    """Whether a page must be looked at: next to no text, text without meaning, or one picture over most of it."""
    if sum(len(word.text) for word in text.words) < SPEAKING or text.meaningless > _GARBLED:
        return True
    page = pdf[number]
    width, height = page.get_size()
    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        left, bottom, right, top = thing.get_bounds()
        if (right - left) * (top - bottom) > _COVERING * width * height:
            return True
    return False


def _recognised(pdf: Any, numbers: Sequence[int], name: str) -> tuple[list[Found], list[int]]:
    """Pages that are pictures, drawn and recognised; which of them told nothing, blank ones aside."""
    from intake.image import read_picture  # lazily: recognition is heavy and most files need none
    from intake.picture_file import is_blank

    found: list[Found] = []
    unread: list[int] = []
    began = time.process_time()
    for number in numbers[:PICTURE_PAGES]:
        if time.process_time() - began > RECOGNISING:
            unread += [n for n in numbers[:PICTURE_PAGES] if n >= number]
            break
        image = picture(pdf[number], _OCR_DPI)
        new = read_picture(image, name, number)
        if not new and not is_blank(image):
            unread.append(number)
        found += new
    return found, [*unread, *numbers[PICTURE_PAGES:]]
