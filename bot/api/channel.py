"""The API as a channel: what is handed in comes through the same door as everywhere; its answer is kept.

Nobody is spoken to here unasked: a program hears of what happens by webhooks, or asks.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from archive.access import Person
from archive.errors import NotFound
from archive.words import Text
from bot.api import shapes
from bot.api.book_schemas import BOOK_SCHEMAS
from bot.api.documents import NAME
from bot.api.guard import HEADERS, Caller, Guard, told
from bot.api.operations import PREFIX, Operation, document, ref
from bot.api.schemas import SCHEMAS
from bot.channel import Abilities
from bot.oneway import OneWay
from handlers.message import Reply
from storage.api_answers import ApiAnswers

_NOTHING = Text("", "")


class Api(OneWay):
    """See bot.channel.Channel."""

    name = NAME
    abilities = Abilities(ours=True)

    def __init__(self, guard: Guard, answers: ApiAnswers, operations: Sequence[Operation], server: str) -> None:
        """`server`: our address as programs call it."""
        self._guard, self._answers = guard, answers
        me = Operation("getMe", "GET", "/me", None, "这个密钥 this key", _me, 200, ref("Me"))
        self._operations = (me, *operations)
        self.document = document(self._operations, {**SCHEMAS, **BOOK_SCHEMAS}, server)

    def routes(self) -> Sequence[web.RouteDef]:
        """Every operation, and the document that describes them."""

        async def openapi(request: web.Request) -> web.StreamResponse:
            response = shapes.json(self.document)
            response.headers.update(HEADERS)
            return response

        async def nothing(request: web.Request) -> web.StreamResponse:
            return told(NotFound(item=f"{request.method} {request.path[:80]}"), "zh")

        return [
            web.get(f"{PREFIX}/openapi.json", openapi),
            *(
                web.route(op.method, PREFIX + op.path, self._guard.closed(op.handler, op.scope))
                for op in self._operations
            ),
            web.route("*", PREFIX + "/{rest:.*}", nothing),
        ]

    async def say(self, person: Person, conversation: str, reply: Reply, key: str) -> Sequence[str]:
        """The answer to what was handed in; it is asked for, not sent."""
        items = [card.about for card in reply.cards if card.about]
        await self._answers.keep(key.removeprefix("reply:"), items, reply.codes, reply.text or _NOTHING)
        return [""] * len(reply.cards)

    async def start(self) -> None:
        """Nothing is held open."""

    async def close(self) -> None:
        """Nothing is held open."""


async def _me(request: web.Request, caller: Caller) -> web.Response:
    """GET /me: which key this is, and what it may do."""
    key = caller.key
    return shapes.json(
        {
            "key": key.id, "name": key.name, "person": key.person, "company": caller.person.company,
            "scopes": [scope.value for scope in key.scopes], "rate": key.rate,
            "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        }
    )  # fmt: skip
