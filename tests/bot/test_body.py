"""Names and texts from outside, whatever they hold."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import BadRequest
from bot.body import clean, clean_name, key_of
from bot.handout import disposition

ANY = st.text(st.characters(exclude_categories=()), max_size=400)


@given(ANY)
def test_a_file_name_is_always_one_plain_line(name: str) -> None:
    shown = clean_name(name)
    assert 0 < len(shown) <= 200
    assert "/" not in shown
    assert "\\" not in shown
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in shown)
    assert clean_name(shown) == shown


@given(ANY)
def test_a_download_name_can_stand_in_a_header(name: str) -> None:
    header = disposition("attachment", name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2


@given(ANY)
def test_text_can_always_be_kept(text: str) -> None:
    kept = clean(text)
    assert kept.encode().decode() == kept
    assert "\x00" not in kept
    assert clean(kept) == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\发票\\十月.pdf", "十月.pdf"),
        ("../../etc/passwd", "passwd"),
        ("发票\u202efdp.exe", "发票fdp.exe"),
        ("  ", "file"),
        ("", "file"),
        ("a" * 300 + ".pdf", "a" * 180 + "….pdf"),
    ],
)
def test_names_we_have_met(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


@pytest.mark.parametrize("key", [None, 7, "", "short", "a" * 65, "has space here", "emoji😀😀😀😀😀😀"])
def test_a_key_is_short_and_plain(key: object) -> None:
    with pytest.raises(BadRequest):
        key_of({"key": key})
