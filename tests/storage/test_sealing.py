"""What is sealed opens again; whatever is done to it in between is found."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.sealing import PIECE, Broken, digests, seal, unseal

KEY = bytes(range(32))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 5_000_000])
def test_round_trip(size: int) -> None:
    data = bytes(i * 7 % 251 for i in range(1000)) * (size // 1000 + 1)
    data = data[:size]
    sealed = seal(data, KEY, "f")
    assert unseal(sealed, KEY, "f") == data
    assert size < 20 or data[:200] not in sealed


@given(st.binary(max_size=200), st.data())
@settings(max_examples=100, deadline=None)
def test_any_changed_byte_is_found(data: bytes, draw: st.DataObject) -> None:
    sealed = bytearray(seal(data, KEY, "f"))
    at = draw.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= draw.draw(st.integers(1, 255))
    with pytest.raises(Broken):
        unseal(bytes(sealed), KEY, "f")


def opens(sealed: bytes) -> bool:
    try:
        unseal(sealed, KEY, "f")
    except Broken:
        return False
    return True


def test_cut_grown_swapped_and_foreign_bytes_are_found() -> None:
    data = b"x" * (3 * PIECE)
    sealed = seal(data, KEY, "f")
    head, step = 15, PIECE + 16
    pieces = [sealed[head + n * step : head + (n + 1) * step] for n in range(3)]
    wrong = {
        "cut inside": sealed[:-1],
        "cut at a piece": sealed[: head + 2 * step],
        "only the head": sealed[:head],
        "nothing": b"",
        "grown": sealed + b"\0",
        "doubled": sealed + pieces[2],
        "swapped": sealed[:head] + pieces[1] + pieces[0] + pieces[2],
        "dropped": sealed[:head] + pieces[0] + pieces[2],
        "a huge piece": sealed[:4] + b"\xff\xff\xff\xff" + sealed[8:],
    }
    opened = [name for name, bad in wrong.items() if opens(bad)]
    assert opened == []
    with pytest.raises(Broken):
        unseal(sealed, KEY, "g")  # another file's place
    with pytest.raises(Broken):
        unseal(sealed, KEY[::-1], "f")


def test_the_same_bytes_never_look_the_same() -> None:
    assert seal(b"abc", KEY, "f") != seal(b"abc", KEY, "f")


def test_the_digests_are_the_standard_ones() -> None:
    sha256, sm3 = digests(b"abc")
    assert sha256 == hashlib.sha256(b"abc").hexdigest()
    assert sm3 == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # GB/T 32905-2016 A.1
