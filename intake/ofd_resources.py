"""What the objects of an OFD page refer to: pictures, drawing styles, and the annotations laid over the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from archive.errors import Problem
from intake.markup import first, parse, value
from intake.package import Leaf, Package, numbers, resolve

Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Style:
    """How an object is drawn where it doesn't say itself."""

    stroke: Colour = BLACK
    fill: Colour = BLACK
    width: float = 0.25


@dataclass(slots=True)
class Resources:
    """Pictures and styles of a document by their ids."""

    pictures: dict[str, bytes] = field(default_factory=dict)
    styles: dict[str, Style] = field(default_factory=dict)

    def style(self, *ids: str | None) -> Style:
        """The style of the first id that is known."""
        return next((self.styles[i] for i in ids if i in self.styles), Style())


def resources(package: Package, path: str, document: etree._Element) -> Resources:
    """Everything PublicRes and DocumentRes name; what is broken or missing is left out."""
    found = Resources()
    for name in ("PublicRes", "DocumentRes"):
        for reference in document.iter(f"{{*}}{name}"):
            where = resolve(path, value(reference))
            content = package.content(where)
            if content is None:
                continue
            root = parse(content, package.name)
            base = resolve(where, (root.get("BaseLoc") or ".") + "/_")
            for media in root.iter("{*}MultiMedia"):
                location = first(media, "MediaFile")
                data = package.content(resolve(base, location)) or package.content(resolve(where, location))
                if data:
                    found.pictures[media.get("ID", "")] = data
            for param in root.iter("{*}DrawParam"):
                found.styles[param.get("ID", "")] = style_of(param, found.style(param.get("Relative")))
    return found


def style_of(element: etree._Element, base: Style) -> Style:
    """The style an element states, and the base's where it states none."""
    width = numbers(element.get("LineWidth"))
    return replace(
        base,
        stroke=_colour(element, "StrokeColor", base.stroke),
        fill=_colour(element, "FillColor", base.fill),
        width=width[0] if width else base.width,
    )


def _colour(element: etree._Element, name: str, usual: Colour) -> Colour:
    """A colour child's value: RGB, or a grey; odd notations give the usual colour."""
    child = element.find(f"{{*}}{name}")
    values = [min(255, max(0, round(v))) for v in numbers(child.get("Value")) if v == v] if child is not None else []
    if len(values) == 3:
        return (values[0], values[1], values[2])
    return (values[0], values[0], values[0]) if len(values) == 1 else usual


def overlays(package: Package, path: str, document: etree._Element, leaf: Leaf) -> Iterator[etree._Element]:
    """The appearances laid over a page (seals, watermarks), each with its Boundary; broken ones are left out."""
    listed = first(document, "Annotations")
    where = resolve(path, listed)
    try:
        content = package.content(where) if listed else None
        for page in parse(content, package.name).iter("{*}Page") if content else ():
            inner = package.content(resolve(where, first(page, "FileLoc")))
            if inner and page.get("PageID") == leaf.id:
                yield from parse(inner, package.name).iter("{*}Appearance")
    except Problem:  # what lies over the page is decoration; the page itself is drawn anyway
        return
