"""The forms of the Ministry as data: lines, what they are made of, since when they hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from archive.chart import Roles, roles_of
from archive.words import Text


@dataclass(frozen=True, slots=True)
class Term:
    """A role, with `tag` only what is set apart so ("" the rest); `take` 借 or 贷: details on that side only."""

    role: str
    tag: str | None = None
    take: str = ""  # "", 借, 贷, 二级借, 二级贷


@dataclass(frozen=True, slots=True)
class FormLine:
    """One printed line. Of `terms`, `plus` and `key` one tells its figure; a head has none of them."""

    name: str
    label: Text
    terms: tuple[Term, ...] = ()
    credit: bool = False  # the side on which its figure is positive
    plus: tuple[tuple[int, str], ...] = ()  # sign and line
    key: str = ""  # of cash flow lines: which flow
    keys: tuple[str, ...] = ()  # and further ones
    out: bool = False  # paid: printed positive
    part: str = ""  # assets, liabilities
    bold: bool = False
    indent: int = 0
    input: str = ""
    head: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A figure no account holds, which a person gives: a part of one line that belongs to another."""

    key: str
    name: Text
    source: str  # the line it comes from; "" where it stands by itself
    target: str
    ask: bool = False  # asked for wherever its source isn't nothing


@dataclass(frozen=True, slots=True)
class Form:
    """One statement's form."""

    id: str
    standard: str
    kind: str  # balance, income, cash, indirect, equity
    number: str
    title: Text
    source: str
    since: date
    early: date | None
    columns: tuple[str, ...]
    printed: tuple[str, ...]
    lines: tuple[FormLine, ...]
    inputs: tuple[Wanted, ...]
    rest: Mapping[str, str]
    facts: Mapping[str, str]

    def line(self, name: str) -> FormLine | None:
        """By its name."""
        return next((x for x in self.lines if x.name == name and not x.head), None)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a counterpart on each side stands for, or which class it is of."""

    term: Term
    debit: str
    credit: str


@dataclass(frozen=True, slots=True)
class CashRules:
    """How cash flows and the indirect schedule are told from counterparts."""

    counterparts: tuple[Rule, ...]
    items: Mapping[str, str]  # a cash flow item's plain name → its key
    classes: tuple[Rule, ...]
    added_back: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Forms:
    """Everything statements are made by."""

    roles: Roles
    forms: tuple[Form, ...]
    cash: CashRules

    def find(self, kind: str, standard: str, at: date, early: Sequence[str] = ()) -> Form | None:
        """The form in force at a day; a later one where the company uses it early; the first one before all of them."""
        fits = [
            f
            for f in self.forms
            if f.kind == kind and f.standard == standard
            and (f.since <= at or (f.id in early and f.early is not None and f.early <= at))
        ]  # fmt: skip
        mine = (f for f in self.forms if f.kind == kind and f.standard == standard)
        return max(fits, key=lambda f: f.since, default=None) or min(mine, key=lambda f: f.since, default=None)


def item_name(words: str) -> str:
    """A cash flow item in the form it is compared in: without numbers, blanks and brackets."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", words))
    text = re.sub(r"^(?:[A-Za-z0-9.\-_]+|[(（]?[一二三四五六七八九十0-9]+[)）、.])+", "", text)
    return re.sub(r"[,，、;；()（）]|(?:净)?额$", "", text)


def term(words: str) -> Term:
    """应收账款:借, 坏账准备/其他应收款, 固定资产."""
    role, _, take = words.partition(":")
    role, slash, tag = role.partition("/")
    return Term(role, tag if slash else None, take)


def forms_of(roles: Mapping[str, Any], cash: Mapping[str, Any], tables: Sequence[Mapping[str, Any]]) -> Forms:
    """All of it from JSON tables."""
    items = {item_name(name): key for key, names in cash["items"].items() for name in names}
    rules = CashRules(
        tuple(Rule(term(r["of"]), r["debit"], r["credit"]) for r in cash["counterparts"]),
        items,
        tuple(Rule(term(r["of"]), r["as"], r["as"]) for r in cash["classes"]),
        tuple(Rule(term(r["of"]), r["as"], r["as"]) for r in cash["added_back"]),
    )
    return Forms(roles_of(roles), tuple(_form(t) for t in tables), rules)


def _form(table: Mapping[str, Any]) -> Form:
    known = {"id", "standard", "kind", "number", "title", "en", "source", "since", "early", "columns", "printed",
             "lines", "inputs", "rest"}  # fmt: skip
    return Form(
        id=table["id"], standard=table["standard"], kind=table["kind"], number=table["number"],
        title=Text(table["title"], table["en"]), source=table["source"], since=date.fromisoformat(table["since"]),
        early=date.fromisoformat(table["early"]) if "early" in table else None,
        columns=tuple(table["columns"]), printed=tuple(table.get("printed", table["columns"])),
        lines=tuple(_line(x) for x in table["lines"]),
        inputs=tuple(
            Wanted(x["key"], Text(x["zh"], x["en"]), x["from"], x["to"], x.get("ask", False)) for x in table["inputs"]
        ),
        rest=table.get("rest", {}), facts={k: v for k, v in table.items() if k not in known},
    )  # fmt: skip


def _line(x: Mapping[str, Any]) -> FormLine:
    if "head" in x:
        return FormLine(x["head"], Text(x["head"], x["en"]), part=x.get("part", ""), bold=True, head=True)
    plus = tuple((-1, n[1:]) if n.startswith("-") else (1, n) for n in x.get("sum", ()))
    return FormLine(
        name=x["name"], label=Text(x.get("label", x["name"]), x["en"]), terms=tuple(map(term, x.get("of", ()))),
        credit=x.get("side") == "credit", plus=plus, key=x.get("key", x.get("add", "")),
        keys=tuple(x.get("keys", ())), out=x.get("out", False), part=x.get("part", ""), bold=x.get("bold", False),
        indent=x.get("indent", 0), input=x.get("input", ""),
    )  # fmt: skip
