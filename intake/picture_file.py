"""Picture files → their pictures, upright and one at a time: photos, scans of several pages, HEIC from phones."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from archive.errors import HeicPhoto, ReaderFailed, TooManyPixels, Truncated, UnknownFormat
from intake import limits

#: Pillow's names of the formats that are read; all others are refused before a decoder sees them.
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "BMP", "GIF")
#: Signatures too long to stand there by chance.
_SIGNED = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"RIFF", b"II*\x00", b"MM\x00*")
#: Greys below this are ink, and so little of it is dust.
_INK, _SPECKS = 150, 0.002
_HEIC = re.compile(rb"^....ftyp(?:heic|heix|heim|heis|hevc|hevx|mif1|msf1)", re.DOTALL)


def opened(data: bytes) -> Image.Image:
    """The file opened, nothing decoded; raises what Pillow raises."""
    Image.init()  # the named formats must be loaded, or Pillow knows only half of them
    if not _HEIC.match(data):
        return Image.open(io.BytesIO(data), formats=FORMATS)
    from pi_heif import register_heif_opener  # lazily: only phones write it

    register_heif_opener(thumbnails=False)
    return Image.open(io.BytesIO(data), formats=("HEIF", "AVIF"))


def is_blank(image: Image.Image) -> bool:
    """Whether a page bears next to no ink: the empty back that a scanner takes along."""
    small = image.convert("L")
    small.thumbnail((400, 400))
    dark = sum(small.histogram()[:_INK])
    return dark < _SPECKS * small.width * small.height


def frames(data: bytes, name: str) -> Iterator[Image.Image]:
    """The pictures in a file, upright by their EXIF note, one decoded at a time: a TIFF's pages, else the first.

    Raises UnknownFormat, HeicPhoto, TooManyPixels, Truncated, ReaderFailed.
    """
    try:
        with opened(data) as image:
            if image.width * image.height > limits.PIXELS:
                raise TooManyPixels(name=name, pixels=image.width * image.height // 10**6, limit=limits.PIXELS // 10**6)
            if image.format != "TIFF":  # a GIF's or a phone's further frames are the same picture again
                yield ImageOps.exif_transpose(image)
                return
            for frame, _ in zip(ImageSequence.Iterator(image), range(limits.PAGES), strict=False):
                if frame.width * frame.height > limits.PIXELS:
                    raise TooManyPixels(
                        name=name, pixels=frame.width * frame.height // 10**6, limit=limits.PIXELS // 10**6
                    )
                yield ImageOps.exif_transpose(frame)
    except UnidentifiedImageError as error:
        if _HEIC.match(data):
            raise HeicPhoto(name=name) from error
        if data.startswith(_SIGNED):  # it is one, but not even its header is whole
            raise Truncated(name=name) from error
        raise UnknownFormat(name=name) from error
    except Image.DecompressionBombError as error:  # Pillow's own limit, which names the size in its message
        size = re.search(r"\((\d+) pixels", str(error))
        raise TooManyPixels(
            name=name, pixels=int(size[1]) // 10**6 if size else "?", limit=limits.PIXELS // 10**6
        ) from error
    except (OSError, EOFError) as error:  # Pillow's word for data that breaks off
        raise Truncated(name=name) from error
    except (ValueError, SyntaxError, RuntimeError) as error:  # and for broken chunks
        raise ReaderFailed(name=name, detail=str(error)) from error
