"""What a button carries: (action, subject, version) and nothing else; checked for its shape when it comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Literal

from archive.words import Lang
from bot.slack.markup import Block, plain
from handlers.message import Choice, Click

Kind = Literal["do", "form", "say"]

LABEL = 75
VALUE = 2000
PER_ROW = 25
_ACTION = re.compile(r"[a-z][a-z_]{0,39}")
_KIND = re.compile(r"(do|form|say)\.\d{1,3}")
_SUBJECT = 1000


def rows(choices: Sequence[Choice], lang: Lang) -> list[Block]:
    """Action blocks for choices, at most 25 buttons in each."""
    made = [_button(choice, n, lang) for n, choice in enumerate(choices) if fits(choice, lang)]
    return [{"type": "actions", "elements": made[n : n + PER_ROW]} for n in range(0, len(made), PER_ROW)]


def fits(choice: Choice, lang: Lang) -> bool:
    """Whether a button can carry it; what can't be carried is only told in words."""
    return len(_value(choice, lang)) <= VALUE


def link(label: str, url: str, n: int) -> Block:
    """A button that opens an address of ours. Slack tells of the press as well; nothing follows from it."""
    return {"type": "button", "action_id": f"link.{n}", "text": plain(label, LABEL), "url": url}


def kind(action_id: object) -> Kind | None:
    """What pressing a button of ours asks for; None for a link and for what isn't ours."""
    found = _KIND.fullmatch(action_id) if isinstance(action_id, str) else None
    return found[1] if found else None  # type: ignore[return-value]


def written(click: Click) -> str:
    """A click's three as a string."""
    return json.dumps([click.action, click.subject, click.version], ensure_ascii=False, separators=(",", ":"))


def read(value: object) -> Click | None:
    """The click behind a value; None when it is not of the shape we make."""
    try:
        parts: Any = json.loads(value) if isinstance(value, str) and len(value) <= VALUE else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(parts, list) or len(parts) != 3:
        return None
    action, subject, version = parts
    if not (isinstance(action, str) and _ACTION.fullmatch(action) and isinstance(subject, str)):
        return None
    if len(subject) > _SUBJECT or type(version) is not int or not 0 <= version < 2**31:
        return None
    return Click(action, subject, version)


def _value(choice: Choice, lang: Lang) -> str:
    if choice.say:
        return choice.say.to(lang)
    return written(Click(choice.action, choice.subject, choice.version))


def _button(choice: Choice, n: int, lang: Lang) -> Block:
    what: Kind = "say" if choice.say else "form" if choice.form else "do"
    button: Block = {
        "type": "button",
        "action_id": f"{what}.{n}",
        "text": plain(choice.label.to(lang), LABEL),
        "value": _value(choice, lang),
    }
    return button if choice.style == "plain" else {**button, "style": choice.style}
