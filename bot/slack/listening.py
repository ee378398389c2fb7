"""Bolt on our own server: one route for HTTP events, or Socket Mode; the same handlers for both.

Bolt's own verification reads a body before it checks it, so ours comes first. Its parser loses a slash command in whose
words "payload" stands, so it gets bodies that are parsed already. Its handlers end before it acknowledges
(`process_before_response`). It does not drop repeats: the gate does.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.aside import Aside
from bot.capped import Refused
from bot.slack.api import quiet
from bot.slack.hearing import Hearing
from bot.slack.verify import Verifier
from config.channels import Slack

log = logging.getLogger("guidang.slack")
#: Bolt writes whole requests into its log at WARNING: only its errors are let through.
_bolt = logging.getLogger("guidang.slack.bolt")
_bolt.setLevel(logging.ERROR)

PATH = "/slack/events"
ANY = re.compile("")


class Listening:
    """What Slack calls."""

    def __init__(self, settings: Slack, hearing: Hearing, aside: Aside, now: Callable[[], float] = time.time) -> None:
        """`now`: seconds since 1970."""
        self._settings, self._hearing, self._aside = settings, hearing, aside
        self._verifier = Verifier(settings.signing_secret, now) if settings.signing_secret else None
        self._app: AsyncApp | None = None
        self._socket: AsyncSocketModeHandler | None = None

    def routes(self) -> Sequence[web.RouteDef]:
        """None for Socket Mode: then nothing of ours is open to the world."""
        return [web.post(PATH, self._http)] if self._verifier else []

    def start(self) -> None:
        """Open the websocket, if there is to be one; it keeps trying by itself."""
        if not self._settings.app_token or self._socket is not None:
            return
        web_client = AsyncWebClient(base_url=self._settings.api_url, retry_handlers=[], logger=quiet)
        self._socket = AsyncSocketModeHandler(
            self._bolt_app(), self._settings.app_token, logger=quiet, web_client=web_client
        )
        self._aside.run(self._socket.client.connect(), "Socket Mode")  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            await self._socket.client.close()  # type: ignore[no-untyped-call]
            self._socket = None

    async def _http(self, request: web.Request) -> web.Response:
        assert self._verifier is not None
        try:
            raw, signed = await self._verifier.read(request)
        except Refused as refused:
            log.warning("refused a request to %s: %s", PATH, refused.why)
            return web.Response(status=refused.status)
        try:
            body = _parsed(raw, request.content_type)
        except ValueError:
            log.warning("a signed request to %s was not readable", PATH)
            return web.Response(status=400)
        answer = await self._bolt_app().async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        if answer.status != 200:
            self._verifier.failed(signed)
        kind = "application/json" if (answer.body or "").startswith("{") else "text/plain"
        return web.Response(status=answer.status, text=answer.body or "", content_type=kind)

    def _bolt_app(self) -> AsyncApp:
        if self._app is None:
            self._app = _app(self._settings, self._hearing)
        return self._app


def _app(settings: Slack, hearing: Hearing) -> AsyncApp:
    async def authorize(**_: Any) -> AuthorizeResult:
        """Without a call to Slack before the acknowledgement; whose event it is the handlers ask themselves."""
        return AuthorizeResult(enterprise_id=None, team_id=None)

    app = AsyncApp(
        name=_bolt.name,  # Bolt sets the level of the logger of this name: the house's own must not be it
        logger=_bolt, signing_secret=settings.signing_secret or "none", authorize=authorize,
        client=AsyncWebClient(base_url=settings.api_url, logger=quiet), process_before_response=True,
        request_verification_enabled=False, ssl_check_enabled=False, ignoring_self_events_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )  # fmt: skip
    app.event(ANY)(hearing.event)
    app.command(ANY)(hearing.command)
    app.action(ANY)(hearing.action)
    app.view_submission(ANY)(hearing.view)
    app.view_closed(ANY)(hearing.other)
    app.shortcut(ANY)(hearing.other)
    return app


def _parsed(raw: bytes, content_type: str) -> dict[str, Any]:
    """Raises ValueError for what Slack doesn't send."""
    words = raw.decode()
    try:
        if content_type == "application/x-www-form-urlencoded":
            fields: dict[str, Any] = dict(parse_qsl(words, keep_blank_values=True, max_num_fields=200))
            body = json.loads(fields["payload"]) if "payload" in fields else fields
        else:
            body = json.loads(words)
    except RecursionError as error:
        raise ValueError from error
    if not isinstance(body, dict):
        raise ValueError
    return body
