"""A filled-in form as a document: each value parsed, and what is wrong with it told by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

from archive.document import FIELD_NAMES, Document, Kind
from archive.errors import BadValue
from archive.money import parse_amount
from archive.words import Text
from handlers.context import Context

_MONEY = frozenset({"amount_excl_tax", "tax", "total"})
_FROM_LIST = Text("请从列表中选择。", "Choose one of the list.")
#: What of a document a form can fill in.
FIELDS = frozenset(f.name for f in fields(Document)) & {*FIELD_NAMES, "kind"}


def corrected(document: Document, values: Mapping[str, str]) -> Document:
    """The document with the form's values put in. Raises BadValue naming the field and how to write it."""
    new: dict[str, Any] = {name: _parsed(name, value.strip()) for name, value in values.items() if name in FIELDS}
    return replace(document, **new)


def mistakes_in(values: Mapping[str, str]) -> dict[str, Text]:
    """What can't be taken of a form's values, by field."""
    wrong = {}
    for name, value in values.items():
        if name not in FIELDS:
            continue
        try:
            _parsed(name, value.strip())
        except BadValue as error:
            wrong[name] = error.text()
    return wrong


def _parsed(name: str, value: str) -> object:
    if name == "kind":
        return _kind(value)
    if not value:
        return "CNY" if name == "currency" else None
    if name == "date":
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            hint = Text("请写成 2026-10-05。", "Write it as 2026-10-05.")
            raise BadValue(field=FIELD_NAMES[name], value=value, hint=hint) from error
    if name in _MONEY:
        amount = parse_amount(value)
        if amount is None:
            hint = Text("请写成 1234.56。", "Write it as 1234.56.")
            raise BadValue(field=FIELD_NAMES[name], value=value, hint=hint)
        return amount
    if len(value) > 200:
        hint = Text("最多 200 个字。", "200 characters at most.")
        raise BadValue(field=FIELD_NAMES[name], value=value[:20] + "…", hint=hint)
    return value


def category_of(ctx: Context, value: str, before: str) -> str:
    """The expense category chosen. Raises BadValue for one there isn't."""
    if value not in {*(c.name.zh for c in ctx.categories), ctx.no_category.zh, before}:
        raise BadValue(field=FIELD_NAMES["category"], value=value[:20], hint=_FROM_LIST)
    return value


def _kind(value: str) -> Kind:
    try:
        return Kind(value)
    except ValueError as error:
        raise BadValue(field=Text("票据种类", "Kind"), value=value[:20], hint=_FROM_LIST) from error
