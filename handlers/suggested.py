"""The buttons of a suggested rule: one press proposes it, one dismisses it for good."""

from __future__ import annotations

from archive.access import Person
from archive.errors import AlreadyDecided
from archive.lessons import Lesson, LessonState
from archive.rulebook import Move, Wanted
from archive.words import Text
from handlers.context import Context
from handlers.message import Message, Reply
from handlers.rule_asking import put_forward

_BECAME = {
    LessonState.PROPOSED: Text("提交审批", "proposed it"),
    LessonState.DISMISSED: Text("选择不再提示", "dismissed it"),
}


async def propose_suggested(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """提交审批: the suggestion becomes a proposal of the one who pressed; another person decides it."""
    lesson, category = await _lesson(ctx, asker, message)
    await _still_open(ctx, lesson, LessonState.PROPOSED, asker)
    ground = "、".join(c.item for c in lesson.of(category))
    wanted = Wanted(Move.ADD, "", category, lesson.basis, (lesson.match,))
    reply = await put_forward(ctx, asker, message, wanted, ground)
    if lesson.state is LessonState.COUNTING:
        await ctx.lessons.turn(lesson, LessonState.PROPOSED, category, asker.id, message.channel)
    return reply


async def dismiss_suggested(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """不再提示: never suggested again; whoever wants the rule after all types it."""
    lesson, category = await _lesson(ctx, asker, message)
    await _still_open(ctx, lesson, LessonState.DISMISSED, asker)
    if lesson.state is LessonState.COUNTING:
        await ctx.lessons.turn(lesson, LessonState.DISMISSED, category, asker.id, message.channel)
    return Reply(Text("好，这条建议不再提示。", "All right, this will not be suggested again."))


async def _lesson(ctx: Context, asker: Person, message: Message) -> tuple[Lesson, str]:
    assert message.click is not None  # the table sends only clicks here
    key, _, category = message.click.subject.rpartition(":")
    return await ctx.lessons.lesson(asker.company, key), category


async def _still_open(ctx: Context, lesson: Lesson, wanted: LessonState, asker: Person) -> None:
    """Raises AlreadyDecided, unless nothing became of it yet or the same person pressed the same button before."""
    if lesson.state is LessonState.COUNTING or (lesson.state, lesson.by) == (wanted, asker.id):
        return
    who = next((p.name for p in await ctx.people.all() if p.id == lesson.by), lesson.by)
    when = "" if lesson.at is None else lesson.at.astimezone(ctx.zone).strftime("%Y-%m-%d %H:%M")
    raise AlreadyDecided(item=Text("这条建议", "This suggestion"), who=who, verdict=_BECAME[lesson.state], when=when)
