"""Message → command → right → handler → reply. One way in for people, programs and the clock."""

from __future__ import annotations

import logging
import re
import secrets
from dataclasses import replace

from archive.access import Person, Right, demand
from archive.errors import AccountDisabled, DatabaseProblem, NotAsked, Problem, UnknownCommand
from archive.grammar import sounds
from archive.words import Text, same
from handlers.ask import ask
from handlers.context import Context
from handlers.feedback import feedback
from handlers.message import PROGRAMS, Choice, Message, Reply, told_of
from handlers.show import show
from handlers.table import ACTIONS, UPLOAD, Handler, command_for, nearest, slip
from handlers.todo import todo

log = logging.getLogger("guidang.dispatch")

#: Characters of a command that are looked at; only feedback may be longer.
LONGEST = 500
_ITEM = re.compile(r"[A-Z]{1,3}\d{4}-\d{4,}", re.IGNORECASE)
TOUR = Text(
    "你好，我是归档。三步就会用：\n1. 把发票（PDF、OFD、XML、照片、ZIP）直接发给我；\n"
    "2. 我读取、查重、送审批，结果会告诉你；\n3. 输入「查 顺丰」找单据，「帮助」看全部。",
    "Hello, I am Guidang. Three steps:\n1. send me invoices (PDF, OFD, XML, photo, ZIP);\n"
    "2. I read them, refuse duplicates, ask the approver and tell you the outcome;\n"
    "3. type “search sf” to find documents, “help” for everything.",
)


async def answer(ctx: Context, message: Message) -> Reply:
    """The reply. Problems become words; only the database's are raised, so that the message is tried again.

    Raises NotFound for somebody who has no account: there is nobody to answer.
    """
    asker = await ctx.people.get(message.person)
    try:
        if asker.disabled:
            raise AccountDisabled()
        reply = await _handled(ctx, asker, message)
        log.info("%s %s by %s: done", message.id, _kind(message), asker.id)
    except DatabaseProblem:
        raise
    except Problem as problem:
        log.info("%s %s by %s: %s", message.id, _kind(message), message.person, problem.code)
        reply = Reply(
            problem.text(), choices=_ways_out(problem, message), private=told_of(problem), codes=(problem.code,)
        )
    except Exception:  # the border: whatever a handler did not foresee is logged whole and told by number only
        number = secrets.token_hex(3)
        log.exception("%s %s: unforeseen, number %s", message.id, _kind(message), number)
        return Reply(
            Text(
                f"出错了，这条消息没有办成，但已保存。请把编号 {number} 告诉管理员，稍后再试。",
                f"Something went wrong; your message is kept. Please tell an administrator number {number}.",
            ),
            codes=(Problem.code,),
        )
    return await _greeted(ctx, asker, message, reply)


async def _handled(ctx: Context, asker: Person, message: Message) -> Reply:
    right, handler, rest = _route(message, guess=ctx.reword is not None)
    demand(asker, right)
    return await handler(ctx, asker, message, rest)


def _route(message: Message, *, guess: bool) -> tuple[Right, Handler, str]:
    if message.click:
        if message.click.action not in ACTIONS:
            raise UnknownCommand(words=message.click.action, nearest="帮助")
        right, handler = ACTIONS[message.click.action]
        return right, handler, ""
    if message.files:
        return UPLOAD.right, UPLOAD.handler, message.text
    found = command_for(message.text)
    if found and not (found[0].handler is todo and found[1] and sounds(message.text)):  # 待审批金额 is a question
        command, rest = found
        return command.right, command.handler, rest if command.handler is feedback else rest[:LONGEST]
    if _ITEM.fullmatch(message.text.strip()[:LONGEST]):
        return Right.SEARCH, show, message.text
    if guess or (sounds(message.text) and not slip(message.text)):
        return Right.SEARCH, ask, message.text[:LONGEST]
    raise UnknownCommand(words=message.text.strip()[:40], nearest=nearest(message.text))


def _ways_out(problem: Problem, message: Message) -> tuple[Choice, ...]:
    if isinstance(problem, NotAsked) and problem.facts.get("instead"):
        meant = same(problem.facts["instead"])
        return (Choice(meant, say=Text("问 ", "ask ") + meant),)
    if not isinstance(problem, UnknownCommand) or not message.text.strip():
        return ()
    words = message.text.strip()[:40]
    look = Text(f"查 {words}", f"search {words}")
    return (Choice(look, say=look), Choice(Text("帮助", "Help"), say=Text("帮助", "help")))


async def _greeted(ctx: Context, asker: Person, message: Message, reply: Reply) -> Reply:
    """The first message ever gets the three-step tour before its answer; a command is no conversation."""
    if message.channel in PROGRAMS or asker.disabled or not await ctx.notes.first_time(asker.id):
        return reply
    text = TOUR if reply.text is None else TOUR + Text("\n\n", "\n\n") + reply.text
    return replace(reply, text=text)


def _kind(message: Message) -> str:
    if message.click:
        return f"click {message.click.action}"
    return f"{len(message.files)} files" if message.files else "words"
