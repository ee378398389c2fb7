"""OFD packages built here: paths, prefixes, tags, properties, attachments, and limits."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from archive.document import Kind
from archive.errors import NoDocument, Truncated, ZipBomb
from intake import doubts, limits
from intake.ofd_text import steps
from intake.package import resolve
from intake.preview import draw
from intake.read import read
from tests.intake.samples import sample

NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def text(number: int, x: float, y: float, words: str, size: float = 3.2) -> str:
    return (
        f'<ofd:TextObject ID="{number}" Boundary="{x} {y} 80 5" Size="{size}">'
        f'<ofd:TextCode X="0" Y="{size}"><![CDATA[{words}]]></ofd:TextCode></ofd:TextObject>'
    )


PAGE = "".join(
    [
        text(1, 70, 8, "电子发票（普通发票）", 6),
        text(2, 150, 10, "发票号码：24119990000015696478"),
        text(3, 150, 16, "开票日期：2024年04月09日"),
        text(4, 15, 34, "名称：杭州云岫样例软件有限公司"),
        text(5, 115, 34, "名称：北京样例天下航空服务有限公司"),
        text(6, 15, 44, "统一社会信用代码/纳税人识别号：91330199X0109Y039K"),
        text(7, 115, 44, "统一社会信用代码/纳税人识别号：91110199X0DPAFKR0M"),
        text(8, 20, 90, "合　　计"),
        text(9, 130, 90, "¥800.00"),
        text(10, 180, 90, "¥48.00"),
        text(11, 20, 98, "价税合计（大写）"),
        text(12, 65, 98, "捌佰肆拾捌圆整"),
        text(13, 150, 98, "（小写）¥848.00"),
    ]
)
BASE = {
    "OFD.xml": f"<ofd:OFD {NS}><ofd:DocBody><ofd:DocInfo>{{data}}</ofd:DocInfo>"
    "<ofd:DocRoot>/Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
    "Doc_0/Document.xml": f"<ofd:Document {NS}><ofd:CommonData><ofd:PageArea>"
    "<ofd:PhysicalBox>0 0 210 140</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
    '<ofd:Pages><ofd:Page ID="1" BaseLoc="P/Content.xml"/></ofd:Pages>{more}</ofd:Document>',
    "DOC_0/P/content.XML": f"<ofd:Page {NS}><ofd:Content><ofd:Layer>{{page}}</ofd:Layer></ofd:Content></ofd:Page>",
}


def ofd(page: str = PAGE, data: str = "", more: str = "", files: Mapping[str, str | bytes] | None = None) -> bytes:
    """A package of one page; file names differ in case, as some producers write them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in BASE.items():
            archive.writestr(name, content.replace("{page}", page).replace("{data}", data).replace("{more}", more))
        for name, inner in (files or {}).items():
            archive.writestr(name, inner)
    return out.getvalue()


def changed(data: bytes, keep: Callable[[str], bool], change: Callable[[bytes], bytes]) -> bytes:
    """The package with some of its files, each changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.namelist():
            if keep(entry):
                new.writestr(entry, change(old.read(entry)))
    return out.getvalue()


def test_the_page_alone_is_enough() -> None:
    (found,) = read(ofd(), "a.ofd").found
    document = found.document
    assert (document.kind, document.type, document.number) == (
        Kind.EINVOICE,
        "电子发票（普通发票）",
        "24119990000015696478",
    )
    assert (document.buyer_name, document.seller_tax_id) == ("杭州云岫样例软件有限公司", "91110199X0DPAFKR0M")
    assert (document.amount_excl_tax, document.tax, document.total) == (
        Decimal("800.00"),
        Decimal("48.00"),
        Decimal("848.00"),
    )
    assert set(found.source.values()) == {"text"}


def test_namespaces_without_prefix_and_with_a_mark() -> None:
    plain = changed(
        ofd(), lambda _: True, lambda xml: b"\xef\xbb\xbf" + xml.replace(b"ofd:", b"").replace(b":ofd", b"")
    )
    assert read(plain, "a.ofd").found[0].document.number == "24119990000015696478"


def test_properties_that_contradict_the_page_are_believed_and_reported() -> None:
    facts = {"发票号码": "24119990000015696478", "合计税额": "49.00"}
    data = "".join(f'<ofd:CustomData Name="{name}">{value}</ofd:CustomData>' for name, value in facts.items())
    (found,) = read(ofd(data=f"<ofd:CustomDatas>{data}</ofd:CustomDatas>"), "a.ofd").found
    assert found.document.tax == Decimal("49.00")
    assert found.source["tax"] == "custom_data"
    (finding,) = [f for f in found.warnings if f.code == doubts.DISAGREE]
    assert finding.field == "tax"
    assert "49.00" in finding.text.zh
    assert "48.00" in finding.text.zh
    assert any(f.code == doubts.SUM for f in found.warnings)


def test_tags_point_to_the_printed_objects() -> None:
    def tag(name: str, *objects: int) -> str:
        refs = "".join(f'<ofd:ObjectRef PageRef="1">{n}</ofd:ObjectRef>' for n in objects)
        return f"<ofd:{name}>{refs}</ofd:{name}>"

    files = {
        "Doc_0/Tags/L.xml": f"<ofd:CustomTags {NS}><ofd:FileLoc>T.xml</ofd:FileLoc></ofd:CustomTags>",
        "Doc_0/Tags/T.xml": f"<ofd:root {NS}>{tag('InvoiceNo', 21)}{tag('TaxTotalAmount', 22, 23)}</ofd:root>",
    }
    page = PAGE + text(21, 10, 130, "24119990000015696478") + text(22, 100, 130, "¥") + text(23, 104, 130, "48.00")
    (found,) = read(ofd(page, more="<ofd:CustomTags>Tags/L.xml</ofd:CustomTags>", files=files), "a.ofd").found
    assert (found.source["number"], found.source["tax"], found.source["total"]) == ("custom_tag", "custom_tag", "text")
    assert found.document.tax == Decimal("48.00")


def test_an_attached_xml_is_believed_first() -> None:
    entry = '<ofd:Attachment Name="d"><ofd:FileLoc>x.xml</ofd:FileLoc></ofd:Attachment>'
    listing = f"<ofd:Attachments {NS}>{entry}</ofd:Attachments>"
    files = {"Doc_0/Attachs/Attachments.xml": listing, "Doc_0/Attachs/x.xml": sample("xml_01")}
    more = "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>"
    (found,) = read(ofd(more=more, files=files), "a.ofd").found
    assert found.source["total"] == "attachment"
    assert {f.field for f in found.warnings if f.code == doubts.DISAGREE} >= {"number", "total"}


def with_code(said: str) -> bytes:
    """The page with a QR code in its corner."""
    png = io.BytesIO()
    code = zxingcpp.create_barcode(said, zxingcpp.BarcodeFormat.QRCode)
    Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=4)).save(png, "PNG")
    resources = (
        f'<ofd:Res {NS} BaseLoc="Res"><ofd:MultiMedias><ofd:MultiMedia ID="90" Type="Image">'
        "<ofd:MediaFile>qr.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias></ofd:Res>"
    )
    picture = '<ofd:ImageObject ID="91" ResourceID="90" Boundary="8 4 20 20"/>'
    return ofd(
        PAGE + picture,
        more="<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>",
        files={"Doc_0/DocumentRes.xml": resources, "Doc_0/Res/qr.png": png.getvalue()},
    )


def test_the_page_is_compared_with_its_code() -> None:
    (found,) = read(with_code("01,32,,24119990000015696478,848.00,20240409,,A1B2"), "a.ofd").found
    assert found.warnings == ()
    (found,) = read(with_code("01,32,,24119990000015696478,484.00,20240409,,A1B2"), "a.ofd").found
    assert found.document.total == Decimal("848.00"), "the text is believed"
    (finding,) = found.warnings
    assert (finding.code, finding.field) == (doubts.DISAGREE, "total")
    assert "票面文字为 848.00，二维码为 484.00" in finding.text.zh


def test_a_missing_page_is_an_incomplete_file() -> None:
    data = changed(ofd(), lambda entry: not entry.lower().endswith("content.xml"), lambda xml: xml)
    assert isinstance(read(data, "a.ofd").error, Truncated)


def test_other_words_are_no_document() -> None:
    assert isinstance(
        read(ofd(text(1, 20, 20, "会议通知") + text(2, 20, 40, "请各部门参加")), "a.ofd").error, NoDocument
    )


def test_a_bomb_inside_is_refused() -> None:
    data = ofd(files={f"junk/{number}": b"" for number in range(limits.ZIP_ENTRIES)})
    assert isinstance(read(data, "a.ofd").error, ZipBomb)


def test_odd_numbers_do_not_stop_the_preview() -> None:
    lines = "<ofd:AbbreviatedData>M 0 0 L x y B 1 2 3 C Z</ofd:AbbreviatedData>"
    odd = f'<ofd:PathObject ID="9" Boundary="0 0 1e9 nan">{lines}</ofd:PathObject>'
    code = '<ofd:TextCode DeltaX="g 99999999 1">样</ofd:TextCode>'
    wild = f'<ofd:TextObject ID="8" Boundary="0 0 10 10" Size="-3" CTM="0 0 0 0 0 0">{code}</ofd:TextObject>'
    assert draw(ofd(PAGE + odd + wild), 0, 60).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("delta", "count", "expected"),
    [
        ("g 3 2.5 4", 4, [2.5, 2.5, 2.5, 4.0]),
        ("1 x 2", 5, [1.0, 2.0]),
        ("g 9999999 1", 3, [1.0] * 3),
        (None, 2, []),
        ("g 2", 2, []),
    ],
)
def test_steps(delta: str | None, count: int, expected: list[float]) -> None:
    assert steps(delta, count) == expected


def test_locations_stay_inside() -> None:
    assert resolve("Doc_0/Document.xml", "Pages/P.xml") == "Doc_0/Pages/P.xml"
    assert resolve("Doc_0/Document.xml", "/Doc_0/P.xml") == "Doc_0/P.xml"
    assert resolve("Doc_0/Document.xml", "../../../etc/passwd") == "etc/passwd"


def test_styles_and_seals_are_drawn_in_their_colours() -> None:
    stroke = "<ofd:AbbreviatedData>M 0 1 L 100 1</ofd:AbbreviatedData>"
    line = f'<ofd:PathObject ID="5" Boundary="10 120 100 2">{stroke}</ofd:PathObject>'
    params = (
        '<ofd:DrawParam ID="3"><ofd:StrokeColor Value="128 0 0"/></ofd:DrawParam>'
        '<ofd:DrawParam ID="4" Relative="3" LineWidth="1"/>'
    )
    seal = text(7, 0, 0, "章", 10).replace("<ofd:TextCode", '<ofd:FillColor Value="255 0 0"/><ofd:TextCode')
    over = f'<ofd:Annot><ofd:Appearance Boundary="150 60 20 20">{seal}</ofd:Appearance></ofd:Annot>'
    listing = '<ofd:Page PageID="1"><ofd:FileLoc>B.xml</ofd:FileLoc></ofd:Page>'
    files = {
        "Doc_0/R.xml": f"<ofd:Res {NS}><ofd:DrawParams>{params}</ofd:DrawParams></ofd:Res>",
        "Doc_0/A.xml": f"<ofd:Annotations {NS}>{listing}</ofd:Annotations>",
        "Doc_0/B.xml": f"<ofd:PageAnnot {NS}>{over}</ofd:PageAnnot>",
    }
    more = "<ofd:DocumentRes>R.xml</ofd:DocumentRes><ofd:Annotations>A.xml</ofd:Annotations>"
    data = ofd(more=more, files=files)
    layer = b'<ofd:Layer DrawParam="4">' + line.encode()
    data = changed(data, lambda _: True, lambda xml: xml.replace(b"<ofd:Layer>", layer))
    picture = Image.open(io.BytesIO(draw(data, 0, 100))).convert("RGB")
    scale = 100 / 25.4
    assert picture.getpixel((round(60 * scale), round(121 * scale))) == (128, 0, 0)
    seal_area = np.asarray(picture.crop((round(150 * scale), round(60 * scale), round(165 * scale), round(75 * scale))))
    assert ((seal_area[:, :, 0] > 200) & (seal_area[:, :, 1] < 80)).any()


def test_an_ofd_unpacked_and_packed_again_with_its_folder() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ofd())) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.namelist():
            new.writestr(f"发票/{entry}", old.read(entry))
        new.writestr("__MACOSX/发票/._OFD.xml", b"x")
    (found,) = read(out.getvalue(), "发票.zip").found
    assert found.document == read(ofd(), "a.ofd").found[0].document
