"""The same document in another carrier: what its reading adds to the item, and where the two disagree.

Structured data is believed before text, text before a picture. While the sender is still asked, what is believed more
fills in or replaces what was read before; once the item lies before somebody its values stay, and the other reading is
only compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from archive.document import FIELD_NAMES, Document
from archive.finding import Finding, Level
from archive.item import Item, ItemState
from archive.words import Text

#: From the one believed most; what a person gave stands above all.
TRUST = ("person", "xml", "attachment", "custom_tag", "custom_data", "text", "qr", "ocr")
_COMPARED = (
    "number", "code", "date", "seller_name", "seller_tax_id", "buyer_name", "buyer_tax_id", "amount_excl_tax", "tax",
    "total",
)  # fmt: skip
CODE = "disagree"


@dataclass(frozen=True, slots=True)
class Another:
    """What was read from the other carrier."""

    document: Document
    source: Mapping[str, str]
    confidence: Mapping[str, float]
    carrier: str


def joined(item: Item, other: Another) -> Item:
    """The item with what the other carrier adds; each disagreement is a finding that names both values."""
    values: dict[str, Any] = {}
    source, confidence = dict(item.source), dict(item.confidence)
    findings = [f for f in item.findings if f.code != CODE]
    for name in _COMPARED:
        stands, read = getattr(item.document, name), getattr(other.document, name)
        if read is None or _alike(stands, read):
            if read is not None and item.state is ItemState.DOUBTFUL:  # two carriers say the same
                confidence[name] = max(confidence.get(name, 0.0), other.confidence.get(name, 1.0))
            continue
        if item.state is ItemState.DOUBTFUL and (stands is None or _believed(other, item, name)):
            values[name] = read
            source[name] = other.source.get(name, other.carrier)
            confidence[name] = other.confidence.get(name, 1.0)
        if stands is not None:
            findings.append(_disagreement(name, stands, read, other.carrier))
    document = replace(item.document, **values)
    if item.state is ItemState.DOUBTFUL and other.document.lines and not document.lines:
        document = replace(document, lines=other.document.lines)
    places = {name: place for name, place in item.places.items() if name not in values}  # they are of the first file
    return replace(
        item, document=document, source=source, confidence=confidence, places=places, findings=tuple(findings)
    )


def _believed(other: Another, item: Item, name: str) -> bool:
    return _rank(other.source.get(name, "")) < _rank(item.source.get(name, ""))


def _rank(source: str) -> int:
    return TRUST.index(source) if source in TRUST else len(TRUST)


def _alike(one: object, two: object) -> bool:
    if isinstance(one, str) and isinstance(two, str):
        return _plain(one) == _plain(two)
    return one == two


def _plain(words: str) -> str:
    return "".join(words.replace("（", "(").replace("）", ")").split())


def _disagreement(name: str, stands: object, read: object, carrier: str) -> Finding:
    label = FIELD_NAMES[name]
    return Finding(
        CODE,
        Level.WARN,
        Text(
            f"{label.zh}：先收到的是 {stands}，{carrier.upper()} 版式是 {read}",
            f"{label.en}: {stands} first, {read} in the {carrier.upper()} rendition",
        ),
        name,
        {"stands": str(stands), "read": str(read), "carrier": carrier},
    )


def carriers(item: Item) -> Sequence[str]:
    """How the document is kept, each carrier once, in the order they came."""
    return tuple(dict.fromkeys(each.upper() for each in (item.carrier, *(r.carrier for r in item.renditions)) if each))
