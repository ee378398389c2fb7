"""QR codes: the texts on invoices, and finding them in a picture."""

from datetime import date
from decimal import Decimal

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from intake import qr


def test_older_invoices_carry_the_net_amount() -> None:
    said = qr.parse("01,10,051002309911,00999428,85.31,20230411,97868633477381842725,5555,")
    assert said == qr.Payload(
        "tax",
        "10",
        "051002309911",
        "00999428",
        date(2023, 4, 11),
        Decimal("85.31"),
        "amount_excl_tax",
        "97868633477381842725",
    )


@pytest.mark.parametrize(
    "text",
    ["01,32,,26339990000021205985,310.00,20260512,,2222", "01,32,,26339990000021205985, 310.00,2026-05-12,,2222\x00"],
)
def test_digital_invoices_carry_the_total(text: str) -> None:
    said = qr.parse(text)
    assert said is not None
    assert (said.number, said.code, said.amount, said.amount_of) == (
        "26339990000021205985",
        None,
        Decimal("310.00"),
        "total",
    )
    assert said.date == date(2026, 5, 12)


def test_shenzhen_counts_in_fen() -> None:
    said = qr.parse("https://bcfp.shenzhen.chinatax.gov.cn/verify/scan?hash=31&bill_num=00994257&total_amount=4860")
    assert said is not None
    assert (said.number, said.amount, said.amount_of) == ("00994257", Decimal("48.60"), "total")


def test_fiscal_receipts() -> None:
    said = qr.parse("CZ-EI-00,1.1.0,33060126,0099000777,0f1e2d,20260209,5000.00")
    assert said is not None
    assert (said.maker, said.code, said.number, said.amount) == ("fiscal", "33060126", "0099000777", Decimal("5000.00"))


@pytest.mark.parametrize("text", ["", "https://example.com/invoice?id=7", "hello, world", "WIFI:S:x;;", "http://["])
def test_other_codes_say_nothing(text: str) -> None:
    assert qr.parse(text) is None


@given(st.text(max_size=80))
def test_any_text_is_read_or_passed_over(text: str) -> None:
    assert qr.parse(text) is None or qr.parse(text) == qr.parse(text)


def test_found_in_a_picture_with_its_place() -> None:
    code = Image.fromarray(
        zxingcpp.write_barcode_to_image(zxingcpp.create_barcode("01,32,,1,2", zxingcpp.BarcodeFormat.QRCode), scale=4)
    )
    page = Image.new("L", (800, 600), 255)
    page.paste(code.convert("L"), (500, 300))
    (mark,) = qr.decode(page)
    assert mark.text == "01,32,,1,2"
    left, top, right, bottom = mark.box
    assert 0.6 < left < right < 1.0
    assert 0.48 < top < bottom < 1.0


def test_an_empty_picture_has_none() -> None:
    assert qr.decode(Image.new("L", (100, 100), 255)) == ()
