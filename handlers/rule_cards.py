"""The card of a proposed rule: what it says, what it would change, and the buttons of those who decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from archive import rule_words
from archive.access import Person
from archive.approval import VERDICT_NAMES, Verdict
from archive.classify import BASIS_NAMES, Basis
from archive.dry_run import Effect, dry_run
from archive.lessons import Lesson
from archive.rulebook import MOVE_NAMES, Book, Move, RuleVersion, may_decide
from archive.words import Text, same
from handlers.context import Context
from handlers.message import Card, Choice, Click, Fact, Form, FormField, Input, Tone

APPROVE, REJECT, WITHDRAW = "rule_approve", "rule_reject", "rule_withdraw"
SUGGEST, DISMISS = "rule_suggest", "rule_dismiss"
#: Documents, the last received, on which a proposal is tried; of those it would move, so many are named.
TRIED, NAMED = 200, 5
_TONES: dict[Verdict | None, Tone] = {
    None: "wait",
    Verdict.APPROVE: "good",
    Verdict.REJECT: "bad",
    Verdict.WITHDRAW: "plain",
}


async def effect_of(ctx: Context, book: Book, proposed: RuleVersion) -> Effect:
    """What it would have changed over the last documents of the company."""
    items = await ctx.vault.received(book.company, None, None, TRIED)
    now = (*book.rules(), *ctx.built_in)
    return dry_run(items, now, (*book.rules_with(proposed), *ctx.built_in), ctx.no_category.zh)


def proposal_card(ctx: Context, book: Book, version: RuleVersion, effect: Effect | None, reader: Person) -> Card:
    """As `reader` may act on it."""
    ruling = book.ruling(version)
    facts = [
        Fact(Text("费用类别", "Category"), in_both(ctx, version.category)),
        condition_fact(version.basis, version.matches),
        Fact(Text("提出", "Proposed"), f"{version.name} · {clock(ctx, version.at)}"),
    ]
    if before := _before(book, version):
        was = same(before.category + " ← ") + rule_words.condition(before.basis, before.matches)
        facts.append(Fact(Text("原来", "Before"), was, private=before.basis is Basis.SELLER))
    if version.ground:
        facts.append(Fact(Text("依据", "Rests on"), listed(version.ground.split("、"))))
    facts += [] if effect is None else _effect_facts(ctx, effect)
    if ruling:
        said = VERDICT_NAMES[ruling.verdict]
        reason = same(f" · {ruling.reason}" if ruling.reason else "")
        facts.append(Fact(same(ruling.name), said + same(f" · {clock(ctx, ruling.at)}") + reason))
    move = MOVE_NAMES[version.move]
    return Card(
        Text(
            f"{move.zh}归类规则 {version.rule} 第 {version.version} 版",
            f"Rule {version.rule} v{version.version}: {move.en}",
        ),
        tuple(facts),
        choices=() if ruling else tuple(_choices(version, reader)),
        status=VERDICT_NAMES[ruling.verdict] if ruling else Text("待审批", "awaiting approval"),
        tone=_TONES[ruling.verdict if ruling else None],
    )


def _before(book: Book, version: RuleVersion) -> RuleVersion | None:
    if version.move is not Move.CHANGE:
        return None
    return next((v for v in reversed(book.of(version.rule)) if v.version < version.version), None)


def condition_fact(basis: Basis, matches: tuple[str, ...]) -> Fact:
    """What a rule looks for; a seller's name is masked where others could read along."""
    if basis is Basis.SELLER:
        return Fact(BASIS_NAMES[basis], "、".join(matches), private=True)
    return Fact(Text("条件", "When"), rule_words.condition(basis, matches))


def _effect_facts(ctx: Context, effect: Effect) -> Iterable[Fact]:
    share = Text(
        f"最近 {effect.of} 张中有 {len(effect.moved)} 张会改归类",
        f"would re-class {len(effect.moved)} of the last {effect.of} documents",
    )
    yield Fact(Text("试算", "Dry run"), share)
    if effect.moved:
        shown = [(m.item, in_both(ctx, m.before), in_both(ctx, m.after)) for m in effect.moved[:NAMED]]
        zh = "；".join(f"{item} {before.zh} → {after.zh}" for item, before, after in shown)
        en = "; ".join(f"{item} {before.en} → {after.en}" for item, before, after in shown)
        yield Fact(Text("例", "Examples"), Text(zh, en))
    if effect.agreed or effect.against:
        yield Fact(
            Text("与人工更正相比", "Against corrections"),
            Text(
                f"一致 {effect.agreed} 张，相反 {effect.against} 张", f"{effect.agreed} agree, {effect.against} don't"
            ),
            flagged=effect.against > effect.agreed,
        )


def _choices(version: RuleVersion, reader: Person) -> Iterable[Choice]:
    if may_decide(version, reader):
        yield Choice(Text("批准", "Approve"), APPROVE, version.rule, version.version, "primary")
        yield Choice(Text("驳回", "Reject"), REJECT, version.rule, version.version, "danger", rejection(version))
    if reader.id == version.by:
        yield Choice(Text("撤回", "Take back"), WITHDRAW, version.rule, version.version)


def rejection(version: RuleVersion) -> Form:
    """Asks for the reason, which the proposer will read."""
    hint = Text("提出人会看到，例：太宽，团建也会算进去", "The proposer will read it, e.g.: too wide")
    reason = FormField("reason", Text("驳回原因", "Reason"), Input.LINES, required=True, hint=hint)
    title = Text(f"驳回规则 {version.rule} 第 {version.version} 版", f"Reject rule {version.rule} v{version.version}")
    return Form(title, (reason,), Text("驳回", "Reject"))


async def form(ctx: Context, asker: Person, click: Click) -> Form | None:
    """The form of a button, for channels that open it by themselves; None where there is none, or not any more."""
    book = await ctx.rulebooks.book(asker.company)
    version = next((v for v in book.waiting() if (v.rule, v.version) == (click.subject, click.version)), None)
    if version is None or click.action != REJECT or not may_decide(version, asker):
        return None
    return rejection(version)


def suggestion_card(ctx: Context, lesson: Lesson, category: str, key: str) -> Card:
    """What corrections suggest, with the documents it rests on; one press proposes it, one dismisses it for good."""
    chosen = lesson.of(category)
    others = len(lesson.corrections) - len(chosen)
    facts = [
        Fact(Text("费用类别", "Category"), in_both(ctx, category)),
        condition_fact(lesson.basis, (lesson.match,)),
        Fact(Text("依据", "Rests on"), listed([c.item for c in chosen])),
        Fact(
            Text("更正", "Corrections"),
            Text(
                f"{len({c.by for c in chosen})} 人把 {len(chosen)} 张改成这一类"
                + (f"，另有 {others} 张改成别的" if others else ""),
                f"{len({c.by for c in chosen})} people put {len(chosen)} documents there"
                + (f", {others} elsewhere" if others else ""),
            ),
        ),
    ]
    return Card(
        Text("建议一条归类规则", "A rule is suggested"),
        tuple(facts),
        choices=(
            Choice(Text("提交审批", "Propose it"), SUGGEST, key, 0, "primary"),
            Choice(Text("不再提示", "Dismiss"), DISMISS, key),
        ),
        status=Text("提交后由另一人批准才生效", "in force only once another person has approved it"),
        tone="wait",
    )


def listed(ids: Sequence[str]) -> Text:
    """Items, by their ids."""
    return Text("、".join(ids), ", ".join(ids))


def in_both(ctx: Context, category: str) -> Text:
    """A category's name in both languages."""
    names = (*(c.name for c in ctx.categories), ctx.no_category)
    return next((name for name in names if name.zh == category), same(category))


def clock(ctx: Context, at: datetime) -> str:
    """A moment by the clocks of the company."""
    return at.astimezone(ctx.zone).strftime("%Y-%m-%d %H:%M")
