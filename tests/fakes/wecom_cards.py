"""What WeCom takes as a template card, by its documentation (path/90236, /101032); its advice is a rule here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

_FIELDS = {
    "text_notice": {
        "card_type", "source", "action_menu", "task_id", "main_title", "quote_area", "emphasis_content",
        "sub_title_text", "horizontal_content_list", "jump_list", "card_action",
    },
    "button_interaction": {
        "card_type", "source", "action_menu", "task_id", "main_title", "quote_area", "sub_title_text",
        "horizontal_content_list", "card_action", "button_selection", "button_list", "replace_text",
    },
}  # fmt: skip
_TASK = re.compile(r"[0-9A-Za-z_\-@]{1,128}")


def fault(card: Mapping[str, Any]) -> str:
    """What is wrong with a card; empty when nothing is."""
    kind = card.get("card_type")
    if kind not in _FIELDS:
        return "card_type"
    if unknown := set(card) - _FIELDS[kind]:
        return f"unknown {sorted(unknown)}"
    if not _TASK.fullmatch(card.get("task_id", "")):
        return "task_id"
    for found in (_title(card), _facts(card), _below(card), _source(card)):
        if found:
            return found
    return _buttons(card) if kind == "button_interaction" else _action(card)


def width(words: str) -> float:
    """In 字."""
    return sum(1 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in words)


def _title(card: Mapping[str, Any]) -> str:
    title = card.get("main_title", {})
    if set(title) - {"title", "desc"} or not title.get("title"):
        return "main_title"
    return "main_title is too long" if width(title["title"]) > 26 or width(title.get("desc", "")) > 30 else ""


def _facts(card: Mapping[str, Any]) -> str:
    facts = card.get("horizontal_content_list", [])
    if len(facts) > 6 or ("horizontal_content_list" in card and not facts):
        return "horizontal_content_list"
    for fact in facts:
        if set(fact) != {"keyname", "value"} or not fact["keyname"] or not fact["value"]:
            return "horizontal_content"
        if width(fact["keyname"]) > 5 or width(fact["value"]) > 26:
            return "horizontal_content is too long"
    return ""


def _below(card: Mapping[str, Any]) -> str:
    words = card.get("sub_title_text", "-")
    return "sub_title_text" if not words or width(words) > 112 else ""


def _source(card: Mapping[str, Any]) -> str:
    source = card.get("source", {})
    if set(source) - {"icon_url", "desc", "desc_color"} or source.get("desc_color", 0) not in (0, 1, 2, 3):
        return "source"
    return "source is too long" if width(source.get("desc", "")) > 13 else ""


def _buttons(card: Mapping[str, Any]) -> str:
    buttons = card.get("button_list", [])
    if not 1 <= len(buttons) <= 6:
        return "button_list"
    keys = [button.get("key", "") for button in buttons]
    if len(set(keys)) < len(keys):
        return "the same key twice"
    for button in buttons:
        if set(button) - {"text", "style", "key", "type", "url"} or not button.get("text"):
            return "button"
        if width(button["text"]) > 10 or button.get("style", 1) not in (1, 2, 3, 4):
            return "button text or style"
        if not 1 <= len(button["key"].encode()) <= 1024:
            return "button key"
    return ""


def _action(card: Mapping[str, Any]) -> str:
    action = card.get("card_action", {})
    return "" if action.get("type") == 1 and str(action.get("url", "")).startswith("http") else "card_action"
