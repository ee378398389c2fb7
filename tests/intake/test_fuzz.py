"""Damaged files: all that ever broke a reader's promise, and new ones made by chance (always the same)."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import Truncated
from bench.fuzz import READERS, promise
from bench.fuzz.damage import DAMAGES
from bench.fuzz.seeds import CORPUS, seeds
from intake.doubts import ATTACHMENT, UNREAD
from intake.read import read
from intake.sheet.read import read_book

KEPT = sorted(path for path in CORPUS.rglob("*") if path.is_file())
#: Files damaged for each reader in a test run; the hunt for more is `python -m bench.fuzz`.
TRIES = {"pdf": 20, "image": 6, "ofd": 40, "text": 20}


@cache
def whole(reader: str) -> list[bytes]:
    """What is damaged: small files first, so that the test is quick."""
    return sorted(seeds(reader), key=len)[:12]


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_broke_a_reader_once_does_not_again(path: Path) -> None:
    promise.keep(path.parent.name, path.read_bytes())


@pytest.mark.parametrize("reader", READERS)
def test_no_damage_breaks_the_promise(reader: str) -> None:
    @settings(max_examples=TRIES.get(reader, 60), deadline=None, derandomize=True, database=None)
    @given(st.integers(0, 1 << 32))
    def damaged(seed: int) -> None:
        by = random.Random(seed)
        promise.keep(reader, DAMAGES[reader](by.choice(whole(reader)), by))

    assert whole(reader)
    damaged()


@pytest.mark.parametrize("reader", READERS)
def test_damage_is_damage(reader: str) -> None:
    """Else the hunt hunts nothing."""
    changed = sum(DAMAGES[reader](data, random.Random(n)) != data for n, data in enumerate(whole(reader) * 4))
    assert changed > 2 * len(whole(reader))


def test_a_promise_that_is_broken_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def trips(data: bytes, name: str) -> None:
        raise TypeError("nobody foresaw this")

    monkeypatch.setitem(vars(__import__("intake.read").read)["_READERS"], "xml", trips)
    with pytest.raises(promise.Broken, match="unforeseen: TypeError"):
        promise.keep("xml", b"<a/>")


def test_a_page_that_is_gone_is_told_and_so_is_an_attachment() -> None:
    def codes(name: str) -> set[str]:
        return {w.code for w in read((CORPUS / "pdf" / name).read_bytes(), name).warnings}

    gone = read((CORPUS / "pdf" / "page_gone.pdf").read_bytes(), "a.pdf")
    assert gone.error is not None or UNREAD in {w.code for w in gone.warnings}
    assert ATTACHMENT in codes("attachment_gone.pdf")
    assert ATTACHMENT in codes("attachment_without_data.pdf")


def test_sectors_in_a_circle_end_in_words() -> None:
    assert isinstance(read_book((CORPUS / "sheet" / "circle.xls").read_bytes(), "a.xls").error, Truncated)
