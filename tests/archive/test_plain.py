"""Characters that are not seen go; what is printed stays."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.document import Document, Kind, Line
from archive.plain import plain, plainly


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u2069", "\u200f", "\u061c", "\x00", "\x07", "\x9b", "\ufeff"])
def test_what_turns_or_hides_goes(hidden: str) -> None:
    assert plain(f"上海{hidden}样例 1.00") == "上海样例 1.00"


def test_what_is_printed_stays() -> None:
    said = "甲（上海）有限公司\n第二行\t👨‍👩‍👧 नमस्ते ㎡ Ⅱ"
    assert plain(said) == said


@given(st.text())
def test_nothing_visible_is_lost_and_twice_is_once(text: str) -> None:
    kept = plain(text)
    assert plain(kept) == kept
    gone = [c for c in text if c not in kept]
    assert all(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") for c in gone)


def test_a_document_is_made_plain_all_the_way_down() -> None:
    read = Document(
        Kind.EINVOICE,
        seller_name="甲\u202e",
        total=Decimal("1.00"),
        lines=(Line("a\u2066b", unit="个"),),
        extra={"train": "G\u202e1"},
    )
    made = plainly(read)
    assert (made.seller_name, made.lines[0].name, made.extra["train"]) == ("甲", "ab", "G1")
    assert (made.kind, made.total, made.lines[0].unit) == (Kind.EINVOICE, Decimal("1.00"), "个")
