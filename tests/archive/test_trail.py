"""The chain: whatever is changed, left out or cut off shows."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from archive.trail import GENESIS, Entry, Link, faults, link

NOW = datetime(2026, 10, 5, tzinfo=UTC)


def chain(length: int) -> list[Link]:
    links: list[Link] = []
    for seq in range(1, length + 1):
        links.append(
            link(
                seq,
                Entry("li", "approved", f"G{seq}", NOW, "", {"n": str(seq)}),
                links[-1].digest if links else GENESIS,
            )
        )
    return links


def head(links: list[Link]) -> tuple[int, str]:
    return (links[-1].seq, links[-1].digest) if links else (0, GENESIS)


@given(st.integers(0, 20))
def test_an_untouched_chain_is_whole(length: int) -> None:
    links = chain(length)
    assert faults(links, *head(links)) == []


@given(st.integers(2, 12), st.data())
def test_every_tamper_shows(length: int, data: st.DataObject) -> None:
    links = chain(length)
    at = data.draw(st.integers(0, length - 1))
    how = data.draw(st.sampled_from(["entry", "entry and digest", "leave out", "cut", "swap"]))
    last = head(links)
    if how == "entry":
        links[at] = replace(links[at], entry=replace(links[at].entry, who="mallory"))
    elif how == "entry and digest":
        links[at] = link(links[at].seq, replace(links[at].entry, who="mallory"), links[at].previous)
    elif how == "leave out":
        del links[at]
    elif how == "cut":
        links = links[:at]
    else:
        other = (at + 1) % length
        links[at], links[other] = links[other], links[at]
    assert faults(links, *last)
