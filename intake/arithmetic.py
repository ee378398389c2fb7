"""What a document's own arithmetic supplies, confirms and contradicts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from archive import taxid
from archive.document import Document, Kind
from archive.money import from_capitals, parse_amount
from intake.reading import Found, Place

#: Kinds whose face has net amount, tax and total.
TAXED = (Kind.EINVOICE, Kind.VAT, Kind.TOLL)
_IDS = ("seller_tax_id", "buyer_tax_id")
#: What one field proves of another; what both engines or both spellings dispute (below archive.checks.SURE).
_PROVEN, DISPUTED = 0.99, 0.75
#: One character several times over: recognition that joins equal neighbours (CTC) can't count them.
_RUN = re.compile(r"(\S)\1{3}")
#: A name read less surely than this, after the second look too, has a character of which neither engine was sure: a
#: score is the mean over a line; one character of fifteen read wrong leaves it above 0.99 (of which names get 0.97).
_LEGIBLE = 0.965
#: The same for figures, of which there are but ten; and a check character (one of 31) proves nothing below it.
_CLEAR = 0.93
#: Amounts that are sums of what was read.
_SUMMED = 0.9


def proven(document: Document) -> frozenset[str]:
    """Fields that other fields confirm: the sum, the amount in words, a tax id's check character."""
    sure: set[str] = set()
    if _adds_up(document):
        sure |= {"amount_excl_tax", "tax", "total"}
    if _said_in_words(document):
        sure.add("total")
    for name in _IDS:
        value: str | None = getattr(document, name)
        if value and taxid.verdict(value) == "right":
            sure.add(name)
    return frozenset(sure)


def _adds_up(document: Document) -> bool:
    """Three figures that fit; without a tax the total may have been taken for the net amount."""
    net, tax = document.amount_excl_tax, document.tax or Decimal(0)
    return net is not None and bool(tax) and document.total == net + tax and _can_be_tax(tax, net)


def _said_in_words(document: Document) -> bool:
    total = document.total
    return bool(document.capitals) and total is not None and _in_words(document.capitals or "") == abs(total)


def _can_be_tax(tax: Decimal, net: Decimal) -> bool:
    """No rate was ever above 17 % (before 2018); a larger share is a figure from another column. Lines round up."""
    return tax * net >= 0 and abs(tax) <= abs(net) * Decimal("0.17") + Decimal("0.05") and net != 0


def _in_words(capitals: str) -> Decimal | None:
    try:
        return abs(from_capitals(capitals))
    except ValueError:
        return None


def settled(found: Found) -> Found:
    """The same document with what its own arithmetic supplies, and the confidence that it gives or takes."""
    found = _without_nonsense(found)
    worded = _in_figures(found)
    whole = _summed(_by_lines(worded))
    sure = proven(whole.document)
    if worded is not found and not _adds_up(worded.document):
        sure -= {"total", "amount_excl_tax", "tax"}  # the words can't prove themselves
    sure -= {n for n in _IDS if whole.source.get(n) == "ocr" and whole.confidence.get(n, 0.0) < _CLEAR}
    confidence = {n: max(c, _PROVEN) if n in sure else c for n, c in whole.confidence.items()}
    total, capitals = whole.document.total, whole.document.capitals
    contradicted = capitals is not None and total is not None and _in_words(capitals) not in (None, abs(total))
    if contradicted and whole.source.get("total") == "ocr":
        confidence["total"] = min(confidence.get("total", 0.0), DISPUTED)
    # Where one party is lost, what was read may well be a right number, but of the other one.
    lost = whole.document.kind in TAXED and None in (whole.document.seller_name, whole.document.buyer_name)
    for name in ("seller_name", "buyer_name", *_IDS):
        doubtful = lost or (name not in sure and _is_doubtful(name, whole, confidence))
        if whole.source.get(name) == "ocr" and doubtful:
            confidence[name] = min(confidence.get(name, 0.0), DISPUTED)
    for name in ("number", "code", "date", "total", "amount_excl_tax", "tax"):
        if whole.source.get(name) == "ocr" and name not in sure and confidence.get(name, 1.0) < _CLEAR:
            confidence[name] = min(confidence[name], DISPUTED)
    return replace(whole, confidence=confidence)


def _is_doubtful(name: str, found: Found, confidence: Mapping[str, float]) -> bool:
    """Whether recognised words that nothing else on the page proves may be wrong by a character."""
    if name.endswith("tax_id"):
        return True  # its check character is what proves it
    return confidence.get(name, 0.0) < _LEGIBLE or bool(_RUN.search(getattr(found.document, name) or ""))


def _without_nonsense(found: Found) -> Found:
    """Without a net amount and tax that no rate allows: they were taken from other columns."""
    net, tax = found.document.amount_excl_tax, found.document.tax
    if found.document.kind not in TAXED or net is None or tax is None or _can_be_tax(tax, net):
        return found
    for name in ("tax", "amount_excl_tax"):
        if found.source.get(name) == "ocr":
            found = _with(found, name, None, 0.0, None)
    return found


def _in_figures(found: Found) -> Found:
    """The total by its words, where its figures weren't read, or less clearly, or the sum backs the words."""
    document = found.document
    words = _in_words(document.capitals) if document.capitals else None
    if words is None or found.source.get("total", "ocr") != "ocr":
        return found
    net = document.amount_excl_tax
    goods, goods_tax = _goods(document)
    total = -words if "负" in (document.capitals or "") or (net or 0) < 0 else words
    backed = (net is not None and total in (net, net + (document.tax or 0))) or total == goods + goods_tax != 0
    clearer = found.confidence.get("capitals", 0.0) > found.confidence.get("total", 0.0)
    if document.total is not None and (document.total == total or not (backed or clearer)):
        return found
    sure = found.confidence.get("capitals", 0.0) if document.total is None else DISPUTED
    return _with(found, "total", total, sure, found.places.get("capitals"))


def _goods(document: Document) -> tuple[Decimal, Decimal]:
    """The goods' amounts and taxes, summed."""
    return (
        sum((parse_amount(line.amount) or Decimal(0) for line in document.lines), Decimal(0)),
        sum((parse_amount(line.tax) or Decimal(0) for line in document.lines), Decimal(0)),
    )


def _by_lines(found: Found) -> Found:
    """Net amount and tax as the goods' own sums, where their row wasn't read and both together make the total."""
    document = found.document
    if document.kind not in TAXED or not document.lines or None not in (document.amount_excl_tax, document.tax):
        return found
    net, tax = _goods(document)
    if not tax or net + tax != document.total or not _can_be_tax(tax, net):
        return found
    for name, value in (("amount_excl_tax", net), ("tax", tax)):
        if getattr(document, name) is None:
            found = _with(found, name, value, _SUMMED, None)
    return found


def _summed(found: Found) -> Found:
    """The tax that 合计 + 税额 = 价税合计 leaves, where it wasn't read or can't be right and the rest is certain."""
    document = found.document
    net, tax, total = document.amount_excl_tax, document.tax, document.total
    if net is None or total is None or (tax is not None and total == net + tax):
        return found
    certain = document.kind in TAXED and _said_in_words(document)
    if certain and _can_be_tax(total - net, net):
        return _with(found, "tax", total - net, DISPUTED, None)
    doubts = {name: DISPUTED for name in ("amount_excl_tax", "tax") if found.source.get(name) == "ocr"}
    return replace(found, confidence={**found.confidence, **doubts}) if certain else found


def _with(found: Found, name: str, value: Decimal | None, sure: float, place: Place | None) -> Found:
    """The document with one amount replaced, or, for None, taken out."""
    rest = [{k: v for k, v in kept.items() if k != name} for kept in (found.source, found.confidence, found.places)]
    source, confidence, places = rest
    if value is not None:
        source, confidence = {**source, name: "ocr"}, {**confidence, name: sure}
        places = {**places, name: place} if place else places
    cents = None if value is None else value.quantize(Decimal("0.01"))
    document = replace(found.document, **{name: cents})  # type: ignore[arg-type]
    return replace(found, document=document, source=source, confidence=confidence, places=places)  # type: ignore[arg-type]
