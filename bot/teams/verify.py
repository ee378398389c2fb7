"""Whether a request comes from the Bot Connector and is meant for us: decided before a byte of the body is parsed.

The token is checked here and not by the SDK's validator, which looks keys up at fixed addresses by the issuer a token
claims (21Vianet's is unknown to it), leaves the issuer unchecked unless told, and doesn't ask what a key is good for.
There is no anonymous mode: without a good token nothing comes in.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt
from aiohttp import ClientError, ClientSession, ClientTimeout, web
from microsoft_agents.hosting.core.authorization import ClaimsIdentity

from bot.capped import Refused, body_of, capped
from bot.teams.hosts import Hosts
from bot.teams.incoming import tenants_named
from config.channels import Teams

log = logging.getLogger("guidang.teams")

BODY_CAP = 1024 * 1024  # bytes of a body; Teams' own messages end far below
_TOKEN = 4_096  # characters
_LEEWAY = 300  # s a clock may be off
_FRESH = 24 * 3600.0  # s keys are believed
_ASK_AGAIN = 60.0  # s between questions for a key we don't know
_PAUSE = 5.0  # s after a question that wasn't answered
_KEYS = 1024 * 1024
ENDORSED = "msteams"
_LEAN = ("type", "id", "name", "channelId", "serviceUrl")


@dataclass(frozen=True, slots=True)
class Verified:
    """A request that was let in, as the SDK's adapter reads it."""

    payload: dict[str, Any]
    identity: ClaimsIdentity
    method: str = "POST"

    @property
    def headers(self) -> Mapping[str, str]:
        """None of them is asked for any more."""
        return {}

    async def json(self) -> dict[str, Any]:
        """What the SDK needs to find its way. The rest would be held to its models: it refuses a null, and logs it."""
        lean = {name: self.payload[name] for name in _LEAN if isinstance(self.payload.get(name), str)}
        for name in ("conversation", "from", "recipient"):
            account = self.payload.get(name)
            if isinstance(account, dict) and isinstance(account.get("id"), str):
                lean[name] = {"id": account["id"]}
        return lean

    def get_claims_identity(self) -> ClaimsIdentity:
        """Whose token it was."""
        return self.identity

    def get_path_param(self, name: str) -> str:
        """The path has none."""
        return ""


class Keys:
    """The Bot Connector's public keys. Asked for once a day, and when a token names one that is new."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: dict[str, Mapping[str, Any]] = {}
        self._asked, self._got = float("-inf"), float("-inf")
        self._lock = asyncio.Lock()

    async def key(self, kid: str) -> Any:
        """The key. Raises Refused when there is none of that name, or it isn't good for Teams."""
        if kid not in self._keys or time.monotonic() - self._got > _FRESH:
            await self._learn(kid)
        found = self._keys.get(kid)
        if found is None:
            raise Refused(401, "unknown key") if self._keys else Refused(503, "no keys")
        if ENDORSED not in (found.get("endorsements") or [ENDORSED]):
            raise Refused(401, "key not endorsed for Teams")
        try:
            return jwt.PyJWK.from_dict(dict(found), algorithm="RS256").key
        except jwt.PyJWTError as error:
            raise Refused(401, "unusable key") from error

    async def _learn(self, kid: str) -> None:
        async with self._lock:
            now = time.monotonic()
            if (kid in self._keys and now - self._got <= _FRESH) or now - self._asked < _ASK_AGAIN:
                return  # another request asked meanwhile; or a stranger's made-up key has us ask too often
            self._asked = now
            try:
                async with ClientSession(timeout=ClientTimeout(total=10)) as session, session.get(self._url) as answer:
                    answer.raise_for_status()
                    found = json.loads(await capped(answer.content, _KEYS))
                self._keys = {str(key["kid"]): key for key in found["keys"] if key.get("kty") == "RSA"}
                self._got = time.monotonic()
            except (ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError) as error:
                log.warning("the keys of the Bot Connector can't be had: %s", type(error).__name__)
                self._asked = now - _ASK_AGAIN + _PAUSE


class Verifier:
    """Decides what comes in."""

    def __init__(self, settings: Teams, hosts: Hosts) -> None:
        self._settings, self._hosts = settings, hosts
        self._keys = Keys(settings.keys_url)
        self._tenants = {tenant.casefold() for tenant in settings.tenants}

    async def verified(self, request: web.Request) -> Verified:
        """The request, when it is the Bot Connector's, for us, of one of our tenants. Raises Refused."""
        claims, token = await self._claims(request.headers.getall("Authorization", []))
        body = await body_of(request, BODY_CAP)
        try:
            payload = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Refused(400, "no JSON") from error
        if not isinstance(payload, dict):
            raise Refused(400, "no object")
        self._check(payload, claims)
        return Verified(payload, ClaimsIdentity(claims, "Bearer", token))

    async def _claims(self, given: list[str]) -> tuple[dict[str, Any], str]:
        kind, _, token = given[0].strip().partition(" ") if len(given) == 1 else ("", "", "")
        token = token.strip()
        if kind.casefold() != "bearer" or not token or len(token) > _TOKEN:
            raise Refused(401, "no token")
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            if not isinstance(kid, str):
                raise Refused(401, "token names no key")
            key = await self._keys.key(kid)
            claims: dict[str, Any] = jwt.decode(
                token, key, algorithms=["RS256"], audience=self._settings.app_id, issuer=self._settings.issuer,
                leeway=_LEEWAY, options={"require": ["exp", "iss", "aud"]},
            )  # fmt: skip
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise Refused(401, f"token refused: {type(error).__name__}") from error
        if not isinstance(claims.get("aud"), str):
            raise Refused(401, "token for several")
        return claims, token

    def _check(self, payload: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
        """What the token vouches for, and whose it is."""
        url, vouched = payload.get("serviceUrl"), claims.get("serviceurl", claims.get("serviceUrl"))
        if not isinstance(url, str) or not isinstance(vouched, str) or _server(url) != _server(vouched):
            raise Refused(401, "serviceUrl is not the token's")
        if not self._hosts.is_allowed(url):
            raise Refused(401, "serviceUrl is no host of Teams")
        if payload.get("channelId") != ENDORSED:
            raise Refused(403, "another channel than Teams")
        named = {tenant.casefold() for tenant in tenants_named(payload)}
        if not named or not named <= self._tenants:
            raise Refused(403, "a tenant that isn't ours")


def _server(url: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(url)
        return (parts.scheme, parts.hostname.casefold(), parts.port) if parts.hostname else None
    except ValueError:
        return None
