"""PDFs built here: hidden and attached data, turned pages, watermarked scans, QR codes instead of labels."""

from __future__ import annotations

import base64
import contextlib
import gzip
import io

import pikepdf
import pytest
from reportlab.pdfgen import canvas

from archive.document import Kind
from archive.errors import NoDocument
from intake import doubts, limits
from intake.read import read
from tests.intake.samples import DRAWN, sample, truths

FISCAL = """<EInvoice><Header><EInvoiceTag>CZ-EI</EInvoiceTag></Header><EInvoiceData><Main>
<EInvoiceName>中央非税收入统一票据（电子）</EInvoiceName><EInvoiceCode>00010199</EInvoiceCode>
<EInvoiceNumber>0099000135</EInvoiceNumber><RandomNumber>a0b1c2</RandomNumber><IssueDate>20260716</IssueDate>
<TotalAmount>135.00</TotalAmount></Main><InvoicingParty><InvoicingPartyName>样例市虚构知识产权服务中心</InvoicingPartyName>
</InvoicingParty><PayerParty><PayerPartyName>成都青禾样张商贸有限公司</PayerPartyName></PayerParty></EInvoiceData></EInvoice>"""


def changed(name: str, **change: object) -> bytes:
    """A drawn PDF with an Info entry (info), an attachment (attach) or its pages turned (turn)."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sample(name))) as pdf:
        for key, value in dict(change.get("info") or {}).items():  # type: ignore[call-overload]
            pdf.docinfo[key] = value
        for title, content in dict(change.get("attach") or {}).items():  # type: ignore[call-overload]
            pdf.attachments[title] = pikepdf.AttachedFileSpec(pdf, content, filename=title)
        for page in pdf.pages:
            page.rotate(int(str(change.get("turn") or 0)), relative=True)
        pdf.save(out)
    return out.getvalue()


def test_xml_hidden_in_the_info_dictionary() -> None:
    packed = base64.b64encode(gzip.compress(FISCAL.encode())).decode()
    (found,) = read(changed("dev_23", info={"/hidexml": packed}), "a.pdf").found
    assert found.document.kind is Kind.FISCAL
    assert found.document.check_code == "a0b1c2"
    assert found.source["total"] == "attachment"
    assert found.document.seller_name == "样例市虚构知识产权服务中心"


def test_a_bomb_in_the_info_dictionary_is_passed_over() -> None:
    packed = base64.b64encode(gzip.compress(b"<a>" + bytes(limits.XML_BYTES + 10))).decode()
    (found,) = read(changed("dev_23", info={"/hidexml": packed}), "a.pdf").found
    assert set(found.source.values()) == {"text"}


def test_attached_data_that_contradict_the_print_are_reported() -> None:
    other = sample("xml_01").replace(b"26339990000088000001", b"26339990000021205985")
    (found,) = read(changed("dev_21", attach={"0": other}), "a.pdf").found
    assert found.document.number == "26339990000021205985"
    assert found.source["seller_name"] == "attachment"
    fields = {f.field for f in found.warnings if f.code == doubts.DISAGREE}
    assert {"seller_name", "total", "date"} <= fields


def test_a_dangerous_attachment_is_a_warning_and_the_page_is_read() -> None:
    reading = read(changed("dev_21", attach={"x.xml": sample("xml_07"), "y.xml": b"<a><b>"}), "a.pdf")
    assert reading.found[0].document.number == "26339990000021205985"
    assert [f.code for f in reading.warnings] == [doubts.ATTACHMENT] * 2


def test_foreign_attachments_do_not_matter() -> None:
    reading = read(changed("dev_21", attach={"logo.png": b"\x89PNG", "n.xml": b"<note>hello</note>"}), "a.pdf")
    assert reading.warnings == ()
    assert set(reading.found[0].source.values()) == {"text"}


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_lying_on_its_side_is_read_and_its_places_are_as_shown(turn: int) -> None:
    (upright,) = read(sample("dev_16"), "a.pdf").found
    (turned,) = read(changed("dev_16", turn=turn), "a.pdf").found
    assert turned.document == upright.document
    left, top, right, bottom = upright.places["number"].box
    seen = {
        90: (1 - bottom, left, 1 - top, right),
        180: (1 - right, 1 - bottom, 1 - left, 1 - top),
        270: (top, 1 - right, bottom, 1 - left),
    }
    assert turned.places["number"].box == pytest.approx(seen[turn], abs=0.01)


def test_labels_that_cannot_be_extracted_are_made_up_for() -> None:
    (found,) = read(sample("dev_14"), "a.pdf").found
    assert found.document.type == "四川增值税电子普通发票"
    assert any(f.code == doubts.GARBLED for f in found.warnings)
    assert found.source["number"] == "qr"


def merged(*names: str) -> bytes:
    """The pages of several drawn PDFs in one file."""
    out = io.BytesIO()
    with pikepdf.new() as pdf, contextlib.ExitStack() as opened:
        for name in names:
            pdf.pages.extend(opened.enter_context(pikepdf.open(io.BytesIO(sample(name)))).pages)
        pdf.save(out)
    return out.getvalue()


def test_documents_of_every_sort_merged_into_one_file() -> None:
    names = (
        "dev_03",
        "dev_14",
        "dev_23",
        "dev_27",
        "dev_24",
        "dev_08",
        "dev_29",
        "dev_30",
        "dev_31",
        "dev_32",
        "dev_16",
    )
    found = read(merged(*names), "a.pdf").found
    expected = [next(t for n, t in truths(DRAWN).items() if n.startswith(name))["number"] for name in names]
    assert [f.document.number for f in found] == expected
    assert [f.pages for f in found if f.pages[0] != f.pages[1]] == [(5, 6), (7, 8)]


def test_words_that_are_no_document() -> None:
    out = io.BytesIO()
    page = canvas.Canvas(out)
    page.drawString(100, 700, "Minutes of the meeting: the budget was discussed at length.")
    page.save()
    assert isinstance(read(out.getvalue(), "a.pdf").error, NoDocument)


def test_many_pages_are_read_up_to_the_limit() -> None:
    out = io.BytesIO()
    page = canvas.Canvas(out)
    for number in range(limits.PAGES + 1):
        page.drawString(
            100, 700, f"Invoice number: INV-{1000 + number // 1000}" if number == 0 else "continued list of goods"
        )
        page.drawString(100, 650, "Invoice date: 2025-03-04   Total 12.00")
        page.showPage()
    page.save()
    reading = read(out.getvalue(), "a.pdf")
    assert reading.pages == limits.PAGES + 1
    assert [f.code for f in reading.warnings] == [doubts.PAGES]
    assert reading.found[0].pages == (0, limits.PAGES - 1)
