"""What the replica with the bot's connection says for all: as the answer to a message while it may, else unasked.

An answer belongs to a request, and a click's can only replace its card, within five seconds. Both are known to the
replica that heard them, so they are kept here and not in the database. The first words after a message answer it; all
else is said unasked, which counts the same with WeCom.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from archive.errors import Problem
from bot.wecom.connection import Frame
from bot.wecom.line import Line
from bot.wecom.meaning import BUSY, problem

log = logging.getLogger("guidang.wecom")
V = TypeVar("V")

TURN = 540.0  # s a message may be answered for, with something to spare
STREAM = 330.0  # s after which WeCom ends a stream by itself, with something to spare
CLICK = 4.8  # s a card may be replaced after a click
_FIRST, _AGAIN = 2.0, 4.0  # s before progress is first shown, and then between two times
_MANY = 5000


@dataclass(slots=True)
class _Turn:
    request: str
    at: float
    stream: str = ""
    shown: float = 0.0
    words: str = ""


class Mouth:
    """Says things, one after the other in each conversation."""

    def __init__(self, line: Line, clock: Callable[[], float] = time.monotonic) -> None:
        self._line, self._clock = line, clock
        self._turns: OrderedDict[str, _Turn] = OrderedDict()
        self._pressed: OrderedDict[str, tuple[str, str, float]] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def heard(self, conversation: str, request: str) -> None:
        """A message came: what is said there next answers it."""
        _keep(self._turns, conversation, _Turn(request, self._clock()))

    def pressed(self, card: str, task: str, request: str) -> None:
        """A card's button was pressed: for a moment it can be replaced."""
        _keep(self._pressed, card, (task, request, self._clock()))

    async def do(self, asked: Mapping[str, Any]) -> Frame:
        """Whatever a replica asks. Raises Later, Unreachable, NoAnswer, TimeoutError."""
        match asked:
            case {"do": "say", "conversation": str(conversation), "message": message}:
                async with self._locks.setdefault(conversation, asyncio.Lock()):
                    await self._say(conversation, message)
                return {}
            case {"do": "renew", "card": str(card), "block": block}:
                await self._renew(card, block)
                return {}
            case {"do": "call", "cmd": str(cmd), "body": body}:
                return _well(cmd, await self._line.ask(cmd, body))
        raise ValueError("nothing we do")

    async def progress(self, conversation: str, words: str) -> None:
        """Into the answer that is being written, when it takes a while; a failure to show it is no failure."""
        turn, now = self._turn(conversation), self._clock()
        if turn is None or now - turn.at < _FIRST or now - turn.shown < _AGAIN or now - turn.at > STREAM:
            return
        lock = self._locks.setdefault(conversation, asyncio.Lock())
        if lock.locked():
            return
        async with lock:
            turn.stream = turn.stream or f"stream-{secrets.token_hex(8)}"
            turn.shown, turn.words = now, words
            try:
                await self._respond(turn, _stream(turn.stream, words, finish=False))
            except (Problem, TimeoutError, OSError):
                return

    async def _say(self, conversation: str, message: Mapping[str, Any]) -> None:
        words = message.get("words")
        turn = self._turn(conversation)
        if turn is not None and await self._answered(turn, words):
            self._turns.pop(conversation, None)
            return
        how, _, chat = conversation.partition(":")
        said = {"msgtype": "markdown", "markdown": {"content": words}} if words is not None else message
        body = {"chatid": chat, "chat_type": 2 if how == "group" else 1, **said}
        _well("aibot_send_msg", await self._line.ask("aibot_send_msg", body))

    async def _answered(self, turn: _Turn, words: str | None) -> bool:
        """Whether words were taken as the answer to what was heard; for anything else an answer begun is ended."""
        stream, turn.stream = turn.stream, ""
        alive = bool(stream) and self._clock() - turn.at < STREAM
        if words is not None:
            name = stream if alive else f"stream-{secrets.token_hex(8)}"
            return await self._respond(turn, _stream(name, words, finish=True))
        if alive:
            await self._respond(turn, _stream(stream, f"{turn.words} ✓", finish=True))
        return False

    async def _respond(self, turn: _Turn, body: Mapping[str, Any]) -> bool:
        told = await self._line.ask("aibot_respond_msg", body, turn.request)
        code = told.get("errcode", 0)
        if code in BUSY:
            raise problem("aibot_respond_msg", told)
        if code:
            log.info("not taken as an answer (%s), said unasked", code)
        return not code

    async def _renew(self, card: str, block: Mapping[str, Any]) -> None:
        found = self._pressed.pop(card, None)
        if found is None or self._clock() - found[2] > CLICK:
            log.info("a card stays as it was, it was not just pressed: %s", card)
            return
        task, request, _ = found
        body = {"response_type": "update_template_card", "template_card": {**block, "task_id": task}}
        told = await self._line.ask("aibot_respond_update_msg", body, request)
        if told.get("errcode", 0):
            log.warning("a card stays as it was: %s", told.get("errcode"))

    def _turn(self, conversation: str) -> _Turn | None:
        turn = self._turns.get(conversation)
        return turn if turn is not None and self._clock() - turn.at < TURN else None


def _stream(name: str, words: str, *, finish: bool) -> dict[str, Any]:
    return {"msgtype": "stream", "stream": {"id": name, "finish": finish, "content": words}}


def _well(cmd: str, told: Frame) -> Frame:
    if told.get("errcode", 0):
        raise problem(cmd, told)
    body = told.get("body")
    return body if isinstance(body, dict) else {}


def _keep(kept: OrderedDict[str, V], key: str, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > _MANY:
        kept.popitem(last=False)
