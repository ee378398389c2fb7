"""Words for a report find it."""

from __future__ import annotations

import pytest

from reports.catalogue import REPORTS, find, names


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("报销登记表", "expenses"),
        ("本月报销", "expenses"),
        ("expenses", "expenses"),
        ("Expense Report", "expenses"),
        ("差旅费", "travel"),
        ("travel report", "travel"),
        ("ＴＲＡＶＥＬ", "travel"),
        ("供应商", "suppliers"),
        ("vendors", "suppliers"),
        ("归档登记表", "register"),
        ("登记表", "register"),
        ("档案目录", "register"),
        ("审批时效", "approvals"),
        ("approval times", "approvals"),
    ],
)
def test_found(words: str, key: str) -> None:
    entry = find(words)
    assert entry is not None
    assert entry.key == key


@pytest.mark.parametrize("words", ["", "   ", "天气", "x"])
def test_not_found(words: str) -> None:
    assert find(words) is None


def test_every_name_finds_its_own_report() -> None:
    for entry in REPORTS:
        for word in (entry.key, entry.name.zh, entry.name.en, *entry.aliases):
            assert find(word) is entry, word


def test_names_tell_all() -> None:
    assert names().zh.count("、") == len(REPORTS) - 1
