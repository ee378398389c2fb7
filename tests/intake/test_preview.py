"""A picture of anything the archive takes."""

import io

import numpy as np
import pytest
from PIL import Image

from archive.errors import Encrypted, TooManyPixels, Truncated, UnknownFormat, UnsafeXml
from intake import limits
from intake.preview import Mark, draw
from intake.read import read
from tests.intake.samples import REAL, needs_real, sample


def inked(png: bytes) -> float:
    """The share of pixels that aren't white."""
    grey = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    return float((grey < 200).mean())


@pytest.mark.parametrize("name", ["dev_03", "dev_22", "xml_02", "xml_04", "img_02", "dev_34"])
def test_every_carrier_is_drawn(name: str) -> None:
    png = draw(sample(name), 0, 80)
    assert png.startswith(b"\x89PNG")
    assert inked(png) > 0.01


def test_pages_and_resolution() -> None:
    first, second = (draw(sample("dev_08"), page, 60) for page in (0, 1))
    assert first != second
    assert draw(sample("dev_08"), 99, 60) == second
    assert Image.open(io.BytesIO(draw(sample("dev_08"), 0, 120))).width > Image.open(io.BytesIO(first)).width


def test_chinese_is_drawn_where_the_fonts_are_not_embedded() -> None:
    """The buyer's name in dev_03 stands in an unembedded font: its place must not stay white."""
    page = Image.open(io.BytesIO(draw(sample("dev_03"), 0, 110))).convert("L")
    name = page.crop(
        (round(0.2 * page.width), round(0.215 * page.height), round(0.42 * page.width), round(0.255 * page.height))
    )
    assert (np.asarray(name) < 128).mean() > 0.05


def coloured(png: bytes) -> np.ndarray:
    """Which pixels have a colour of their own, as grey print on white paper has not."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    return np.asarray(pixels.max(axis=2) - pixels.min(axis=2) > 30)


@pytest.mark.parametrize("name", ["dev_13", "img_10"])
def test_what_was_read_is_marked_where_it_stands(name: str) -> None:
    data = sample(name)
    (found,) = read(data, "x").found
    place = found.places["number"]
    plain, marked = draw(data, 0, 80), draw(data, 0, 80, [Mark(place.box, True), Mark((2.0, 2.0, 3.0, 3.0))])
    new = coloured(marked) & ~coloured(plain)
    rows, columns = np.nonzero(new)
    height, width = new.shape
    seen = (columns.min() / width, rows.min() / height, columns.max() / width, rows.max() / height)
    assert seen == pytest.approx(place.box, abs=0.01)


@needs_real
def test_real_ofds_are_drawn() -> None:
    for path in sorted(REAL.rglob("*.ofd")):
        assert inked(draw(path.read_bytes(), 0, 60)) > 0.005, path.name


@pytest.mark.parametrize(
    ("name", "problem"),
    [("dev_35", Encrypted), ("dev_37", Truncated), ("dev_38", UnknownFormat), ("xml_07", UnsafeXml)],
)
def test_what_cannot_be_opened_says_why(name: str, problem: type[Exception]) -> None:
    with pytest.raises(problem):
        draw(sample(name))


def test_a_huge_picture_is_refused_by_its_header() -> None:
    side = int(limits.PIXELS**0.5) + 100
    out = io.BytesIO()
    Image.new("1", (side, side)).save(out, "PNG")
    with pytest.raises(TooManyPixels):
        draw(out.getvalue())
