"""The check character of a 统一社会信用代码, and the shapes that have none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.taxid import check_character, verdict


@pytest.mark.parametrize(
    ("tax_id", "expected"),
    [
        ("91320115MA202UKD7X", "right"),
        ("91110108690017781B", "right"),
        ("91510199X0BRAUHA1D", "wrong check"),
        ("330199099876543", "unchecked"),
        ("91110101202001201", "unchecked"),
        ("个人", "not one"),
        ("ABCDEFGHIJKLMNOPQR", "not one"),
        ("", "not one"),
    ],
)
def test_verdicts(tax_id: str, expected: str) -> None:
    assert verdict(tax_id) == expected


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=16, max_size=16).map(lambda s: "9" + s))
def test_the_check_character_finds_any_wrong_one(body: str) -> None:
    right = body + check_character(body)
    assert verdict(right) == "right"
    for other in "0123456789ABCDEFGHJKLMNPQRTUWXY".replace(right[-1], ""):
        assert verdict(body + other) == "wrong check"
