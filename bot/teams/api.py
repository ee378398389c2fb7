"""Calls to the Bot Connector: say, renew, show typing. Its refusals become ours here, and nobody is sent to too fast.

Only the SDK's operations are used, on a session of our own with a time limit that asks the list of hosts each time.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiohttp import ClientError, ClientResponseError, ClientSession, ClientTimeout
from microsoft_agents.activity import Activity, ChannelAccount, ConversationAccount, ResourceResponse
from microsoft_agents.hosting.core.connector.client.connector_client import ConversationsOperations

from archive.errors import Later, NoAnswer, NotFound, Unreachable
from bot.chat import asked_for
from bot.teams.hosts import Hosts
from bot.teams.tokens import PLATFORM, Tokens
from storage.teams import Place

log = logging.getLogger("guidang.teams")

T = TypeVar("T")
_TIME = 15.0  # s for one call
PAUSE = 5  # s to wait where Teams asks for patience without saying how long
_ID = 1_000  # characters: the SDK would cut a conversation's id at 150, and speak somewhere else
BUSY = frozenset({412, 429, 502, 503, 504})
#: Teams takes 7 in a second and 60 in half a minute, a conversation (1,800 an hour: then it says 429).
RATES = ((1.0, 6), (30.0, 55))
_WAIT = 5.0  # s we wait by ourselves; longer waits are the post's


class TooMuch(Exception):
    """Teams does not take this activity as it is: a card it can't show, or one that is too big."""


class Pace:
    """How fast one conversation is spoken in."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at: dict[str, deque[float]] = {}

    async def turn(self, conversation: str) -> None:
        """Wait for the next place. Raises Later when that would be long."""
        now = self._clock()
        if len(self._at) > 1_000:
            self._at = {c: times for c, times in self._at.items() if times and now - times[-1] < RATES[-1][0]}
        times = self._at.setdefault(conversation, deque(maxlen=RATES[-1][1]))
        at = max([now, *(times[-many] + span for span, many in RATES if len(times) >= many)])
        if at - now > _WAIT:
            raise Later(platform=PLATFORM, seconds=round(at - now))
        times.append(at)
        if at > now:
            await asyncio.sleep(at - now)


class Connector:
    """The Bot Connector of every region that spoke with us."""

    def __init__(self, tokens: Tokens, hosts: Hosts, pace: Pace) -> None:
        self._tokens, self._hosts, self._pace = tokens, hosts, pace
        self._sessions: dict[str, ClientSession] = {}

    async def say(self, place: Place, body: dict[str, Any]) -> str:
        """Send an activity; returns its id. Raises Later, NoAnswer, Unreachable; TooMuch when it is at fault itself."""
        return await self._told(place, lambda at: at.send_to_conversation(place.conversation, _activity(place, body)))

    async def renew(self, place: Place, activity: str, body: dict[str, Any]) -> None:
        """Put it in the place of what was said. Raises NotFound when that was deleted; otherwise as `say`."""
        made = _activity(place, {**body, "id": activity})
        try:
            await self._told(place, lambda at: at.update_activity(place.conversation, activity, made))
        except Unreachable as error:
            if error.facts.get("status") == 404:
                raise NotFound(item=activity) from error
            raise

    async def close(self) -> None:
        """Let go of the connections."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def _told(self, place: Place, call: Callable[[ConversationsOperations], Awaitable[ResourceResponse]]) -> str:
        if not self._hosts.is_allowed(place.service_url):
            raise Unreachable(platform=PLATFORM, detail="serviceUrl")
        await self._pace.turn(place.conversation)
        for again in (True, False):
            token = await self._tokens.token()
            session = self._session(place.service_url)
            session.headers["Authorization"] = f"Bearer {token}"
            try:
                answer = await call(ConversationsOperations(session, max_conversation_id_length=_ID))
                return answer.id or ""
            except ClientResponseError as error:
                if error.status == 401 and again:
                    self._tokens.forget(token)
                    continue
                raise refusal(error) from None  # the request, with our token, hangs on it
            except (ClientError, TimeoutError, ValueError) as error:
                raise NoAnswer(platform=PLATFORM, detail=type(error).__name__) from None
        raise NoAnswer(platform=PLATFORM, detail="401")

    def _session(self, url: str) -> ClientSession:
        base = url.rstrip("/") + "/"
        if base not in self._sessions:
            limits = ClientTimeout(total=_TIME)
            headers = {"Accept": "application/json", "User-Agent": "guidang"}
            self._sessions[base] = self._hosts.client({"base_url": base, "timeout": limits, "headers": headers})
        return self._sessions[base]


def refusal(error: ClientResponseError) -> Exception:
    """Teams' answer as one of ours. Only its status and its code are told on: the words may quote what was sent."""
    code = _code(error.message)
    detail = f"{error.status} {code}".strip()
    if error.status in BUSY:
        return Later(platform=PLATFORM, seconds=asked_for(error.headers or {}, PAUSE))
    if error.status in (403, 404):
        return Unreachable(platform=PLATFORM, detail=detail, status=error.status)
    if error.status in (400, 413):
        return TooMuch()
    return NoAnswer(platform=PLATFORM, detail=detail)


def _code(words: str) -> str:
    """The code in an answer such as {"error": {"code": "BotNotInConversationRoster", …}}."""
    try:
        found = json.loads(words)["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return ""
    return found[:60] if isinstance(found, str) and found.isalnum() else ""


def _activity(place: Place, body: dict[str, Any]) -> Activity:
    """The activity as the SDK has it, from us, in that conversation."""
    account = {"id": place.bot, **({"name": place.bot_name} if place.bot_name else {})}
    return Activity.model_validate(
        {
            **body,
            "channel_id": "msteams",
            "service_url": place.service_url,
            "from_property": ChannelAccount(**account),
            "conversation": ConversationAccount(id=place.conversation),
        }
    )
