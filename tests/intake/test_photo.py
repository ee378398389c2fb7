"""Leaning papers, corners, and the way back from straightened words to the picture."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import photo
from intake.ocr import OcrLine, Quad, ordered

SIZE = (2000, 1400)


def rectangle(left: float, top: float, width: float, height: float, degrees: float = 0.0) -> Quad:
    """A text box leaning by some degrees clockwise round the middle of the picture."""
    corners = np.array([[left, top], [left + width, top], [left + width, top + height], [left, top + height]])
    a, middle = math.radians(degrees), np.array(SIZE) / 2
    turn = np.array([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]])
    return ((corners - middle) @ turn + middle).astype(np.float32)


@given(st.floats(-40, 40), st.integers(0, 3), st.booleans())
def test_corners_are_named_by_the_texts_own_direction(degrees: float, start: int, mirrored: bool) -> None:
    """However a finder begins: a long leaning line may have both its topmost corners at one end."""
    wanted = rectangle(300, 600, 900, 40, degrees)
    given_by_finder = np.roll(wanted[::-1] if mirrored else wanted, start, axis=0)
    assert np.allclose(ordered(given_by_finder), wanted, atol=0.01)


def test_a_standing_box_keeps_its_short_side_on_top() -> None:
    wanted = rectangle(300, 200, 40, 600, 4)
    assert np.allclose(ordered(np.roll(wanted, 1, axis=0)), wanted, atol=0.01)


@given(st.floats(-8, 8))
def test_a_leaning_page_is_straightened(degrees: float) -> None:
    lines = [OcrLine("文字", rectangle(200, y, 1500, 40, degrees), 1.0) for y in range(100, 1300, 150)]
    words = photo.words(lines, 0, photo.slope(lines, SIZE))
    lefts = [word.box[0] for word in words]
    assert max(lefts) - min(lefts) < 0.02
    for word, wanted in zip(words, np.linspace(0.03, 0.94, len(words)), strict=False):
        assert abs(word.box[1] - wanted) < 0.04


def test_a_few_crooked_lines_do_not_tip_the_page() -> None:
    straight = [OcrLine("文字", rectangle(200, y, 1500, 40), 1.0) for y in range(100, 1300, 150)]
    crooked = [OcrLine("印章", rectangle(900, 500, 300, 40, 20), 1.0)]
    assert photo.slope([*straight, *crooked], SIZE).level == 0.0


def test_without_lines_there_are_no_words() -> None:
    assert photo.words((), 0, photo.Slope()) == ()


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_box_finds_its_way_back_to_the_picture_as_sent(quarters: int) -> None:
    box = (0.1, 0.2, 0.3, 0.6)
    turned = box
    for _ in range(quarters):  # the picture is turned anticlockwise so many times
        turned = (turned[1], 1 - turned[2], turned[3], 1 - turned[0])
    assert photo.original(turned, quarters) == pytest.approx(box)
