"""Which expense category a document falls into, by which rule, and why: (document, rules) → decision. Pure.

财会〔2024〕11号 Art 16–17: rules of automatic processing must be 可查询、可校验、可追溯. So a rule is a value with
an id and a version, and every decision names both. What goes before what, whatever order the rules are given in:

1. a company's own rules before the built-in ones;
2. the seller's name before the 税收分类简称 between asterisks, that before the kind of document, that before words;
3. the longer match before the shorter one: it says more;
4. the rule that stands first (its number).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from archive.category import Category
from archive.document import KIND_NAMES, Document, Kind
from archive.words import Text


class Basis(StrEnum):
    """What of a document a rule looks at, or who decided instead of a rule."""

    SELLER = "seller"  # part of the seller's name
    SHORT = "short"  # 税收分类编码简称 of a line, *…*, as a whole
    KIND = "kind"
    WORD = "word"  # part of a line, the seller's name or the printed title
    NONE = "none"  # no rule fits
    PERSON = "person"  # somebody chose it


BASIS_NAMES: Mapping[Basis, Text] = {
    Basis.SELLER: Text("销售方", "seller"),
    Basis.SHORT: Text("税收分类简称", "tax class"),
    Basis.KIND: Text("票据种类", "kind"),
    Basis.WORD: Text("含", "contains"),
    Basis.NONE: Text("没有规则适用", "no rule fits"),
    Basis.PERSON: Text("人工选择", "chosen by hand"),
}
_NO_WORDS = Text("", "")
_RANK = {Basis.SELLER: 0, Basis.SHORT: 1, Basis.KIND: 2, Basis.WORD: 3}
_SHORT = re.compile(r"\*([^*]+)\*")
_LATIN = re.compile(r"[a-z0-9]")
_BESIDE_CHINESE = re.compile(r" (?=[\u2e80-\u9fff])|(?<=[\u2e80-\u9fff]) ")


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition: any of `matches` will do. Of KIND they are values of Kind."""

    basis: Basis
    matches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """A rule in force; any of its clauses will do."""

    id: str  # B05 built in, R3 a company's own
    version: int
    category: str
    clauses: tuple[Clause, ...]
    place: int  # where it stands among its like
    own: bool = False  # a company's own


@dataclass(frozen=True, slots=True)
class Classified:
    """A decision, kept with the item: the rule as it stood then, and what of the document it met."""

    category: str
    basis: Basis
    rule: str = ""  # id; "" where no rule or a person decided
    version: int = 0
    match: str = ""  # what the rule looked for
    by: str = ""  # person id, of PERSON
    why: Text = _NO_WORDS


@dataclass(frozen=True, slots=True)
class _Face:
    """What rules look at of a document, made even once."""

    kind: str
    seller: str
    title: str
    lines: tuple[str, ...]
    shorts: tuple[tuple[str, ...], ...]  # of each line


@dataclass(frozen=True, slots=True)
class _Hit:
    rule: CategoryRule
    basis: Basis
    match: str
    where: Text


def classify(document: Document, rules: Sequence[CategoryRule], fallback: str) -> Classified:
    """The decision of the rules; `fallback` is the category where none fits."""
    face = _face(document)
    hits = [hit for rule in rules for hit in _hits(face, rule)]
    if not hits:
        return Classified(fallback, Basis.NONE, why=BASIS_NAMES[Basis.NONE])
    best = min(hits, key=_order)
    return Classified(best.rule.category, best.basis, best.rule.id, best.rule.version, best.match, why=_why(best))


def by_hand(category: str, person: str, before: Classified | None) -> Classified:
    """What somebody chose; the rule that had said otherwise stays named."""
    if before is None or before.basis in (Basis.PERSON, Basis.NONE):
        return Classified(category, Basis.PERSON, by=person, why=BASIS_NAMES[Basis.PERSON])
    why = Text(
        f"人工选择（规则 {before.rule} 第 {before.version} 版原判为「{before.category}」）",
        f"chosen by hand (rule {before.rule} v{before.version} had said “{before.category}”)",
    )
    return Classified(category, Basis.PERSON, by=person, why=why)


def built_in(categories: Sequence[Category]) -> tuple[CategoryRule, ...]:
    """The rules that the table of categories stands for; they come with the programme, as version 1."""
    made = []
    for place, category in enumerate(categories):
        given = (
            Clause(Basis.SHORT, category.short),
            Clause(Basis.KIND, tuple(sorted(category.kinds))),
            Clause(Basis.WORD, category.words),
        )
        clauses = tuple(clause for clause in given if clause.matches)
        made.append(CategoryRule(category.rule, 1, category.name.zh, clauses, place))
    return tuple(made)


def plain(classified: Classified | None) -> dict[str, object] | None:
    """As JSON tells it."""
    if classified is None:
        return None
    c = classified
    return {
        "category": c.category, "basis": c.basis.value, "rule": c.rule or None, "version": c.version or None,
        "match": c.match or None, "by": c.by or None, "why": {"zh": c.why.zh, "en": c.why.en},
    }  # fmt: skip


@lru_cache(maxsize=8192)
def even(words: str) -> str:
    """As texts are compared: compatibility forms folded, without case; blanks single, and none beside Chinese."""
    folded = " ".join(unicodedata.normalize("NFKC", words).casefold().split())
    return _BESIDE_CHINESE.sub("", folded)


def shorts(document: Document) -> tuple[str, ...]:
    """The 税收分类简称 of the lines, each once, in order."""
    return tuple(dict.fromkeys(s.strip() for line in document.lines for s in _SHORT.findall(line.name)))


def _face(document: Document) -> _Face:
    names = [line.name for line in document.lines]
    return _Face(
        document.kind.value,
        even(document.seller_name or ""),
        even(document.type or ""),
        tuple(map(even, names)),
        tuple(tuple(map(even, _SHORT.findall(name))) for name in names),
    )


def _order(hit: _Hit) -> tuple[bool, int, int, int, str, str]:
    return not hit.rule.own, _RANK[hit.basis], -len(even(hit.match)), hit.rule.place, hit.rule.id, hit.match


def _hits(face: _Face, rule: CategoryRule) -> Iterator[_Hit]:
    for clause in rule.clauses:
        for match in clause.matches:
            where = _where(face, clause.basis, match)
            if where is not None:
                yield _Hit(rule, clause.basis, match, where)


def _where(face: _Face, basis: Basis, match: str) -> Text | None:
    """Which part of the document meets it; None where none does."""
    if basis is Basis.KIND:
        return Text("", "") if face.kind == match else None
    wanted = even(match)
    if not wanted:
        return None
    if basis is Basis.SELLER:
        return Text("", "") if wanted in face.seller else None
    for number, (line, classes) in enumerate(zip(face.lines, face.shorts, strict=True), 1):
        if wanted in classes if basis is Basis.SHORT else _within(wanted, line):
            return Text(f"第 {number} 行", f"line {number}")
    if basis is Basis.SHORT:
        return None
    if _within(wanted, face.seller):
        return Text("销售方名称", "the seller's name")
    return Text("票面标题", "the title") if _within(wanted, face.title) else None


def _within(wanted: str, words: str) -> bool:
    """Whether it is part of them. What begins with a Latin letter begins a word: “rent” is not in “current”."""
    at = words.find(wanted)
    while at > 0 and _LATIN.fullmatch(wanted[0]) and _LATIN.fullmatch(words[at - 1]):
        at = words.find(wanted, at + 1)
    return at >= 0


def _why(hit: _Hit) -> Text:
    """The seller's name itself isn't repeated: on servers abroad it is masked."""
    if hit.basis is Basis.SELLER:
        return Text("销售方名称相符", "the seller's name fits")
    if hit.basis is Basis.KIND:
        name = KIND_NAMES[Kind(hit.match)]
        return Text(f"票据种类「{name.zh}」", f"kind “{name.en}”")
    if hit.basis is Basis.SHORT:
        return Text(f"{hit.where.zh}税收分类简称「{hit.match}」", f"tax class “{hit.match}” in {hit.where.en}")
    return Text(f"{hit.where.zh}含「{hit.match}」", f"“{hit.match}” in {hit.where.en}")
