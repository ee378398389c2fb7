"""Pages as a borrower gets them: drawn, with who looks, when, and the 档号 across each (DA/T 94-2022 E.6)."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from reports.fonts import font_file

DPI = 130
_INK = (130, 140, 158)
_SLOPE = 27  # degrees


def marked(png: bytes, words: str) -> bytes:
    """The page (PNG) with the words across it in rows, and once more, legibly, at its foot; PNG."""
    out = io.BytesIO()
    _marked(png, words).save(out, "PNG", compress_level=4)
    return out.getvalue()


def bound(pngs: Sequence[bytes], words: str) -> bytes:
    """All pages, each marked, as one PDF. Pictures only: no text or file of the original can be taken out of it."""
    pages = [_marked(png, words) for png in pngs]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=DPI, title=words, quality=80)
    return out.getvalue()


def _marked(png: bytes, words: str) -> Image.Image:
    with Image.open(io.BytesIO(png)) as opened:
        page = opened.convert("RGB")
    width, height = page.size
    size = max(13, round(min(width, height) / 44))
    font = ImageFont.truetype(font_file(), size)
    long = math.ceil(font.getlength(words)) + 4 * size
    diagonal = math.ceil(math.hypot(width, height))
    sheet = Image.new("L", (diagonal, diagonal), 0)
    pen = ImageDraw.Draw(sheet)
    for row, top in enumerate(range(0, diagonal, size * 9)):
        for left in range(-long // 2 if row % 2 else -long, diagonal, long):
            pen.text((left, top), words, fill=78, font=font)
    sheet = sheet.rotate(_SLOPE, resample=Image.Resampling.BICUBIC)
    left, top = (diagonal - width) // 2, (diagonal - height) // 2
    page.paste(_INK, (0, 0), sheet.crop((left, top, left + width, top + height)))
    foot = Image.new("RGB", (width, height + size * 2), (255, 255, 255))
    foot.paste(page, (0, 0))
    small = ImageFont.truetype(font_file(), max(11, min(size, round(size * width / (font.getlength(words) + size)))))
    ImageDraw.Draw(foot).text((size // 2, height + size // 3), words, fill=(70, 80, 98), font=small)
    return foot
