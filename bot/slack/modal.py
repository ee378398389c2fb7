"""Forms ↔ Slack's windows (modals): fields out with what stands in them, values back as words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from archive.words import Lang, Text
from bot.slack.markup import Block, cut, plain
from handlers.message import Form, FormField, Input

TITLE = 24
_LABEL = 2000
_HINT = 150
_OPTION = 75
_OPTION_VALUE = 150
_OPTIONS = 100
_METADATA = 3000
_LONGEST = 3000
CLOSE = Text("取消", "Cancel")
CALLBACK = "form"


def window(form: Form, metadata: str, lang: Lang) -> Block:
    """The view that asks for a form's values. Raises ValueError when it can't be told whence it comes."""
    if len(metadata) > _METADATA:
        raise ValueError("metadata of a window is too long")
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": metadata,
        "title": plain(form.title.to(lang), TITLE),
        "submit": plain(form.submit.to(lang), TITLE),
        "close": plain(CLOSE.to(lang), TITLE),
        "blocks": [_asked(field, lang) for field in form.fields[:100]],
    }


def values(state: Mapping[str, Any]) -> dict[str, str]:
    """What was filled in, by field; an empty field is an empty string."""
    found: dict[str, str] = {}
    given = state.get("values")
    for name, elements in given.items() if isinstance(given, Mapping) else ():
        for element in elements.values() if isinstance(elements, Mapping) else ():
            if isinstance(element, Mapping):
                found[str(name)] = _filled(element)
    return found


def _filled(element: Mapping[str, Any]) -> str:
    option = element.get("selected_option")
    chosen = option.get("value") if isinstance(option, Mapping) else None
    value = element.get("value") or element.get("selected_date") or chosen
    return value if isinstance(value, str) else ""


def _asked(field: FormField, lang: Lang) -> Block:
    mark = "⚠️ " if field.doubtful else ""
    block: Block = {
        "type": "input",
        "block_id": field.name,
        "label": plain(mark + field.label.to(lang), _LABEL),
        "optional": not field.required,
        "element": {"action_id": "value", **_element(field, lang)},
    }
    return {**block, "hint": plain(field.hint.to(lang), _LABEL)} if field.hint else block


def _element(field: FormField, lang: Lang) -> Block:
    if field.input is Input.CHOICE and (options := _options(field, lang)):
        chosen = next((o for o in options if o["value"] == field.value), None)
        return {"type": "static_select", "options": options, **({"initial_option": chosen} if chosen else {})}
    if field.input is Input.DATE:
        return {"type": "datepicker", **({"initial_date": field.value} if _is_date(field.value) else {})}
    text: Block = {"type": "plain_text_input", "multiline": field.input is Input.LINES, "max_length": _LONGEST}
    if field.value:
        text["initial_value"] = cut(field.value, _LONGEST)
    if field.input is Input.MONEY:  # not Slack's number field: it takes no 1,234.50
        text["placeholder"] = plain("1,234.50", _HINT)
    return text


def _options(field: FormField, lang: Lang) -> list[Block]:
    """At most a hundred, the one that stands there among them."""
    fit = [(value, label) for value, label in field.options if 0 < len(value) <= _OPTION_VALUE]
    shown = sorted(fit, key=lambda option: option[0] != field.value)[:_OPTIONS] if len(fit) > _OPTIONS else fit
    return [{"text": plain(label.to(lang), _OPTION), "value": value} for value, label in shown]


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
