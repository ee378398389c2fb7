"""Coming in and going out: password, one-time link, language, and who one is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from archive.access import ROLE_NAMES, Person, Right, may
from archive.errors import BadRequest
from archive.words import Text
from bot.body import Limits, read_json
from bot.desk.accounts import Accounts, Caller
from bot.desk.address import Network, source
from bot.desk.guard import Guard

#: The words of a command and what it does, for those it is open to.
Commands = Callable[[Person], Sequence[tuple[Text, Text]]]


class Entrance:
    """The handlers around a session."""

    def __init__(
        self, accounts: Accounts, guard: Guard, commands: Commands, limits: Limits, proxies: Sequence[Network]
    ) -> None:
        self._accounts, self._guard, self._commands, self._limits = accounts, guard, commands, limits
        self._proxies = proxies

    async def sign_in(self, request: web.Request, caller: Caller) -> web.Response:
        """POST /api/sign-in {person, password}. Raises what Accounts.sign_in does."""
        given = await read_json(request, self._limits)
        person, password = _word(given, "person", 64), _word(given, "password", 1024)
        address = source(request.remote, request.headers.getall("X-Forwarded-For", []), self._proxies)
        browser = self._guard.browser(request)
        token = await self._accounts.sign_in(person, password, address, browser)
        return self._guard.let_in(web.json_response({}), token, browser)

    async def redeem(self, request: web.Request, caller: Caller) -> web.Response:
        """POST /api/link {token}: the page at /link/… sends it, so that a chat's preview robot does not use it up."""
        link, browser = _word(await read_json(request, self._limits), "token", 200), self._guard.browser(request)
        return self._guard.let_in(web.json_response({}), await self._accounts.redeem(link, browser), browser)

    async def password(self, request: web.Request, caller: Caller) -> web.Response:
        """POST /api/password {password}: a new one; every session ends and this one begins anew. Raises BadValue."""
        password = _word(await read_json(request, self._limits), "password", 1024)
        token = await self._accounts.set_password(caller.person.id, password)
        await self._accounts.speak(token, caller.lang)
        return self._guard.let_in(web.json_response({}), token)

    async def sign_out(self, request: web.Request, caller: Caller) -> web.Response:
        """POST /api/sign-out."""
        await self._accounts.sign_out(caller.token)
        return self._guard.let_out(web.json_response({}))

    async def speak(self, request: web.Request, caller: Caller) -> web.Response:
        """POST /api/language {lang}: this session reads zh or en from now on."""
        match (await read_json(request, self._limits)).get("lang"):
            case "zh":
                await self._accounts.speak(caller.token, "zh")
            case "en":
                await self._accounts.speak(caller.token, "en")
            case _:
                raise BadRequest
        return web.json_response({})

    async def me(self, request: web.Request, caller: Caller) -> web.Response:
        """GET /api/me: who is signed in, and how much one message may carry."""
        person, limits = caller.person, self._limits
        roles = [name.to(caller.lang) for role, name in ROLE_NAMES.items() if role in person.roles]
        return web.json_response(
            {
                "id": person.id,
                "name": person.name,
                "roles": roles,
                "lang": caller.lang,
                "overview": may(person, Right.SEARCH),
                "limits": {"files": limits.files, "file": limits.file_bytes, "message": limits.message_bytes},
            }
        )

    async def commands(self, request: web.Request, caller: Caller) -> web.Response:
        """GET /api/commands: what one can say, for the suggestions while typing."""
        known = [[words.to(caller.lang), does.to(caller.lang)] for words, does in self._commands(caller.person)]
        return web.json_response({"commands": known})


def _word(given: dict[str, Any], name: str, longest: int) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise BadRequest
    return value
