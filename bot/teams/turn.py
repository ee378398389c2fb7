"""One turn of the SDK: what comes in is handed over and answered at once; the work is done from the queue.

The adapter here has no way to Teams: whatever is said is said later, by the channel. So an answer waits neither for
Entra nor for the Bot Connector, and no exception's text can reach a user.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast

from microsoft_agents.activity import Activity, ActivityTypes, InvokeResponse
from microsoft_agents.hosting.aiohttp import CloudAdapter
from microsoft_agents.hosting.core import (
    AgentApplication,
    ApplicationOptions,
    ConnectionManager,
    MemoryStorage,
    RouteRank,
    TurnContext,
    TurnState,
)
from microsoft_agents.hosting.core.connector import ConnectorClientBase, UserTokenClientBase

from bot.capped import Refused
from bot.teams.hosts import Hosts
from bot.teams.tokens import Entra, configuration
from bot.teams.verify import Verified
from config.channels import Teams

Payload = Mapping[str, Any]
#: What answers an event; the answer is what an invoke gets back.
Answer = Callable[[Payload], Awaitable[dict[str, Any] | None]]
_TURN = "guidang.turn"


class _Closed:
    """Stands where the SDK has its clients; there is nothing to ask it for."""

    base_uri = ""

    async def close(self) -> None:
        """Nothing is open."""


class _NoClients:
    """Makes no connection and asks for no token."""

    async def create_connector_client(self, *_: Any, **__: Any) -> ConnectorClientBase:
        return cast("ConnectorClientBase", _Closed())

    async def create_user_token_client(self, *_: Any, **__: Any) -> UserTokenClientBase:
        return cast("UserTokenClientBase", _Closed())


@dataclass(frozen=True, slots=True)
class _Turn:
    """The SDK's agent for one request: gives the handlers the payload as it came, and keeps what went wrong."""

    payload: Payload
    app: AgentApplication[TurnState]
    failed: list[Exception] = field(default_factory=list)

    async def on_turn(self, context: TurnContext) -> None:
        """Called by the adapter."""
        context.turn_state[_TURN] = self
        await self.app.on_turn(context)


class Turns:
    """The SDK's adapter and application with our routes."""

    def __init__(self, settings: Teams, hosts: Hosts, invokes: Mapping[str, Answer], others: Answer) -> None:
        """`invokes` by their name: each is answered with what its handler returns. `others`: everything else."""
        connections = ConnectionManager(Entra, {"SERVICE_CONNECTION": configuration(settings)})
        self.adapter = CloudAdapter(channel_service_client_factory=_NoClients(), host_validator=hosts)
        self.adapter.on_turn_error = _failed
        options = ApplicationOptions(
            storage=MemoryStorage(), start_typing_timer=False, remove_recipient_mention=False
        )  # fmt: skip
        self._app = AgentApplication[TurnState](options, connection_manager=connections)
        for name, answer in invokes.items():
            self._app.add_route(_named(name), _invoked(answer), is_invoke=True)
        self._app.add_route(_is_invoke, _unknown, is_invoke=True, rank=RouteRank.LAST)
        self._app.add_route(_is_anything, _taken(others), rank=RouteRank.LAST)

    async def answer(self, verified: Verified) -> tuple[int, Any]:
        """(status, JSON or None). Raises Refused for what is no activity, and what a handler raised."""
        turn = _Turn(verified.payload, self._app)
        try:
            response = await self.adapter.process_request(verified, turn)
        except ValueError as error:  # pydantic's; what a handler raised is kept aside
            raise Refused(400, "no activity") from error
        if turn.failed:
            raise turn.failed[0]
        return response.status_code, response.body


async def _failed(context: TurnContext, error: Exception) -> None:
    """In the place of the SDK's, which would send the exception's words to the user."""
    turn = context.turn_state[_TURN]
    assert isinstance(turn, _Turn)
    turn.failed.append(error)


def _named(name: str) -> Callable[[TurnContext], bool]:
    return lambda context: context.activity.type == ActivityTypes.invoke and context.activity.name == name


def _is_invoke(context: TurnContext) -> bool:
    return bool(context.activity.type == ActivityTypes.invoke)


def _is_anything(context: TurnContext) -> bool:
    return True


def _payload(context: TurnContext) -> Payload:
    turn = context.turn_state[_TURN]
    assert isinstance(turn, _Turn)
    return turn.payload


def _invoked(answer: Answer) -> Callable[[TurnContext, TurnState], Awaitable[None]]:
    async def route(context: TurnContext, state: TurnState) -> None:
        await _tell(context, HTTPStatus.OK, await answer(_payload(context)))

    return route


def _taken(answer: Answer) -> Callable[[TurnContext, TurnState], Awaitable[None]]:
    async def route(context: TurnContext, state: TurnState) -> None:
        await answer(_payload(context))

    return route


async def _unknown(context: TurnContext, state: TurnState) -> None:
    await _tell(context, HTTPStatus.NOT_IMPLEMENTED, None)


async def _tell(context: TurnContext, status: int, body: dict[str, Any] | None) -> None:
    """An invoke is answered in the response to it; nothing is sent."""
    value = InvokeResponse(status=int(status), body=body)
    await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=value))
