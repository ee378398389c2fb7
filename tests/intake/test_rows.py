"""Words → rows: gaps, blanks, widths and places."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from intake.rows import GAP, Word, span, spans_of, to_rows

LINE = [
    Word("名", (0.1, 0.1, 0.12, 0.12)),
    Word("称:", (0.2, 0.1, 0.23, 0.12)),
    Word("Sample Co", (0.23, 0.101, 0.32, 0.121)),
]


def test_wide_gaps_are_marked_and_narrow_ones_are_not() -> None:
    (row,) = to_rows(LINE)
    assert row.text == f"名{GAP}称:SampleCo"
    assert row.printed(2, len(row.text)) == "称:Sample Co"


def test_a_blank_beside_latin_letters_is_kept_and_between_chinese_is_not() -> None:
    half = 0.01
    latin = [Word("Acme", (0, 0, 4 * half, 0.02)), Word("Ltd", (4.6 * half, 0, 7.6 * half, 0.02))]
    chinese = [Word("中国", (0, 0, 4 * half, 0.02)), Word("银行", (4.6 * half, 0, 8.6 * half, 0.02))]
    assert [to_rows(x)[0].printed(0, 20) for x in (latin, chinese)] == ["Acme Ltd", "中国银行"]


def test_places_of_pieces() -> None:
    (row,) = to_rows([Word("号码：12345678", (0.0, 0.1, 0.14, 0.12))])
    assert row.text == "号码:12345678"
    piece = span(row, 3, len(row.text))
    assert piece.text == "12345678"
    assert abs(piece.box[0] - 0.06) < 1e-9
    assert abs(piece.box[2] - 0.14) < 1e-9


def test_what_is_taken_leaves_the_rest() -> None:
    (row,) = to_rows(LINE)
    assert [s.text for s in spans_of(row, [(0, 4)])] == ["SampleCo"]


@given(st.randoms(use_true_random=False), st.floats(-0.03, 0.03))
def test_rows_follow_a_slope_and_do_not_mind_the_order(chance: random.Random, slope: float) -> None:
    words = [
        Word(f"{r}{c}", (c * 0.1, r * 0.1 + slope * c * 0.1, c * 0.1 + 0.08, r * 0.1 + 0.03 + slope * c * 0.1))
        for r in range(5)
        for c in range(9)
    ]
    chance.shuffle(words)
    assert [row.text.replace(GAP, "") for row in to_rows(words)] == [
        "".join(f"{r}{c}" for c in range(9)) for r in range(5)
    ]
