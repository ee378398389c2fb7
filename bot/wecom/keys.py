"""What a button carries: an action on a subject at a version, or words to be said; nothing else comes back from it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from archive.words import Lang
from handlers.message import Choice, Click

MOST = 1024  # bytes, WeCom's limit on a button's key
_ACTION = re.compile(r"[a-z_]{1,40}")
_SUBJECT = re.compile(r"[\w.:@/+-]{0,200}")


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key read back: a click, or words."""

    click: Click | None = None
    words: str = ""


def key_of(choice: Choice, lang: Lang) -> str | None:
    """The key of a button; None where it would be longer than WeCom takes."""
    if choice.say is not None:
        parts: list[str | int] = ["s", choice.say.to(lang)]
    else:
        parts = ["a", choice.action, choice.subject, choice.version]
    key = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return key if len(key.encode("utf-8", "replace")) <= MOST else None


def pressed(key: str) -> Pressed | None:
    """A key as it comes back; None for one that we did not make."""
    if len(key.encode("utf-8", "replace")) > MOST:
        return None
    try:
        parts = json.loads(key)
    except (ValueError, RecursionError):
        return None
    match parts:
        case ["s", str(words)] if words.strip():
            return Pressed(words=words)
        case ["a", str(action), str(subject), int(version)] if (
            _ACTION.fullmatch(action) and _SUBJECT.fullmatch(subject) and type(version) is int and 0 <= version < 2**31
        ):
            return Pressed(Click(action, subject, version))
    return None
