"""The chart of accounts understood: which standard it follows and what each account stands for.

Names decide, codes only where a name says nothing: newer accounts have no single official number, and 4001 is 实收资本
under 企业会计准则 but 生产成本 under 小企业会计准则.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from archive.account import root_name
from archive.words import Text

Standard = Literal["asbe", "se"]
STANDARDS: Mapping[str, Text] = {
    "asbe": Text("企业会计准则", "Accounting Standards for Business Enterprises"),
    "se": Text("小企业会计准则", "Accounting Standard for Small Enterprises"),
}
#: How an account was understood.
HOW: Mapping[str, Text] = {
    "given": Text("人工指定", "set by a person"),
    "name": Text("按名称", "by its name"),
    "parent": Text("随上级", "as the account above it"),
    "code": Text("按编号", "by its code"),
    "none": Text("没有对应", "not understood"),
}


@dataclass(frozen=True, slots=True)
class Role:
    """What an account can stand for: its standard name, class, other names (regular expression) and its codes."""

    name: str
    group: str  # asset, liability, equity, cost, income, expense
    names: re.Pattern[str]
    codes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Detail:
    """Words in the name of a lower account that set it apart within its role."""

    role: str
    words: re.Pattern[str]
    tag: str
    unless: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Roles:
    """The whole table, from config/statements/roles.json."""

    roles: tuple[Role, ...]
    details: tuple[Detail, ...]
    marks: Mapping[str, frozenset[str]]  # standard → roles only it has
    _named: dict[str, Role | None] = field(default_factory=dict, compare=False, repr=False)  # what was asked before

    def named(self, name: str) -> Role | None:
        """The role of a first-level name."""
        if name not in self._named:
            if len(self._named) > 20_000:
                self._named.clear()
            said = plain_name(name)
            same = (r for r in self.roles if r.name == said)
            like = (r for r in self.roles if r.names.fullmatch(said))
            self._named[name] = next(same, None) or next(like, None)
        return self._named[name]

    def tag(self, role: str, names: Sequence[str]) -> str:
        """What sets names below the first level apart; the lowest decides."""
        for name in reversed(names):
            for d in self.details:
                if d.role == role and d.words.search(name) and not (d.unless and d.unless.search(name)):
                    return d.tag
        return ""


def roles_of(table: Mapping[str, object]) -> Roles:
    """The table as read from JSON."""
    rows: list[dict[str, object]] = table["roles"]  # type: ignore[assignment]
    details: list[dict[str, str]] = table["details"]  # type: ignore[assignment]
    marks: dict[str, list[str]] = table["marks"]  # type: ignore[assignment]
    return Roles(
        tuple(
            Role(
                str(r["role"]), str(r["class"]), re.compile(str(r["names"])),
                {"asbe": tuple(r["asbe"]), "se": tuple(r["se"])},  # type: ignore[arg-type]
            )
            for r in rows
        ),
        tuple(
            Detail(d["role"], re.compile(d["words"]), d["tag"], re.compile(d["unless"]) if "unless" in d else None)
            for d in details
        ),
        {standard: frozenset(names) for standard, names in marks.items()},
    )  # fmt: skip


def plain_name(name: str) -> str:
    """A name in the form it is compared in: no blanks, half-width, without what brackets or a dash add at its end."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    text = re.sub(r"^(?:其中|减|加)[:：]", "", text)
    return re.sub(r"\((?!摊销|或股本)[^()]*\)$", "", text) or text


@dataclass(frozen=True, slots=True)
class Node:
    """One account understood."""

    code: str
    path: tuple[str, ...]  # names from the first level down
    role: str = ""  # "" where nothing fits
    tag: str = ""
    group: str = ""
    how: str = "none"
    second: str = ""  # the account of the second level it is or lies under; its own code at the first

    @property
    def name(self) -> str:
        """应交税费_应交增值税_销项税额."""
        return "_".join(self.path)


@dataclass(frozen=True, slots=True)
class Chart:
    """Every account of the books by its key."""

    standard: Standard
    nodes: Mapping[str, Node]
    evidence: tuple[str, ...] = ()  # accounts that show the standard: 4001 实收资本
    against: tuple[str, ...] = ()  # and those that speak for the other

    def unknown(self) -> list[Node]:
        """Accounts nothing is known of."""
        return [n for n in self.nodes.values() if not n.role]


def chart_of(
    names: Mapping[str, str],
    roles: Roles,
    given: Mapping[str, str] | None = None,
    standard: str = "",
) -> Chart:
    """The chart of accounts with these names (by code). `given`: account → role or role/tag, a person's word.

    `standard` overrules what the names and codes show.
    """
    given = given or {}
    known = frozenset(names)
    paths = {code: _path(code, names, known, roles) for code in names}
    found, evidence, against = detect(paths, roles)
    if standard in STANDARDS and standard != found:
        found, evidence, against = standard, against, evidence  # type: ignore[assignment]
    nodes = {code: _node(code, paths[code], known, roles, found, given) for code in names}
    return Chart(found, nodes, evidence, against)


def above(code: str, known: Iterable[str] | frozenset[str]) -> list[str]:
    """The known accounts a code lies under, the first level first."""
    return [code[:n] for n in range(3, len(code)) if code[:n] in known]


def _path(code: str, names: Mapping[str, str], known: frozenset[str], roles: Roles) -> tuple[str, ...]:
    name = names[code].strip()
    parts = tuple(p.strip() for p in re.split(r"[_\\/|>—]|-(?!\d)", name) if p.strip()) or (name,)
    ancestors = above(code, known)
    if not ancestors:
        return parts if len(parts) > 1 and roles.named(parts[0]) else (name,)
    first = names[ancestors[0]].strip()
    if len(parts) > 1 and root_name(name) == root_name(first):
        return parts
    return (*_path(ancestors[-1], names, known, roles), name)


def detect(paths: Mapping[str, tuple[str, ...]], roles: Roles) -> tuple[Standard, tuple[str, ...], tuple[str, ...]]:
    """The standard a chart follows, what shows it, and what speaks against it."""
    said: dict[str, dict[str, None]] = {"asbe": {}, "se": {}}  # each first-level account once
    for code, path in sorted(paths.items()):
        role = roles.named(path[0])
        if role is None:
            continue
        first = f"{code[:4] if code.isdigit() else code} {path[0]}"
        for standard, marks in roles.marks.items():
            if role.name in marks or (standard == "se" and plain_name(path[0]) in marks):
                said[standard][first] = None
        mine = {s: any(code[: len(c)] == c for c in role.codes.get(s, ())) for s in said}
        if mine["asbe"] != mine["se"] and role.group in ("equity", "cost", "income", "expense"):
            said["asbe" if mine["asbe"] else "se"][first] = None
    if not said["asbe"] and not said["se"]:
        codes = [code[:1] for code in paths if code[:1].isdigit()]
        return ("se" if "5" in codes and "6" not in codes and "4" not in codes else "asbe"), (), ()
    best: Standard = "asbe" if len(said["asbe"]) >= len(said["se"]) else "se"
    other = "se" if best == "asbe" else "asbe"
    return best, tuple(said[best]), tuple(said[other])


def _node(
    code: str, path: tuple[str, ...], known: frozenset[str], roles: Roles, standard: str, given: Mapping[str, str]
) -> Node:
    ancestors = above(code, known)
    second = (ancestors[1] if len(ancestors) > 1 else code) if ancestors else code
    if not ancestors and len(path) > 1:
        second = "_".join((code[:4] if code.isdigit() else path[0], path[1]))
    elif not ancestors and code.isdigit() and len(code) > 6:
        second = code[:6]
    for each in (code, *reversed(ancestors)):
        if each in given:
            name, _, tag = given[each].partition("/")
            role = next((r for r in roles.roles if r.name == name), None)
            if role:
                own = tag or roles.tag(role.name, path[1:])
                return Node(code, path, role.name, own, role.group, "given" if each == code else "parent", second)
    role, how = _role(code, path, roles, standard, ancestors)
    if role is None:
        return Node(code, path, group=_group(code, standard), second=second)
    names = path[1:] if len(path) > 1 else path if plain_name(path[0]) != role.name else ()
    return Node(code, path, role.name, roles.tag(role.name, names), role.group, how, second)


def _role(
    code: str, path: tuple[str, ...], roles: Roles, standard: str, ancestors: Sequence[str]
) -> tuple[Role | None, str]:
    """By the first level's name; by the code; and, of a lower account whose first level is unknown, by its own name."""
    coded = None
    if code.isdigit():
        starts = (r for r in roles.roles if any(code.startswith(c) for c in r.codes.get(standard, ())))
        coded = next(starts, None)
    if role := roles.named(path[0]):
        lower = len(path) == 1 and len(code) > 4 and not code.endswith("00") and not ancestors
        if lower and coded and coded is not role:
            return coded, "code"  # 660209 开办费 where 6602 itself is nowhere: its name is no first-level one
        return role, "name" if len(path) == 1 else "parent"
    if coded:
        return coded, "code"
    for name in reversed(path[1:]):
        if role := roles.named(name):
            return role, "name"
    return None, "none"


def _group(code: str, standard: str) -> str:
    """The class of an account nothing else is known of, by the first figure of its code."""
    if standard == "se":
        return {"2": "liability", "3": "equity", "4": "cost", "5": "expense"}.get(code[:1], "asset")
    return {"2": "liability", "4": "equity", "5": "cost", "6": "expense"}.get(code[:1], "asset")
