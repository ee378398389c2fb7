"""The examples in docs/asking.md are read as the page says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from archive import timetable
from archive.grammar import read
from archive.question import said

PAGE = (Path(__file__).parents[2] / "docs/asking.md").read_text("utf-8")
_ROWS = re.findall(r"^\| `(.+?)` \| (.+?) \|$", PAGE, re.MULTILINE)
QUESTIONS = [(words, canonical[1:-1]) for words, canonical in _ROWS if canonical.startswith("`")]
SCHEDULES = [words for words, when in _ROWS if not when.startswith("`")]


def test_the_tables_are_there() -> None:
    assert len(QUESTIONS) >= 14
    assert len(SCHEDULES) >= 7


@pytest.mark.parametrize(("words", "canonical"), QUESTIONS)
def test_questions(words: str, canonical: str) -> None:
    (question,) = read(words, date(2026, 11, 24))
    assert said(question, "zh") == canonical


@pytest.mark.parametrize("words", SCHEDULES)
def test_schedules(words: str) -> None:
    assert timetable.parse(words).words
