"""What the documents say must be so."""

import re
from collections import Counter
from pathlib import Path

from archive import errors
from bench.errors_page import kinds, page

ROOT = Path(__file__).parent.parent


def test_the_errors_page_is_the_error_tree() -> None:
    assert (ROOT / "docs" / "errors.md").read_text("utf-8") == page()


def test_codes_are_unique_and_drawn_in_the_tree() -> None:
    codes = Counter(kind.code for kind in kinds())
    assert [code for code, times in codes.items() if times > 1] == []
    drawn = set(re.findall(r"\b[A-Z]\d\d\b", errors.__doc__ or ""))
    assert drawn == set(codes)


def test_every_error_says_what_and_what_next_in_both_languages() -> None:
    for kind in kinds():
        for text in (kind.what, kind.then):
            assert text.zh, kind
            assert text.en, kind


def test_the_readme_names_the_two_commands_and_only_documents_that_exist() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "make run" in readme
    assert "make test" in readme
    for target in re.findall(r"\]\((docs/[^)]+)\)", readme):
        assert (ROOT / target).exists(), target
