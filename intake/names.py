"""File names from outside, made safe to show and to store."""

from __future__ import annotations

import re
import unicodedata

from intake.limits import NAME_LENGTH

_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff<>:"|?*]')


def safe_name(name: str) -> str:
    """The last part of a path without control, direction or reserved characters; never empty, dotted or long."""
    last = re.split(r"[/\\]", name)[-1]
    plain = _UNSAFE.sub("", unicodedata.normalize("NFC", last)).strip(" .")
    if len(plain) > NAME_LENGTH:
        stem, dot, ending = plain.rpartition(".")
        keep = NAME_LENGTH - len(dot + ending)
        plain = stem[:keep] + dot + ending if 0 < len(ending) <= 10 else plain[:NAME_LENGTH]
    return plain or "file"
