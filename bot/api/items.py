"""Asking for what is kept: lists, searches, one item, its state, its history, its original. Rights at the one door."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from aiohttp import web

from archive.access import Right, demand, may
from archive.apikey import KeyScope
from archive.approval import deciders
from archive.errors import BadField, NotFound
from archive.item import Item, ItemState
from archive.trail import Entry
from archive.words import Text, same
from bot.api import shapes
from bot.api.cursor import AGAIN, MOST, decoded, encoded, limit_of
from bot.api.guard import Caller
from bot.api.operations import Operation, Param, ref
from bot.channel import Door
from bot.handout import handed
from handlers.context import Context
from handlers.show import seen
from handlers.standing import plain_standing

STEPS = 1000  # entries of an item's history that are told


class Received(Protocol):
    """The list of items by when they came in."""

    async def received(
        self, company: str, person: str | None, before: tuple[datetime, str] | None, limit: int,
        states: Sequence[ItemState] = (), first: datetime | None = None,
    ) -> list[Item]: ...  # fmt: skip


class Items:
    """GET /items and below."""

    def __init__(self, ctx: Context, door: Door, listed: Received) -> None:
        self._ctx, self._door, self._listed = ctx, door, listed

    def operations(self) -> Sequence[Operation]:
        """What can be asked here."""
        word, one = {"type": "string"}, Param("item", "path", {"type": "string"}, "编号 e.g. G2610-0042")
        states = ",".join(state.value for state in ItemState)
        listing = (
            Param("q", "query", word, "检索词，同聊天里的「查」 words as in chat: 顺丰 2026-10 >500"),
            Param("state", "query", word, f"逗号分隔 of: {states}"),
            Param("since", "query", {"type": "string", "format": "date-time"}, "此后收到 received since"),
            Param("limit", "query", {"type": "integer", "minimum": 1, "maximum": 200}, "usually 50"),
            Param("cursor", "query", word, "`next` of the page before"),
        )
        named = {"type": "string", "pattern": "^(original|[0-9]{1,3})$"}
        read, files = KeyScope.READ, KeyScope.FILES
        return (
            Operation("listItems", "GET", "/items", read, "列表和检索 list and search", self.list, 200, ref("Items"),
                      params=listing, errors=(400,)),
            Operation("getItem", "GET", "/items/{item}", read, "一件 one item", self.one, 200, ref("WholeItem"),
                      params=(one,), errors=(404,)),
            Operation("getItemState", "GET", "/items/{item}/state", read, "状态 where it stands", self.state, 200,
                      ref("State"), params=(one,), errors=(404,)),
            Operation("getItemTrail", "GET", "/items/{item}/trail", read, "经过 what was done about it", self.trail,
                      200, ref("Trail"), params=(one,), errors=(404,)),
            Operation("getRendition", "GET", "/items/{item}/renditions/{name}", files, "原件 the original's bytes",
                      self.rendition, 200, media=("*/*",),
                      params=(one, Param("name", "path", named, "original, or the number of another rendition")),
                      errors=(404,),
                      headers={"Repr-Digest": "SHA-256 (RFC 9530)"}),
        )  # fmt: skip

    async def list(self, request: web.Request, caller: Caller) -> web.Response:
        """With `q` as the index finds them; without, the last received first."""
        demand(caller.person, Right.SEARCH)
        limit, cursor = limit_of(request), request.query.get("cursor")
        if words := request.query.get("q", "").strip():
            return await self._search(caller, words[:500], limit, cursor)
        before = None
        if cursor is not None:
            at, last = decoded(cursor, str, str)
            before = (_moment(at, "cursor"), last)
        since = request.query.get("since")
        first = _moment(since, "since") if since else None
        person = None if may(caller.person, Right.SEE_ALL) else caller.person.id
        found = await self._listed.received(
            caller.person.company, person, before, limit + 1, _states(request.query.get("state", "")), first
        )
        data, more = found[:limit], len(found) > limit
        after = encoded(data[-1].received_at.isoformat(), data[-1].id) if more else None
        return shapes.paged([shapes.summary(item) for item in data], after)

    async def _search(self, caller: Caller, words: str, limit: int, cursor: str | None) -> web.Response:
        page = 0
        if cursor is not None:
            page, limit = decoded(cursor, int, int)
            if not (page < 100_000 and 1 <= limit <= MOST):
                raise BadField(field="cursor", hint=AGAIN)
        items, total, _ = await self._door.find(caller.person, words, page, limit)
        after = encoded(page + 1, limit) if (page + 1) * limit < total else None
        return shapes.paged([shapes.summary(item) for item in items], after, total)

    async def one(self, request: web.Request, caller: Caller) -> web.Response:
        """Leaves a trail entry, as every view does."""
        item = await self._seen(request, caller)
        case = await self._ctx.vault.case(item.id)
        await self._ctx.trail.add(Entry(caller.person.id, "viewed", item.id, self._ctx.now(), caller.channel))
        return shapes.json(shapes.whole(item, case) | await plain_standing(self._ctx, item.id))

    async def state(self, request: web.Request, caller: Caller) -> web.Response:
        """Nothing of the document itself; leaves no entry, so that it may be asked often."""
        item = await self._seen(request, caller)
        case = await self._ctx.vault.case(item.id)
        waiting = deciders(case, item, await self._ctx.people.all()) if item.state is ItemState.PENDING else ()
        more = {"waits_for": [p.name for p in waiting], "step": case.step, "steps": len(case.steps)}
        return shapes.json(shapes.state(item) | more)

    async def trail(self, request: web.Request, caller: Caller) -> web.Response:
        """Oldest first; that it was read is an entry too."""
        item = await self._seen(request, caller)
        facts = {"what": "trail"}
        await self._ctx.trail.add(Entry(caller.person.id, "viewed", item.id, self._ctx.now(), caller.channel, facts))
        return shapes.paged([shapes.step(link) for link in await self._ctx.trail.about(item.id, STEPS)], None)

    async def rendition(self, request: web.Request, caller: Caller) -> web.Response:
        """The bytes as they came, checked against their digests; leaves a trail entry."""
        demand(caller.person, Right.SEARCH)
        name = request.match_info["name"][:40]
        item = await self._seen(request, caller)
        named = dict(zip(shapes.names(item), item.files, strict=True))
        if name not in named:
            raise NotFound(item=name)
        which = item.id if name == shapes.ORIGINAL else f"{item.id}/{name}"
        response = handed(*await self._door.original(caller.person, which, caller.channel), inline=False)
        digest = base64.b64encode(bytes.fromhex(named[name].sha256)).decode()
        response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
        return response

    async def _seen(self, request: web.Request, caller: Caller) -> Item:
        demand(caller.person, Right.SEARCH)
        return await seen(self._ctx, caller.person, request.match_info["item"][:40].upper())


def _states(words: str) -> tuple[ItemState, ...]:
    try:
        return tuple(ItemState(word.strip()) for word in words.split(",") if word.strip())
    except ValueError as error:
        raise BadField(field="state", hint=same(", ".join(ItemState))) from error


def _moment(words: str, field: str) -> datetime:
    try:
        at = datetime.fromisoformat(words)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 1970 <= at.year < 9000:
        hint = Text("写成 2026-10-01T00:00:00Z（带时区）。", "Write 2026-10-01T00:00:00Z, with a zone.")
        raise BadField(field=field, hint=hint)
    return at
