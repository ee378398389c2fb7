"""Our cards and forms → Adaptive Cards 1.5, within what Teams shows. Pure.

Teams takes about 28 kB a card and shows six buttons. Short forms that hold nothing yet (a reason) unfold in the card;
others open in a window of their own, for the sender alone, so that nobody reads along.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from archive.words import Lang, Text, spoken
from bot.plain import plain_card
from bot.teams.incoming import TYPED
from handlers.message import Card, Choice, Fact, Form, FormField, Input

Doc = dict[str, Any]

ADAPTIVE = "application/vnd.microsoft.card.adaptive"
SHOWN = 6  # buttons side by side; the rest goes into the card's own menu
LIMIT = 25_000  # bytes of a card, below the 28 kB Teams takes
_LONGEST = {"title": 300, "value": 400, "flag": 300, "button": 60, "plain": 2_000, "text": 6_000}
_STYLES = {"primary": "positive", "danger": "destructive", "plain": "default"}
_BOX = {"plain": "emphasis", "good": "good", "wait": "warning", "bad": "attention"}
_SPECIAL = re.compile(r"([\\`*_\[\]~|<>]|&(?=#?\w+;))")
_LISTED = re.compile(r"^(\s*)([-+#]|\d+[.)])(?=\s)", re.MULTILINE)
_FEW = 4  # facts that stay before warnings are left out
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_INLINE = 2  # fields of a form that may unfold in the card
MONEY = Text("例：1234.56", "e.g. 1234.56")


def card_of(card: Card, lang: Lang, words: str = "") -> Doc:
    """The card; `words` stand above it."""
    facts = [f for f in card.facts if not f.flagged]
    body: list[Doc] = [_block(words)] if words else []
    head = [_line(card.title.to(lang), "title", weight="Bolder", size="Medium")]
    head += [_line(card.status.to(lang), "title", isSubtle=True, spacing="None")] if card.status else []
    body.append({"type": "Container", "style": _BOX[card.tone], "bleed": True, "items": head})
    body += [{"type": "FactSet", "facts": [_fact(f, lang) for f in facts]}] if facts else []
    body += [_line("⚠ " + _said(f, lang), "value", color="Attention", spacing="Small") for f in card.facts if f.flagged]
    body += [_line("⚠ " + flag.to(lang), "flag", color="Warning", spacing="Small") for flag in card.flags]
    return _fitted(_whole(body, _actions(card.choices, lang), plain_card(card, lang)), lang)


def words_card(words: str, choices: Sequence[Choice], lang: Lang) -> Doc:
    """What can be pressed next, below its words."""
    return _fitted(_whole([_block(words)], _actions(choices, lang), words), lang)


def form_card(form: Form, click: Mapping[str, Any], lang: Lang, wrong: Mapping[str, Text] | None = None) -> Doc:
    """The form as a card; sending it off brings `click` and the values. `wrong`: what was found amiss, by field."""
    send = _button(form.submit.to(lang), {"type": "Action.Submit", "data": dict(click)})
    inputs = [part for field in form.fields for part in _field(field, lang, (wrong or {}).get(field.name))]
    others = [text.to(lang) for name, text in (wrong or {}).items() if name not in {f.name for f in form.fields}]
    inputs = [_line("⚠ " + text, "flag", color="Attention") for text in others] + inputs
    return _whole(inputs, [send], form.title.to(lang))


def link_card(name: str, url: str, words: str, lang: Lang) -> Doc:
    """A file that is fetched from our own server."""
    open_ = {"type": "Action.OpenUrl", "title": Text("打开", "Open").to(lang), "url": url}
    body = [_line(name, "title", weight="Bolder"), _line(words, "flag", isSubtle=True, spacing="None")]
    return _whole(body, [open_], f"{name} {url}")


def data_of(choice: Choice) -> Doc:
    """What a button carries: no more than what to do, to what, and as it stood."""
    return {"action": choice.action, "subject": choice.subject, "version": choice.version}


def shown(text: str) -> str:
    """Words that are not ours, so that no part of them is taken for Markdown: no links, no headings, no lists."""
    return _LISTED.sub("\\1\u200b\\2", _SPECIAL.sub(r"\\\1", clean(text)))


def clean(text: str) -> str:
    """Without what no screen shows and no markup takes: control characters, halves of characters."""
    return _UNSEEN.sub("", text)


def cut(text: str, longest: int) -> str:
    """The beginning, where there is more than fits."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def size_of(doc: Any) -> int:
    """As Teams counts: its JSON in UTF-16."""
    return len(json.dumps(doc, ensure_ascii=False).encode("utf-16-le", "surrogatepass"))


def _whole(body: list[Doc], actions: list[Doc], plain: str) -> Doc:
    whole: Doc = {
        "type": "AdaptiveCard", "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "version": "1.5",
        "body": body, "fallbackText": cut(plain, _LONGEST["plain"]),
    }  # fmt: skip
    return {**whole, "actions": actions} if actions else whole


def _fitted(whole: Doc, lang: Lang) -> Doc:
    """Too much for Teams: plain facts from the end are left out, then lines, and the card says so. Its buttons stay."""
    if size_of(whole) <= LIMIT:
        return whole
    more = _line(Text("…更多内容请点开查看", "… open it to see the rest").to(lang), "flag", isSubtle=True)
    whole = {**whole, "fallbackText": cut(str(whole["fallbackText"]), 300)}
    body: list[Doc] = list(whole["body"])
    while size_of({**whole, "body": [*body, more]}) > LIMIT:
        many = next((n for n, part in enumerate(body) if len(part.get("facts", ())) > _FEW), None)
        if many is not None:
            facts = body[many]["facts"]
            body[many] = {**body[many], "facts": facts[: len(facts) // 2]}
        elif len(body) > 1 and body[-1]["type"] == "TextBlock":
            body.pop()
        else:
            break
    return {**whole, "body": [*body, more]}


def _line(text: str, what: str, **look: Any) -> Doc:
    return {"type": "TextBlock", "text": shown(cut(text, _LONGEST[what])) or " ", "wrap": True, **look}


def _block(text: str) -> Doc:
    """Several lines: in Markdown a line ends where an empty one follows."""
    whole = shown(cut(text, _LONGEST["text"]))
    return {"type": "TextBlock", "text": re.sub(r"\n+", "\n\n", whole) or " ", "wrap": True}


def _fact(fact: Fact, lang: Lang) -> Doc:
    value = shown(cut(spoken(fact.value, lang), _LONGEST["value"]))
    return {"title": shown(fact.label.to(lang)), "value": value or "—"}


def _said(fact: Fact, lang: Lang) -> str:
    return fact.label.to(lang) + (": " if lang == "en" else "：") + spoken(fact.value, lang)


def _actions(choices: Sequence[Choice], lang: Lang) -> list[Doc]:
    made = [_action(choice, lang) for choice in choices]
    return made[:SHOWN] + [{**action, "mode": "secondary"} for action in made[SHOWN:]]


def _action(choice: Choice, lang: Lang) -> Doc:
    title, look = choice.label.to(lang), {"style": _STYLES[choice.style]}
    if choice.say is not None:  # comes back as a message of theirs, in a group chat too
        words = choice.say.to(lang)
        back = {"type": "messageBack", "displayText": words, "text": words, "value": {}}
        return _button(title, {"type": "Action.Submit", "data": {"msteams": back}, **look})
    if choice.form is None:
        return _button(title, {**_execute(choice), **look})
    if unfolds(choice.form):
        inner = [part for field in choice.form.fields for part in _field(field, lang, None)]
        send = _button(choice.form.submit.to(lang), {**_execute(choice), **look})
        return _button(title, {"type": "Action.ShowCard", "card": _inner(inner, send), **look})
    data = {"msteams": {"type": "task/fetch"}, **data_of(choice)}
    return _button(title, {"type": "Action.Submit", "data": data, **look})


def unfolds(form: Form) -> bool:
    """Whether a form may stand in a card that others see: short, and nothing in it yet."""
    return len(form.fields) <= _INLINE and not any(field.value for field in form.fields)


def _execute(choice: Choice) -> Doc:
    data = {"subject": choice.subject, "version": choice.version}
    return {"type": "Action.Execute", "verb": choice.action, "data": data}


def _button(title: str, action: Doc) -> Doc:
    return {**action, "title": cut(title, _LONGEST["button"])}


def _inner(body: list[Doc], send: Doc) -> Doc:
    return {"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": [send]}


def _field(field: FormField, lang: Lang, wrong: Text | None) -> Iterable[Doc]:
    label = field.label.to(lang) + (Text("（请核对）", " (please check)").to(lang) if field.doubtful else "")
    given: Doc = {"id": TYPED + field.name, "label": label}
    if field.required:
        given |= {"isRequired": True, "errorMessage": Text("请填写", "Please fill it in").to(lang)}
    if field.value and not (field.input is Input.DATE and not _is_date(field.value)):
        given["value"] = field.value
    hint = field.hint or (MONEY if field.input is Input.MONEY else None)
    if hint is not None and field.input is not Input.CHOICE:
        given["placeholder"] = hint.to(lang)
    yield {**given, **_kind(field, lang)}
    if wrong is not None:
        yield _line("⚠ " + wrong.to(lang), "flag", color="Attention", spacing="None")


def _kind(field: FormField, lang: Lang) -> Doc:
    match field.input:
        case Input.CHOICE:
            choices = [{"title": label.to(lang), "value": value} for value, label in field.options]
            return {"type": "Input.ChoiceSet", "style": "compact", "choices": choices}
        case Input.DATE:
            return {"type": "Input.Date"}
        case Input.LINES:
            return {"type": "Input.Text", "isMultiline": True, "maxLength": 1_000}
        case _:
            return {"type": "Input.Text", "maxLength": 500}


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
