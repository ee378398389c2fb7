"""Where the Chinese font lies: the wheel's own file, unless the caller names another."""

from __future__ import annotations

from collections.abc import Container
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

#: WenQuanYi Micro Hei (TrueType, Apache-2.0), carried by the wheel paperang-p2-fonts-cjk.
PACKAGE = "paperang_p2_fonts_cjk"
FILE = "fonts/wqy-microhei.ttc"

#: Stands for a character the font lacks: the printers' geta mark, which readers know.
GETA = "〓"


@lru_cache(maxsize=4)
def font_file(font_path: str | None = None) -> str:
    """The path of the font to draw with. Raises FileNotFoundError with the place looked at."""
    if font_path is not None:
        path = Path(font_path)
    else:
        spec = find_spec(PACKAGE)
        places = spec.submodule_search_locations if spec else None
        path = Path(places[0]) / FILE if places else Path(PACKAGE) / FILE
    if not path.is_file():
        raise FileNotFoundError(f"no font at {path}")
    return str(path)


def legible(words: str, glyphs: Container[int]) -> str:
    """The words with every character the font lacks replaced by 〓: never an empty box."""
    if all(char == "\n" or ord(char) in glyphs for char in words):
        return words
    return "".join(char if char == "\n" or ord(char) in glyphs else GETA for char in words)
