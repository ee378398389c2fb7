"""Handing out files outside the desk: their bytes to a channel, or a page of our own behind a signed link.

A link opens a page with one button. What chat programs fetch for a preview is that page and nothing more; the button
binds the link to the browser it was pressed in, and the person's right is asked before every download.
"""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from aiohttp import web

from archive.access import Person
from archive.errors import DatabaseProblem, FileLinkExpired, NotFound, Problem
from archive.words import Lang, Text
from bot.channel import Door
from bot.links import Links
from handlers.context import People
from handlers.message import OutFile
from storage.openings import Openings

#: A file that is an item's original is named by its item (see handlers/show.py).
ORIGINAL = "original:"
#: What a browser may show in a tab of its own.
SHOWN = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
_TYPE = re.compile(r"[a-z0-9]+/[a-z0-9][a-z0-9.+-]*")
#: A file never runs anything, even when it is opened in a tab of its own.
QUIET: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
_PAGE_RULES: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_COOKIE = "guidang_link"
_GET = Text("下载", "Download")
_FOR = Text("给 {name} 的文件", "A file for {name}")
_ONCE = Text(
    "链接 15 分钟内有效，只能在这个浏览器里打开。", "The link lasts 15 minutes and opens in this browser only."
)
_PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>归档 Guidang</title>
<style>body{{font:16px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:0;background:#f4f5f7;
color:#1c2430}}main{{max-width:26rem;margin:12vh auto;padding:2rem;background:#fff;border-radius:12px;
box-shadow:0 1px 4px #0002}}h1{{font-size:1.1rem;margin:0 0 .5rem;overflow-wrap:anywhere}}
p{{color:#5a6472;margin:.5rem 0}}
button{{font:inherit;padding:.6rem 1.4rem;border:0;border-radius:8px;background:#1d5fd1;color:#fff;
cursor:pointer;margin-top:1rem}}button:focus-visible{{outline:3px solid #8ab4ff}}</style>
<main>{body}</main></html>"""


class Handouts:
    """See bot.channel.Handout, for one channel; `routes` answer the links of all."""

    def __init__(self, door: Door, links: Links, people: People, openings: Openings, channel: str = "link") -> None:
        """`channel`: what the trail says of a file whose bytes go out."""
        self._door, self._links, self._people, self._openings = door, links, people, openings
        self._channel = channel

    async def bytes(self, person: Person, out: OutFile) -> bytes:
        """See bot.channel.Handout."""
        return out.data or (await _fetched(self._door, person, out, self._channel))[2]

    def link(self, person: Person, out: OutFile) -> str:
        """See bot.channel.Handout."""
        return self._links.make(person, out)

    def routes(self) -> Sequence[web.RouteDef]:
        """GET and POST /f/{token}."""
        return [web.get("/f/{token}", self._page), web.post("/f/{token}", self._file)]

    async def _page(self, request: web.Request) -> web.Response:
        """Says whose file it is, under what name; changes nothing."""
        try:
            person, out, _ = self._links.read(request.match_info["token"])
            who = await self._people.get(person)
        except Problem as problem:
            return _sorry(problem, _lang_of(request))
        lang = who.lang
        body = f"<h1>{html.escape(out.name)}</h1><p>{html.escape(_FOR.filled(name=who.name).to(lang))}</p>"
        body += f"<p>{_ONCE.to(lang)}</p><form method=post><button autofocus>{_GET.to(lang)}</button></form>"
        answer = _html(body, lang)
        if not request.cookies.get(_COOKIE):
            secure = {"httponly": True, "samesite": "Lax", "secure": self._links.safe, "path": "/f", "max_age": 86_400}
            answer.set_cookie(_COOKIE, secrets.token_urlsafe(32), **secure)  # type: ignore[arg-type]
        return answer

    async def _file(self, request: web.Request) -> web.Response:
        """The file, to the browser that pressed first."""
        token, browser = request.match_info["token"], request.cookies.get(_COOKIE, "")
        try:
            person, out, until = self._links.read(token)
            if not browser or not await self._openings.bind(token, browser, until):
                raise FileLinkExpired()
            who = await self._people.get(person)
            return handed(*await _fetched(self._door, who, out, self._channel), inline=False)
        except Problem as problem:
            return _sorry(problem, _lang_of(request))


async def _fetched(door: Door, person: Person, out: OutFile, channel: str) -> tuple[str, str, bytes]:
    """(name, media type, bytes), if the person may have it now."""
    if person.disabled:
        raise NotFound(item=out.name)
    if out.file.startswith(ORIGINAL):
        return await door.original(person, out.file.removeprefix(ORIGINAL), channel)
    return out.name, out.media_type, await door.made(person, out.file)


def handed(name: str, media_type: str, data: bytes, *, inline: bool) -> web.Response:
    """A file as an answer, shown in the browser only where it is of a harmless kind."""
    known = media_type if _TYPE.fullmatch(media_type) else "application/octet-stream"
    how = "inline" if inline and known in SHOWN else "attachment"
    return web.Response(
        body=data, headers={**QUIET, "Content-Type": known, "Content-Disposition": disposition(how, name)}
    )


def disposition(how: str, name: str) -> str:
    """A Content-Disposition with the name twice: plain for old programs, and whole in UTF-8 (RFC 6266, RFC 5987)."""
    whole = name.encode("utf-8", "replace").decode()
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", whole)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(whole, safe='')}"


def _sorry(problem: Problem, lang: Lang) -> web.Response:
    status = 503 if isinstance(problem, DatabaseProblem) else 410 if isinstance(problem, FileLinkExpired) else 404
    return _html(f"<h1>{html.escape(problem.say(lang))}</h1>", lang, status)


def _html(body: str, lang: Lang, status: int = 200) -> web.Response:
    page = _PAGE.format(lang="zh-CN" if lang == "zh" else "en", body=body)
    return web.Response(text=page, content_type="text/html", headers=_PAGE_RULES, status=status)


def _lang_of(request: web.Request) -> Lang:
    """Whose link it is isn't known: as the browser asks."""
    return "en" if request.headers.get("Accept-Language", "zh").lower().startswith("en") else "zh"
