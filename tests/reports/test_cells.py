"""Cells as words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.words import Text
from reports.cells import clean, money, percent, said
from reports.fonts import font_file, legible
from reports.page import WAN


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.01", "0.01"),
        ("1000000000", "1,000,000,000.00"),
        ("-1234.5", "-1,234.50"),
        ("-0.00", "0.00"),
        ("1.005", "1.01"),
        ("-1.005", "-1.01"),
    ],
)
def test_money(amount: str, words: str) -> None:
    assert money(Decimal(amount)) == words


def test_wan_rounds_half_up() -> None:
    assert money(Decimal("12345678.50"), WAN) == "1,234.57"
    assert money(Decimal("50"), WAN) == "0.01"


def test_percent() -> None:
    assert percent(Decimal("0.12345")) == "12.3%"
    assert percent(Decimal("-0.00001")) == "0.0%"


def test_said_by_kind() -> None:
    assert said(None, "money", "zh") == ""
    assert said(Text("合计", "Total"), "text", "en") == "Total"
    assert said(date(2026, 10, 1), "date", "zh") == "2026-10-01"
    assert said(datetime(2026, 10, 1, 9, 5, tzinfo=UTC), "date", "zh") == "2026-10-01 09:05"
    assert said(1234, "count", "zh") == "1,234"


@given(st.text(st.characters(), max_size=60))
def test_clean_words_can_be_encoded_and_hold_no_control_characters(words: str) -> None:
    cleaned = clean(words)
    cleaned.encode("utf-8")
    assert not any(ord(char) < 32 and char != "\n" for char in cleaned)
    assert clean(cleaned) == cleaned


def test_clean_takes_out_what_turns_text_round() -> None:
    assert clean("a\u202egnp.exe\u200b\x00\tb") == "agnp.exe b"


def test_missing_glyphs_become_a_mark() -> None:
    assert legible("䶮a\n", {ord("a")}) == "〓a\n"
    assert legible("aaa", {ord("a")}) == "aaa"


def test_a_font_that_is_not_there_is_told(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(FileNotFoundError, match=r"none\.ttf"):
        font_file(str(tmp_path / "none.ttf"))
