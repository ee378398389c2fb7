"""Words within WeCom's limits, with nothing in them that it would read as markup. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_LINK = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)  # the one tag in a text message
_TAG = re.compile(r"<(?=[A-Za-z/@!])")  # <font color>, <@userid>
_START = re.compile(r"^(\s*)(#{1,6}(?=\s)|>)", re.MULTILINE)
_FULL = str.maketrans({"#": "＃", ">": "＞"})


def size(words: str) -> int:
    """Bytes on the way."""
    return len(words.encode("utf-8", "replace"))


def width(words: str) -> float:
    """As WeCom counts 字: a Chinese character is one, a Latin letter half of one."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in words)


def cut(words: str, most: float) -> str:
    """One line of at most `most` 字, ended with … where it was longer."""
    line = " ".join(words.split())
    if width(line) <= most:
        return line
    kept, room = "", most - 1
    for char in line:
        room -= width(char)
        if room < 0:
            break
        kept += char
    return kept + "…"


def pieces(words: str, most: int) -> Iterator[str]:
    """Long words in pieces of at most `most` bytes, parted at line ends where there are some."""
    rest = words
    while size(rest) > most:
        room = _fitting(rest, most)
        end = rest.rfind("\n", room // 2, room)
        at = room if end < 0 else end + 1
        piece, rest = rest[:at].rstrip("\n"), rest[at:]
        if piece.strip():
            yield piece
    if rest.strip():
        yield rest


def harmless(words: str) -> str:
    """For a text message: no links but those that WeCom itself sees in an address."""
    return _LINK.sub("＜", words)


def harmless_markdown(words: str) -> str:
    """For markdown, which knows no escape: what would become a link, a mention or code is written otherwise."""
    words = _TAG.sub("＜", words).replace("](", "] (").replace("`", "ˋ").replace("**", "＊＊")
    return _START.sub(lambda found: found[1] + found[2].translate(_FULL), words)


def _fitting(words: str, most: int) -> int:
    """How many characters have at most so many bytes."""
    used = 0
    for n, char in enumerate(words):
        used += size(char)
        if used > most:
            return n
    return len(words)
