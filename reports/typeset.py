"""Setting words for the PDF: how wide they are, where a line breaks, which characters the font lacks."""

from __future__ import annotations

import re
from functools import lru_cache
from zlib import crc32

from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]

from reports.fonts import font_file, legible

#: A Latin word or number stays whole, blanks go together, every other character stands alone.
_PIECES = re.compile("[\u0021-\u2e7f]+|[ \u3000]+|.")
_WORDS = re.compile("[\u0021-\u2e7f]+")
#: These never begin a line.
_CLOSING = frozenset("、。,,;;::!!??)）]】》」』%%")


@lru_cache(maxsize=2)
def font(font_path: str | None = None) -> TTFont:
    """The font, read once a process. Raises FileNotFoundError, or TTFError for a font that can't be embedded."""
    path = font_file(font_path)
    # crc32, not hash(): the name goes into the file and must be the same in every process.
    found = TTFont(f"Guidang-{crc32(path.encode()):x}", path, subfontIndex=0)
    pdfmetrics.registerFont(found)
    return found


class Setter:
    """Measures and breaks words in one font, and remembers the characters it had to replace."""

    def __init__(self, face: TTFont) -> None:
        self.name: str = face.fontName
        self.lost: set[str] = set()
        self._glyphs: dict[int, int] = face.face.charToGlyph
        self._widths: dict[int, float] = face.face.charWidths
        self._usual: float = face.face.defaultWidth

    def shown(self, words: str) -> str:
        """The words with characters the font lacks as 〓; they are remembered in `lost`."""
        seen = legible(words, self._glyphs)
        if seen is not words:
            self.lost.update(char for char, now in zip(words, seen, strict=True) if char != now)
        return seen

    def width(self, words: str, size: float) -> float:
        """In points."""
        get, usual = self._widths.get, self._usual
        return sum(get(ord(char), usual) for char in words) * size * 0.001

    def unbroken(self, words: str) -> float:
        """The width of the longest piece that should stay on one line, for size 1."""
        return max((self.width(piece, 1.0) for piece in _WORDS.findall(words)), default=0.0)

    def lines(self, words: str, width: float, size: float) -> tuple[str, ...]:
        """The words broken to a width in points: between Chinese characters, at blanks, inside a number too long."""
        if "\n" not in words and self.width(words, size) <= width:
            return (words,)
        out: list[str] = []
        for part in words.split("\n"):
            out.extend(self._broken(part, width, size))
        return tuple(out)

    def _broken(self, words: str, width: float, size: float) -> list[str]:
        out, line, used = [], "", 0.0
        for piece in self._pieces(words, width, size):
            wide = self.width(piece, size)
            if used + wide > width and line:
                if piece[0] in _CLOSING and len(line) > 1:
                    line, piece = line[:-1], line[-1] + piece
                    wide = self.width(piece, size)
                out.append(line.rstrip())
                line, used = "", 0.0
                if piece.isspace():
                    continue
            line, used = line + piece, used + wide
        return [*out, line.rstrip()] if line.strip() or not out else out

    def _pieces(self, words: str, width: float, size: float) -> list[str]:
        pieces: list[str] = []
        for piece in _PIECES.findall(words):
            if len(piece) > 1 and self.width(piece, size) > width:
                pieces.extend(piece)
            else:
                pieces.append(piece)
        return pieces
