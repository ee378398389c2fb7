"""Registering who is told of what happens; what was told, what could not be, and telling it again."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from aiohttp import web

from archive.access import Right, demand
from archive.apikey import KeyScope
from archive.errors import BadField, KeyReused, NotFound
from archive.events import Event
from archive.words import Text, same
from bot.api import shapes
from bot.api.cursor import decoded, encoded, limit_of
from bot.api.guard import Caller
from bot.api.operations import JSON, PREFIX, Operation, Param, ref
from bot.body import Limits, read_json
from bot.outside import checked
from storage.people import By
from storage.webhooks import Delivery, Webhook, Webhooks

_STATES = ("waiting", "sent", "dead")


class Hooks:
    """/webhooks and below. A key sees and changes its own only."""

    def __init__(self, hooks: Webhooks, now: Callable[[], datetime], limits: Limits, *, private: bool) -> None:
        """`private`: whether addresses inside may be registered."""
        self._hooks, self._now, self._limits, self._private = hooks, now, limits, private

    def operations(self) -> Sequence[Operation]:
        """What can be asked here."""
        word = {"type": "string"}
        one, delivery = Param("webhook", "path", word, "id"), Param("delivery", "path", word, "id")
        once = Param("Idempotency-Key", "header", {"type": "string", "maxLength": 64}, "the same key, the same webhook")
        listing = (
            one, Param("state", "query", {"type": "string", "enum": list(_STATES)}, "dead: 没有送到 given up"),
            Param("limit", "query", {"type": "integer", "minimum": 1, "maximum": 200}, "usually 50"),
            Param("cursor", "query", word, "`next` of the page before"),
        )  # fmt: skip
        op = partial(Operation, scope=KeyScope.WEBHOOKS)
        return (
            op(id="addWebhook", method="POST", path="/webhooks", summary="登记回调 register a webhook",
               handler=self.add, status=201, answer=ref("NewWebhook"), params=(once,),
               body={JSON: ref("WantedWebhook")}, errors=(400, 409, 422)),
            op(id="listWebhooks", method="GET", path="/webhooks", summary="回调列表 the key's webhooks",
               handler=self.list, answer=ref("Webhooks")),
            op(id="removeWebhook", method="DELETE", path="/webhooks/{webhook}", summary="取消 remove",
               handler=self.remove, status=204, params=(one,), errors=(404,)),
            op(id="pingWebhook", method="POST", path="/webhooks/{webhook}/ping", summary="试发 send a test",
               handler=self.ping, status=202, answer=ref("Delivery"), params=(one,), errors=(404,)),
            op(id="listDeliveries", method="GET", path="/webhooks/{webhook}/deliveries",
               summary="发送记录 what was told, and what could not be", handler=self.deliveries,
               answer=ref("Deliveries"), params=listing, errors=(400, 404)),
            op(id="resendDelivery", method="POST", path="/webhooks/{webhook}/deliveries/{delivery}/resend",
               summary="重发 send again", handler=self.resend, status=202, answer=ref("Delivery"),
               params=(one, delivery), errors=(404,)),
        )  # fmt: skip

    async def add(self, request: web.Request, caller: Caller) -> web.Response:
        """The secret is told to who registers, again only for the same idempotency key."""
        demand(caller.person, Right.SEARCH)
        given = await read_json(request, self._limits)
        url, events = given.get("url"), given.get("events", [event.value for event in Event])
        if not isinstance(url, str):
            raise BadField(field="url", hint=Text("请给 https 地址。", "Please give an https address."))
        if not isinstance(events, list) or not events or not set(map(str, events)) <= set(Event):
            raise BadField(field="events", hint=same(", ".join(Event)))
        wanted = tuple(event for event in Event if event in events)
        checked(url, private=self._private)
        key = request.headers.get("Idempotency-Key", "")
        name = hashlib.sha256(f"{caller.key.id}\n{key}".encode()).hexdigest()[:16] if key else secrets.token_hex(8)
        by = By(caller.person.id, caller.channel)
        hook, secret = await self._hooks.add(f"wh{name}", caller.key.id, caller.person.id, url, wanted, by)
        if (hook.url, hook.events) != (url, wanted):
            raise KeyReused(key=key[:64])
        told = _told(hook) | {"secret": "whsec_" + base64.b64encode(secret).decode()}
        return shapes.json(told, 201)

    async def list(self, request: web.Request, caller: Caller) -> web.Response:
        """Oldest first."""
        return shapes.paged([_told(hook) for hook in await self._hooks.of(caller.key.id)], None)

    async def remove(self, request: web.Request, caller: Caller) -> web.Response:
        """What waited is not sent any more."""
        hook = await self._own(request, caller)
        await self._hooks.remove(hook.id, By(caller.person.id, caller.channel))
        return web.Response(status=204)

    async def ping(self, request: web.Request, caller: Caller) -> web.Response:
        """Sent like any other."""
        hook, now = await self._own(request, caller), self._now()
        name = f"{hook.id}.0.{secrets.token_hex(4)}"
        body = json.dumps({"id": name, "type": "ping", "timestamp": now.isoformat(), "data": {}})
        made = Delivery(name, hook.id, 0, "ping", body, now, due=now)
        await self._hooks.put(made)
        return shapes.json(_shown(made), 202)

    async def deliveries(self, request: web.Request, caller: Caller) -> web.Response:
        """The newest first; `state=dead` shows what was given up."""
        hook, limit = await self._own(request, caller), limit_of(request)
        state = request.query.get("state", "")
        if state and state not in _STATES:
            raise BadField(field="state", hint=same(", ".join(_STATES)))
        word = request.query.get("cursor")
        before = decoded(word, int)[0] if word else None
        found = await self._hooks.deliveries(hook.id, state, before, limit + 10)
        data = found[:limit]
        while len(data) > 1 and len(found) > limit and data[-1].seq == found[limit].seq:  # one entry's stay together
            limit -= 1
            data = found[:limit]
        after = encoded(data[-1].seq) if len(found) > len(data) else None
        return shapes.paged([_shown(each) for each in data], after)

    async def resend(self, request: web.Request, caller: Caller) -> web.Response:
        """A dead one above all; one that was sent too, under its old id."""
        hook = await self._own(request, caller)
        return shapes.json(_shown(await self._hooks.again(hook.id, request.match_info["delivery"][:120])), 202)

    async def _own(self, request: web.Request, caller: Caller) -> Webhook:
        hook = await self._hooks.get(request.match_info["webhook"][:40])
        if hook.key != caller.key.id:
            raise NotFound(item=hook.id)
        return hook


def _told(hook: Webhook) -> dict[str, object]:
    return {
        "id": hook.id, "url": hook.url, "events": [event.value for event in hook.events],
        "made_at": hook.made_at.isoformat(), "href": f"{PREFIX}/webhooks/{hook.id}",
    }  # fmt: skip


def _shown(d: Delivery) -> dict[str, object]:
    return {
        "id": d.id, "seq": d.seq, "event": d.event, "state": d.state, "attempts": d.attempts, "code": d.code,
        "at": d.at.isoformat(), "due": d.due.isoformat() if d.state == "waiting" else None,
        "sent_at": d.sent_at.isoformat() if d.sent_at else None,
    }  # fmt: skip
