"""Read again, with the careful engine, only what the quick one left in doubt; say how sure both are together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from archive import taxid
from archive.document import Document, Kind
from archive.money import from_capitals
from intake.fields import squeeze
from intake.ocr import Ocr, OcrLine, Pixels, Quad, cut
from intake.reading import Found, Place
from intake.rows import Word

#: What an approver looks at first; the rest of a document is taken as the quick engine read it.
WANTED = (
    "number", "code", "date", "total", "amount_excl_tax", "tax",
    "seller_name", "seller_tax_id", "buyer_name", "buyer_tax_id",
)  # fmt: skip
#: Kinds whose face has net amount, tax and total.
_TAXED = (Kind.EINVOICE, Kind.VAT, Kind.TOLL)
#: A value read at least this surely needs no second look.
_CLEAR = 0.96
#: When a field is missing altogether, these unsure lines may hold it or its label.
_UNSURE = 0.97
_MOST = 24
#: An amount whose end was cut off by the finder: ¥274.
_CLIPPED = re.compile(r"[¥￥]-?\d[\d,]*(?:\.\d?)?")
#: Two engines that differ: the careful one is taken, but the sender is asked (see archive.checks.SURE).
_DISPUTED = 0.75
_PROVEN = 0.99


def proven(document: Document) -> frozenset[str]:
    """Fields that other fields confirm: the sum, the amount in words, a tax id's check character."""
    sure: set[str] = set()
    net, tax, total = document.amount_excl_tax, document.tax, document.total
    if net is not None and total == net + (tax or 0) and _can_be_tax(tax or Decimal(0), net):
        sure |= {"amount_excl_tax", "tax", "total"}
    if _said_in_words(document):
        sure.add("total")
    for name in ("seller_tax_id", "buyer_tax_id"):
        value: str | None = getattr(document, name)
        if value and taxid.verdict(value) == "right":
            sure.add(name)
    return frozenset(sure)


def _said_in_words(document: Document) -> bool:
    total = document.total
    return bool(document.capitals) and total is not None and _in_words(document.capitals or "") == abs(total)


def _can_be_tax(tax: Decimal, net: Decimal) -> bool:
    """No rate was ever above 17 % (before 2018); a larger share is a figure from another column."""
    return tax * net >= 0 and abs(tax) <= abs(net) * Decimal("0.1705") and net != 0


def _in_words(capitals: str) -> Decimal | None:
    try:
        return abs(from_capitals(capitals))
    except ValueError:
        return None


def settled(found: Found) -> Found:
    """The same document with what its own arithmetic supplies, and the confidence that it gives or takes."""
    found = _summed(_in_figures(_without_nonsense(found)))
    confidence = dict(found.confidence)
    for name in proven(found.document):
        if name in confidence:
            confidence[name] = max(confidence[name], _PROVEN)
    total, capitals = found.document.total, found.document.capitals
    contradicted = capitals is not None and total is not None and _in_words(capitals) not in (None, abs(total))
    if contradicted and found.source.get("total") == "ocr":
        confidence["total"] = min(confidence.get("total", 0.0), _DISPUTED)
    return replace(found, confidence=confidence)


def _without_nonsense(found: Found) -> Found:
    """Without a net amount and tax that no rate allows: they were taken from other columns."""
    net, tax = found.document.amount_excl_tax, found.document.tax
    if found.document.kind not in _TAXED or net is None or tax is None or _can_be_tax(tax, net):
        return found
    for name in ("tax", "amount_excl_tax"):
        if found.source.get(name) == "ocr":
            found = _with(found, name, None, 0.0, None)
    return found


def _in_figures(found: Found) -> Found:
    """The total by its words, where the figures weren't read or where the rest of the sum takes the words' side."""
    document = found.document
    words = _in_words(document.capitals) if document.capitals else None
    if words is None or found.source.get("total", "ocr") != "ocr":
        return found
    net = document.amount_excl_tax
    total = -words if "负" in (document.capitals or "") or (net or 0) < 0 else words
    backed = net is not None and total in (net, net + (document.tax or 0))
    if document.total is not None and (document.total == total or not backed):
        return found
    sure = found.confidence.get("capitals", 0.0) if document.total is None else _DISPUTED
    return _with(found, "total", total, sure, found.places.get("capitals"))


def _summed(found: Found) -> Found:
    """The tax that 合计 + 税额 = 价税合计 leaves, where it wasn't read or can't be right and the rest is certain."""
    document = found.document
    net, tax, total = document.amount_excl_tax, document.tax, document.total
    if net is None or total is None or (tax is not None and total == net + tax):
        return found
    certain = document.kind in _TAXED and _said_in_words(document)
    if certain and _can_be_tax(total - net, net):
        return _with(found, "tax", total - net, _DISPUTED, None)
    doubts = {name: _DISPUTED for name in ("amount_excl_tax", "tax") if found.source.get(name) == "ocr"}
    return replace(found, confidence={**found.confidence, **doubts}) if certain else found


def _with(found: Found, name: str, value: Decimal | None, sure: float, place: Place | None) -> Found:
    """The document with one amount replaced, or, for None, taken out."""
    rest = [{k: v for k, v in kept.items() if k != name} for kept in (found.source, found.confidence, found.places)]
    source, confidence, places = rest
    if value is not None:
        source, confidence = {**source, name: "ocr"}, {**confidence, name: sure}
        places = {**places, name: place} if place else places
    document = replace(found.document, **{name: value})  # type: ignore[arg-type]
    return replace(found, document=document, source=source, confidence=confidence, places=places)  # type: ignore[arg-type]


def doubtful(found: Found | None, words: Sequence[Word]) -> tuple[int, ...]:
    """Which words deserve a second look: those of unproven fields, and unsure ones where a field is missing."""
    if found is None:
        return ()
    sure = proven(found.document)
    picked: set[int] = set()
    for name in WANTED:
        if found.source.get(name) == "ocr" and name not in sure and found.confidence.get(name, 0.0) < _CLEAR:
            picked |= set(under(found.places.get(name), words))
    picked |= {i for i, word in enumerate(words) if _CLIPPED.fullmatch(word.text)}
    if missing(found.document):
        unsure = sorted((w.score, i) for i, w in enumerate(words) if w.score < _UNSURE and i not in picked)
        picked |= {i for _, i in unsure[: max(0, _MOST - len(picked))]}
    return tuple(sorted(picked))


def missing(document: Document) -> tuple[str, ...]:
    """The fields that a document of this kind prints but that weren't read: the reader's fault, not the paper's."""
    expected: tuple[str, ...] = ("total",) if document.kind is Kind.QUOTA else ("date", "total")
    if document.kind in _TAXED:
        old = document.kind is not Kind.EINVOICE and len(document.number or "") != 20
        expected += (
            "number",
            "seller_name",
            "seller_tax_id",
            "buyer_name",
            "amount_excl_tax",
            "tax",
            *(("code",) if old else ()),
        )
    return tuple(name for name in expected if getattr(document, name) is None)


def under(place: Place | None, words: Sequence[Word]) -> tuple[int, ...]:
    """The words that lie on a place, by their middles or by most of the place's own width."""
    if place is None:
        return ()
    left, top, right, bottom = place.box
    hits = []
    for i, word in enumerate(words):
        middle = (word.box[1] + word.box[3]) / 2
        overlap = min(right, word.box[2]) - max(left, word.box[0])
        across = overlap > 0.4 * min(right - left, word.box[2] - word.box[0])
        if word.page == place.page and across and top <= middle <= bottom:
            hits.append(i)
    return tuple(hits)


def again(image: Pixels, lines: Sequence[OcrLine], which: Iterable[int], careful: Ocr) -> tuple[OcrLine, ...]:
    """The lines with `which` read anew. Agreement makes them surer, a difference makes them doubtful."""
    fresh = list(lines)
    for i in which:
        text, score = careful.line(cut(image, _wider(lines[i].quad)))
        if score < 0.6 or not text.strip():
            continue
        agreed = squeeze(text) == squeeze(lines[i].text)
        sure = 1 - (1 - score) * (1 - lines[i].score) if agreed else min(score, 0.98)
        fresh[i] = OcrLine(text.strip(), lines[i].quad, sure)
    return tuple(fresh)


def _wider(quad: Quad) -> Quad:
    """A little more paper at both ends: the quick finder cuts first and last characters short."""
    along = (quad[1] - quad[0] + quad[2] - quad[3]) / 2
    down = (quad[3] - quad[0] + quad[2] - quad[1]) / 2
    step = along / max(float(np.linalg.norm(along)), 1.0) * float(np.linalg.norm(down)) * 0.15
    return np.stack([quad[0] - step, quad[1] + step, quad[2] + step, quad[3] - step]).astype(np.float32)


def disputed(before: Found, after: Found) -> Mapping[str, float]:
    """Fields both engines read, but differently, and nothing else proves: doubtful whatever their scores."""
    sure = proven(after.document)
    return {
        name: _DISPUTED
        for name in WANTED
        if name not in sure
        and after.source.get(name) == "ocr"
        and before.source.get(name) == "ocr"
        and getattr(before.document, name) != getattr(after.document, name)
    }
