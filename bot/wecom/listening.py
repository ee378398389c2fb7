"""The callback of the 自建应用: WeCom asks whether the address is ours (GET), then sends its events (POST).

Written down first, then answered with an empty 200: for anything else, or nothing within five seconds, it sends the
same again, three times. What fails here is answered with 500 for that reason; the repeat key makes it harmless.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiohttp import web

from bot.capped import Refused, body_of
from bot.wecom.verify import MOST, Callback

log = logging.getLogger("guidang.wecom")

PATH = "/wecom/callback"


class Listening:
    """What WeCom calls."""

    def __init__(self, callback: Callback, hear: Callable[[Mapping[str, str]], Awaitable[None]]) -> None:
        """`hear` gets the fields of verified events and returns when they are written down."""
        self._callback, self._hear = callback, hear

    def routes(self) -> Sequence[web.RouteDef]:
        """One address for both."""
        return [web.get(PATH, self._echo, allow_head=False), web.post(PATH, self._event)]

    async def _echo(self, request: web.Request) -> web.Response:
        try:
            return web.Response(body=self._callback.echo(request.query), content_type="text/plain")
        except Refused as refused:
            return _refused(refused)

    async def _event(self, request: web.Request) -> web.Response:
        try:
            fields = self._callback.message(request.query, await body_of(request, MOST))
        except Refused as refused:
            return _refused(refused)
        await self._hear(fields)
        return web.Response()


def _refused(refused: Refused) -> web.Response:
    log.warning("refused a request to %s: %s", PATH, refused.why)
    return web.Response(status=refused.status)
