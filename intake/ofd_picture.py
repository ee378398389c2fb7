"""Draws a page of an OFD: paths, text and pictures, without clips and shadings."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator

from lxml import etree
from PIL import Image, ImageChops, ImageDraw

from intake.fonts import face
from intake.limits import PIXELS
from intake.markup import first, local
from intake.ofd_resources import Resources, Style, overlays, resources, style_of
from intake.ofd_text import steps
from intake.package import Leaf, Package, numbers

_INCH = 25.4
_CURVE_STEPS = 12
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP")
Point = tuple[float, float]
_LARGEST = 60.0  # millimetres of a letter


def draw_leaf(package: Package, path: str, document: etree._Element, leaf: Leaf, dpi: int) -> Image.Image:
    """The page as a picture; its templates are drawn first."""
    scale = dpi / _INCH
    width, height = (max(1, round(side * scale)) for side in leaf.frame[2:])
    if width * height > PIXELS:
        scale *= (PIXELS / (width * height)) ** 0.5 * 0.99
        width, height = (max(1, round(side * scale)) for side in leaf.frame[2:])
    pen = _Pen(Image.new("RGB", (width, height), "white"), scale, resources(package, path, document))
    origin = (-leaf.frame[0], -leaf.frame[1])
    for root in (*leaf.templates, leaf.root):
        for layer in root.iter("{*}Layer"):
            pen.draw_all(layer, origin)
    for appearance in overlays(package, path, document, leaf):
        corner = numbers(appearance.get("Boundary"))
        if len(corner) == 4:
            pen.draw_all(appearance, (origin[0] + corner[0], origin[1] + corner[1]))
    return pen.image


class _Pen:
    """Draws objects in millimetres onto a picture in pixels."""

    def __init__(self, image: Image.Image, scale: float, known: Resources) -> None:
        self.image, self.scale, self.known = image, scale, known
        self.canvas = ImageDraw.Draw(image)
        self.origin: Point = (0.0, 0.0)

    def draw_all(self, group: etree._Element, origin: Point) -> None:
        """The objects of a layer or appearance that begins at `origin`; those without a place are passed over."""
        self.origin = origin
        for element in group.iter("{*}PathObject", "{*}TextObject", "{*}ImageObject"):
            boundary = numbers(element.get("Boundary"))
            if len(boundary) != 4 or element.get("Visible") == "false":
                continue
            style = style_of(element, self.known.style(element.get("DrawParam"), group.get("DrawParam")))
            matrix = numbers(element.get("CTM"))
            place = _Place(boundary[0], boundary[1], matrix if len(matrix) == 6 else [1, 0, 0, 1, 0, 0])
            kind = local(element)
            if kind == "PathObject":
                self._path(element, place, style)
            elif kind == "TextObject":
                self._text(element, place, style)
            else:
                self._picture(element, boundary)

    def _pixel(self, x: float, y: float) -> Point:
        return ((x + self.origin[0]) * self.scale, (y + self.origin[1]) * self.scale)

    def _path(self, element: etree._Element, place: _Place, style: Style) -> None:
        filled = element.get("Fill") == "true" and element.find("{*}FillColor") is not None
        for points in outlines(first(element, "AbbreviatedData")):
            pixels = [self._pixel(*place.at(x, y)) for x, y in points]
            if len(pixels) < 2:
                continue
            if filled and len(pixels) > 2:
                self.canvas.polygon(pixels, fill=style.fill)
            if element.get("Stroke") != "false":
                self.canvas.line(pixels, fill=style.stroke, width=max(1, round(style.width * self.scale)))

    def _text(self, element: etree._Element, place: _Place, style: Style) -> None:
        size = (numbers(element.get("Size")) or [3.0])[0]
        letters = face(round(min(size * (abs(place.matrix[3]) or 1.0), _LARGEST) * self.scale))
        x, y = 0.0, size
        for code in element.iter("{*}TextCode"):
            text = (code.text or "").strip("\r\n")
            x, y = (numbers(code.get("X")) or [x])[0], (numbers(code.get("Y")) or [y])[0]
            across, down = steps(code.get("DeltaX"), len(text)), steps(code.get("DeltaY"), len(text))
            left, base = x, y
            for index, char in enumerate(text):
                self.canvas.text(self._pixel(*place.at(left, base)), char, font=letters, fill=style.fill, anchor="ls")
                left += across[index] if index < len(across) else (0.0 if down else size)
                base += down[index] if index < len(down) else 0.0

    def _picture(self, element: etree._Element, boundary: list[float]) -> None:
        data = self.known.pictures.get(element.get("ResourceID", ""))
        size = (round(boundary[2] * self.scale), round(boundary[3] * self.scale))
        if not data or min(size) < 1 or size[0] * size[1] > PIXELS:
            return
        try:
            with Image.open(io.BytesIO(data), formats=_FORMATS) as source:
                if source.width * source.height > PIXELS:
                    return
                picture = source.convert("RGBA").resize(size)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return  # an odd or broken picture leaves its place blank
        left, top = (round(edge) for edge in self._pixel(boundary[0], boundary[1]))
        if element.get("BlendMode") == "Darken":  # a seal: what is printed beneath stays readable
            below = self.image.crop((left, top, left + size[0], top + size[1])).convert("RGB")
            white = Image.alpha_composite(Image.new("RGBA", size, "white"), picture).convert("RGB")
            self.image.paste(ImageChops.darker(below, white), (left, top))
        else:
            self.image.paste(picture, (left, top), picture)


class _Place:
    """An object's own coordinates → the page's millimetres."""

    def __init__(self, left: float, top: float, matrix: list[float]) -> None:
        self.left, self.top, self.matrix = left, top, matrix

    def at(self, x: float, y: float) -> Point:
        a, b, c, d, e, f = self.matrix
        return (self.left + a * x + c * y + e, self.top + b * x + d * y + f)


def outlines(data: str) -> Iterator[list[Point]]:
    """The lines of an AbbreviatedData: M and S begin, L goes on, B and Q curve, A is drawn straight, C closes."""
    points: list[Point] = []
    tokens = data.split()
    index = 0
    while index < len(tokens):
        letter = tokens[index]
        count = {"M": 2, "S": 2, "L": 2, "Q": 4, "B": 6, "A": 7}.get(letter, 0)
        given = numbers(" ".join(tokens[index + 1 : index + 1 + count]))
        if len(given) == count:
            if letter in "MS":
                if points:
                    yield points
                points = [(given[0], given[1])]
            elif letter == "C" and points:
                points.append(points[0])
            elif count and points:
                points += _reach(points[-1], letter, given)
        index += 1 + count
    if points:
        yield points


def _reach(start: Point, letter: str, given: list[float]) -> list[Point]:
    """The points from `start` to the end of one drawing step."""
    if letter in "LA":
        return [(given[-2], given[-1])]
    corners = [start, *zip(given[::2], given[1::2], strict=True)]
    return [_on_curve(corners, n / _CURVE_STEPS) for n in range(1, _CURVE_STEPS + 1)]


def _on_curve(corners: list[Point], t: float) -> Point:
    """A point of a Bézier curve (de Casteljau)."""
    while len(corners) > 1:
        corners = [(p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])) for p, q in itertools.pairwise(corners)]
    return corners[0]
