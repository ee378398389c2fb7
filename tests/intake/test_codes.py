"""What an invoice code tells by itself."""

import pytest

from intake import codes


@pytest.mark.parametrize(
    ("code", "region", "title", "toll"),
    [
        ("051002309911", "四川", "四川增值税电子普通发票", False),
        ("044031900111", "深圳", "深圳增值税电子普通发票", False),
        ("144032409990", "深圳", "深圳电子普通发票", False),
        ("033002100112", "浙江", "浙江增值税电子普通发票", True),
        ("031001900107", "上海", "上海增值税普通发票(卷票)", False),
        ("3502182130", "厦门", None, False),
        ("990012345678", None, None, False),
    ],
)
def test_codes(code: str, region: str | None, title: str | None, toll: bool) -> None:
    assert (codes.region(code), codes.title(code), codes.is_toll(code)) == (region, title, toll)
