"""Where the Chinese font is that the package carries (WenQuanYi Micro Hei, Apache-2.0)."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

_FILE = "wqy-microhei.ttc"


@lru_cache(maxsize=1)
def folder() -> Path | None:
    """The folder that holds the font; None where the wheel isn't installed."""
    spec = find_spec("paperang_p2_fonts_cjk")
    for base in (spec.submodule_search_locations or []) if spec else []:
        for path in Path(base).rglob(_FILE):
            return path.parent
    return None


@lru_cache(maxsize=64)
def face(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font at a size in pixels; Pillow's own, without Chinese, where it is missing."""
    where = folder()
    return ImageFont.truetype(str(where / _FILE), max(1, size)) if where else ImageFont.load_default(max(1, size))
