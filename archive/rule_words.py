"""Words about rules as values: `餐饮招待 含 咖啡、拿铁`, `meals seller Some Coffee`. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.classify import BASIS_NAMES, Basis, even
from archive.document import KIND_NAMES, Kind
from archive.errors import BadRule, UnknownCategory
from archive.rulebook import Move, Wanted
from archive.words import Text, same

_BASES = {
    Basis.WORD: ("包含", "含有", "含", "contains", "words", "word"),
    Basis.SELLER: ("销售方", "卖方", "商家", "sellers", "seller"),
    Basis.SHORT: ("税收分类简称", "税收分类", "简称", "tax class", "class", "short"),
    Basis.KIND: ("票据种类", "票种", "种类", "kinds", "kind"),
}
_BASIS_OF = {word: basis for basis, words in _BASES.items() for word in words}
_ZH = "|".join(word for word in _BASIS_OF if not word.isascii())
_EN = "|".join(sorted((word for word in _BASIS_OF if word.isascii()), key=len, reverse=True))
_CLAUSE = re.compile(
    rf"(?P<category>.+?)(?:\s*(?P<zh>{_ZH})\s*[:：]?\s*|\s+(?P<en>{_EN})\s+)(?P<matches>.+)", re.IGNORECASE | re.DOTALL
)
_ID = re.compile(r"(?P<rule>[RB]\d{1,5})(?:\s+(?P<rest>.*))?", re.IGNORECASE | re.DOTALL)
_BETWEEN = re.compile(r"[、,，;；]")
#: What a rule may look for: so many, so long. One character alone would meet nearly everything.
MOST, SHORTEST, LONGEST = 20, 2, 60
#: Characters at the beginning that two names of one category share.
_ALIKE = 2


def wanted(move: Move, words: str, categories: Sequence[Text]) -> Wanted:
    """What is wanted, in values. Raises BadRule, UnknownCategory."""
    said = words.strip()
    if move is Move.ADD:
        return _clause(move, "", said, categories)
    named = _ID.fullmatch(said)
    if named is None:
        raise BadRule(words=said[:40], hint=Text("要先写规则编号，如 R3", "its number comes first, e.g. R3"))
    rule = named["rule"].upper()
    return Wanted(move, rule) if move is Move.RETIRE else _clause(move, rule, named["rest"] or "", categories)


def _clause(move: Move, rule: str, said: str, categories: Sequence[Text]) -> Wanted:
    found = _CLAUSE.fullmatch(said)
    if found is None:
        hint = Text(
            "要写：费用类别，然后 含 / 销售方 / 简称 / 种类，然后内容",
            "write a category, then word / seller / class / kind, then what to look for",
        )
        raise BadRule(words=said[:40], hint=hint)
    basis = _BASIS_OF[(found["zh"] or found["en"]).lower()]
    given = dict.fromkeys(part.strip(' \t\n「」“”"') for part in _BETWEEN.split(found["matches"]))
    matches = tuple(_match(basis, part, said) for part in given if part)
    if not matches or len(matches) > MOST:
        raise BadRule(words=said[:40], hint=Text(f"内容要有 1 到 {MOST} 个", f"give 1 to {MOST} things to look for"))
    return Wanted(move, rule, category(found["category"].strip(), categories).zh, basis, matches)


def _match(basis: Basis, part: str, said: str) -> str:
    if basis is not Basis.KIND:
        part = part.strip("* ") if basis is Basis.SHORT else part
        if not SHORTEST <= len(even(part)) <= LONGEST:
            hint = Text(f"每个内容 {SHORTEST} 到 {LONGEST} 个字", f"each of {SHORTEST} to {LONGEST} characters")
            raise BadRule(words=said[:40], hint=hint)
        return part
    for kind, name in KIND_NAMES.items():
        if even(part) in (kind.value, even(name.zh), even(name.en)):
            return kind.value
    names = Text("、".join(n.zh for n in KIND_NAMES.values()), ", ".join(n.en for n in KIND_NAMES.values()))
    raise BadRule(words=part[:40], hint=Text("种类有：", "kinds are: ") + names)


def category(said: str, categories: Sequence[Text]) -> Text:
    """The one meant: by its name, or as the only one that begins alike (餐饮费 → 餐饮招待). Raises UnknownCategory."""
    exact = [c for c in categories if even(said) in (even(c.zh), even(c.en))]
    alike = [c for c in categories if len(said) >= _ALIKE and c.zh[:_ALIKE] == said[:_ALIKE]]
    found = exact or alike
    if len(found) != 1:
        known = Text("、".join(c.zh for c in categories), ", ".join(c.en for c in categories))
        raise UnknownCategory(category=said[:20], known=known)
    return found[0]


def condition(basis: Basis, matches: Sequence[str]) -> Text:
    """`含「咖啡」「拿铁」`: what a rule looks for, in words."""
    names = [KIND_NAMES[Kind(match)] if basis is Basis.KIND else same(match) for match in matches]
    listed = Text("".join(f"「{n.zh}」" for n in names), ", ".join(f"“{n.en}”" for n in names))
    return BASIS_NAMES[basis] + Text("", " ") + listed
