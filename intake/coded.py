"""What a QR code adds to a document that was read from its face, and corrects in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from archive.document import Document, Kind
from archive.finding import Finding
from archive.words import same
from intake import codes
from intake.doubts import DISAGREE, SOURCE_NAMES, doubt
from intake.qr import Mark, Payload, parse
from intake.reading import Found, Place

#: Type codes of the tax bureau → kind; what the face says about a toll or fuel invoice is finer and stays.
_KINDS = {"51": Kind.RAIL, "61": Kind.AIR, "01": Kind.VAT, "04": Kind.VAT, "08": Kind.VAT, "10": Kind.VAT}
#: The kinds that bear a code with their facts.
CODED = frozenset({Kind.EINVOICE, Kind.VAT, Kind.TOLL, Kind.RAIL, Kind.AIR, Kind.FISCAL})
#: A title read less surely than this from a picture gives way to the one the code means.
_CLEAR = 0.95
_AMOUNTS = ("total", "amount_excl_tax")
_VAGUE = (Kind.OTHER, Kind.FOREIGN)
#: Type codes → title; of the older ones the region comes from the invoice code.
_TITLES = {
    "31": "电子发票（增值税专用发票）",
    "32": "电子发票（普通发票）",
    "51": "电子发票（铁路电子客票）",
    "61": "电子发票（航空运输电子客票行程单）",
}
_SORTS = {"01": "增值税专用发票", "04": "增值税普通发票", "08": "增值税电子专用发票", "10": "增值税电子普通发票"}


def with_code(found: Found | None, payload: Payload, place: Place) -> Found:
    """The document with its QR code's facts, which are believed over what was read; differences become warnings."""
    found = found or Found(Document(), pages=(place.page, place.page))
    document = found.document
    values: dict[str, Any] = {"kind": _kind(document.kind, payload)}
    source, confidence, places = dict(found.source), dict(found.confidence), dict(found.places)
    warnings: list[Finding] = list(found.warnings)
    for name, value in _facts(document, payload).items():
        read = getattr(document, name)
        if read is not None and read != value and name != "check_code":
            warnings.append(_told(name, value, "qr", read, found.source.get(name, "ocr")))
        if read != value:
            places[name] = place
        values[name], source[name], confidence[name] = value, "qr", 1.0
    title = _title(payload)
    if title and source.get("type", "ocr") == "ocr" and confidence.get("type", 0.0) < _CLEAR:
        values["type"], source["type"], confidence["type"] = title, "qr", _CLEAR
    return replace(
        found,
        document=replace(document, **values),
        source=source,
        confidence=confidence,
        places=places,
        warnings=tuple(warnings),
    )


def with_codes(found: Found, marks: Iterable[Mark], page: int, alone: bool) -> Found:
    """Compared with the first code that is its own: any, where it is alone on its page, else that of its number."""
    for mark in marks:
        payload = parse(mark.text)
        if payload and (alone or payload.number == found.document.number):
            return compared(found, payload, Place(page, mark.box))
    return found


def compared(found: Found, payload: Payload, place: Place) -> Found:
    """The document as its text prints it, with what only the QR code says, and a warning where the two differ.

    An amount agrees with the code when it is the total or the net: makers don't all mean the same by it.
    """
    document = found.document
    values: dict[str, Any] = {}
    source, confidence, places = dict(found.source), dict(found.confidence), dict(found.places)
    warnings: list[Finding] = list(found.warnings)
    for name, value in _facts(document, payload).items():
        read = getattr(document, name)
        if read is None:
            values[name], source[name], confidence[name], places[name] = value, "qr", 1.0, place
        elif not (read == value or name == "check_code" or (name in _AMOUNTS and _is_amount(document, value))):
            warnings.append(_told(name, read, source.get(name, "text"), value, "qr"))
    document = replace(document, **values)
    return replace(
        found, document=document, source=source, confidence=confidence, places=places, warnings=tuple(warnings)
    )


def _is_amount(document: Document, value: Decimal) -> bool:
    return value in (document.total, document.amount_excl_tax)


def with_own_number(found: Found) -> Found:
    """Without a number that can't be its own: beside an invoice code stand eight digits, twenty are the 校验码."""
    document = found.document
    if found.source.get("number") != "ocr" or not document.code or len(document.number or "") != 20:
        return found
    rest = [{k: v for k, v in kept.items() if k != "number"} for kept in (found.source, found.confidence, found.places)]
    source, confidence, places = rest
    document = replace(document, number=None)
    return replace(found, document=document, source=source, confidence=confidence, places=places)  # type: ignore[arg-type]


def with_title(found: Found) -> Found:
    """Without a QR code: a title read unsurely gives way to the one that the invoice code itself stands for."""
    document = found.document
    title = codes.title(document.code) if document.code and document.kind is Kind.VAT else None
    unsure = found.source.get("type", "ocr") == "ocr" and found.confidence.get("type", 0.0) < _CLEAR
    if title is None or not unsure or title == document.type:
        return found
    return replace(
        found,
        document=replace(document, type=title),
        source={**found.source, "type": "ocr"},
        confidence={**found.confidence, "type": _CLEAR},
    )


def _kind(kind: Kind, payload: Payload) -> Kind:
    if kind not in _VAGUE:
        return kind
    if payload.maker == "fiscal":
        return Kind.FISCAL
    if payload.maker == "shenzhen":
        return Kind.VAT
    return _KINDS.get(payload.type_code, Kind.EINVOICE if payload.number and len(payload.number) == 20 else Kind.VAT)


def _title(payload: Payload) -> str | None:
    """The title that the type code stands for."""
    if payload.type_code in _TITLES:
        return _TITLES[payload.type_code]
    where = codes.region(payload.code) if payload.code else None
    sort = _SORTS.get(payload.type_code)
    return f"{where}{sort}" if where and sort else None


def _facts(document: Document, payload: Payload) -> dict[str, Any]:
    """The fields the code states. A net amount that is the printed total is not forced on a consistent document."""
    facts: dict[str, Any] = {"number": payload.number, "code": payload.code, "date": payload.date}
    facts["check_code"] = payload.check_code
    if payload.amount is not None and payload.amount_of:
        amount = payload.amount.quantize(Decimal("0.01"))
        adds_up = document.total == (document.amount_excl_tax or 0) + (document.tax or 0)
        if not (payload.amount_of == "amount_excl_tax" and adds_up and amount == document.total):
            facts[payload.amount_of] = amount
    return {name: value for name, value in facts.items() if value is not None}


def _told(name: str, one: Any, one_source: str, other: Any, other_source: str) -> Finding:
    sources = {"one_source": SOURCE_NAMES[one_source], "other_source": SOURCE_NAMES[other_source]}
    return doubt(DISAGREE, name, one=same(str(one)), other=same(str(other)), **sources)
