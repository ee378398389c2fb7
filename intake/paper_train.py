"""Paper train tickets (蓝票, 红票): number, stations, train, day of travel, fare."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from archive.document import Kind
from intake.draft import Draft
from intake.fields import parse_date
from intake.printed import PrintedRow

_TRAIN = re.compile(r"(?<![A-Z0-9])([GDCZTKSYL]\d{1,4}|\d{4}次)(?![A-Z0-9])")
_DEPARTS = re.compile(r"(?:19|20)\d\d\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日")
_TIME = re.compile(r"\d{1,2}[::]\d\d(?=\s?开)")
_STATION = re.compile(r"([一-龥]{2,8})\s?站")
_FARE = re.compile(r"[¥$Y]\s?(\d{1,5}(?:\.\d{1,2})?)\s?元?|(\d{1,5}\.\d)\s?元")
_NUMBER = re.compile(r"(?<![A-Z0-9])([A-Z]\d{6}|\d{2,3}[A-Z]\d{6}|[A-Z]\d{2}[A-Z]\d{6})(?!\d)")
_SEAT = re.compile(r"\d{1,2}\s?车\s?(?:无座|\d{1,3}[A-F]?\s?号?(?:[上中下]铺)?)")
_CLASS = re.compile(r"商务座|特等座|一等座|二等座|硬座|硬卧|软卧|软座|动卧|无座")
#: These and a date and a fare must be there, so that no other paper is taken for a ticket.
_TELLS = (_TRAIN, _SEAT, _CLASS, _STATION, re.compile(r"限乘当日|检票|仅供报销|报销凭证|铁路|买票请到"))

AT_LABEL, NEAR = 0.95, 0.85


def read_train(rows: Sequence[PrintedRow]) -> Draft | None:
    """The ticket these rows print, or None. Its date is the day of travel: no other is printed (国税 2019年39号)."""
    text = "\n".join(row.text for row in rows)
    if not (_DEPARTS.search(text) and _FARE.search(text) and sum(bool(t.search(text)) for t in _TELLS) >= 3):
        return None
    draft = Draft("ocr", Kind.RAIL, text=text)
    for row in rows:
        _journey(draft, row)
        if match := _FARE.search(row.text):
            draft.put("total", Decimal(match[1] or match[2]), row.where(match.start(), match.end()), AT_LABEL)
        if match := _NUMBER.search(row.text):
            draft.put("number", match[1], row.where(match.start(), match.end()), NEAR)
    draft.put("type", "火车票", sure=NEAR)
    return draft


def _journey(draft: Draft, row: PrintedRow) -> None:
    """Stations from left to right are from and to; the rest is said once."""
    if match := _DEPARTS.search(row.text):
        day = parse_date(match[0])
        draft.put("date", day, row.where(match.start(), match.end()), NEAR)
        draft.note("travel_date", day.isoformat() if day else None)
        departs = _TIME.search(row.text)
        draft.note("departure_time", departs[0] if departs else None)
    for match in _STATION.finditer(row.text):
        draft.note("destination" if "departure" in draft.extra else "departure", match[1])
    for name, pattern in (("train", _TRAIN), ("seat", _SEAT), ("seat_class", _CLASS)):
        if found := pattern.search(row.text):
            draft.note(name, found[0].replace(" ", "").removesuffix("次"))
