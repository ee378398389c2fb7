"""A link's digest is over everything in it: nothing can be changed, moved or reattached under the same digest."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.trail import GENESIS, Entry, digest_of, link

NOW = datetime(2026, 10, 5, tzinfo=UTC)
ENTRY = Entry("li", "approved", "G2610-0001", NOW, "desk", {"step": "1", "reason": ""})


@pytest.mark.parametrize(
    "other",
    [
        replace(ENTRY, who="wang"),
        replace(ENTRY, action="rejected"),
        replace(ENTRY, about="G2610-0002"),
        replace(ENTRY, at=NOW + timedelta(milliseconds=1)),
        replace(ENTRY, channel="slack"),
        replace(ENTRY, facts={"step": "2", "reason": ""}),
        replace(ENTRY, facts={"step": "1"}),
        replace(ENTRY, facts={"step": "1", "reason": "", "more": ""}),
    ],
)
def test_every_part_of_an_entry_counts(other: Entry) -> None:
    assert digest_of(1, other, GENESIS) != digest_of(1, ENTRY, GENESIS)


def test_place_and_predecessor_count() -> None:
    assert digest_of(2, ENTRY, GENESIS) != digest_of(1, ENTRY, GENESIS)
    assert digest_of(1, ENTRY, "f" * 64) != digest_of(1, ENTRY, GENESIS)


def test_the_order_of_facts_does_not_count() -> None:
    turned = replace(ENTRY, facts=dict(reversed(ENTRY.facts.items())))
    assert digest_of(1, turned, GENESIS) == digest_of(1, ENTRY, GENESIS)


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_parts_do_not_run_into_each_other(who: str, action: str, about: str) -> None:
    made = link(1, Entry(who, action, about, NOW), GENESIS)
    shifted = link(1, Entry(who + action, "", about, NOW), GENESIS)
    assert (made.digest == shifted.digest) == (action == "")
