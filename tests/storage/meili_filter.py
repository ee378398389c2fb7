"""Meilisearch's filter expressions, as its documentation has them: =, !=, >, >=, <, <=, TO, IN, AND, OR, NOT, (…)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<sign>!=|>=|<=|[=<>()\[\],])|(?P<word>[\w.-]+))"""
)


class BadFilter(Exception):
    """The expression is wrong, or names an attribute that isn't filterable."""


def matches(doc: dict[str, Any], expression: str | Sequence[str | Sequence[str]], filterable: Sequence[str]) -> bool:
    """A string, or an array whose parts must all hold, arrays inside it being alternatives."""
    if isinstance(expression, str):
        return _Parser(expression, filterable, doc).whole()
    results = [
        matches(doc, part, filterable) if isinstance(part, str) else _any(doc, part, filterable) for part in expression
    ]
    return all(results)


def _any(doc: dict[str, Any], parts: Sequence[str], filterable: Sequence[str]) -> bool:
    results = [matches(doc, part, filterable) for part in parts]  # all of them, so that mistakes always show
    return any(results)


class _Parser:
    """Recursive descent; everything is parsed, whatever the outcome, so that mistakes always show."""

    def __init__(self, text: str, filterable: Sequence[str], doc: dict[str, Any]) -> None:
        self._tokens, self._filterable, self._doc = self._cut(text), filterable, doc

    @staticmethod
    def _cut(text: str) -> list[tuple[str, str]]:
        tokens, at = [], 0
        while at < len(text.rstrip()):
            m = _TOKEN.match(text, at)
            if m is None:
                raise BadFilter(f"Found unexpected characters at the end of the filter: `{text[at:]}`")
            kind = m.lastgroup or ""
            value = m[kind]
            tokens.append((kind, re.sub(rf"\\{value[0]}", value[0], value[1:-1]) if kind == "quoted" else value))
            at = m.end()
        return tokens

    def whole(self) -> bool:
        result = self._either()
        if self._tokens:
            raise BadFilter(f"Found unexpected characters at the end of the filter: `{self._tokens[0][1]}`")
        return result

    def _either(self) -> bool:
        result = self._both()
        while self._word("OR"):
            result = self._both() or result
        return result

    def _both(self) -> bool:
        result = self._one()
        while self._word("AND"):
            result = self._one() and result
        return result

    def _one(self) -> bool:
        if self._word("NOT"):
            return not self._one()
        if self._sign("("):
            result = self._either()
            self._need(")")
            return result
        return self._condition()

    def _condition(self) -> bool:
        name = self._next()[1]
        if name not in self._filterable:
            raise BadFilter(
                f"Attribute `{name}` is not filterable. Available filterable attributes: {self._filterable}"
            )
        values = self._doc.get(name)
        values = values if isinstance(values, list) else [] if values is None else [values]
        if self._word("IN"):
            wanted = self._list()
            return any(_same(value, each) for value in values for each in wanted)
        kind, sign = self._next()
        if kind == "word":
            self._tokens.insert(0, (kind, sign))
            low = self._number()
            if not self._word("TO"):
                raise BadFilter("Was expecting an operation")
            high = self._number()
            return any(isinstance(v, int | float) and low <= v <= high for v in values)
        if sign in ("=", "!="):
            wanted_one = self._next()[1]
            return any(_same(value, wanted_one) for value in values) == (sign == "=")
        if sign not in (">", ">=", "<", "<="):
            raise BadFilter(f"Was expecting an operation, got `{sign}`")
        bound = self._number()
        compare = {
            ">": lambda v: v > bound,
            ">=": lambda v: v >= bound,
            "<": lambda v: v < bound,
            "<=": lambda v: v <= bound,
        }
        return any(isinstance(v, int | float) and compare[sign](v) for v in values)

    def _list(self) -> list[str]:
        self._need("[")
        values: list[str] = []
        while not self._sign("]"):
            if values:
                self._need(",")
            kind, value = self._next()
            if kind == "sign":
                raise BadFilter("Expected only comma-separated field names inside `IN[..]`")
            values.append(value)
        return values

    def _number(self) -> float:
        kind, value = self._next()
        try:
            return float(value)
        except ValueError:
            raise BadFilter(f"Expected a number, got `{value}` ({kind})") from None

    def _next(self) -> tuple[str, str]:
        if not self._tokens:
            raise BadFilter("Unexpected end of filter")
        return self._tokens.pop(0)

    def _word(self, word: str) -> bool:
        return self._took("word", word)

    def _sign(self, sign: str) -> bool:
        return self._took("sign", sign)

    def _took(self, kind: str, value: str) -> bool:
        if self._tokens and self._tokens[0] == (kind, value):
            self._tokens.pop(0)
            return True
        return False

    def _need(self, sign: str) -> None:
        if not self._sign(sign):
            raise BadFilter(f"Missing `{sign}`")


def _same(value: Any, wanted: str) -> bool:
    """Strings are compared without regard to capitals; numbers as numbers."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(wanted) == value
        except ValueError:
            return False
    return str(value).lower() == wanted.lower()
