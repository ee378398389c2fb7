"""A QR code beside what was read from the face."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from archive.document import Document, Kind
from intake.coded import with_code, with_own_number, with_title
from intake.qr import Payload, parse
from intake.reading import Found, Place

PLACE = Place(0, (0.05, 0.05, 0.15, 0.15))


def payload(text: str) -> Payload:
    made = parse(text)
    assert made is not None
    return made


def found(sure: float = 0.9, **facts: Any) -> Found:
    names = [name for name in facts if name != "kind"]
    return Found(Document(**facts), dict.fromkeys(names, "ocr"), dict.fromkeys(names, sure))


OLD = payload("01,10,051002309911,00999428,85.31,20230411,97868633477381842725,5555,")
NEW = payload("01,32,,26339990000021205985,310.00,20260512,,2222")


def test_a_code_alone_makes_a_document() -> None:
    document = with_code(None, NEW, PLACE).document
    assert (document.kind, document.number, document.total) == (
        Kind.EINVOICE,
        "26339990000021205985",
        Decimal("310.00"),
    )
    assert (document.type, document.date) == ("电子发票（普通发票）", date(2026, 5, 12))


def test_an_old_codes_amount_is_the_net_amount() -> None:
    document = with_code(found(kind=Kind.VAT, total=Decimal("96.40")), OLD, PLACE).document
    assert (document.amount_excl_tax, document.total) == (Decimal("85.31"), Decimal("96.40"))
    assert document.type == "四川增值税电子普通发票"


def test_a_difference_is_told_with_both_values_and_the_code_wins() -> None:
    read = with_code(found(kind=Kind.VAT, number="00999420", date=date(2023, 4, 11)), OLD, PLACE)
    assert (read.document.number, read.source["number"], read.places["number"]) == ("00999428", "qr", PLACE)
    (warning,) = read.warnings
    assert (warning.code, warning.field) == ("I01", "number")
    assert {"00999428", "00999420"} <= set(warning.facts.values())


def test_agreement_makes_sure_and_leaves_the_printed_place() -> None:
    read = with_code(found(0.8, kind=Kind.VAT, number="00999428"), OLD, PLACE)
    assert read.confidence["number"] == 1.0
    assert "number" not in read.places
    assert read.warnings == ()


def test_a_clearly_read_title_stays() -> None:
    assert (
        with_code(found(0.97, kind=Kind.TOLL, type="电子发票（通行费）"), NEW, PLACE).document.type
        == "电子发票（通行费）"
    )


def test_twenty_digits_beside_an_invoice_code_are_no_number() -> None:
    read = with_own_number(found(kind=Kind.VAT, code="051002309911", number="97868633477381842725"))
    assert read.document.number is None
    assert "number" not in read.source


def test_the_invoice_code_mends_an_unsure_title() -> None:
    read = with_title(found(0.9, kind=Kind.VAT, code="051002309911", type="四川增值税普通发票"))
    assert read.document.type == "四川增值税电子普通发票"
