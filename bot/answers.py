"""A form filled in by words, where a platform has no window for it: what is asked, and what the answer says."""

from __future__ import annotations

from archive.words import Text, same
from handlers.message import Form, FormField, Input

#: The whole answer is one of these: nothing is done.
CANCEL = frozenset({"取消", "算了", "cancel", "stop"})
MINUTES = 10


def question(form: Form) -> Text:
    """What is asked: one answer for a form of one field, `field: value` lines for the others."""
    until = Text(
        f"（{MINUTES} 分钟内有效；不办了请回复「取消」）", f" (within {MINUTES} minutes; reply “cancel” to leave it)"
    )
    if len(form.fields) == 1:
        field = form.fields[0]
        hint = Text("", "") if field.hint is None else Text(f"，{field.hint.zh}", f"; {field.hint.en}")
        return Text("请回复", "Please reply with the ") + field.label + hint + until
    asked = Text("请回复要改的内容，一行一项：", "Please reply with what to change, one to a line:")
    for field in form.fields:
        mark = Text("（请核对）", " (please check)") if field.doubtful else Text("", "")
        asked += same("\n") + field.label + Text("：", ": ") + _shown(field) + mark
    return form.title + same("\n") + asked + same("\n") + until


def answers(form: Form, words: str) -> tuple[dict[str, str], tuple[Text, ...]]:
    """(values by field name, mistakes). Fields not named keep what the form holds; nothing is guessed."""
    values = {field.name: field.value for field in form.fields}
    if len(form.fields) == 1:
        field = form.fields[0]
        value, mistake = _chosen(field, words.strip())
        return {field.name: value}, (mistake,) if mistake else ()
    mistakes: list[Text] = []
    for line in filter(None, map(str.strip, words.splitlines())):
        name, mark, given = line.replace("：", ":", 1).partition(":")
        field_named = _named(form, name)
        if not mark or field_named is None:
            mistakes.append(Text(f"「{line[:40]}」不是「字段：值」", f"“{line[:40]}” is not “field: value”"))
            continue
        value, mistake = _chosen(field_named, given.strip())
        values[field_named.name] = value
        mistakes += [mistake] if mistake else []
    return values, tuple(mistakes)


def _named(form: Form, name: str) -> FormField | None:
    said = name.strip().lower()
    names = {word.lower(): field for field in form.fields for word in (field.label.zh, field.label.en, field.name)}
    return names.get(said)


def _chosen(field: FormField, given: str) -> tuple[str, Text | None]:
    if not given and field.required:
        return "", Text(f"请填写{field.label.zh}", f"please give the {field.label.en}")
    if field.input is not Input.CHOICE or not given:
        return given, None
    for value, label in field.options:
        if given.lower() in (value.lower(), label.zh.lower(), label.en.lower()):
            return value, None
    known = Text("、".join(label.zh for _, label in field.options), ", ".join(label.en for _, label in field.options))
    return field.value, Text(
        f"{field.label.zh}没有「{given[:20]}」，可选：{known.zh}",
        f"{field.label.en}: no “{given[:20]}”; one of {known.en}",
    )


def _shown(field: FormField) -> Text:
    if field.input is Input.CHOICE:
        return next((label for value, label in field.options if value == field.value), same(field.value))
    return same(field.value or "—")
