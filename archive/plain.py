"""Words from outside without the characters that are not seen and change how the others are read."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

#: Control characters other than tab and line feed, and those that turn the direction of what follows: with U+202E
#: before it 1.00 is shown as 00.1 to whoever decides (Unicode TR 36, 2.4; CVE-2021-42574). Halves of characters too
#: (surrogates), which some fonts map to: no database and no answer takes them.
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ud800-\udfff]"
)


def plain(text: str) -> str:
    """The text without them."""
    return _HIDDEN.sub("", text)


def plainly(value: T) -> T:
    """The value with every string in it made plain: dataclasses, mappings and tuples all the way down."""
    if isinstance(value, str):
        return value if type(value) is not str else plain(value)  # type: ignore[return-value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: plainly(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **changed)
    if isinstance(value, Mapping):
        return {key: plainly(each) for key, each in value.items()}  # type: ignore[return-value]
    if isinstance(value, tuple):
        return tuple(map(plainly, value))  # type: ignore[return-value]
    return value
