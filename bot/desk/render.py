"""Replies → plain documents in both languages → JSON for the browser in one. Pure.

A document holds each sentence as {"zh": …, "en": …}, so a stored message can be shown in either language years later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from archive.words import Lang, Text
from bot.handout import SHOWN
from handlers.message import Card, Choice, Fact, Form, FormField, OutFile, Reply
from storage.talk import Said

Doc = dict[str, Any]

_SUM = r"[-−+]?\s?([¥￥]|\$|€|£|[A-Z]{3})?\s?[-−]?\d{1,3}(,?\d{3})*\.\d{2}(\s?(元|[A-Z]{3}))?"
_MONEY = re.compile(rf"{_SUM}( \+ {_SUM})?")
#: Pictures a browser may show in place; anything else is handed out as a download (SVG can carry scripts).


def reply_doc(reply: Reply, files: Sequence[tuple[OutFile, str, int]] = ()) -> Doc:
    """A reply in both languages; `files` are its files with the id they are held under and their size in bytes."""
    return {
        "text": _both(reply.text),
        "cards": [card_doc(card) for card in reply.cards],
        "files": [_file_doc(out, held, size) for out, held, size in files],
        "choices": [choice_doc(choice) for choice in reply.choices],
    }


def card_doc(card: Card) -> Doc:
    """A card in both languages."""
    return {
        "title": _both(card.title),
        "facts": [_fact_doc(fact) for fact in card.facts],
        "flags": [_both(flag) for flag in card.flags],
        "choices": [choice_doc(choice) for choice in card.choices],
        "status": _both(card.status),
        "tone": card.tone,
        "about": card.about,
        "picture": card.picture and bool(card.about),
    }


def choice_doc(choice: Choice) -> Doc:
    """A button in both languages, with the form it opens."""
    return {
        "label": _both(choice.label),
        "action": choice.action,
        "subject": choice.subject,
        "version": choice.version,
        "style": choice.style,
        "form": None if choice.form is None else form_doc(choice.form),
        "say": _both(choice.say),
    }


def form_doc(form: Form) -> Doc:
    """A form in both languages."""
    fields = [_field_doc(field) for field in form.fields]
    return {"title": _both(form.title), "fields": fields, "submit": _both(form.submit)}


def own_doc(key: str, text: str, files: Sequence[tuple[str, int]]) -> Doc:
    """What a person said themselves: their words, and names and sizes of their files. The page knows it by `key`."""
    sent = [{"name": name, "media_type": "", "size": size, "file": "", "preview": False} for name, size in files]
    return {"key": key, "text": text, "cards": [], "files": sent, "choices": []}


def said_json(said: Said, lang: Lang) -> Doc:
    """A stored message for the browser. Ids of held files stay here; the browser gets addresses."""
    body = in_lang(said.body, lang)
    files = [
        {
            "name": file["name"],
            "size": file["size"],
            "preview": file["preview"],
            "href": f"/api/files/{said.id}/{n}" if file["file"] else "",
        }
        for n, file in enumerate(body["files"])
    ]
    stamp = said.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    place = {"id": said.id, "conversation": topic_of(said.conversation), "seq": said.seq, "at": stamp}
    return {**body, **place, "mine": said.mine, "taken": said.taken, "files": files}


def topic_of(conversation: str) -> str:
    """The topic in a conversation's address."""
    return conversation.rpartition(":")[2]


def last_line(body: Mapping[str, Any], lang: Lang) -> str:
    """One line to know a message by: its words, else its first card, else its first file."""
    shown = in_lang(body, lang)
    titles = [card["title"] for card in shown["cards"]] + [file["name"] for file in shown["files"]]
    words = shown["text"] or (titles[0] if titles else "")
    return words.strip().split("\n")[0][:80] if words else ""


def in_lang(value: Any, lang: Lang) -> Any:
    """The same document with every {"zh", "en"} replaced by the sentence in this language."""
    if isinstance(value, Mapping):
        if value.keys() == {"zh", "en"}:
            return value[lang]
        return {name: in_lang(part, lang) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [in_lang(part, lang) for part in value]
    return value


def _both(words: Text | str | None) -> Doc | str | None:
    return {"zh": words.zh, "en": words.en} if isinstance(words, Text) else words


def _fact_doc(fact: Fact) -> Doc:
    words = fact.value.zh if isinstance(fact.value, Text) else fact.value
    amount = _MONEY.fullmatch(words.strip()) is not None
    return {"label": _both(fact.label), "value": _both(fact.value), "flagged": fact.flagged, "amount": amount}


def _field_doc(field: FormField) -> Doc:
    return {
        "name": field.name,
        "label": _both(field.label),
        "input": field.input.value,
        "value": field.value,
        "required": field.required,
        "doubtful": field.doubtful,
        "hint": _both(field.hint),
        "options": [[value, _both(label)] for value, label in field.options],
    }


def _file_doc(out: OutFile, held: str, size: int) -> Doc:
    preview = out.preview and out.media_type in SHOWN
    return {"name": out.name, "media_type": out.media_type, "size": size, "file": held, "preview": preview}
