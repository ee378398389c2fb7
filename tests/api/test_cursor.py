"""Cursors: what was written is read again, and nothing else is taken for one."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import BadField
from bot.api.cursor import decoded, encoded
from bot.outside import public


@given(st.text(), st.integers(0, 2**53 - 1))
def test_there_and_back(words: str, number: int) -> None:
    assert decoded(encoded(words, number), str, int) == (words, number)


@given(st.text(max_size=200))
def test_whatever_else_comes_is_refused_by_name(word: str) -> None:
    with suppress(BadField):
        decoded(word, str, int)


@pytest.mark.parametrize("parts", [(-1,), (2**53,), (10**400,), ("1",), (1, 1), (True,)])
def test_numbers_no_list_has_are_refused(parts: tuple[str | int, ...]) -> None:
    with pytest.raises(BadField):
        decoded(encoded(*parts), int)


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_an_address_inside_stays_inside_however_it_is_written(at: IPv4Address) -> None:
    mapped, nat = IPv6Address(0xFFFF << 32 | int(at)), IPv6Address((0x64FF9B << 96) | int(at))
    assert not (public(str(at)) and at.is_private)
    assert public(str(mapped)) == public(str(at))
    assert not public(str(nat))
