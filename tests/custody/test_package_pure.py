"""Selections, names, samples and documents of a package, without a house."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from archive.document import Document, Kind, Line
from archive.package import names
from archive.package.card import document_of, fields_of
from archive.selection import Selection, selection
from intake.package_tree import unsafe


def test_selections() -> None:
    assert selection("2025", "A") == Selection("A", 2025)
    assert selection("2025年 凭证", "A") == Selection("A", 2025, category="会计凭证")
    assert selection("2025-09", "A") == Selection("A", 2025, 9)
    assert selection("GD01-KJ·PZ·2025·D30-0009", "GD01") == Selection("GD01", volume="GD01-KJ·PZ·2025·D30-0009")
    assert selection("GD01-KJ·PZ·2025·D30-0009-0001", "GD01") == Selection("GD01", unit="GD01-KJ·PZ·2025·D30-0009-0001")
    assert selection("g2604-0001", "A") == Selection("A", unit="G2604-0001")
    assert selection("2025-13", "A") is None
    assert selection("明天", "A") is None


@given(st.text(max_size=200))
def test_every_name_is_safe(name: str) -> None:
    made_ = names.safe(name)
    assert 0 < len(made_) <= names.LONGEST + 1
    assert unsafe(made_) is None
    assert made_[-1] not in ". "
    assert not set(made_) & set('<>:"/\\|?*')
    assert made_.split(".")[0].upper() not in ("CON", "NUL", "COM1", "LPT9", "AUX", "PRN")
    assert names.safe(made_) == made_


_WORD = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


@given(_WORD, st.decimals(0, 10**9, places=2), st.dates(), st.lists(_WORD, max_size=3))
def test_a_document_comes_back_as_it_was(word: str, total, on, lines) -> None:  # type: ignore[no-untyped-def]
    document = Document(Kind.RAIL, number=word, total=total, date=on, lines=tuple(Line(x, rate=x) for x in lines),
                        extra={"train": word})  # fmt: skip
    assert document_of(fields_of(document)) == document
    assert document_of(fields_of(replace(document, number=None))).number is None
