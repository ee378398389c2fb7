"""Slack's markup: what people type is read as plain words, and ours are written so that nothing in them is markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Block = dict[str, Any]

_ENTITY = re.compile(r"<([^<>]*)>")
#: What mrkdwn would make something of: bold, italics, strike, code, emoji, a quote.
_MARKS = re.compile(r"[*_~`]|:[\w+'-]+:|^>", re.MULTILINE)


def read(text: str, bot: str) -> str:
    """What a person typed: our own mention taken out, links and names as they were typed, &gt; as >."""

    def told(match: re.Match[str]) -> str:
        inner, _, label = match[1].partition("|")
        if inner == f"@{bot}":
            return " "
        if inner[:1] in "@#!":
            return label if label[:1] in ("@", "#") else inner[:1].replace("!", "@") + (label or inner[1:])
        return label or inner.removeprefix("mailto:").removeprefix("tel:")

    plain = _ENTITY.sub(told, text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def escaped(words: str) -> str:
    """For a text that Slack reads as markup: without these three nothing in it is a mention or a link."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(words: str, limit: int) -> str:
    """The words, shortened with … where they are longer."""
    return words if len(words) <= limit else words[: limit - 1] + "…"


def plain(words: str, limit: int) -> Block:
    """A text object in which nothing is markup. Slack takes no empty ones."""
    return {"type": "plain_text", "text": cut(words, limit) or " ", "emoji": False}


def lettered(words: str, limit: int, label: str = "") -> Block:
    """A text object with a bold label above the words; without the bold where the words would turn into markup."""
    bold = f"*{escaped(label)}*\n{escaped(words)}" if label else escaped(words)
    if _MARKS.search(label) or _MARKS.search(words) or "\n" in label or len(bold) > limit or not words:
        return plain(f"{label}\n{words}" if label else words, limit)
    return {"type": "mrkdwn", "text": bold, "verbatim": True}


def pieces(words: str, limit: int) -> Iterator[str]:
    """Long words in pieces of at most `limit`, parted at line ends where there are some."""
    rest = words
    while len(rest) > limit:
        at = rest.rfind("\n", limit // 2, limit)
        at = limit if at < 0 else at + 1
        piece, rest = rest[:at].rstrip("\n"), rest[at:]
        if piece.strip():
            yield piece
    if rest.strip():
        yield rest
