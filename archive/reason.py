"""原因：… at the end of what is said: why something is done."""

from __future__ import annotations

import re

_WHY = re.compile(r"(?:，|,|；|;|\s)*(?:原因|理由|because)\s*[:：]?\s*", re.IGNORECASE)


def split(words: str) -> tuple[str, str]:
    """The words before 原因：, and those behind it ("" where no reason is given)."""
    parts = _WHY.split(words, maxsplit=1)
    return parts[0].strip(), parts[1].strip() if len(parts) > 1 else ""
