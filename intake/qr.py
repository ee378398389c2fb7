"""QR codes on invoices: find them in a picture, and read what their text says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from archive.money import parse_amount
from intake.fields import parse_date

#: First two fields of the tax bureau's text → what the amount means.
_WITH_TAX = {"31", "32", "51", "61", "81", "82", "83", "84", "85", "86", "87", "88"}
#: Of the page's width and height: a code is larger than a dot and smaller than a scan.
_LEAST, _MOST = 0.02, 0.4
_SQUARE = 0.2  # how far its sides may differ
CODE_PIXELS = 4_000_000  # larger pictures are no codes
LOOKED_AT = 6  # square pictures on one page
_LONGEST = 0xFFFF  # pixels of a side, as far as zxing goes
_TOKENS = re.compile(r"[,，]")


@dataclass(frozen=True, slots=True)
class Mark:
    """One QR code in a picture: its text, its box (left, top, right, bottom as fractions of the picture), its turn."""

    text: str
    box: tuple[float, float, float, float]
    turn: int = 0  # degrees clockwise the code (and so the paper) is turned from upright


@dataclass(frozen=True, slots=True)
class Payload:
    """What an invoice's QR code says. Absent facts are None; `amount_of` tells which amount is meant."""

    maker: Literal["tax", "fiscal", "shenzhen"]
    type_code: str = ""  # 01 专票, 04 普票, 10 电子普票, 08 电子专票, 31/32 数电专/普票 …
    code: str | None = None
    number: str | None = None
    date: date | None = None
    amount: Decimal | None = None
    amount_of: Literal["total", "amount_excl_tax"] | None = None
    check_code: str | None = None


def is_shaped(wide: float, high: float, across: float, down: float) -> bool:
    """Whether a picture on a page, measured as the page is, has the shape and size of a code."""
    square = abs(wide - high) < _SQUARE * high
    return square and _LEAST * across < wide < _MOST * across and _LEAST * down < high < _MOST * down


def decode(image: Any) -> tuple[Mark, ...]:
    """All QR codes in a PIL image or numpy array (grey or RGB), at any turn."""
    import zxingcpp  # lazily: text readers never need it

    height, width = image.shape[:2] if hasattr(image, "shape") else (image.height, image.width)
    if max(height, width) > _LONGEST or not min(height, width):
        return ()
    marks = []
    for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)):
        corners = found.position
        points = (corners.top_left, corners.top_right, corners.bottom_right, corners.bottom_left)
        xs, ys = [p.x / width for p in points], [p.y / height for p in points]
        marks.append(Mark(found.text, (min(xs), min(ys), max(xs), max(ys)), found.orientation))
    return tuple(marks)


def parse(text: str) -> Payload | None:
    """The facts in a QR text; None for plain links and foreign codes."""
    plain = text.replace("\x00", "").strip()
    if plain.lower().startswith(("http://", "https://")):
        return _from_link(plain)
    parts = [p.strip() for p in _TOKENS.split(plain)]
    if plain.startswith("CZ-EI") and len(parts) >= 7:
        return Payload(
            "fiscal",
            "",
            parts[2] or None,
            parts[3] or None,
            parse_date(parts[5]),
            parse_amount(parts[6]),
            "total",
            parts[4],
        )
    if parts[0] == "01" and len(parts) >= 6 and re.fullmatch(r"\d{2}", parts[1]):
        return _from_tax_bureau(parts)
    return None


def _from_tax_bureau(parts: list[str]) -> Payload:
    """`01,type,code,number,amount,yyyymmdd,check code,CRC`; 数电 types carry the total, older ones the net amount."""
    kind, code, number, amount, day = parts[1:6]
    return Payload(
        maker="tax",
        type_code=kind,
        code=code or None,
        number=number or None,
        date=parse_date(day),
        amount=parse_amount(amount) if amount else None,
        amount_of="total" if kind in _WITH_TAX or len(number) == 20 else "amount_excl_tax",
        check_code=(parts[6] if len(parts) > 6 and len(parts[6]) == 20 else None),
    )


def _from_link(link: str) -> Payload | None:
    """Shenzhen's blockchain invoices: a link with the number, and the total in fen."""
    try:
        facts = {k: v[0] for k, v in parse_qs(urlsplit(link).query).items()}
    except ValueError:
        return None
    number, fen = facts.get("bill_num", ""), facts.get("total_amount", "")
    if not re.fullmatch(r"\d{8,20}", number):
        return None
    amount = Decimal(fen) / 100 if re.fullmatch(r"-?\d{1,14}", fen) else None
    return Payload("shenzhen", "", None, number, None, amount, "total" if amount is not None else None)
