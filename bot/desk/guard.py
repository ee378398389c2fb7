"""The border of the desk: who is asking, from where, and how whatever goes wrong is told."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from aiohttp import web

from archive.access import Person, Role
from archive.errors import Problem, SignedOut, WrongSite
from archive.words import Lang, Text
from bot.desk.accounts import Accounts, Caller
from bot.statuses import status_of

log = logging.getLogger(__name__)

Handler = Callable[[web.Request, Caller], Awaitable[web.StreamResponse]]

#: Sent with every answer. Only the page's own scripts, styles and pictures run; no other site may frame it.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

#: Seconds a browser is known again without being used.
REMEMBERED = 180 * 86_400

_UNKNOWN = Text(
    "出错了，不是你的问题。请稍后再试；找管理员时请报编号 {number}。",
    "Something went wrong on our side. Please try again later; quote number {number} to an administrator.",
)


class Guard:
    """Wraps every handler: same site, signed in, errors in words, headers on everything."""

    def __init__(self, accounts: Accounts, public_url: str = "") -> None:
        self._accounts = accounts
        self._public = urlsplit(public_url)
        self.secure = self._public.scheme == "https"
        prefix = "__Host-" if self.secure else ""
        self._cookie, self._mark = f"{prefix}desk", f"{prefix}browser"

    def open(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """A handler anyone may reach; the caller is then nobody, speaking the browser's language."""
        return self._wrap(handler, signed_in=False)

    def closed(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """A handler for those signed in."""
        return self._wrap(handler, signed_in=True)

    async def caller(self, request: web.Request) -> Caller | None:
        """Whose cookie this is; None when there is none or its session ended."""
        token = request.cookies.get(self._cookie, "")
        session = await self._accounts.session(token) if token else None
        if session is None or session[0].disabled:
            return None
        return Caller(replace(session[0], lang=session[1]), token)

    def browser(self, request: web.Request) -> str:
        """The secret by which this browser is known again, after signing out too; a new one where it has none."""
        kept = request.cookies.get(self._mark, "")
        return kept if 32 <= len(kept) <= 64 else secrets.token_urlsafe(32)

    def let_in(self, response: web.Response, token: str, browser: str = "") -> web.Response:
        """Give the browser its session, and what it is known by."""
        response.set_cookie(self._cookie, token, httponly=True, samesite="Strict", secure=self.secure, path="/")
        if browser:
            response.set_cookie(
                self._mark, browser, max_age=REMEMBERED, httponly=True, samesite="Strict", secure=self.secure, path="/"
            )
        return response

    def let_out(self, response: web.Response) -> web.Response:
        """Take the session from the browser."""
        response.del_cookie(self._cookie, httponly=True, samesite="Strict", secure=self.secure, path="/")
        return response

    def _wrap(self, handler: Handler, *, signed_in: bool) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def guarded(request: web.Request) -> web.StreamResponse:
            lang: Lang = "en" if request.headers.get("Accept-Language", "").lower().startswith("en") else "zh"
            try:
                if request.method != "GET" and not self._same_site(request):
                    raise WrongSite
                caller = await self.caller(request)
                if caller is not None:
                    lang = caller.lang
                elif signed_in:
                    raise SignedOut
                response = await handler(request, caller or _nobody(lang))
            except Problem as problem:
                response = told(problem.say(lang), problem.code, status_of(problem))
            except web.HTTPException:
                raise
            except Exception:  # the border: whatever it was, the person gets a number and the log gets the facts
                number = secrets.token_hex(4)
                log.exception("desk: %s %s failed, number %s", request.method, request.path, number)
                response = told(_UNKNOWN.filled(number=number).to(lang), Problem.code, 500)
            for name, value in HEADERS.items():
                if not response.prepared:
                    response.headers.setdefault(name, value)
            return response

        return guarded

    def _same_site(self, request: web.Request) -> bool:
        """Whether a page of our own sent this (browsers send both headers on every POST; forgers can't choose them)."""
        if "Sec-Fetch-Site" in request.headers:
            return request.headers["Sec-Fetch-Site"] == "same-origin"
        origin = urlsplit(request.headers.get("Origin", ""))
        return bool(origin.netloc) and origin.netloc in {self._public.netloc, request.headers.get("Host", "")}


def told(text: str, code: str, status: int) -> web.Response:
    """A problem as the browser reads it."""
    return web.json_response({"code": code, "text": text}, status=status)


def _nobody(lang: Lang) -> Caller:
    return Caller(Person("", "", frozenset[Role](), lang=lang), "")
