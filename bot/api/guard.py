"""The border of the API: which key, whose rights, how fast; and every error as problem+json (RFC 9457)."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from archive.access import Person
from archive.apikey import ApiKey, KeyScope, demand_scope
from archive.errors import AccountDisabled, BadKey, BadRows, NotFound, Problem, TooFast
from archive.words import Lang, Text
from bot.api.pace import Pace
from bot.statuses import status_of
from handlers.context import People
from storage.api_keys import ApiKeys

log = logging.getLogger("guidang.api")

HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_UNFORESEEN = Text(
    "出错了，请把编号 {number} 告诉管理员，稍后再试。",
    "Something went wrong on our side. Please try again later; quote number {number} to an administrator.",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """A program: its key, and the person it acts as."""

    key: ApiKey
    person: Person
    lang: Lang

    @property
    def channel(self) -> str:
        """How the trail names the way in."""
        return f"api:{self.key.id}"


Handler = Callable[[web.Request, Caller], Awaitable[web.StreamResponse]]
Open = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Guard:
    """Wraps every operation."""

    def __init__(self, keys: ApiKeys, people: People, pace: Pace) -> None:
        self._keys, self._people, self._pace = keys, people, pace

    def closed(self, handler: Handler, scope: KeyScope | None) -> Open:
        """For keys with this scope; None: any key."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            lang = _lang(request)
            try:
                caller = await self._caller(request)
                lang = caller.lang
                self._pace.step(caller.key)
                if scope is not None:
                    demand_scope(caller.key, scope)
                response = await handler(request, caller)
            except Problem as problem:
                response = told(problem, lang)
            except web.HTTPException:
                raise
            except Exception:  # the border: the program gets a number and the log gets the facts
                number = secrets.token_hex(4)
                log.exception("%s %s failed, number %s", request.method, request.path, number)
                response = _answer(Problem.code, Text("出错了", "Error"), _UNFORESEEN.filled(number=number), lang, 500)
            for name, value in HEADERS.items():
                if not response.prepared:
                    response.headers.setdefault(name, value)
            return response

        return guarded

    async def _caller(self, request: web.Request) -> Caller:
        how, _, token = request.headers.get("Authorization", "").partition(" ")
        if how.lower() != "bearer":
            raise BadKey
        key = await self._keys.opened(token.strip())
        try:
            person = await self._people.get(key.person)
        except NotFound as error:
            raise BadKey from error
        if person.disabled:
            raise AccountDisabled
        return Caller(key, person, _lang(request) if "Accept-Language" in request.headers else person.lang)


def told(problem: Problem, lang: Lang) -> web.Response:
    """A problem as programs read it: `code` is stable, `detail` is for people."""
    status = status_of(problem)
    rows = problem.facts["rows"] if isinstance(problem, BadRows) else ()
    response = _answer(problem.code, problem.what.filled(**problem.facts), problem.text(), lang, status, rows)
    if isinstance(problem, BadKey):
        response.headers["WWW-Authenticate"] = 'Bearer realm="guidang"'
    if isinstance(problem, TooFast):
        response.headers["Retry-After"] = str(problem.facts["seconds"])
    elif status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _answer(
    code: str, title: Text, detail: Text, lang: Lang, status: int, rows: Sequence[tuple[str, Text]] = ()
) -> web.Response:
    body: dict[str, object] = {
        "type": f"urn:guidang:error:{code}", "title": title.to(lang), "status": status, "detail": detail.to(lang),
        "code": code, "zh": detail.zh, "en": detail.en,
    }  # fmt: skip
    if rows:
        body["errors"] = [{"pointer": at, "zh": why.zh, "en": why.en} for at, why in rows]
    return web.Response(
        text=json.dumps(body, ensure_ascii=False), content_type="application/problem+json", status=status
    )


def _lang(request: web.Request) -> Lang:
    return "en" if request.headers.get("Accept-Language", "").lower().startswith("en") else "zh"
