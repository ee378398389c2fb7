"""Our token for the Bot Connector, from Entra. MSAL waits without letting others run: so in a thread, always."""

from __future__ import annotations

import asyncio
import time

from microsoft_agents.authentication.msal import MsalAuth
from microsoft_agents.hosting.core import AgentAuthConfiguration
from msal import ConfidentialClientApplication  # type: ignore[import-untyped]

from archive.errors import NoAnswer
from config.channels import Teams

PLATFORM = "Teams"
_TIME = 10.0  # s for one question to Entra
_HELD = 60.0  # s a token is used without asking MSAL, which renews it five minutes before its end


class Entra(MsalAuth):
    """The SDK's MSAL with a time limit. The authority comes from our settings, so nobody else is asked about it."""

    def _create_client_application(self, tenant_id: str | None = None) -> ConfidentialClientApplication:
        config = self.configuration
        return ConfidentialClientApplication(
            client_id=config.CLIENT_ID, authority=self._resolve_authority(config, tenant_id),
            client_credential=config.CLIENT_SECRET, instance_discovery=False, timeout=_TIME,
        )  # fmt: skip

    def warm(self) -> None:
        """Look the authority up. Waits for the network: for a thread."""
        self._get_client()

    def forget(self) -> None:
        """Begin anew; MSAL keeps its tokens with the client."""
        self._msal_auth_client_map.clear()


def configuration(settings: Teams) -> AgentAuthConfiguration:
    """The settings as the SDK has them; its anonymous mode is off and no setting of ours turns it on."""
    tenant = settings.tenants[0]
    return AgentAuthConfiguration(
        client_id=settings.app_id, client_secret=settings.secret, tenant_id=tenant,
        authority=f"{settings.authority.rstrip('/')}/{tenant}", scopes=[f"{settings.issuer}/.default"],
        issuers=[settings.issuer], validate_issuer=True, anonymous_allowed=False,
        connection_name="SERVICE_CONNECTION",
    )  # fmt: skip


class Tokens:
    """Asks once for all who wait."""

    def __init__(self, settings: Teams) -> None:
        self._entra = Entra(configuration(settings))
        self._resource, self._scopes = settings.issuer, [f"{settings.issuer}/.default"]
        self._held, self._until = "", float("-inf")
        self._lock = asyncio.Lock()

    async def token(self) -> str:
        """Raises NoAnswer when Entra doesn't give one."""
        if self._held and time.monotonic() < self._until:
            return self._held
        async with self._lock:
            if self._held and time.monotonic() < self._until:
                return self._held
            try:
                await asyncio.to_thread(self._entra.warm)
                token = await self._entra.get_access_token(self._resource, self._scopes)
            except (ValueError, OSError) as error:  # requests' errors are OSErrors
                raise NoAnswer(platform=PLATFORM, detail=_reason(error)) from error
            self._held, self._until = token, time.monotonic() + _HELD
            return token

    def forget(self, token: str) -> None:
        """It was refused: the next one is asked for anew."""
        if token == self._held:
            self._held = ""
            self._entra.forget()


def _reason(error: Exception) -> str:
    """What an administrator can act on: Entra's own code, where it told one."""
    words = str(error)
    at = words.find("AADSTS")
    return f"Entra: {words[at:].split(':')[0][:20]}" if at >= 0 else f"Entra: {type(error).__name__}"
