"""[ask]: a language model that puts questions into the words of our grammar. Off unless a url is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

KNOWN: Mapping[str, set[str]] = {"ask": {"url", "model", "key_file", "timeout"}}


@dataclass(frozen=True, slots=True)
class Model:
    """Anything that speaks OpenAI's chat completions. `url` up to and without `/chat/completions`."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    timeout: int = 8  # s; the asker waits


def read(env: Mapping[str, str], given: Mapping[str, Mapping[str, Any]], mistakes: list[str]) -> Model | None:
    """The model; None where no url is set. The key is a file's content, or ASK_KEY."""
    part = given.get("ask", {})
    url, model = str(part.get("url", "")), str(part.get("model", ""))
    if not url:
        if part:
            mistakes.append("ask.url is missing")
        return None
    parts = urlsplit(url)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme not in ("https", "http") or not parts.hostname or (parts.scheme == "http" and not local):
        mistakes.append(f"ask.url = {url!r} must be https (http only on this machine)")
    if not model:
        mistakes.append("ask.model is missing")
    timeout = part.get("timeout", 8)
    if not isinstance(timeout, int) or not 1 <= timeout <= 30:
        mistakes.append(f"ask.timeout = {timeout!r} is not within 1…30")
        timeout = 8
    return Model(url.rstrip("/"), model, _key(env, part, mistakes), timeout)


def _key(env: Mapping[str, str], part: Mapping[str, Any], mistakes: list[str]) -> str:
    if not part.get("key_file"):
        return str(env.get("ASK_KEY", ""))
    try:
        return Path(str(part["key_file"])).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"ask.key_file: {error}")
        return ""
