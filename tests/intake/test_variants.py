"""Layouts nobody has drawn before are read whole, or say what they couldn't read; nothing is surely wrong."""

from __future__ import annotations

import pytest
from PIL import Image

from archive.document import Document
from bench.score_readers import flagged
from bench.variants import VARIANTS, Variant, drawn, picture
from intake.read import read
from intake.reading import Found
from tests.intake.paper import DESK, saved

PHOTOGRAPHED = [v for v in VARIANTS if v.name in ("stacked parties", "discount row", "large print")]


def wrong(document: Document, variant: Variant) -> dict[str, object]:
    return {name: getattr(document, name) for name, value in variant.truth.items() if getattr(document, name) != value}


def surely_wrong(found: Found, variant: Variant) -> dict[str, object]:
    bad = wrong(found.document, variant)
    return {name: value for name, value in bad.items() if value is not None and not flagged(found, name)}


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
def test_a_digital_invoice_is_read_whole_however_it_is_laid_out(variant: Variant) -> None:
    (found,) = read(drawn(variant), "a.pdf").found
    assert wrong(found.document, variant) == {}
    assert len(found.document.lines) == (5 * variant.pages if variant.pages > 1 else 2 if variant.discount else 1)


@pytest.mark.parametrize("variant", PHOTOGRAPHED, ids=lambda v: v.name)
@pytest.mark.parametrize("turn", [0.0, 3.0])
def test_a_photo_of_it_has_number_date_and_total_and_nothing_surely_wrong(variant: Variant, turn: float) -> None:
    image = picture(variant).rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=(235, 235, 232))
    (found,) = read(saved(image, quality=80), "a.jpg").found
    assert not {"number", "date", "total"} & wrong(found.document, variant).keys()
    assert surely_wrong(found, variant) == {}


def test_several_invoices_in_one_photo_lying_askew() -> None:
    """Two whole pages on a dark desk, each turned its own way."""
    desk = Image.new("RGB", (1500, 2100), DESK)
    for n, (turn, top) in enumerate(((4.0, 60), (-5.0, 1080))):
        page = picture(VARIANTS[n]).convert("RGBA").rotate(turn, Image.Resampling.BICUBIC, expand=True)
        desk.paste(page, (60, top), page)
    found = read(saved(desk, quality=85), "a.jpg").found
    assert len(found) == 2
    for one in found:
        assert not {"number", "date", "total"} & wrong(one.document, VARIANTS[0]).keys()
        assert surely_wrong(one, VARIANTS[0]) == {}
