"""Which servers we speak with, and which of them see our token. Nothing a message says adds to these lists.

The bot's token goes to the Bot Connector only; files lie in SharePoint and are fetched without it. This machine is
never spoken with unless the settings name it, which is for tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, ClientSession
from microsoft_agents.hosting.core import OutboundHostValidator
from yarl import URL

HERE = frozenset({"127.0.0.1", "localhost", "::1"})
#: Where activities and inline pictures are; 21Vianet's own come from the settings.
CONNECTOR = ("botframework.com", "smba.trafficmanager.net", "teams.microsoft.com")
#: Where files lie: addresses with the permission in them.
FILES = ("sharepoint.com", "sharepoint.cn", "svc.ms")


class ForeignHost(ValueError):
    """An address that isn't on the list."""


class Hosts(OutboundHostValidator):
    """The SDK's list of allowed hosts: https only, no user in the address, resolved to public addresses only.

    With this machine in `named`, plain http to it is allowed as well.
    """

    def __init__(self, usual: Sequence[str], named: Sequence[str] = ()) -> None:
        hosts = [host.rpartition("@")[2] for host in (*usual, *named)]
        super().__init__(hosts, enabled=True, include_default_microsoft_hosts=False)
        self._here = frozenset(host.strip().casefold() for host in named) & HERE

    def is_allowed(self, url: str | URL) -> bool:
        """Whether we may speak with it."""
        try:
            address = URL(url) if isinstance(url, str) else url
        except (ValueError, TypeError):
            return False
        if address.host is not None and address.host.casefold() in self._here:
            return address.scheme in ("http", "https") and not address.user and not address.password
        return super().is_allowed(url)

    def client(self, client_session_kwargs: dict[str, Any] | None = None) -> ClientSession:
        """A session that asks this list before every request and every redirect."""
        if not self._here:
            return super().client(client_session_kwargs)
        return ClientSession(middlewares=(self._ask,), **(client_session_kwargs or {}))

    async def _ask(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        if not self.is_allowed(request.url):
            raise ForeignHost("not a host of Teams")
        return await handler(request)
