"""The same document in another carrier: what it adds, and what it disagrees on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from archive.document import Document, Kind, Line
from archive.item import FileRef, Item, ItemState
from archive.renditions import Another, joined

AT = datetime(2026, 11, 1, tzinfo=UTC)
FULL = Document(
    Kind.EINVOICE, number="26339990000088000005", date=date(2026, 10, 1), seller_name="甲（北京）公司",
    seller_tax_id="91330100MA27XXXX0A", total=Decimal("106.00"), lines=(Line("*软件*服务"),),
)  # fmt: skip


def item(document: Document, state: ItemState, source: str, confidence: float = 1.0) -> Item:
    file = FileRef("f", "a.jpg", 1, "0" * 64, "1" * 64, "image/jpeg")
    names = [name for name in ("number", "date", "seller_name", "total") if getattr(document, name) is not None]
    return Item(
        "G2611-0001", "GD01", "li", "", file, 0, document, state, AT,
        source=dict.fromkeys(names, source), confidence=dict.fromkeys(names, confidence),
    )  # fmt: skip


def xml(document: Document = FULL) -> Another:
    names = ("number", "date", "seller_name", "seller_tax_id", "total")
    return Another(document, dict.fromkeys(names, "xml"), dict.fromkeys(names, 1.0), "xml")


def test_structured_data_completes_and_corrects_what_was_read_from_a_picture() -> None:
    photo = replace(FULL, date=None, seller_name="甲(北京)公同", seller_tax_id=None, lines=())
    after = joined(item(photo, ItemState.DOUBTFUL, "ocr", 0.5), xml())
    assert after.document == FULL
    assert after.source["seller_name"] == after.source["date"] == "xml"
    assert set(after.confidence.values()) == {1.0}
    (found,) = after.findings
    assert (found.code, found.field) == ("disagree", "seller_name")
    assert "公同" in found.text.zh
    assert "甲（北京）公司" in found.text.zh


def test_a_picture_corrects_nothing_that_was_structured_and_is_compared() -> None:
    photo = Another(replace(FULL, total=Decimal("160.00")), {"total": "ocr"}, {"total": 0.9}, "image")
    for state in ItemState:
        after = joined(item(FULL, state, "xml"), photo)
        assert after.document == FULL
        assert [f.field for f in after.findings] == ["total"]


def test_what_lies_before_somebody_keeps_its_values() -> None:
    photo = replace(FULL, date=None, total=Decimal("160.00"))
    after = joined(item(photo, ItemState.PENDING, "ocr"), xml())
    assert after.document == photo
    assert [(f.field, f.facts["read"]) for f in after.findings] == [("total", "106.00")]


def test_what_a_person_gave_stands() -> None:
    after = joined(item(replace(FULL, total=Decimal("1.00")), ItemState.DOUBTFUL, "person"), xml())
    assert after.document.total == Decimal("1.00")


def test_brackets_and_blanks_are_no_disagreement() -> None:
    after = joined(item(FULL, ItemState.ARCHIVED, "xml"), xml(replace(FULL, seller_name="甲(北京) 公司")))
    assert after.findings == ()
