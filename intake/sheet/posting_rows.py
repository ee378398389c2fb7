"""Rows of an accounting system's log → postings: who did what to which voucher, and when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from archive.finding import Level
from archive.posting import Posting
from archive.words import Text
from intake.sheet import values
from intake.sheet.rows import Notes, Row

#: 2025-01 记-1, 2025年1月 记字第1号, 记-0001, 1
_REF = re.compile(
    r"(?:(?P<y>(?:19|20)\d\d)\s*[-./年]?\s*(?P<m>\d{1,2})\s*[月期]?[\s,，/-]*)?"
    r"(?P<word>[^\d\s\-—－字第]{0,6})\s*字?\s*[-—－]?\s*第?\s*(?P<n>\d{1,9})\s*号?"
)


def postings(rows: Sequence[Row], notes: Notes) -> tuple[Posting, ...]:
    """One a row that is about a voucher; signing in, printing and the like are counted and left out."""
    found: list[Posting] = []
    others = 0
    for row in rows:
        if row.is_total:
            continue
        if not (row.words("voucher") or row.words("number")):
            others += 1
            continue
        on = row.day("time") if row.words("time") and not row.words("date") else row.day("date")
        if on is None:
            continue
        ref = _ref(row, on)
        if not ref:
            others += 1
            continue
        clock = values.clock(row.raw("time")) or values.clock(row.raw("date"))
        found.append(Posting(on, clock, row.words("who"), row.words("action"), ref, row.at))
    if others:
        why = Text(
            f"{others} 行不是对凭证的操作，没有导入", f"{others} rows are about no voucher and were not imported"
        )
        notes.add("no_voucher_rows", 0, why, Level.NOTE)
    return tuple(found)


def _ref(row: Row, on: date) -> str:
    """The voucher's name as the books have it; its month is the row's own, else that of the day of the action."""
    match = _REF.fullmatch(row.words("voucher") or row.words("number"))
    if not match:
        return ""
    month = _month(row, on)
    if match["y"]:
        month = (int(match["y"]), int(match["m"]))
    word = match["word"] or row.words("word").rstrip("字") or "记"
    return f"{month[0]:04}-{month[1]:02} {word}-{int(match['n'])}" if 1 <= month[1] <= 12 else ""


def _month(row: Row, on: date) -> tuple[int, int]:
    try:
        told = values.month(row.raw("period")) if row.words("period") else None
    except values.Unreadable:
        told = None
    return (told[0] or on.year, told[1]) if told else (on.year, on.month)
