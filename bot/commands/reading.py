"""`guidang read FILE…`: what the readers see in a file; nothing is kept."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from archive import authentic, classify
from archive.authentic import Trust
from archive.classify import Classified
from archive.document import Document
from archive.errors import FileTooBig, NoSuchPath, Problem
from archive.money import thousands
from config.settings import MB, Settings, categories
from intake.read import read
from intake.reading import Found, Reading
from intake.sniff import sniff
from intake.unpack import is_bundle, unpack

FIELDS = (
    "number", "code", "date", "seller_name", "seller_tax_id", "buyer_name", "buyer_tax_id",
    "amount_excl_tax", "tax", "total",
)  # fmt: skip


async def read_files(args: argparse.Namespace, settings: Settings) -> int:
    """One object (or one block of lines) a file, of a bundle for each file in it. 1 when any could not be read."""
    failed = 0
    for path in args.files:
        for name, outcome in readings(path, settings.big_file, settings.trust):
            failed += outcome.error is not None
            if args.json:
                print(json.dumps(plain(name, outcome), ensure_ascii=False), flush=True)
            else:
                _print(name, outcome)
    return 1 if failed else 0


def readings(path: Path, limit: int, trust: Trust) -> list[tuple[str, Reading]]:
    """(name, what the readers see) of a file, of a bundle for each file in it."""
    try:
        if path.stat().st_size > limit:
            problem = FileTooBig(name=path.name, size=path.stat().st_size // MB, limit=limit // MB)
            return [(str(path), Reading(path.name, "unknown", error=problem))]
        data = path.read_bytes()
    except OSError as error:
        detail = error.strerror or str(error)
        return [(str(path), Reading(path.name, "unknown", error=NoSuchPath(name=str(path), detail=detail)))]
    if not is_bundle(data):
        return [(str(path), read(data, path.name, trust))]
    try:
        return [(f"{path}!{name}", read(part, name, trust)) for name, part in unpack(data, path.name)]
    except Problem as problem:
        return [(str(path), Reading(path.name, sniff(data), error=problem))]


def plain(file: str, reading: Reading) -> dict[str, Any]:
    """The reading as plain values. Several documents in one file: `kind` multi, the documents under `invoices`."""
    error = None
    if reading.error:
        error = {"code": reading.error.code, "zh": reading.error.say("zh"), "en": reading.error.say("en")}
    shared = {
        "authenticity": authentic.plain(reading.authentic),
        "warnings": [_warning(w) for w in reading.warnings],
        "error": error,
    }
    if len(reading.found) == 1:
        one = _document(reading.found[0])
        return {"file": file, **one, **shared, "warnings": one["warnings"] + shared["warnings"]}
    empty = dict.fromkeys(("type", *FIELDS))
    kind = "multi" if reading.found else None
    rest: dict[str, Any] = {"lines": [], "source": {}, "confidence": {}, "places": {}, **shared}
    if reading.found:
        rest["invoices"] = [_document(found) for found in reading.found]
    return {"file": file, "kind": kind, **empty, **rest}


def _document(found: Found) -> dict[str, Any]:
    d = found.document
    values: dict[str, Any] = {"kind": d.kind.value, "type": d.type}
    for name in FIELDS:
        value = getattr(d, name)
        values[name] = None if value is None else f"{value:.2f}" if name in FIELDS[-3:] else str(value)
    return values | {
        "currency": d.currency,
        "classification": classify.plain(_sorted(d)),
        "lines": [
            {
                "name": line.name, "spec": line.spec, "unit": line.unit, "qty": line.quantity, "price": line.price,
                "amt": line.amount, "rate": line.rate, "tax": line.tax,
            }
            for line in d.lines
        ],
        "extra": dict(d.extra),
        "source": dict(found.source),
        "confidence": {name: round(value, 3) for name, value in found.confidence.items()},
        "places": {
            name: {"page": place.page, "box": [round(edge, 4) for edge in place.box]}
            for name, place in found.places.items()
        },
        "pages": list(found.pages),
        "warnings": [_warning(w) for w in found.warnings],
    }  # fmt: skip


def _sorted(document: Document) -> Classified:
    """By the built-in rules: a company's own are in its archive, see `guidang rules check`."""
    known, fallback = categories()
    return classify.classify(document, classify.built_in(known), fallback.zh)


def _warning(finding: Any) -> dict[str, str]:
    return {"code": finding.code, "field": finding.field, "zh": finding.text.zh, "en": finding.text.en}


def _print(name: str, reading: Reading) -> None:
    print(f"{name}  ({reading.carrier})")
    if reading.error:
        print("  " + reading.error.say("zh"), file=sys.stderr)
    if reading.authentic and reading.authentic.signed:
        said = authentic.STANDING_NAMES[reading.authentic.standing].zh
        why = authentic.reasons(reading.authentic).zh or "、".join(reading.authentic.signers)
        print(f"  验签 {said}：{why}")
    for found in reading.found:
        d = found.document
        total = thousands(d.total) if d.total is not None else "—"
        head = (
            d.type or d.kind.value,
            d.number or "—",
            str(d.date or "—"),
            d.seller_name or "—",
            f"{d.currency} {total}",
        )
        print("  " + "  ".join(head))
        made = _sorted(d)
        print(f"  归类 {made.category}：{made.rule or '—'} {made.why.zh}")
        for warning in found.warnings:
            print(f"  ! {warning.text.zh}")
