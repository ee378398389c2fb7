"""Several sources about one document become one: the surest is believed, the others must agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from archive.document import Document, Kind
from archive.finding import Finding
from archive.money import from_capitals, parse_amount
from archive.taxid import verdict
from intake.doubts import CAPITALS, DISAGREE, INCOMPLETE, LINES, SOURCE_NAMES, SUM, TAX_ID, doubt
from intake.draft import Draft
from intake.fields import squeeze
from intake.limits import TEXT_LENGTH
from intake.reading import SOURCES, Found

#: Fields whose printed form matters more than what the data say, or that each source words in its own way.
_UNCOMPARED = frozenset({"type", "remark", "capitals", "check_code"})
_PRINTED = frozenset({"type"})
_NEEDED: dict[Kind, tuple[str, ...]] = {
    Kind.EINVOICE: ("number", "date", "seller_name", "buyer_name", "total"),
    Kind.VAT: ("number", "code", "date", "seller_name", "total"),
    Kind.TOLL: ("number", "date", "seller_name", "total"),
    Kind.RAIL: ("number", "date", "total"),
    Kind.AIR: ("number", "date", "total"),
    Kind.FISCAL: ("number", "date", "total"),
    Kind.BANK_RECEIPT: ("date", "total"),
    Kind.FOREIGN: ("date", "seller_name", "total"),
    Kind.CUSTOMS: ("number", "date", "total"),
    Kind.TRIP: ("total",),
    Kind.CONTRACT: ("number",),
}
_TAXED = frozenset({Kind.EINVOICE, Kind.VAT, Kind.TOLL, Kind.RAIL})
_CENT = Decimal("0.01")


def agree(drafts: Sequence[Draft]) -> Found:
    """One Found from what the sources say about the same document (at least one draft)."""
    ranked = sorted(drafts, key=lambda d: SOURCES.index(d.source))
    whole = _joined(ranked)
    givers = {name: _giver(ranked, name) for name in whole.values}
    whole.confidence = {name: giver.confidence[name] for name, giver in givers.items()}
    whole.warnings = _once([*whole.warnings, *_differences(ranked)])
    return whole.found(source={name: giver.source for name, giver in givers.items()})


def _joined(ranked: Sequence[Draft]) -> Draft:
    """The drafts laid over each other, the surest source on top."""
    top = ranked[0]
    whole = Draft(top.source, next((d.kind for d in ranked if d.kind is not Kind.OTHER), Kind.OTHER))
    for draft in ranked:
        whole.warnings += draft.warnings
        for name in draft.values:
            giver = _giver(ranked, name)
            whole.values.setdefault(name, giver.values[name])
            if name in draft.places and _same(name, draft.values[name], whole.values[name]):
                whole.places.setdefault(name, draft.places[name])
        for name, value in draft.extra.items():
            whole.note(name, value)
        whole.lines = whole.lines or draft.lines
    laid_out = next((d for d in ranked if d.source in ("text", "ocr")), top)
    whole.pages = laid_out.pages
    whole.text = "\n".join(dict.fromkeys(d.text for d in (laid_out, *ranked) if d.text))[:TEXT_LENGTH]
    if top.kind is Kind.VAT and any(d.kind is Kind.TOLL for d in ranked):
        whole.kind = Kind.TOLL
    return whole


def _giver(ranked: Sequence[Draft], name: str) -> Draft:
    """Whose word counts for a field: the surest source's, but the title as the page prints it."""
    having = [d for d in ranked if name in d.values]
    if name in _PRINTED:
        printed = [d for d in having if d.source in ("text", "ocr") and d.confidence[name] >= 0.9]
        return (printed or having)[0]
    return having[0]


def _same(name: str, one: object, other: object) -> bool:
    """Equal as far as meaning goes: width, blanks and the brackets' form don't matter."""
    if isinstance(one, str) and isinstance(other, str):
        return squeeze(one).upper() == squeeze(other).upper()
    return one == other


def _differences(ranked: Sequence[Draft]) -> list[Finding]:
    """A warning for each field on which a source disagrees with the one that is believed."""
    findings = []
    names = dict.fromkeys(name for draft in ranked for name in draft.values if name not in _UNCOMPARED)
    for name in names:
        having = [d for d in ranked if name in d.values]
        for other in having[1:]:
            if not _same(name, having[0].values[name], other.values[name]):
                facts = {"one": _shown(having[0].values[name]), "other": _shown(other.values[name])}
                sources = {"one_source": SOURCE_NAMES[having[0].source], "other_source": SOURCE_NAMES[other.source]}
                findings.append(doubt(DISAGREE, name, **facts, **sources))
    return findings


def _shown(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def checked(found: Found) -> Found:
    """The same with warnings on what doesn't hold: words against figures, sum, lines, tax ids, and what is missing."""
    document = found.document
    findings = [doubt(INCOMPLETE, n) for n in _NEEDED.get(document.kind, ()) if getattr(document, n) is None]
    findings += _sums(document)
    for name in ("seller_tax_id", "buyer_tax_id"):
        if verdict(getattr(document, name) or "") == "wrong check":
            findings.append(doubt(TAX_ID, name, value=getattr(document, name)))
    return replace(found, warnings=tuple(_once([*found.warnings, *findings])))


def _sums(document: Document) -> list[Finding]:
    findings = []
    net, tax, total = document.amount_excl_tax, document.tax, document.total
    words = _in_words(document.capitals)
    if words is not None and total is not None and words != total:
        findings.append(doubt(CAPITALS, "total", one=words, other=total))
    if net is None or document.kind not in (*_TAXED, Kind.AIR):
        return findings
    if tax is not None and total is not None and abs(net + tax + _beside(document) - total) > _CENT:
        findings.append(doubt(SUM, "total", net=net, tax=tax, total=total))
    amounts = [amount for line in document.lines if (amount := parse_amount(line.amount)) is not None]
    whole = bool(amounts) and len(amounts) == len(document.lines)
    if whole and abs(sum(amounts) - net) > _CENT * len(amounts):
        findings.append(doubt(LINES, "amount_excl_tax", one=sum(amounts), other=net))
    return findings


def _beside(document: Document) -> Decimal:
    """What an itinerary's total holds beside net and tax: the development fund and other levies."""
    if document.kind is not Kind.AIR:
        return Decimal(0)
    parts = (parse_amount(document.extra.get(name, "")) for name in ("fund", "other_taxes"))
    return sum((p for p in parts if p is not None), Decimal(0))


def _in_words(capitals: str | None) -> Decimal | None:
    try:
        return from_capitals(capitals) if capitals else None
    except ValueError:
        return None


def _once(findings: Sequence[Finding]) -> list[Finding]:
    return [f for i, f in enumerate(findings) if f not in findings[:i]]
