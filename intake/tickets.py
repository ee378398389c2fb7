"""Rail tickets and air itineraries from their printed form."""

from __future__ import annotations

import re
from decimal import Decimal

from archive.document import Kind
from archive.money import parse_amount
from intake.draft import Draft
from intake.fields import parse_date, parse_number
from intake.form import Form, joined, right_of
from intake.invoice import put_head, put_title
from intake.parties import put_parties
from intake.rows import GAP, Row, Span, span
from intake.sums import AT_LABEL

_FARE = re.compile(r"(票价|退票费|改签费|退补费):?" + GAP + r"?¥?" + GAP + r"?(-?\d[\d,]*\.\d{2})")
_DEPARTS = re.compile(r"(\d{4}年\d{1,2}月\d{1,2}日)(\d{1,2}:\d{2})开")
_TRAIN = re.compile(
    r"([一-龥]{1,12}?)站?" + GAP + r"?((?:[GDCZTKYLS]\d{1,4})|\d{4})" + GAP + r"?([一-龥]{1,12}?)站?" + f"(?:{GAP}|$)"
)
_SEAT = re.compile(r"(\d{1,2})车(无座|\d{1,3}[A-F]?)号?(?:[上中下]铺)?")
_CLASS = re.compile(r"商务座|特等座|一等座|二等座|[新]?空?调?(?:硬座|硬卧|软座|软卧)|动卧|高级软卧|无座")
_HOLDER = re.compile(r"(\d{4,14}\*{2,8}[\dX]{2,4})" + GAP + r"?([一-龥·]{2,20})?")
_TICKET = re.compile(r"电子客票号码?:?" + GAP + r"?([\d-]{10,21})")
_FLIGHT = re.compile(r"(?:^|" + GAP + r")([A-Z\d]{2}\d{3,4})(?:" + GAP + r"|$)")
_MONEY = re.compile(r"-?\d[\d,]*\.\d{2}")

#: Headings over the amounts of an itinerary → what they hold.
_ITINERARY = (
    ("fare", "票价"),
    ("fuel", "燃油附加费"),
    ("tax_rate", "增值税税率"),
    ("tax", "增值税税额"),
    ("fund", "民航发展基金"),
    ("other_taxes", "其他税费"),
    ("total", "合计"),
)


def read_rail(form: Form, source: str) -> Draft:
    """电子发票（铁路电子客票): the fare is the total; net and tax aren't printed."""
    draft = Draft(source, Kind.RAIL)
    put_head(draft, form)
    put_parties(draft, form, only="buyer")
    for row in form.rows:
        text = row.text
        if fare := _FARE.search(text):
            where = span(row, fare.start(2), fare.end(2))
            draft.put("total", parse_amount(fare[2]), where, AT_LABEL)
            draft.note("refund", "yes" if fare[1] == "退票费" else None)
        _journey(draft, row)
    put_title(draft, form)
    draft.kind = Kind.RAIL
    return draft


def _journey(draft: Draft, row: Row) -> None:
    flat = row.text.replace(GAP, "")
    if departs := _DEPARTS.search(flat):
        day = parse_date(departs[1])
        draft.note("travel_date", day.isoformat() if day else None)
        draft.note("departure_time", departs[2])
    if train := _TRAIN.search(row.text):
        draft.note("departure", train[1])
        draft.note("train", train[2])
        draft.note("destination", train[3])
    if seat := _SEAT.search(flat):
        draft.note("carriage", seat[1])
        draft.note("seat", seat[2])
    if grade := _CLASS.search(flat):
        draft.note("seat_class", grade[0])
    if holder := _HOLDER.search(row.text):
        draft.note("passenger", holder[2])
    if ticket := _TICKET.search(row.text):
        draft.note("ticket_number", ticket[1])
    if "原发票号码" in flat:
        draft.note("original_number", parse_number(flat.split("原发票号码", 1)[1]))


def read_air(form: Form, source: str) -> Draft:
    """航空运输电子客票行程单: net is fare and fuel surcharge; the development fund stands beside it."""
    draft = Draft(source, Kind.AIR)
    put_head(draft, form)
    put_parties(draft, form, only="buyer")
    for label in form.all("seller_name"):
        where = joined(right_of(form, label))
        draft.put("seller_name", where.kept if where else None, where, AT_LABEL)
    _amounts(draft, form)
    for row in form.rows:
        if flight := _FLIGHT.search(row.text):
            draft.note("flight", flight[1])
            day = parse_date(row.printed(0, len(row.text)))
            draft.note("travel_date", day.isoformat() if day else None)
        if ticket := _TICKET.search(row.text):
            draft.note("ticket_number", ticket[1])
    put_title(draft, form)
    draft.kind = Kind.AIR
    return draft


def _amounts(draft: Draft, form: Form) -> None:
    heads, below = _heading_row(form)
    if below is None:
        return
    amounts: dict[str, tuple[Decimal, Span]] = {}
    for match in _MONEY.finditer(below.text):
        where = span(below, match.start(), match.end())
        name = min(heads, key=lambda h: abs(heads[h] - where.box[2]))
        value = parse_amount(match[0])
        if value is not None:
            amounts.setdefault(name, (value, where))
    if "fare" in amounts:
        fare, where = amounts["fare"]
        fuel = amounts["fuel"][0] if "fuel" in amounts else Decimal(0)
        draft.put("amount_excl_tax", fare + fuel, where, AT_LABEL)
    for name in ("tax", "total"):
        if name in amounts:
            draft.put(name, amounts[name][0], amounts[name][1], AT_LABEL)
    for name in ("fare", "fuel", "fund", "other_taxes"):
        draft.note(name, str(amounts[name][0]) if name in amounts else None)


def _heading_row(form: Form) -> tuple[dict[str, float], Row | None]:
    """The row of amount headings (name → its right edge) and the first row with amounts under it."""
    for index, row in enumerate(form.rows):
        heads = {}
        for name, words in _ITINERARY:
            at = row.text.find(words)
            if at >= 0:
                heads[name] = row.box(at, at + len(words))[2]
        if len(heads) >= 4:
            under = next((r for r in form.rows[index + 1 : index + 4] if len(_MONEY.findall(r.text)) >= 2), None)
            return heads, under
    return {}, None
