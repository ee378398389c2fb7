"""Calls to Slack: paced, with time limits; its errors become ours here, and its tokens stay here."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from archive.errors import Later, NoAnswer, NoScope, NotFound, Problem, Unreachable
from bot.chat import asked_for
from bot.slack.incoming import Us
from bot.slack.markup import Block
from bot.slack.outgoing import Sheet
from bot.slack.pace import Pace
from config.channels import Slack

PLATFORM = "Slack"
PAUSE = 30  # s to wait where Slack asks for patience without saying how long
#: The SDK writes what it sends into its log at DEBUG: never, whatever the level of ours.
quiet = logging.getLogger("guidang.slack.sdk")
quiet.setLevel(logging.WARNING)
_QUERY = re.compile(r"(?<=[a-z])(://[^\s?'\"]*)\?[^\s'\"]*")


@quiet.addFilter
def _unsaid(record: logging.LogRecord) -> bool:
    """When Socket Mode isn't let in, the SDK writes down the address with the ticket in it."""
    record.msg, record.args = _QUERY.sub(r"\1?…", record.getMessage()), ()
    record.exc_info = record.exc_text = None
    return True


#: It will never arrive there.
GONE = frozenset({
    "channel_not_found", "is_archived", "not_in_channel", "user_not_found", "users_not_found", "user_disabled",
    "user_not_visible", "cannot_dm_bot", "messages_tab_disabled", "restricted_action", "user_is_restricted",
    "restricted_action_thread_locked", "channel_is_archived", "team_access_not_granted", "cannot_reply_to_message",
    "no_user",
})  # fmt: skip
#: What was said isn't there any more, so it can't be replaced.
DELETED = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "cant_delete_message"})
#: Slack will not have our blocks: said again as words.
NO_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments"})


class Api:
    """One workspace's Slack, by its bot token."""

    def __init__(self, settings: Slack, *, pace: Pace | None = None, limit: float = 10.0, long: float = 180.0) -> None:
        """`limit`, `long`: seconds for a call, and for a file on its way."""
        self._settings, self._limit, self._long = settings, limit, long
        self.pace = pace or Pace()
        self._sessions: dict[float, aiohttp.ClientSession] = {}
        self._us: Us | None = None
        self._asking = asyncio.Lock()
        self._alone: dict[str, str] = {}

    async def us(self) -> Us:
        """Our workspace and our user; asked once."""
        async with self._asking:
            if self._us is None:
                told, _ = await self.greet()
                self._us = Us(str(told["team_id"]), str(told["user_id"]), str(told.get("bot_id", "")))
        return self._us

    async def greet(self) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """What auth.test answers, and its headers: they tell our scopes and Slack's clock."""
        told = await self._call("auth.test", lambda c: c.auth_test())
        return dict(told.data), {str(k).lower(): str(v) for k, v in told.headers.items()}

    async def link(self) -> None:
        """Whether Socket Mode would be let in."""
        await self._call("apps.connections.open", lambda c: c.apps_connections_open(app_token=self._settings.app_token))

    async def post(self, conversation: str, sheet: Sheet) -> str:
        """Say it; the address is `channel:ts`."""
        channel, thread = await self.place(conversation)
        blocks = list(sheet.blocks) or None
        told = await self._call(
            "chat.postMessage",
            lambda c: c.chat_postMessage(
                channel=channel, text=sheet.text, blocks=blocks, thread_ts=thread or None, mrkdwn=False,
                unfurl_links=False, unfurl_media=False,
            ),
            lane=channel,
        )  # fmt: skip
        return f"{told['channel']}:{told['ts']}"

    async def update(self, address: str, sheet: Sheet) -> None:
        """Replace what stands at an address. Raises NotFound when it was deleted."""
        channel, _, stamp = address.partition(":")
        blocks = list(sheet.blocks)
        await self._call(
            "chat.update", lambda c: c.chat_update(channel=channel, ts=stamp, text=sheet.text, blocks=blocks)
        )

    async def delete(self, address: str) -> None:
        """Take back what we said."""
        channel, _, stamp = address.partition(":")
        await self._call("chat.delete", lambda c: c.chat_delete(channel=channel, ts=stamp))

    async def upload(self, conversation: str, name: str, data: bytes) -> None:
        """Hand out a file, the way Slack wants it: ask for an address, send it there, tell the channel."""
        channel, thread = await self.place(conversation)
        await self._call(
            "files.completeUploadExternal",
            lambda c: c.files_upload_v2(
                content=data, filename=name, title=name, channel=channel, thread_ts=thread or None
            ),
            lane=channel, name=name, long=True,
        )  # fmt: skip

    async def open(self, trigger: str, view: Block) -> None:
        """Open a window, within three seconds of the press."""
        await self._call("views.open", lambda c: c.views_open(trigger_id=trigger, view=view))

    async def publish(self, user: str, view: Block) -> None:
        """Put this on a user's home tab."""
        await self._call("views.publish", lambda c: c.views_publish(user_id=user, view=view))

    async def user(self, user: str) -> Mapping[str, Any]:
        """What the directory says about a user."""
        told = await self._call("users.info", lambda c: c.users_info(user=user))
        return dict(told.get("user") or {})

    async def file(self, file: str, name: str) -> tuple[Mapping[str, Any], bool]:
        """What Slack knows of a file, and whether we may read files at all."""
        told = await self._call("files.info", lambda c: c.files_info(file=file), name=name)
        scopes = told.headers.get("x-oauth-scopes") or told.headers.get("X-OAuth-Scopes")
        return dict(told.get("file") or {}), scopes is None or "files:read" in scopes.replace(" ", "").split(",")

    async def place(self, conversation: str) -> tuple[str, str]:
        """(channel, thread) of a conversation; a user's id is the conversation with that user alone."""
        channel, _, thread = conversation.partition("/")
        if not channel.startswith(("U", "W")):
            return channel, thread
        if channel not in self._alone:
            told = await self._call("conversations.open", lambda c: c.conversations_open(users=channel))
            self._alone[channel] = str(told["channel"]["id"])
        return self._alone[channel], thread

    def alone_with(self, user: str) -> str:
        """The conversation with a user, where it is known by now."""
        return self._alone.get(user, "")

    def session(self, *, long: bool = False) -> aiohttp.ClientSession:
        """For requests past the SDK. A proxy comes from the environment, with its exceptions."""
        seconds = self._long if long else self._limit
        held = self._sessions.get(seconds)
        if held is None or held.closed:
            limit = aiohttp.ClientTimeout(total=seconds, sock_connect=self._limit, sock_read=max(30.0, self._limit))
            held = self._sessions[seconds] = aiohttp.ClientSession(timeout=limit, trust_env=True)
        return held

    def client(self, *, long: bool = False) -> AsyncWebClient:
        """The SDK's client. It retries nothing: a message sent again after a broken connection would stand twice."""
        made = AsyncWebClient(
            self._settings.bot_token, self._settings.api_url, session=self.session(long=long), retry_handlers=[],
            logger=quiet,
        )  # fmt: skip
        made.proxy = None  # the session knows
        return made

    async def close(self) -> None:
        """Let go of the connections."""
        for session in self._sessions.values():
            await session.close()

    async def _call(
        self,
        method: str,
        call: Callable[[AsyncWebClient], Awaitable[Any]],
        *,
        lane: str = "",
        name: str = "",
        long: bool = False,
    ) -> Any:
        """`lane`: a channel something is said in, one thing a second; without, the method itself is held at a 429."""
        lane, paced = lane or method, bool(lane)
        async with self.pace.turn(lane, paced=paced):
            try:
                with ours(method, name):
                    return await call(self.client(long=long))
            except Later as later:
                self.pace.hold(lane, float(later.facts["seconds"]))
                raise


@contextmanager
def ours(method: str, name: str = "") -> Iterator[None]:
    """Slack's errors become ours; nothing of a request is in them."""
    try:
        yield
    except SlackApiError as error:
        raise problem(method, error, name) from None  # its response holds the request, with our token
    except (SlackClientError, aiohttp.ClientError, ValueError) as error:
        raise NoAnswer(platform=PLATFORM, detail=f"{method}: {type(error).__name__}") from None


def problem(method: str, error: SlackApiError, name: str = "") -> Problem:
    """What Slack's answer means."""
    told, status, headers = _answer(error)
    said = str(told.get("error", ""))
    if status == 429 or said in ("ratelimited", "rate_limited", "message_limit_exceeded"):
        return Later(platform=PLATFORM, seconds=asked_for(headers, PAUSE))
    if said in GONE:
        return Unreachable(platform=PLATFORM, detail=said)
    if said in DELETED:
        return NotFound(item=said)
    if said in ("missing_scope", "no_permission"):
        return NoScope(platform=PLATFORM, name=name or method, scope=str(told.get("needed", "")))
    return NoAnswer(platform=PLATFORM, detail=f"{method}: {said or status}")


def refused(error: NoAnswer, words: frozenset[str]) -> bool:
    """Whether Slack refused for one of these reasons."""
    return str(error.facts.get("detail", "")).rpartition(": ")[2] in words


def _answer(error: SlackApiError) -> tuple[Mapping[str, Any], int, Mapping[str, str]]:
    answer: Any = error.response
    told = getattr(answer, "data", None)
    status = getattr(answer, "status_code", None) or getattr(answer, "status", 0)
    return (
        told if isinstance(told, Mapping) else {},
        int(status or 0),
        getattr(answer, "headers", None) or {},
    )
