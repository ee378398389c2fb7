"""Read again, with the careful engine, only what the quick one left in doubt; say how sure both are together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from archive.document import Document, Kind
from intake.arithmetic import DISPUTED, TAXED, proven
from intake.fields import squeeze
from intake.ocr import Ocr, OcrLine, Pixels, Quad, cut
from intake.reading import Found, Place
from intake.rows import Word

#: What an approver looks at first; the rest of a document is taken as the quick engine read it.
WANTED = (
    "number", "code", "date", "total", "amount_excl_tax", "tax",
    "seller_name", "seller_tax_id", "buyer_name", "buyer_tax_id",
)  # fmt: skip
#: A value read at least this surely needs no second look.
_CLEAR = 0.96
#: When a field is missing altogether, these unsure lines may hold it or its label.
_UNSURE = 0.97
_MOST = 24
#: An amount whose end was cut off by the finder: ¥274.
_CLIPPED = re.compile(r"[¥￥]-?\d[\d,]*(?:\.\d?)?")


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
    if document.kind in TAXED:
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
        name: DISPUTED
        for name in WANTED
        if name not in sure
        and after.source.get(name) == "ocr"
        and before.source.get(name) == "ocr"
        and getattr(before.document, name) != getattr(after.document, name)
    }
