"""Volumes and numbers: gapless, ascending, never mixed; classes under each scheme; keys that sort as it is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import numbering
from archive.shelving import FORMS, Scheme, Volume, class_no, gaps, home, piece, place, stretch, takes
from config.legal import retention

numbers = st.lists(st.integers(1, 60), max_size=40)


def _volume(nth: int, name: int) -> Volume:
    no = f"GD01-KJ·JZ·2026·D30-{name:04d}"
    return Volume(no, "GD01", "记账凭证", "会计凭证", 2026, 9, "30年", date(2056, 12, 31), "记", nth)


@given(numbers)
def test_whatever_comes_when_numbers_have_no_gap_and_go_up_within_a_volume(came: list[int]) -> None:
    volumes: list[Volume] = []
    given_: list[tuple[str, int]] = []
    for number in dict.fromkeys(came):  # one number is one 件
        group = ("记账凭证", 2026, 9, "记", "30年")
        volume = home(volumes, group, number)
        if volume is None:
            volume = _volume(len(volumes) + 1, len(volumes) + 1)
            volumes.append(volume)
        given_.append((piece(volume), number))
        at = next(n for n, v in enumerate(volumes) if v.id == volume.id)
        volumes[at] = replace(volume, count=volume.count + 1, last_no=max(volume.last_no, number))
    assert len({no for no, _ in given_}) == len(given_)
    for volume in volumes:
        mine = [(numbering.parts(no), number) for no, number in given_ if no.startswith(f"{volume.id}-")]
        assert [place[2] for place, _ in mine if place] == list(range(1, volume.count + 1))
        assert all(a < b for (_, a), (_, b) in pairwise(mine))


def test_a_full_volume_takes_nothing_more() -> None:
    assert not takes(replace(_volume(1, 1), count=9_999, last_no=1), 2)
    assert takes(replace(_volume(1, 1), count=9_998, last_no=1), 2)


def test_volumes_never_mix() -> None:
    volume = _volume(1, 1)
    for other in (
        ("记账凭证", 2026, 8, "记", "30年"), ("记账凭证", 2025, 9, "记", "30年"), ("记账凭证", 2026, 9, "收", "30年"),
        ("总账", 2026, 9, "记", "30年"), ("记账凭证", 2026, 9, "记", "永久"),
    ):  # fmt: skip
        assert home([volume], other, 5) is None
    assert home([volume], volume.group, 5) == volume


def test_classes_of_the_three_schemes() -> None:
    assert class_no(Scheme.D1, "GD01", "JZ", 2026, "D30") == "GD01-KJ·JZ·2026·D30"
    assert class_no(Scheme.D2, "GD01", "JZ", 2026, "D30") == "GD01-KJ·2026·JZ·D30"
    assert class_no(Scheme.D3, "", "JZ", 2026, "D30", "CW1") == "KJ·2026·CW1·JZ·D30"
    for office in ("cw", "财务", "C-W", ""):
        with pytest.raises(ValueError, match=office or "^$"):
            class_no(Scheme.D3, "GD01", "JZ", 2026, "D30", office)


def test_every_kind_of_the_table_has_a_form_of_its_own() -> None:
    assert set(FORMS) == set(retention())
    assert len(set(FORMS.values())) == len(FORMS)


@given(numbers, st.integers(0, 20))
def test_gaps_and_numbers_together_are_all(given_: list[int], after: int) -> None:
    mine = [n for n in given_ if n > after]
    missing = {n for a, b in gaps(mine, after) for n in range(a, b + 1)}
    assert missing | set(mine) == set(range(after + 1, max(mine, default=after) + 1))
    assert not missing & set(mine)


@given(st.integers(2000, 2099), st.sampled_from(sorted(FORMS)), st.integers(0, 12))
def test_a_place_lies_within_every_stretch_that_is_asked_for(year: int, kind: str, month: int) -> None:
    key = place("GD01", year, kind, month, f"GD01-KJ·{FORMS[kind]}·{year}·D30-0001-0001")
    for asked in ((None, "", None), (year, "", None), (year, kind, None), (year, kind, month)):
        first, last = stretch("GD01", *asked)
        assert first < key < last
    for company in ("GD0", "GD011", "GD02"):
        first, last = stretch(company, year, kind, month)
        assert not first < key < last
