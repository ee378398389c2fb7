"""The conversations of a person: reading them, saying something, pressing a button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from aiohttp import web

from archive.access import Person, Right, demand
from archive.errors import BadRequest, Problem
from archive.words import Text
from bot.body import Limits, Room, Sent, clean, key_of, read_json, read_message
from bot.channel import Door
from bot.desk.accounts import Caller
from bot.desk.render import last_line, own_doc, said_json
from bot.desk.streams import Streams
from handlers.context import Topic
from storage.talk import Said, Talk

#: The name every channel's messages carry.
NAME = "desk"

TOPICS: Mapping[Topic, Text] = {
    "chat": Text("归档助手", "Assistant"),
    "approvals": Text("待我审批", "Approvals"),
    "reports": Text("报表", "Reports"),
}
_PAGE = 40


def conversation_of(person: Person, topic: str) -> str:
    """The address of a person's conversation on a topic. Raises BadRequest for an unknown topic."""
    if topic not in TOPICS:
        raise BadRequest
    return f"{person.id}:{topic}"


class Talking:
    """The handlers of the conversation itself."""

    def __init__(self, door: Door, talk: Talk, streams: Streams, now: Callable[[], datetime], limits: Limits) -> None:
        self._door, self._talk, self._streams, self._now, self._limits = door, talk, streams, now, limits
        self._room = Room(limits.together)

    async def conversations(self, request: web.Request, caller: Caller) -> web.Response:
        """GET /api/conversations: the latest message of each, how many are unread, the place to listen from."""
        place = await self._talk.head(caller.person.id)  # before the lists: what comes between is told twice, not never
        found = []
        for topic, name in TOPICS.items():
            conversation = conversation_of(caller.person, topic)
            about: dict[str, Any] = {
                "id": topic,
                "name": name.to(caller.lang),
                "seq": 0,
                "unread": 0,
                "line": "",
                "at": "",
            }
            for said in await self._talk.history(caller.person.id, conversation, limit=1):
                unread = await self._talk.unread(conversation, said.seq)
                shown = said_json(said, caller.lang)
                line = last_line(said.body, caller.lang)
                about |= {"seq": said.seq, "unread": unread, "line": line, "at": shown["at"]}
            found.append(about)
        return web.json_response({"place": place, "conversations": found})

    async def messages(self, request: web.Request, caller: Caller) -> web.Response:
        """GET /api/messages?conversation=&before=: forty messages, oldest first, and whether there are more."""
        conversation = conversation_of(caller.person, request.query.get("conversation", ""))
        before = request.query.get("before")
        if before is not None and not (before.isascii() and before.isdigit() and len(before) < 16):
            raise BadRequest
        place = None if before is None else int(before)
        found = await self._talk.history(caller.person.id, conversation, place, _PAGE + 1)
        shown = [said_json(said, caller.lang) for said in found[-_PAGE:]]
        return web.json_response({"messages": shown, "more": len(found) > _PAGE})

    async def seen(self, request: web.Request, caller: Caller) -> web.Response:
        """POST /api/seen {conversation, seq}: read up to here."""
        given = await read_json(request, self._limits)
        seq = given.get("seq")
        if not isinstance(seq, int) or not 0 <= seq < 10**15:
            raise BadRequest
        await self._talk.read(conversation_of(caller.person, str(given.get("conversation"))), seq)
        return web.json_response({})

    async def say(self, request: web.Request, caller: Caller) -> web.Response:
        """POST /api/messages: handed to the door, written into the log, and only then acknowledged with 202.

        The door lets nobody work on it before the log has it, so that an answer can never stand above its question.
        What the door refuses stands in the log with the reason, and the same key may be sent again. Files of
        somebody who may not forward any aren't even read.
        """
        forwards = partial(demand, caller.person, Right.FORWARD)
        with self._room.share() as take:
            return await self._taken(await read_message(request, self._limits, take, forwards), caller)

    async def _taken(self, sent: Sent, caller: Caller) -> web.Response:
        conversation = conversation_of(caller.person, sent.conversation)
        log = _Own(self._talk, caller.person.id, conversation, sent, self._now())
        try:
            taken = await self._door.receive(
                channel=NAME,
                conversation=conversation,
                person=caller.person,
                key=f"{caller.person.id}:{sent.key}",
                text=sent.text,
                files=sent.files,
                noted=log.taken,
            )
        except Problem as problem:
            await log.refused(problem)
            self._streams.wake(caller.person.id)
            raise
        self._streams.wake(caller.person.id)
        return web.json_response({"id": log.said.id, "seq": log.said.seq, "taken": taken}, status=202)

    async def click(self, request: web.Request, caller: Caller) -> web.Response:
        """POST /api/clicks {key, conversation, action, subject, version, values}: handed to the door, then 202."""
        given = await read_json(request, self._limits)
        action, subject, version = given.get("action"), given.get("subject"), given.get("version", 0)
        if not (isinstance(action, str) and isinstance(subject, str) and type(version) is int):
            raise BadRequest
        if not (0 < len(action) <= 64 and len(subject) <= 200 and 0 <= version < 2**31):
            raise BadRequest
        taken = await self._door.receive(
            channel=NAME,
            conversation=conversation_of(caller.person, given.get("conversation", "chat")),
            person=caller.person,
            key=f"{caller.person.id}:{key_of(given)}",
            action=clean(action),
            subject=clean(subject),
            version=version,
            values=_values(given.get("values", {})),
        )
        return web.json_response({"taken": taken}, status=202)


class _Own:
    """What a person says, as it stands in their log; `said` once it does."""

    said: Said

    def __init__(self, talk: Talk, owner: str, conversation: str, sent: Sent, at: datetime) -> None:
        self._talk, self._owner, self._conversation, self._at = talk, owner, conversation, at
        self._key = f"me:{sent.key}"
        self._body = own_doc(sent.key, sent.text, [(name, len(data)) for name, data in sent.files])

    async def taken(self, name: str) -> None:
        """The door has it under this name."""
        self.said = await self._say(self._body, name)
        if self.said.taken != name:  # refused at first
            await self._talk.change(self._owner, self.said.id, {"taken": name, "body.refused": None})

    async def refused(self, problem: Problem) -> None:
        """The door doesn't take it; what it took before stays taken."""
        why = {"zh": problem.say("zh"), "en": problem.say("en")}
        said = await self._say({**self._body, "refused": why}, "")
        if not said.taken and said.body.get("refused") != why:
            await self._talk.change(self._owner, said.id, {"body.refused": why})

    async def _say(self, body: Mapping[str, Any], taken: str) -> Said:
        return await self._talk.say(
            owner=self._owner, conversation=self._conversation, key=self._key, mine=True, body=body, at=self._at,
            taken=taken,
        )  # fmt: skip


def _values(given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or len(given) > 60:
        raise BadRequest
    if not all(isinstance(value, str) and len(name) <= 64 and len(value) <= 5000 for name, value in given.items()):
        raise BadRequest
    return {clean(name): clean(value) for name, value in given.items()}
