"""The unit a report is asked for in: 利润表 2026-09 万元, income statement in thousands."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reports.page import THOUSAND, WAN, YUAN, Unit

_UNITS: Mapping[str, Unit] = {
    "万元": WAN,
    "千元": THOUSAND,
    "元": YUAN,
    "wan": WAN,
    "ten thousands": WAN,
    "thousands": THOUSAND,
    "yuan": YUAN,
}
#: A unit stands alone or after 单位 or «in»; 100元 and 三万元 are amounts.
_ASKED = re.compile(
    rf"(?:^|(?<=[\s,，;；]))(?:(?:金额)?单位\s*[:：]?\s*|以|in\s+(?:cny\s+)?)?({'|'.join(_UNITS)})(?:为单位|计)?(?=$|[\s,，;；])",
    re.IGNORECASE,
)


def find_unit(words: str) -> tuple[Unit | None, str]:
    """The unit named in the words, and the words without it; None where none is named."""
    match = _ASKED.search(words)
    if match is None:
        return None, words
    rest = f"{words[: match.start()].rstrip(' ,，;；')} {words[match.end() :].lstrip(' ,，;；')}".strip()
    return _UNITS[match[1].lower()], rest
