"""A document among others of its company: the same number, numbers in a row, a red one and the blue one it reverses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from archive.document import Document
from archive.finding import Finding, Level
from archive.item import Item
from archive.money import thousands
from archive.words import Text

#: Findings of this room, for whoever makes them afresh.
CODES = frozenset({"same_number", "consecutive", "red_pair", "red_partial", "red_without_blue"})
REVERSED = "reversed"
_NEAR = 2


def numbers(document: Document) -> tuple[str, ...]:
    """The numbers to be looked for: its own, those next to it, and the blue one it names."""
    found = [document.number, *_neighbours(document.number), document.blue_number]
    return tuple(dict.fromkeys(number for number in found if number))


def run(document: Document, others: Sequence[Item]) -> tuple[Finding, ...]:
    """`others`: live items of the company with one of these numbers, the document's own item not among them."""
    return tuple(_all(document, others))


def _all(document: Document, others: Sequence[Item]) -> Iterator[Finding]:
    near = set(_neighbours(document.number))
    row = [other for other in others if other.document.number in near and _same_seller(document, other.document)]
    if row:
        named = [f"{other.document.number}（{other.id}）" for other in row]
        yield Finding(
            "consecutive",
            Level.WARN,
            Text(f"同一销售方的连号发票：{'、'.join(named)}", f"Numbers in a row from one seller: {', '.join(named)}"),
            "number",
            {"items": " ".join(other.id for other in row)},
        )
    for other in others:
        if document.number and other.document.number == document.number and other.document.code == document.code:
            yield Finding(
                "same_number",
                Level.WARN,
                Text(
                    f"号码相同的单据已有 {other.id}，金额或销售方读得不同，请核对是否重复",
                    f"{other.id} has the same number with another amount or seller; please check for a duplicate",
                ),
                "number",
                {"item": other.id},
            )
    if document.is_red:
        yield _red(document, next((o for o in others if o.document.number == document.blue_number), None))


def _red(red: Document, blue: Item | None) -> Finding:
    """A red-letter document with the blue one it reverses, if that one is in the archive."""
    if blue is None or not red.blue_number:
        named = red.blue_number or "?"
        text = Text(
            f"红字发票：原蓝字发票 {named} 不在档案中", f"Red invoice: its blue invoice {named} is not in the archive"
        )
        return Finding("red_without_blue", Level.WARN, text, "number", {"blue": named})
    net = _net(red, blue.document)
    whole = net == 0
    shown = thousands(net)
    text = Text(
        f"红字发票：冲销 {blue.id}（{red.blue_number}），{'' if whole else '部分冲销，'}净额 {shown}",
        f"Red invoice: reverses {blue.id} ({red.blue_number}){'' if whole else ' in part'}, net {shown}",
    )
    facts = {"blue": blue.id, "net": f"{net:.2f}"}
    return Finding("red_pair" if whole else "red_partial", Level.NOTE if whole else Level.WARN, text, "number", facts)


def reversed_by(red: Item, blue: Item) -> Finding:
    """What the blue item is told once the red one is archived."""
    net = thousands(_net(red.document, blue.document))
    text = Text(f"已被红字发票 {red.id} 冲销，净额 {net}", f"Reversed by the red invoice {red.id}, net {net}")
    return Finding(REVERSED, Level.WARN, text, "total", {"red": red.id, "net": net})


def _net(red: Document, blue: Document) -> Decimal:
    return (red.total or Decimal(0)) + (blue.total or Decimal(0))


def _neighbours(number: str | None) -> tuple[str, ...]:
    if not number or not number.isascii() or not number.isdecimal():
        return ()
    near = [int(number) + step for step in range(-_NEAR, _NEAR + 1) if step]
    return tuple(f"{each:0{len(number)}}" for each in near if each > 0 and len(f"{each:0{len(number)}}") == len(number))


def _same_seller(one: Document, two: Document) -> bool:
    if one.seller_tax_id and two.seller_tax_id:
        return one.seller_tax_id == two.seller_tax_id
    return bool(one.seller_name) and one.seller_name == two.seller_name
