"""Where an item stands in the archive: its accounting period and its 档号.

DA/T 94-2022 8.7: the number is 全宗号-类别号-案卷号-件号; 8.3.4: class levels are joined with "·"; scheme D.1 orders
the levels 形式·年度·期限 (form, year, term), the most usual one in companies. 案卷号 and 件号 have four digits.
E.g. GD01-KJ·PZ·2026·D30-0010-0042: fonds GD01, accounting archives, vouchers, 2026, 30 years, October, item 42.
"""

from __future__ import annotations

import re
from datetime import date

ROOT = "KJ"  # 会计
VOUCHERS = "PZ"  # 凭证
VOLUME_HOLDS = 9_999  # items: 件号 has four digits
_NUMBER = re.compile(r"(.+)-([0-9]{4})-([0-9]{4})")


def period(dated: date | None, archived: date) -> tuple[int, int]:
    """(fiscal year, month) an item belongs to, the fiscal year being the calendar year (会计法 Art 11).

    Its own month while that year is open; a document of an earlier year, without a date or dated ahead belongs to the
    month it is archived in: a closed year takes nothing more, and the term then runs later, never too short.
    """
    if dated is None or dated.year != archived.year or dated > archived:
        return archived.year, archived.month
    return dated.year, dated.month


def class_no(fonds: str, form: str, year: int, term: str) -> str:
    """The part of the number before the volume, e.g. GD01-KJ·PZ·2026·D30; without fonds KJ·PZ·2026·D30."""
    return "-".join(part for part in (fonds, f"{ROOT}·{form}·{year:04d}·{term}") if part)


def place(month: int, nth: int) -> tuple[int, int]:
    """(案卷号, 件号) of the nth item of a month, n from 1: month 10 fills volume 0010, then 0110, 0210, …

    One volume never holds two months (8.4.2: volumes by period).
    """
    full, before = divmod(nth - 1, VOLUME_HOLDS)
    return full * 100 + month, before + 1


def counter(class_number: str, month: int) -> str:
    """The name under which a month's items are counted."""
    return f"{class_number}-{month:02d}"


def nth(volume: int, piece: int) -> tuple[int, int]:
    """(month, n) of a place: the other way round."""
    full, month = divmod(volume, 100)
    return month, full * VOLUME_HOLDS + piece


def parts(number: str) -> tuple[str, int, int] | None:
    """(类别号 with 全宗号, 案卷号, 件号) of a 档号; None when it isn't one of ours."""
    found = _NUMBER.fullmatch(number)
    return (found[1], int(found[2]), int(found[3])) if found else None


def archive_no(class_number: str, volume: int, piece: int) -> str:
    """The whole 档号."""
    return f"{class_number}-{volume:04d}-{piece:04d}"
