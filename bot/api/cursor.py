"""Cursors: the place in a list as a short opaque word, good for going on after it and for nothing else."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from aiohttp import web

from archive.errors import BadField
from archive.words import Text

MOST = 200
AGAIN = Text("请用上一页给出的 next。", "Please use `next` of the page before.")


def encoded(*parts: str | int) -> str:
    """The parts as one word."""
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def decoded(word: str, *kinds: type) -> tuple[Any, ...]:
    """The parts again. Raises BadField for anything but a cursor of this list."""
    try:
        parts = json.loads(base64.b64decode(word + "=" * (-len(word) % 4), b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise BadField(field="cursor", hint=AGAIN) from error
    right = isinstance(parts, list) and [type(part) for part in parts] == list(kinds)
    if not right or any(isinstance(part, int) and not 0 <= part < 2**53 for part in parts):
        raise BadField(field="cursor", hint=AGAIN)
    return tuple(parts)


def limit_of(request: web.Request, usual: int = 50) -> int:
    """How many are asked for: 1…200. Raises BadField."""
    words = request.query.get("limit", str(usual))
    if not (words.isascii() and words.isdigit() and 1 <= int(words[:9]) <= MOST):
        raise BadField(field="limit", hint=Text(f"1 到 {MOST} 之间。", f"Between 1 and {MOST}."))
    return int(words)
