"""A document among others: numbers in a row, the same number, red and blue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import relations
from archive.document import Document, Kind
from archive.finding import Level
from archive.item import FileRef, Item, ItemState

AT = datetime(2026, 11, 1, tzinfo=UTC)
BLUE = Document(
    Kind.EINVOICE, number="26339990000088000005", date=date(2026, 10, 1), seller_name="甲公司",
    seller_tax_id="91330100MA27XXXX0A", total=Decimal("106.00"),
)  # fmt: skip


def item(document: Document, name: str = "G2611-0001") -> Item:
    file = FileRef("f", "a.xml", 1, "0" * 64, "1" * 64, "text/xml")
    return Item(name, "GD01", "li", "", file, 0, document, ItemState.ARCHIVED, AT)


def codes(document: Document, *others: Item) -> dict[str, Level]:
    return {found.code: found.level for found in relations.run(document, others)}


@pytest.mark.parametrize(("step", "row"), [(1, True), (-2, True), (3, False), (0, False)])
def test_numbers_in_a_row_from_one_seller(step: int, row: bool) -> None:
    near = replace(BLUE, number=str(int(BLUE.number or "") + step), total=Decimal("5.00"))
    assert ("consecutive" in codes(near, item(BLUE))) is row
    other = replace(near, seller_tax_id="91330100MA27YYYY0B")
    assert "consecutive" not in codes(other, item(BLUE))


def test_the_same_number_read_differently_is_pointed_at() -> None:
    assert codes(replace(BLUE, total=Decimal("160.00")), item(BLUE)) == {"same_number": Level.WARN}
    assert codes(replace(BLUE, code="3300221130"), item(BLUE)) == {}


def test_red_and_blue_add_up() -> None:
    red = replace(BLUE, number="26339990000099000001", total=Decimal("-106.00"), blue_number=BLUE.number)
    (found,) = relations.run(red, [item(BLUE)])
    assert (found.code, found.level, found.facts["net"]) == ("red_pair", Level.NOTE, "0.00")
    (part,) = relations.run(replace(red, total=Decimal("-53.00")), [item(BLUE)])
    assert (part.code, part.level) == ("red_partial", Level.WARN)
    assert "53.00" in part.text.zh
    assert codes(red) == {"red_without_blue": Level.WARN}
    assert codes(replace(red, blue_number=None), item(BLUE)) == {"red_without_blue": Level.WARN}
    told = relations.reversed_by(item(red, "G2611-0002"), item(BLUE))
    assert "G2611-0002" in told.text.zh
    assert "0.00" in told.text.en


@given(st.one_of(st.none(), st.text(max_size=30), st.integers(0, 10**20).map(str)))
def test_whatever_stands_where_a_number_should(number: str | None) -> None:
    looked_for = relations.numbers(replace(BLUE, number=number, blue_number=None))
    assert len(set(looked_for)) == len(looked_for)
    if number:
        assert looked_for[0] == number
        assert all(len(each) == len(number) for each in looked_for)
