"""The QR codes that lie on an OFD page as pictures of their own: found without drawing the page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree
from PIL import Image, UnidentifiedImageError

from intake import qr
from intake.ofd_resources import resources
from intake.package import Leaf, Package, numbers
from intake.picture_file import FORMATS


def codes_on(package: Package, path: str, document: etree._Element, leaf: Leaf) -> tuple[qr.Mark, ...]:
    """What the page's square pictures say as QR codes, with their places on the page."""
    boxes = dict(list(_squares(leaf))[: qr.LOOKED_AT])
    if not boxes:
        return ()
    pictures = resources(package, path, document).pictures
    known = ((pictures[name], box) for name, box in boxes.items() if name in pictures)
    return tuple(replace(mark, box=box) for data, box in known for mark in _decoded(data))


def _squares(leaf: Leaf) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """The pictures that have the shape and size of a code: resource and place."""
    left, top, width, height = leaf.frame
    for root in (leaf.root, *leaf.templates):
        for element in root.iter("{*}ImageObject"):
            box = numbers(element.get("Boundary"))
            if len(box) == 4 and qr.is_shaped(box[2], box[3], width, height):
                x, y = (box[0] - left) / width, (box[1] - top) / height
                yield element.get("ResourceID", ""), (x, y, x + box[2] / width, y + box[3] / height)


def _decoded(data: bytes) -> tuple[qr.Mark, ...]:
    Image.init()
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            return qr.decode(image.convert("L")) if image.width * image.height <= qr.CODE_PIXELS else ()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, EOFError, ValueError, SyntaxError):
        return ()  # decoration; the page is read anyway
