"""Pictures through their door: photos, scans, slips, and files that are none or mean harm."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archive.checks import SURE
from archive.document import Kind
from archive.errors import HeicPhoto, NoDocument, ReaderFailed, TooManyPixels, Truncated, UnknownFormat
from intake import doubts, qr
from intake.engines import engines
from intake.fields import fold
from intake.image import read_image, read_picture
from intake.preview import draw
from intake.reading import Found
from tests.intake import paper
from tests.intake.samples import DRAWN, REAL, needs_real, sample, truths

SINGLE = [name for name in truths(DRAWN) if name.startswith("img_") and "two" not in name]
FIELDS = ("type", "number", "code", "seller_name", "seller_tax_id", "buyer_name", "buyer_tax_id")
AMOUNTS = ("amount_excl_tax", "tax", "total")


def the_one(data: bytes, name: str = "photo.jpg") -> Found:
    (found,) = read_image(data, name).found
    return found


@pytest.mark.parametrize("name", SINGLE)
def test_every_drawn_photo_is_read_whole(name: str) -> None:
    """Turned, upside down, in shadow, blurred, tiny, badly compressed: every printed field as printed."""
    truth = truths(DRAWN)[name]
    document = the_one(sample(name), name).document
    for field in FIELDS:
        assert truth[field] in (None, getattr(document, field)), field
    if document.kind is not Kind.RAIL:  # a rail ticket prints no net amount; the truth's is computed
        for field in AMOUNTS:
            assert truth[field] is None or Decimal(truth[field]) == getattr(document, field), field
    assert document.total == Decimal(truth["total"])
    assert document.date == date.fromisoformat(truth["date"])


def test_two_receipts_in_one_photo_are_two_documents_with_their_own_places() -> None:
    reading = read_image(sample("img_03"), "two.jpg")
    expected = {i["number"]: Decimal(i["total"]) for i in truths(DRAWN)["img_03_two_receipts.jpg"]["invoices"]}
    assert {f.document.number: f.document.total for f in reading.found} == expected
    upper, lower = sorted(reading.found, key=lambda f: f.places["seller_name"].box[1])
    assert max(p.box[3] for p in upper.places.values()) < min(p.box[3] for p in lower.places.values())


@pytest.mark.parametrize("name", ["img_02", "img_09", "img_01"])
def test_places_are_on_the_picture_as_it_was_sent(name: str) -> None:
    """What stands at a field's place on the turned photo, cut out and stood upright, is the field."""
    data = sample(name)
    found = the_one(data)
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    (mark,) = qr.decode(picture)
    for field in ("total", "seller_name", "buyer_tax_id"):
        left, top, right, bottom = found.places[field].box
        box = (left * picture.width, top * picture.height, right * picture.width, bottom * picture.height)
        strip = picture.crop(tuple(map(int, box))).rotate(90 * round(mark.turn / 90), expand=True)
        text, _ = engines().careful.line(np.ascontiguousarray(np.asarray(strip, np.uint8)[:, :, ::-1]))
        wanted = fold(str(getattr(found.document, field)))
        likeness = SequenceMatcher(None, fold(text).replace(" ", "")[-len(wanted) :], wanted).ratio()
        assert likeness > 0.8, (field, text)
    assert all(0 <= v <= 1 for place in found.places.values() for v in place.box)


def test_a_phones_turning_note_is_followed() -> None:
    picture = Image.open(io.BytesIO(sample("img_08"))).convert("RGB")
    note = Image.Exif()
    note[0x0112] = 6  # to be turned by 90 degrees clockwise
    found = the_one(paper.saved(picture.rotate(90, expand=True), exif=note))
    assert found.document.number == "20260415000000990001"


@pytest.mark.parametrize("form", ["PNG", "WEBP", "BMP", "GIF", "TIFF"])
def test_all_picture_formats_are_read(form: str) -> None:
    assert the_one(paper.saved(paper.slip(paper.TAXI), form)).document.number == "00990123"


def test_a_tiff_is_read_page_by_page() -> None:
    data = paper.saved(paper.slip(paper.TAXI), "TIFF", save_all=True, append_images=[paper.slip(paper.QUOTA)])
    reading = read_image(data, "scan.tiff")
    assert [(f.document.kind, f.pages) for f in reading.found] == [(Kind.TAXI, (0, 0)), (Kind.QUOTA, (1, 1))]
    assert reading.pages == 2


def test_a_transparent_picture_stands_on_white() -> None:
    ink = paper.slip(paper.QUOTA, paper=(255, 255, 255)).convert("L")
    glass = Image.new("RGBA", ink.size, (0, 0, 0, 0))
    glass.putalpha(ink.point(lambda v: 255 - v))
    assert the_one(paper.saved(glass, "PNG")).document.total == Decimal(50)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_taxi_slip_without_a_code_is_stood_upright_by_its_print(turn: int) -> None:
    found = the_one(paper.saved(paper.on_desk(paper.slip(paper.TAXI)).rotate(turn, expand=True)))
    document = found.document
    assert (document.kind, document.number, document.code) == (Kind.TAXI, "00990123", "111001881099")
    assert (document.date, document.total) == (date(2026, 3, 5), Decimal("41.50"))


def test_a_slip_printed_a_line_off_its_labels_still_gives_its_amount() -> None:
    document = the_one(paper.saved(paper.on_desk(paper.slip(paper.TAXI_SHIFTED), turn=2))).document
    assert (document.date, document.total) == (date(2026, 3, 5), Decimal("41.50"))


def test_quota_toll_and_train_slips() -> None:
    quota = the_one(paper.saved(paper.slip(paper.QUOTA))).document
    assert (quota.kind, quota.total, quota.date, quota.number) == (Kind.QUOTA, Decimal(50), None, "00995566")
    toll = the_one(paper.saved(paper.slip(paper.TOLL))).document
    assert (toll.kind, toll.total, toll.date) == (Kind.TOLL, Decimal(35), date(2026, 4, 21))
    train = the_one(paper.saved(paper.on_desk(paper.slip(paper.TRAIN), turn=-3))).document
    assert (train.kind, train.total, train.date, train.number) == (
        Kind.RAIL,
        Decimal(626),
        date(2026, 1, 15),
        "A099123",
    )
    assert (train.extra["train"], train.extra["departure"], train.extra["destination"]) == (
        "G9936",
        "杭州样例东",
        "北京样例南",
    )


def test_several_slips_on_a_desk_are_told_apart() -> None:
    slips = [paper.slip(paper.TAXI.replace("00990123", f"0099013{i}").replace("41.50", f"2{i}.00")) for i in range(6)]
    reading = read_image(paper.saved(paper.on_desk(*slips, across=3)), "six.jpg")
    assert [(f.document.number, f.document.total) for f in reading.found] == [
        (f"0099013{i}", Decimal(f"2{i}.00")) for i in range(6)
    ]


def test_an_english_till_receipt() -> None:
    document = the_one(paper.saved(paper.slip(paper.TILL))).document
    assert (document.kind, document.currency, document.number) == (Kind.FOREIGN, "MYR", "CS00011955")
    assert (document.date, document.total) == (date(2025, 12, 22), Decimal("17.42"))


def test_an_ambiguous_date_is_never_given_as_sure() -> None:
    """03/04 without a country: the sender must be asked, not the coin."""
    text = (
        paper.TILL.replace("22/12/2025", "03/04/2025").replace(" SDN BHD", "").replace("(RM)", "").replace("GST", "TAX")
    )
    assert the_one(paper.saved(paper.slip(text))).confidence["date"] < SURE


@pytest.mark.parametrize("turn", [0, 90])
def test_a_slip_somewhere_on_a_long_ribbon_is_found(turn: int) -> None:
    """A chat's long screenshot: the finder would shrink it until nothing can be read."""
    one = paper.slip(paper.TAXI)
    ribbon = Image.new("RGB", (one.width, one.height * 5), one.getpixel((1, 1)))
    ribbon.paste(one, (0, one.height * 2 + 40))
    assert the_one(paper.saved(ribbon.rotate(turn, expand=True))).document.number == "00990123"


def test_deep_grey_and_printers_colours_are_read() -> None:
    grey = np.asarray(paper.slip(paper.QUOTA).convert("L")).astype(np.uint16) << 8
    assert the_one(paper.saved(Image.fromarray(grey), "PNG")).document.total == Decimal(50)
    assert the_one(paper.saved(paper.slip(paper.QUOTA).convert("CMYK"))).document.total == Decimal(50)


def test_adverts_give_no_number_no_date_and_no_amount() -> None:
    with pytest.raises(NoDocument):
        read_image(paper.saved(paper.slip(paper.ADVERT)), "advert.jpg")


def test_the_code_is_believed_over_the_print_and_the_difference_is_told() -> None:
    coded = paper.with_code(paper.slip(paper.TOLL), "01,10,133001881097,00997799,35.00,20260421,,AAAA")
    found = the_one(paper.saved(coded, "PNG"))
    assert (found.document.number, found.source["number"]) == ("00997799", "qr")
    (warning,) = [w for w in found.warnings if w.field == "number"]
    assert "00997788" in warning.text.zh
    assert "00997799" in warning.text.zh


def test_a_code_alone_is_a_document() -> None:
    blank = Image.new("RGB", (600, 200), "white")
    found = the_one(
        paper.saved(paper.with_code(blank, "01,32,,26349990000016351430,376.00,20260612,,FFFF", 220), "PNG")
    )
    assert (found.document.number, found.document.total) == ("26349990000016351430", Decimal("376.00"))


def test_a_code_that_is_only_a_link_makes_no_document() -> None:
    with pytest.raises(NoDocument):
        read_image(
            paper.saved(paper.with_code(paper.slip("欢迎光临"), "https://example.com/?bill=1"), "PNG"), "link.png"
        )


def test_an_empty_picture_holds_nothing() -> None:
    assert read_picture(Image.new("RGB", (400, 300), "white"), "blank.png", 0) == ()


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header promises width x height pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


@pytest.mark.parametrize("size", [(20_000, 20_000), (60_000, 60_000)])
def test_a_picture_with_too_many_pixels_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(TooManyPixels):
        read_image(bomb(*size), "bomb.png")


def test_a_heic_photo_is_read_like_any_other() -> None:
    data = Path("tests/samples/photos/screenshot.heic").read_bytes()
    (found,) = read_image(data, "IMG_0001.HEIC").found
    (same,) = read_image(sample("img_10"), "same.png").found
    assert found.document.number == same.document.number == "26319990000018933439"
    assert (found.document.date, found.document.total) == (same.document.date, same.document.total)
    assert draw(data)[:4] == b"\x89PNG"
    with pytest.raises((HeicPhoto, Truncated, ReaderFailed)):
        read_image(data[: len(data) // 2], "half.heic")


def test_a_page_on_which_nothing_is_read_is_named_and_an_empty_one_is_not() -> None:
    invoice = Image.open(io.BytesIO(sample("img_04"))).convert("RGB")
    scribble = Image.new("RGB", invoice.size, "white")
    scribble.paste("black", (100, 100, 300, 300))
    out = io.BytesIO()
    pages = [Image.new("RGB", invoice.size, "white"), scribble, invoice]
    invoice.save(out, "TIFF", save_all=True, append_images=pages, compression="tiff_lzw")
    reading = read_image(out.getvalue(), "scan.tif")
    assert [found.pages for found in reading.found] == [(0, 0), (3, 3)]
    assert reading.pages == 4
    assert [(f.code, f.facts["page"]) for f in reading.warnings] == [(doubts.UNREAD, "3")]


def test_a_broken_heic_photo_says_what_to_do() -> None:
    with pytest.raises(HeicPhoto) as caught:
        read_image(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "IMG_0001.HEIC")
    assert "兼容性最佳" in caught.value.say("zh")


def test_a_cut_off_photo_is_called_incomplete() -> None:
    data = sample("img_04")
    with pytest.raises(Truncated):
        read_image(data[: len(data) // 2], "half.jpg")


@pytest.mark.parametrize("data", [b"\xff\xd8\xff" + b"\x00" * 40, b"BM" + b"\x07" * 60, b"GIF89a" + b"\xff" * 20])
def test_rubbish_in_a_pictures_clothes_is_an_error_of_ours(data: bytes) -> None:
    with pytest.raises((UnknownFormat, Truncated, ReaderFailed)):
        read_image(data, "rubbish.jpg")


@needs_real
def test_real_invoice_pictures_give_number_date_and_total() -> None:
    for name, truth in truths(REAL).items():
        if truth["kind"] == "image_invoice":
            found = the_one((REAL / "image_invoice" / name).read_bytes(), name).document
            assert (found.number, found.date, found.total) == (
                truth["number"],
                date.fromisoformat(truth["date"]),
                Decimal(truth["total"]),
            ), name


@needs_real
def test_real_till_receipts_give_date_and_total() -> None:
    folder: Path = REAL / "image_receipt_en"
    for name, truth in truths(REAL).items():
        if truth["kind"] == "image_receipt_en":
            found = the_one((folder / name).read_bytes(), name).document
            assert (found.date, found.total) == (date.fromisoformat(truth["date"]), Decimal(truth["total"])), name


@pytest.mark.parametrize("across", [1, 2])
def test_two_slips_on_one_white_sheet_are_told_apart_by_their_titles(across: int) -> None:
    """No desk between them: a scan, or two printed on one page."""
    first, second = (
        paper.slip(paper.TAXI),
        paper.slip(paper.TAXI.replace("00990123", "00990777").replace("41.50", "28.00")),
    )
    size = (first.width * across, first.height * (3 - across))
    sheet = Image.new("RGB", size, first.getpixel((1, 1)))
    sheet.paste(first, (0, 0))
    sheet.paste(second, (first.width * (across - 1), first.height * (2 - across)))
    found = read_picture(sheet, "two.png", 0)
    assert [(f.document.number, f.document.total) for f in found] == [
        ("00990123", Decimal("41.50")),
        ("00990777", Decimal("28.00")),
    ]
