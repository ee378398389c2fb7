"""PDFs built here: hidden and attached data, turned pages, watermarked scans, QR codes instead of labels."""

from __future__ import annotations

import base64
import contextlib
import gzip
import io
import re

import pikepdf
import pytest
import zxingcpp
from PIL import Image
from reportlab.pdfgen import canvas

from archive.document import Kind
from archive.errors import NoDocument
from bench.score_readers import FIELDS
from intake import doubts, limits
from intake.layout import find
from intake.pdf_text import text_of
from intake.pdfium import open_pdf
from intake.read import read
from intake.rows import Word
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


def test_attached_data_in_another_encoding_are_known_by_their_content() -> None:
    data = sample("xml_01").decode().replace("UTF-8", "UTF-16").replace("26339990000088000001", "26339990000021205985")
    (found,) = read(changed("dev_21", attach={"0": data.encode("utf-16")}), "a.pdf").found
    assert found.source["seller_name"] == "attachment"


def with_code_of(name: str, other: str) -> bytes:
    """A drawn PDF that bears the QR code of another one."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sample(name))) as pdf, pikepdf.open(io.BytesIO(sample(other))) as giver:
        code = next(image for image in giver.pages[0].get_images().values() if image.Width == image.Height == 280)
        mine = next(key for key, image in pdf.pages[0].get_images().items() if image.Width == image.Height == 280)
        pdf.pages[0].resources.XObject[mine] = pdf.copy_foreign(code)
        pdf.save(out)
    return out.getvalue()


def test_a_code_that_says_something_else_than_the_print_is_reported() -> None:
    (found,) = read(with_code_of("dev_16", "dev_17"), "a.pdf").found
    assert found.document.number == "26349990000016351430", "the text is believed"
    said = {f.field: f.text.zh for f in found.warnings if f.code == doubts.DISAGREE}
    assert said.keys() == {"number", "date", "total"}
    assert "票面文字为 26349990000016351430，二维码为 26319990000017361648" in said["number"]
    assert not [f for f in read(sample("dev_16"), "a.pdf").found[0].warnings if f.code == doubts.DISAGREE]


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


def test_a_scan_is_recognised_and_said_to_be_one() -> None:
    reading = read(sample("dev_34"), "a.pdf")
    truth = truths(DRAWN)["dev_34_scan_imageonly.pdf"]
    assert [f.code for f in reading.warnings] == [doubts.SCANNED]
    assert (reading.found[0].document.number, str(reading.found[0].document.total)) == (truth["number"], truth["total"])


def test_a_page_whose_text_tells_nothing_may_still_bear_a_code() -> None:
    code = zxingcpp.create_barcode("01,32,,26339990000021205985,310.00,20260512,,2222", zxingcpp.BarcodeFormat.QRCode)
    out = io.BytesIO()
    page = canvas.Canvas(out)
    page.drawString(100, 700, "a page of words that no reader of documents knows anything about")
    page.drawInlineImage(Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=4)), 100, 400, 120, 120)
    page.save()
    (found,) = read(out.getvalue(), "a.pdf").found
    assert (found.document.number, str(found.document.total)) == ("26339990000021205985", "310.00")
    assert found.source["number"] == "qr"


def test_values_in_form_fields_are_read() -> None:
    out = io.BytesIO()
    page = canvas.Canvas(out)
    facts = {"Invoice number:": "INV-2025-77", "Invoice date:": "2025-03-04", "Total:": "USD 120.50"}
    for row, (label, value) in enumerate(facts.items()):
        page.drawString(100, 700 - 40 * row, label)
        page.acroForm.textfield(name=label, value=value, x=200, y=690 - 40 * row, width=200, height=20)
    page.save()
    (found,) = read(out.getvalue(), "a.pdf").found
    assert (found.document.number, str(found.document.date)) == ("INV-2025-77", "2025-03-04")
    assert (str(found.document.total), found.document.currency) == ("120.50", "USD")


LABELS = (
    ":：()（）、/大小写价税合计年月日统一社会信用代码纳税人识别号地址电话开户行及账密区备注收款复核票方章"
    "机器编校验买销售息名称额金数量单规格型率征货物或应劳务服项目发电子普通专用增值"
)


def without_labels(words: list[Word]) -> list[Word]:
    """What is left of a page whose labels stand in a font that gives no text."""
    label = re.compile(f"[{LABELS}]+")
    return [w for w in words if not label.fullmatch(w.text.replace(" ", "")) and not re.search(r"发票[（号]", w.text)]


@pytest.mark.parametrize("name", ["dev_03", "dev_09", "dev_11", "dev_16", "dev_18", "dev_20"])
def test_position_and_shape_do_where_no_label_can_be_read(name: str) -> None:
    pdf = open_pdf(sample(name), "x")
    found = find(without_labels(text_of(pdf[0], 0).words), "text")
    pdf.close()
    truth = next(t for n, t in truths(DRAWN).items() if n.startswith(name))
    assert found is not None
    for field in FIELDS[1:]:
        if truth[field] is not None:
            assert str(getattr(found.document, field)) == truth[field], field
    assert max(found.confidence[f] for f in ("number", "seller_name", "total")) <= 0.8


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
