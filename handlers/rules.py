"""规则: the rules of sorting in force, who approved them, and every version of one; proposing a change of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive import rule_words
from archive.access import Person
from archive.approval import VERDICT_NAMES
from archive.classify import CategoryRule, even
from archive.errors import NotFound
from archive.rulebook import MOVE_NAMES, Book, Move, RuleVersion
from archive.words import Text, same
from handlers.context import Context
from handlers.message import Choice, Message, Reply
from handlers.rule_asking import put_forward
from handlers.rule_cards import clock, effect_of, in_both, proposal_card

#: Words after 规则 that mean the ones that come with the programme.
_BUILT_IN = frozenset({"内置", "built-in", "built in", "builtin"})
_ID = re.compile(r"[RB]\d{1,5}", re.IGNORECASE)
_MORE = (Choice(Text("内置规则", "Built-in rules"), say=Text("规则 内置", "rules built-in")),)


async def rules(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """规则 lists those in force; 规则 差旅 those about it; 规则 R3 all its versions; 规则 内置 the built-in ones."""
    book, said = await ctx.rulebooks.book(asker.company), rest.strip()
    if _ID.fullmatch(said):
        return _history(ctx, asker, book, said.upper())
    own = [v for v in book.in_force() if _about(ctx, said, v.category, v.rule, v.matches)]
    built_in = [r for r in ctx.built_in if said.lower() in _BUILT_IN or _fits(ctx, said, r)]
    lines = [_own_line(ctx, book, v) for v in own]
    if said:
        lines += [_built_in_line(ctx, r) for r in built_in]
    if said.lower() not in _BUILT_IN:
        head = Text(f"公司规则 {len(own)} 条在用", f"Rules of the company in force: {len(own)}")
        tail = Text(f"，另有内置规则 {len(ctx.built_in)} 条", f"; built-in ones: {len(ctx.built_in)}")
        head += (
            tail
            if not said
            else Text(f"，内置规则 {len(built_in)} 条符合", f"; built-in ones that fit: {len(built_in)}")
        )
    else:
        head = Text(f"内置规则 {len(built_in)} 条", f"{len(built_in)} built-in rules")
    text = _joined([head, *lines])
    waiting = [v for v in book.waiting() if not said]
    cards = [proposal_card(ctx, book, v, await effect_of(ctx, book, v), asker) for v in waiting]
    hidden = tuple(m for v in own if v.basis == "seller" for m in v.matches)
    return Reply(text, tuple(cards), choices=_MORE if not said else (), private=hidden)


def _about(ctx: Context, said: str, category: str, rule: str, matches: Sequence[str]) -> bool:
    name = in_both(ctx, category)
    return any(even(said) in even(words) for words in (name.zh, name.en, rule, *matches))


def _fits(ctx: Context, said: str, rule: CategoryRule) -> bool:
    matches = [match for clause in rule.clauses for match in clause.matches]
    return bool(said) and _about(ctx, said, rule.category, rule.id, matches)


def _own_line(ctx: Context, book: Book, version: RuleVersion) -> Text:
    ruling = book.ruling(version)
    assert ruling is not None  # it is in force
    signed = Text(
        f"（{version.name} 提出，{ruling.name} {clock(ctx, ruling.at)} 批准）",
        f" (proposed by {version.name}, approved by {ruling.name} {clock(ctx, ruling.at)})",
    )
    return _rule(ctx, version.rule, version.version, version.category) + _condition(version) + signed


def _condition(version: RuleVersion) -> Text:
    return rule_words.condition(version.basis, version.matches)


def _rule(ctx: Context, rule: str, version: int, category: str) -> Text:
    name = in_both(ctx, category)
    return Text(f"{rule} 第 {version} 版 {name.zh} ← ", f"{rule} v{version} {name.en} ← ")


def _built_in_line(ctx: Context, rule: CategoryRule) -> Text:
    clauses = [rule_words.condition(c.basis, c.matches) for c in rule.clauses]
    joined = Text("；".join(c.zh for c in clauses), "; ".join(c.en for c in clauses))
    return _rule(ctx, rule.id, rule.version, rule.category) + joined + Text("（内置）", " (built in)")


def _history(ctx: Context, asker: Person, book: Book, rule: str) -> Reply:
    """Every version there ever was, and what became of each."""
    if built := next((r for r in ctx.built_in if r.id == rule), None):
        return Reply(_built_in_line(ctx, built))
    versions = book.of(rule)
    if not versions:
        raise NotFound(item=Text(f"规则 {rule}", f"rule {rule}"))
    lines: list[Text] = []
    for version in versions:
        move, ruling = MOVE_NAMES[version.move], book.ruling(version)
        line = _rule(ctx, rule, version.version, version.category) + _condition(version)
        line += Text(f"　{move.zh}：", f"  {move.en}: ") + same(f"{version.name} {clock(ctx, version.at)}")
        if ruling is None:
            line += Text("，待审批", ", awaiting approval")
        else:
            verdict, reason = VERDICT_NAMES[ruling.verdict], f"（{ruling.reason}）" if ruling.reason else ""
            line += Text(
                f"，{ruling.name} {clock(ctx, ruling.at)} {verdict.zh}",
                f", {ruling.name} {clock(ctx, ruling.at)} {verdict.en}",
            )
            line += same(reason)
        lines.append(line)
    hidden = tuple(m for v in versions if v.basis == "seller" for m in v.matches)
    cards = tuple(proposal_card(ctx, book, v, None, asker) for v in versions if book.ruling(v) is None)
    return Reply(_joined(lines), cards, private=hidden)


def _joined(lines: Sequence[Text]) -> Text:
    return Text("\n".join(line.zh for line in lines), "\n".join(line.en for line in lines))


async def add_rule(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """规则 新增 餐饮招待 含 咖啡."""
    return await put_forward(ctx, asker, message, rule_words.wanted(Move.ADD, rest, _names(ctx)))


async def change_rule(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """规则 修改 R3 餐饮招待 含 拿铁."""
    return await put_forward(ctx, asker, message, rule_words.wanted(Move.CHANGE, rest, _names(ctx)))


async def retire_rule(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """规则 停用 R3."""
    return await put_forward(ctx, asker, message, rule_words.wanted(Move.RETIRE, rest, _names(ctx)))


def _names(ctx: Context) -> list[Text]:
    return [*(c.name for c in ctx.categories), ctx.no_category]
