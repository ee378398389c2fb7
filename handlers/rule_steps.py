"""The buttons of a proposed rule: another person approves or rejects it, its proposer takes it back."""

from __future__ import annotations

from archive.access import Person
from archive.approval import VERDICT_NAMES, Verdict
from archive.errors import RuleDecided
from archive.rulebook import RuleVersion, Ruling, decide
from archive.words import Text
from handlers.context import Context
from handlers.message import Click, Message, Reply
from handlers.rule_cards import proposal_card


async def approve_rule(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """批准: the version is in force from now on."""
    return await _say(ctx, asker, message, Verdict.APPROVE)


async def reject_rule(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """驳回: with a reason; what stood before goes on."""
    return await _say(ctx, asker, message, Verdict.REJECT)


async def withdraw_rule(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """撤回: its proposer takes it back while it waits."""
    return await _say(ctx, asker, message, Verdict.WITHDRAW)


async def _say(ctx: Context, asker: Person, message: Message, verdict: Verdict) -> Reply:
    click, at = message.click, ctx.now()
    assert click is not None  # the table sends only clicks here
    reason = click.values.get("reason", "")
    try:
        await ctx.rulebooks.decide(
            asker.company,
            lambda book: decide(book, click.subject, click.version, asker, verdict, at, reason=reason, zone=ctx.zone),
            message.channel,
        )
    except RuleDecided:
        if not await _was_ours(ctx, asker, click, verdict):
            raise
    book = await ctx.rulebooks.book(asker.company)
    version = book.version(click.subject, click.version)
    ruling = book.ruling(version)
    assert ruling is not None  # just made, or made before by the same click
    if asker.id != version.by:
        await _tell_proposer(ctx, version, ruling)
    return Reply(_told(version, ruling), (proposal_card(ctx, book, version, None, asker),))


async def _was_ours(ctx: Context, asker: Person, click: Click, verdict: Verdict) -> bool:
    """The same click come again, after a crash or a double press: its work is finished, not refused."""
    book = await ctx.rulebooks.book(asker.company)
    made = book.ruling(book.version(click.subject, click.version))
    return made is not None and (made.by, made.verdict) == (asker.id, verdict)


async def _tell_proposer(ctx: Context, version: RuleVersion, ruling: Ruling) -> None:
    said = VERDICT_NAMES[ruling.verdict]
    text = Text(
        f"{ruling.name} {said.zh}了你提出的规则 {version.rule} 第 {version.version} 版"
        + (f"：{ruling.reason}" if ruling.reason else ""),
        f"{ruling.name} {said.en} your rule {version.rule} v{version.version}"
        + (f": {ruling.reason}" if ruling.reason else ""),
    )
    await ctx.post.tell(version.by, Reply(text), f"ruled:{version.company}:{version.rule}@{version.version}")


def _told(version: RuleVersion, ruling: Ruling) -> Text:
    name = Text(f"规则 {version.rule} 第 {version.version} 版", f"Rule {version.rule} v{version.version}")
    if ruling.verdict is Verdict.APPROVE:
        return name + Text(
            "已批准，从现在起生效；已收的单据不变",
            " is approved and in force from now on; documents taken in stay as they are",
        )
    if ruling.verdict is Verdict.REJECT:
        return name + Text("已驳回，提出人会收到原因", " is rejected; its proposer gets your reason")
    return name + Text("已撤回", " is taken back")
