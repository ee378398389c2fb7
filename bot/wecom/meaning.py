"""What WeCom's answers mean: its errcodes as our errors, and what is no file."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from archive.errors import FileGone, Later, NoAnswer, NoScope, Problem, Unreachable

log = logging.getLogger("guidang.wecom")

PLATFORM = "企业微信 WeCom"
MIB = 1024 * 1024
CAP = 50 * MIB  # of a file that comes in

OLD_TOKEN = frozenset({40014, 42001, 41001})
#: errcode → seconds to wait
BUSY = {45009: 60, 45033: 5, 45047: 60, 45011: 60}
#: It will never arrive there.
GONE = frozenset({40003, 60111, 81013, 86001, 93006})
NOT_TRUSTED = 60020
NO_MEDIA = frozenset({40007, 41006})
_NO_RIGHT = frozenset({48002, 60011, 301002})
_SECRETS = frozenset({40001, 40013, *OLD_TOKEN})
_PAGE = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)


def problem(path: str, told: Mapping[str, Any]) -> Problem:
    """What an errcode means. Its words may hold our address, which check.py shows, and never a secret."""
    code = code_of(told)
    if code in BUSY:
        return Later(platform=PLATFORM, seconds=BUSY[code])
    detail = f"{path}: {code}"
    if code in GONE:
        return Unreachable(platform=PLATFORM, detail=detail)
    if code in NO_MEDIA:
        return FileGone(platform=PLATFORM, name=path)
    if code == NOT_TRUSTED:
        log.error("WeCom does not trust our address %s: add it under 企业可信IP", address_in(told) or "?")
        return NoAnswer(platform=PLATFORM, detail=f"{detail} (企业可信IP {address_in(told)})")
    if code in _NO_RIGHT:
        return NoScope(platform=PLATFORM, name=path, scope=str(code))
    if (40000 <= code < 50000 or 840000 <= code < 850000) and code not in _SECRETS:
        return NoAnswer(platform=PLATFORM, detail=detail, declined=True)
    return NoAnswer(platform=PLATFORM, detail=detail)


def declined(found: Problem) -> bool:
    """Whether WeCom will not have what we sent, which no waiting mends."""
    return bool(found.facts.get("declined"))


def address_in(told: Mapping[str, Any]) -> str:
    """The address WeCom saw us come from, where it tells it."""
    found = re.search(r"from ip: ?([0-9a-fA-F.:]{3,45})", str(told.get("errmsg", "")))
    return found[1].rstrip(".:") if found else ""


def is_page(data: bytes) -> bool:
    """Whether it is a web page, which no document of ours is."""
    return _PAGE.match(data[:2048]) is not None


def code_of(told: Mapping[str, Any]) -> int:
    """0 where all is well."""
    code = told.get("errcode", 0)
    return code if isinstance(code, int) else -1
